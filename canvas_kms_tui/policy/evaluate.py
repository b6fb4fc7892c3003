"""Owns the decision: how the layers combine for one request.

IAM user guide, "Policy evaluation logic"; KMS developer guide, "Troubleshooting key access" (keys have their own
rules: without the key policy's consent no identity policy has an effect).
"""

from __future__ import annotations

from typing import Final

from canvas_kms_tui.policy.answer import Answer
from canvas_kms_tui.policy.conditions import every, some
from canvas_kms_tui.policy.kms import is_key, refusal
from canvas_kms_tui.policy.layers import (
    Documents,
    LayerAnswer,
    Layers,
    Unread,
    judge_grants,
    judge_levels,
    judge_named,
    judge_plain,
    settle,
    split_unread,
)
from canvas_kms_tui.policy.patterns import arn_account
from canvas_kms_tui.policy.scope import Request, Scope
from canvas_kms_tui.policy.trace import Decision, Layer, Outcome

Tri = bool | None

#: "No permissions are required to perform this operation", not even against an explicit deny (STS API reference).
ALWAYS_ALLOWED: Final = frozenset({"sts:getcalleridentity"})


def evaluate(request: Request, layers: Layers) -> Answer:
    """Decide the request. Pure and total: every input gives an answer, every layer is judged for itself."""
    boundary = None if isinstance(layers.boundary, Unread) else layers.boundary is not None
    case = _Case(request, layers, Scope(request, boundary=boundary))
    return case.answer()


class _Case:
    """One request in front of its layers."""

    def __init__(self, request: Request, layers: Layers, scope: Scope) -> None:
        self.scope = scope
        self.request = request
        self._undocumented: list[str] = []
        self.is_key = is_key(scope)
        self.cross = self._is_cross_account()
        self.refusal = refusal(scope, cross=self.cross is True)
        principal = request.principal
        linked = principal.is_service_linked
        outside = linked or principal.kind in ("service", "anonymous", "federated")
        self.rcp = judge_levels(Layer.RESOURCE_CONTROL_POLICY, None if linked else layers.rcps, scope)
        self.scp = judge_levels(Layer.SERVICE_CONTROL_POLICY, None if outside else layers.scps, scope)
        self.resource = self._named(Layer.RESOURCE_POLICY, layers.resource)
        self.endpoint = self._named(Layer.VPC_ENDPOINT_POLICY, layers.endpoint)
        self.grants = judge_grants(layers.grants, scope)
        has_identity = principal.has_identity_policies
        self.identity = self._plain(Layer.IDENTITY_POLICY, layers.identity if has_identity else None)
        boundary = None if layers.boundary is None or not has_identity else (layers.boundary,)
        self.boundary = self._plain(Layer.PERMISSIONS_BOUNDARY, boundary)
        self.session = self._plain(Layer.SESSION_POLICY, (layers.session or None) if has_identity else None)

    # --- the layers ---------------------------------------------------------------------------------------------

    def _plain(self, layer: Layer, documents: Documents | None) -> LayerAnswer:
        if documents is None:
            return LayerAnswer(layer, allow=True)
        read, unread = split_unread(documents)
        return settle(judge_plain(layer, read, self.scope, unread))

    def _named(self, layer: Layer, documents: Documents | None) -> LayerAnswer:
        if documents is None:
            return LayerAnswer(layer, allow=layer is Layer.VPC_ENDPOINT_POLICY)
        read, unread = split_unread(documents)
        answer = judge_named(layer, read, self.scope, unread)
        if layer is Layer.VPC_ENDPOINT_POLICY:
            return settle(self._through_endpoint(answer))
        settle(answer)
        if answer.outcome is Outcome.ALLOW and not (answer.direct or answer.limited):
            answer.outcome = Outcome.DELEGATE if answer.through_account else answer.outcome
        return answer

    def _through_endpoint(self, answer: LayerAnswer) -> LayerAnswer:
        """A gateway endpoint takes an account as its root user only, an interface endpoint as everybody in it."""
        if answer.through_account and not (answer.direct or answer.limited):
            answer.allow = None
            self._undocumented.append("whom an account in an endpoint policy means depends on the endpoint's type")
        return answer

    @property
    def all_layers(self) -> tuple[LayerAnswer, ...]:
        return (
            self.rcp,
            self.scp,
            self.resource,
            self.grants,
            self.identity,
            self.boundary,
            self.session,
            self.endpoint,
        )

    # --- the decision -------------------------------------------------------------------------------------------

    def answer(self) -> Answer:
        permit, open_owner = self._permit_for_owner()
        explicit = some(layer.deny for layer in self.all_layers)
        unread_deny = any(layer.unread for layer in self._hard_layers())
        decision, denied = _decide(permit, explicit, unread_deny=unread_deny)
        if self.scope.action in ALWAYS_ALLOWED and self.request.principal.kind != "anonymous":
            decision, denied = Decision.ALLOWED, False
        self._mark_blocks(decision, cross=self.cross is True)
        return Answer(
            self.scope,
            decision,
            self.all_layers,
            denied=denied,
            owner_open=open_owner,
            is_key=self.is_key,
            refusal=self.refusal,
            undocumented=tuple(self._undocumented),
        )

    def _hard_layers(self) -> tuple[LayerAnswer, ...]:
        """The layers whose unread parts may hold a deny that counts."""
        return (self.resource, self.identity, self.boundary, self.session, self.endpoint)

    def _is_cross_account(self) -> bool | None:
        """Whether caller and resource belong to different accounts; None = the owner is not known."""
        request = self.request
        owner = request.resource_account or arn_account(request.resource)
        if request.principal.account is None:
            return True
        if owner is None:
            return False if request.resource == "*" else None
        return owner != request.principal.account

    def _permit_for_owner(self) -> tuple[Tri, bool]:
        if self.cross is not None:
            return self._permit(cross=self.cross), False
        near, far = self._permit(cross=False), self._permit(cross=True)
        return (near, False) if near is far else (None, True)

    def _permit(self, *, cross: bool) -> Tri:
        """Whether something allows the request and no guardrail is silent; explicit denies apart."""
        base = self._key_permit(cross=cross) if self._needs_consent() else self._plain_permit(cross=cross)
        return every((base, _allow(self.rcp), _allow(self.scp), _allow(self.endpoint)))

    def _needs_consent(self) -> bool:
        """Keys and role trust policies must allow the caller themselves (IAM user guide, "Policy evaluation logic")."""
        return self.is_key or (self.scope.is_trust and self.resource.applies)

    def _limits(self) -> Tri:
        return every((_allow(self.boundary), _allow(self.session)))

    def _own_side(self) -> Tri:
        """What the caller's own account gives: identity within boundary and session policy."""
        kind = self.request.principal.kind
        if kind == "root":
            return True
        if not self.request.principal.has_identity_policies:
            return False
        return every((_allow(self.identity), self._limits()))

    def _resource_side(self) -> Tri:
        unread = bool(self.resource.unread)
        limits = self._limits()
        if limits is False and self.resource.direct is None and self.resource.limited:
            self._undocumented.append(
                "AWS does not document whether a boundary or session policy limits a role that a policy names by *"
            )
        return some((self.resource.direct, every((self.resource.limited, limits)), None if unread else False))

    def _plain_permit(self, *, cross: bool) -> Tri:
        if self.request.principal.account is None:
            return some((self.resource.direct, None if self.resource.unread else False))
        if cross:
            return every((_allow(self.resource), self._own_side()))
        return some((self._resource_side(), self._own_side()))

    def _key_permit(self, *, cross: bool) -> Tri:
        if self.refusal:
            return False
        if cross and self.request.principal.account is not None:
            return some((every((_allow(self.resource), self._own_side())), self._foreign_grant()))
        delegated = some((self.resource.through_account, None if self.resource.unread else False))
        return some((self._resource_side(), every((delegated, self._own_side())), self._grant()))

    def _grant(self) -> Tri:
        """A grant; whether an implicit deny in boundary or session policy limits one is not documented."""
        if not self.is_key:
            return False
        named = some((self.grants.direct, self.grants.limited, None if self.grants.unread else False))
        limits = self._limits()
        if named is True and limits is not True:
            named = None
            if limits is False:
                self._undocumented.append("AWS does not document whether a boundary or session policy limits a grant")
        return some((named, every((self.grants.through_account, self._own_side()))))

    def _foreign_grant(self) -> Tri:
        """A grant to another account's principal: trusted when that account issued it or its IAM policy allows."""
        found = self._grant()
        if not found:
            return found
        account = self.request.principal.account
        issuers = {trace[0].issuer for trace in self.grants.matched("Allow")}
        trusted = account in issuers or None in issuers or self._own_side() is True
        if trusted:
            return True
        self._undocumented.append("AWS does not document whether a grant to another account's principal suffices alone")
        return None

    # --- who stands in the way ----------------------------------------------------------------------------------

    def _mark_blocks(self, decision: Decision, *, cross: bool) -> None:
        """A layer blocks when it denies, or is silent (or, of an unknown decision, may be) where it has to allow."""
        if decision is Decision.ALLOWED:
            return
        weak: tuple[Tri, ...] = (False, None) if decision is Decision.UNKNOWN else (False,)
        for layer in (self.rcp, self.scp, self.endpoint):
            layer.silent = layer.applies and _allow(layer) in weak
        # A direct allow within the account makes silence of boundary and session policy harmless.
        limited = cross or self.resource.direct is not True
        for layer in (self.boundary, self.session):
            layer.silent = layer.applies and _allow(layer) in weak and limited
        self._mark_sides(weak, cross=cross)
        for layer in self.all_layers:
            layer.blocks = layer.silent or layer.deny is True or (layer.deny is None and None in weak)

    def _mark_sides(self, weak: tuple[Tri, ...], *, cross: bool) -> None:
        granted = self.is_key and self.grants.allow is True
        named = True in (self.resource.direct, self.resource.limited)
        silent = self.identity.applies and _allow(self.identity) in weak
        if self._needs_consent() or cross:
            self.resource.silent = _allow(self.resource) in weak and not granted
            needed = cross or (_allow(self.resource) is not False and not named)
            self.identity.silent = silent and not granted and needed
        else:
            self.identity.silent = silent and not named


def _allow(layer: LayerAnswer) -> Tri:
    """A layer's allow with what was not read; an unread guardrail counts as allowing already."""
    if layer.allow is False and layer.unread:
        return None
    return layer.allow


def _decide(permit: Tri, explicit: Tri, *, unread_deny: bool) -> tuple[Decision, bool]:
    """The decision, and whether it is a denial for certain, of whichever kind."""
    if explicit:
        return Decision.EXPLICITLY_DENIED, True
    if permit is False:
        return (Decision.IMPLICITLY_DENIED if explicit is False else Decision.UNKNOWN), True
    if permit and explicit is False and not unread_deny:
        return Decision.ALLOWED, False
    return Decision.UNKNOWN, False
