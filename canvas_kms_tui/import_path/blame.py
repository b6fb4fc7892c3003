"""Owns attribution: which one cause explains a step that fails, so that one broken thing is one finding.

The order of the catalogue: what makes a key or bucket unusable, guardrails that deny, then the statement level; a key
that only source objects use, and a key that comes from the bucket's default encryption, have ids of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from canvas_kms_tui.findings import CouldNotCheck
from canvas_kms_tui.import_path.resolve import Use
from canvas_kms_tui.import_path.simulate import SSE_ALGORITHM, SSE_KEY
from canvas_kms_tui.import_path.steps import Side, Step
from canvas_kms_tui.policy import Answer, Decision, Layer, LayerAnswer, Outcome, StatementTrace, Unread


class Kind(StrEnum):
    """How sure the blame is."""

    DENIED = "denied"
    UNREAD = "unread"  #: something that could decide may not be read
    UNSETTLED = "unsettled"  #: a condition on a value that no read can tell
    BLOCKED = "blocked"  #: an obstacle refuses before this is asked


@dataclass(frozen=True, slots=True)
class Blame:
    """One cause for one step. ``statement`` is the trace of the deciding statement, where one decides."""

    cause: str
    kind: Kind
    layer: str
    text: str
    statement: StatementTrace | None = None
    why: CouldNotCheck | None = None
    keys: frozenset[str] = frozenset()
    blocked_by: str | None = None


GUARDS: Mapping[Layer, str] = {
    Layer.PERMISSIONS_BOUNDARY: "permissions-boundary",
    Layer.SERVICE_CONTROL_POLICY: "scp-denied",
    Layer.RESOURCE_CONTROL_POLICY: "rcp-denied",
    Layer.VPC_ENDPOINT_POLICY: "vpc-endpoint",
}
KEY_POLICY_CAUSES = (
    "key-policy-omits-role",
    "key-policy-condition",
    "key-policy-explicit-deny",
    "encryption-context-mismatch",
)
_CONTEXT = "kms:encryptioncontext"


@dataclass(frozen=True, slots=True)
class Names:
    """The ids that a KMS step's failures go by, from what its key is used for."""

    role: str
    policy: str
    condition: str
    deny: str
    context: str

    @classmethod
    def of(cls, step: Step, uses: frozenset[Use]) -> Names:
        if step.name == "app-grant":
            return cls(*["domain-key-grant-denied"] * 5)
        if uses & {Use.ARTIFACT, Use.DOMAIN}:
            return cls(
                "role-denied-kms",
                "key-policy-omits-role",
                "key-policy-condition",
                "key-policy-explicit-deny",
                "encryption-context-mismatch",
            )
        if Use.BUCKET_DEFAULT in uses:
            return cls(*["bucket-default-key-denied"] * 5)
        return cls(*["source-object-key-denied"] * 5)


def blame(step: Step, uses: frozenset[Use]) -> tuple[Blame, ...]:
    """Every cause of a step that does not pass, each once; () for a step that passes.

    ``uses`` is everything that the step's key is used for in this import.
    """
    if step.obstacle:
        refused = Blame(step.obstacle.cause, Kind.DENIED, "resource_state", step.obstacle.text)
        return (refused, *(blame for blame in _by_policy(step, uses) if blame.kind is Kind.DENIED))
    return _by_policy(step, uses)


def _by_policy(step: Step, uses: frozenset[Use]) -> tuple[Blame, ...]:
    if step.answer is None or step.layers is None or step.answer.decision is Decision.ALLOWED:
        return ()
    judge = _KmsJudge(step, Names.of(step, uses)) if step.is_kms else _S3Judge(step)
    found = (*_guards(step.answer), *judge.blames())
    if step.answer.decision is Decision.UNKNOWN:
        return _once((*found, *judge.gaps()))
    denied = tuple(blame for blame in found if blame.kind is Kind.DENIED)
    return _once(denied or found)


def _once(blames: Sequence[Blame]) -> tuple[Blame, ...]:
    seen: dict[tuple[str, Kind], Blame] = {}
    for item in blames:
        seen.setdefault((item.cause, item.kind), item)
    return tuple(seen.values())


def layer_of(answer: Answer, layer: Layer) -> LayerAnswer | None:
    return next((found for found in answer.layers if found.layer is layer), None)


def _guards(answer: Answer) -> list[Blame]:
    found = []
    for layer, cause in GUARDS.items():
        judged = layer_of(answer, layer)
        if judged is None:
            continue
        if judged.outcome is Outcome.EXPLICIT_DENY or (judged.outcome is Outcome.IMPLICIT_DENY and judged.blocks):
            found.append(Blame(cause, Kind.DENIED, str(layer), _words(judged), _deciding(judged)))
        elif judged.outcome is Outcome.UNKNOWN and judged.blocks:
            found.append(_unsettled(cause, judged, answer))
    return found


def _unsettled(cause: str, judged: LayerAnswer, answer: Answer) -> Blame:
    keys = ", ".join(sorted(answer.unknown_keys)) or "a value that is not known"
    text = f"whether a statement applies depends on {keys}"
    return Blame(cause, Kind.UNSETTLED, str(judged.layer), text, _undecided(judged), keys=answer.unknown_keys)


def _deciding(judged: LayerAnswer) -> StatementTrace | None:
    return next((trace for trace in judged.statements if trace.effect == "Deny" and trace.matched is True), None)


def _undecided(judged: LayerAnswer) -> StatementTrace | None:
    return next((trace for trace in judged.statements if trace.matched is None), None)


def _words(judged: LayerAnswer) -> str:
    if trace := _deciding(judged):
        return f"statement {trace.index} of the {trace.document} denies it explicitly"
    return "no statement of it allows the action"


class _KmsJudge:
    """Attributes a KMS step among identity policies, key policies and grants."""

    def __init__(self, step: Step, names: Names) -> None:
        assert step.answer is not None
        assert step.layers is not None
        self.step, self.names, self.answer, self.layers = step, names, step.answer, step.layers
        self.identity = layer_of(self.answer, Layer.IDENTITY_POLICY)
        self.policy = layer_of(self.answer, Layer.RESOURCE_POLICY)
        self.grant = layer_of(self.answer, Layer.GRANT)

    def blames(self) -> list[Blame]:
        found = self._explicit_denies()
        allowed_by_grant = self.grant is not None and self.grant.outcome is Outcome.ALLOW
        if allowed_by_grant or self.policy is None or self.policy.outcome in (Outcome.ALLOW, Outcome.UNREAD):
            return found + self._foreign_identity()
        if self.policy.outcome is Outcome.DELEGATE:
            return found + (self._named_but_for_condition(self.policy) or self._silent_identity())
        if self.policy.outcome is Outcome.IMPLICIT_DENY:
            return [*found, self._silent_policy(self.policy)]
        return found

    def _explicit_denies(self) -> list[Blame]:
        found = []
        for judged, cause in ((self.policy, self.names.deny), (self.identity, self.names.role)):
            if judged is not None and (trace := _deciding(judged)):
                blamed = self.names.context if _on_context(trace) else cause
                found.append(Blame(blamed, Kind.DENIED, str(judged.layer), _words(judged), trace))
        return found

    def _foreign_identity(self) -> list[Blame]:
        """Across accounts the caller's own policies must allow as well, whatever the key policy says."""
        same_account = self.step.resource.split(":")[4:5] == [self.layers_account()]
        return [] if same_account else self._silent_identity()

    def layers_account(self) -> str:
        assert self.step.request is not None
        return str(self.step.request.context.get("aws:PrincipalAccount", ""))

    def _silent_identity(self) -> list[Blame]:
        if self.identity is None or self.identity.outcome is not Outcome.IMPLICIT_DENY:
            return []
        miss = _condition_miss(self.identity.statements)
        if miss and _misses_on_context(miss):
            text = "an identity policy allows it only for another encryption context"
            return [Blame(self.names.context, Kind.DENIED, str(self.identity.layer), text, miss)]
        text = "the key policy leaves the decision to IAM, and no identity policy of the role allows it"
        return [Blame(self.names.role, Kind.DENIED, str(self.identity.layer), text, miss)]

    def _named_but_for_condition(self, policy: LayerAnswer) -> list[Blame]:
        """IAM is silent, but a statement of the key policy names the very role and fails on its condition alone."""
        if self.identity is not None and self.identity.outcome is not Outcome.IMPLICIT_DENY:
            return []
        role = self.step.request.principal.arn if self.step.request else None
        misses = [trace for trace in _condition_misses(policy.statements) if role in trace.principals]
        return [self._conditional(policy, misses[0])] if misses else []

    def _silent_policy(self, policy: LayerAnswer) -> Blame:
        miss = _condition_miss(policy.statements)
        if miss is None or not _meant_for_import(miss):
            text = "no statement of the key policy names the role or leaves the action to IAM"
            return Blame(self.names.policy, Kind.DENIED, str(policy.layer), text)
        return self._conditional(policy, miss)

    def _conditional(self, policy: LayerAnswer, miss: StatementTrace) -> Blame:
        if _misses_on_context(miss):
            text = "the key policy allows it only for another encryption context"
            return Blame(self.names.context, Kind.DENIED, str(policy.layer), text, miss)
        text = "the key policy allows it only under a condition that the import does not meet"
        return Blame(self.names.condition, Kind.DENIED, str(policy.layer), text, miss)

    def gaps(self) -> list[Blame]:
        """What keeps an undecided step from being decided."""
        found = [*self._unread_policy(), *self._unread_identity(), *self._unread_grants()]
        found += _unread_guards(self.layers)
        for judged, cause in ((self.policy, self.names.condition), (self.identity, self.names.role)):
            if judged is not None and judged.outcome is Outcome.UNKNOWN and self.answer.unknown_keys:
                found.append(_unsettled(self._undecided_cause(judged, cause), judged, self.answer))
        return found

    def _undecided_cause(self, judged: LayerAnswer, otherwise: str) -> str:
        trace = _undecided(judged)
        if trace and _on_context(trace):
            return self.names.context
        if trace and trace.effect == "Deny" and judged is self.policy:
            return self.names.deny
        return otherwise

    def _unread_policy(self) -> list[Blame]:
        unread = _first_unread(self.layers.resource)
        if unread is None:
            return []
        why = _why(unread)
        if why and why.grant is None and self.step.resource.split(":")[4] != self.layers_account():
            return [Blame("cross-account", Kind.UNREAD, "resource_policy", why.reason, why=why)] + [
                Blame(cause, Kind.BLOCKED, "resource_policy", why.reason, why=why, blocked_by="cross-account")
                for cause in (self.names.policy, self.names.condition, self.names.deny)
            ]
        causes = dict.fromkeys((self.names.policy, self.names.condition, self.names.deny, self.names.context))
        if self.identity is None or self.identity.outcome is not Outcome.ALLOW:
            causes[self.names.role] = None
        return [Blame(cause, Kind.UNREAD, "resource_policy", unread.layer_note, why=why) for cause in causes]

    def _unread_identity(self) -> list[Blame]:
        unread = _first_unread(self.layers.identity)
        if unread is None:
            return []
        return [Blame(self.names.role, Kind.UNREAD, "identity_policy", unread.layer_note, why=_why(unread))]

    def _unread_grants(self) -> list[Blame]:
        if not isinstance(self.layers.grants, Unread):
            return []
        why = _why(self.layers.grants)
        base = self.blames() or [Blame(self.names.policy, Kind.DENIED, "grant", "")]
        return [Blame(item.cause, Kind.UNREAD, "grant", self.layers.grants.layer_note, why=why) for item in base]


class _S3Judge:
    """Attributes an S3 step among identity policies and the bucket policy."""

    def __init__(self, step: Step) -> None:
        assert step.answer is not None
        assert step.layers is not None
        self.step, self.answer, self.layers = step, step.answer, step.layers
        self.identity = layer_of(self.answer, Layer.IDENTITY_POLICY)
        self.policy = layer_of(self.answer, Layer.RESOURCE_POLICY)
        self.is_source = step.side is Side.SOURCE
        self.role_cause = "role-denied-source" if self.is_source else "canvas-prefix-denied"

    def blames(self) -> list[Blame]:
        found = []
        if self.policy is not None and (trace := _deciding(self.policy)):
            cause = self._policy_cause(trace)
            found.append(Blame(cause, Kind.DENIED, str(self.policy.layer), _words(self.policy), trace))
        if self.identity is not None and self._identity_stands_in_the_way(self.identity):
            text = _words(self.identity) if _deciding(self.identity) else "no identity policy of the role allows it"
            miss = _condition_miss(self.identity.statements)
            found.append(
                Blame(
                    self.role_cause,
                    Kind.DENIED,
                    str(self.identity.layer),
                    text,
                    _deciding(self.identity) or miss,
                )
            )
        return found

    def _identity_stands_in_the_way(self, identity: LayerAnswer) -> bool:
        if identity.outcome is Outcome.EXPLICIT_DENY:
            return True
        allowed_by_policy = self.policy is not None and self.policy.outcome is Outcome.ALLOW
        return identity.outcome is Outcome.IMPLICIT_DENY and (identity.blocks or not allowed_by_policy)

    def _policy_cause(self, trace: StatementTrace) -> str:
        if self.is_source:
            return "source-policy-explicit-deny"
        return sse_cause(trace, headerless=self.step.headerless) or "canvas-prefix-denied"

    def gaps(self) -> list[Blame]:
        found = _unread_guards(self.layers)
        if unread := _first_unread(self.layers.resource):
            why = _why(unread)
            causes = (
                ("source-policy-explicit-deny",)
                if self.is_source
                else ("bucket-policy-requires-other-key", "bucket-policy-requires-sse")
                if self.step.name == "copy"
                else ()
            )
            silent = self.identity is None or self.identity.outcome is not Outcome.ALLOW
            if self.step.foreign:
                return [
                    *found,
                    Blame("cross-account", Kind.UNREAD, "resource_policy", unread.layer_note, why=why),
                    *(
                        Blame(cause, Kind.BLOCKED, "resource_policy", unread.layer_note, blocked_by="cross-account")
                        for cause in (*causes, self.role_cause)
                    ),
                ]
            found += [
                Blame(cause, Kind.UNREAD, "resource_policy", unread.layer_note, why=why)
                for cause in (*causes, *((self.role_cause,) if silent or not causes else ()))
            ]
        if unread := _first_unread(self.layers.identity):
            found.append(Blame(self.role_cause, Kind.UNREAD, "identity_policy", unread.layer_note, why=_why(unread)))
        for judged in (self.policy, self.identity):
            if judged is not None and judged.outcome is Outcome.UNKNOWN and self.answer.unknown_keys:
                trace = _undecided(judged)
                policy_cause = self._policy_cause(trace) if trace and trace.effect == "Deny" else self.role_cause
                cause = policy_cause if judged is self.policy else self.role_cause
                found.append(_unsettled(cause, judged, self.answer))
        return found


def sse_cause(trace: StatementTrace, *, headerless: bool) -> str | None:
    """Which of the two bucket-policy causes a Deny is about, None where it does not look at encryption headers."""
    tests = [(condition.operator.lower(), condition.key.lower()) for condition in trace.conditions]
    on_key = [operator for operator, key in tests if key == SSE_KEY]
    if any("null" not in operator for operator in on_key) and not headerless:
        return "bucket-policy-requires-other-key"
    if on_key or any(key == SSE_ALGORITHM for _, key in tests):
        return "bucket-policy-requires-sse"
    return None


def _on_context(trace: StatementTrace) -> bool:
    return any(condition.key.lower().startswith(_CONTEXT) for condition in trace.conditions)


def _condition_misses(traces: Sequence[StatementTrace]) -> list[StatementTrace]:
    """The Allows that name the principal, the action and the resource, and fail on their condition alone."""
    return [
        trace
        for trace in traces
        if trace.effect == "Allow" and trace.matched is False and trace.miss and trace.miss.element == "condition"
    ]


def _condition_miss(traces: Sequence[StatementTrace]) -> StatementTrace | None:
    misses = _condition_misses(traces)
    return next((trace for trace in misses if _meant_for_import(trace)), misses[0] if misses else None)


def _misses_on_context(trace: StatementTrace) -> bool:
    """Whether the encryption context alone keeps the statement from matching."""
    return all((miss.key or "").lower().startswith(_CONTEXT) for miss in trace.misses)


def _meant_for_import(trace: StatementTrace) -> bool:
    """Whether a conditional Allow could be meant for the import: one for everybody through another service is not."""
    via = [miss for miss in trace.misses if (miss.key or "").lower() == "kms:viaservice"]
    other_service = any("s3." not in value for miss in via for value in miss.wanted)
    return not (other_service and "*" in trace.principals)


def _first_unread(layer: object) -> Unread | None:
    if isinstance(layer, Unread):
        return layer
    if isinstance(layer, list | tuple):
        return next((item for item in layer if isinstance(item, Unread)), None)
    return None


def _unread_guards(layers: object) -> list[Blame]:
    found = []
    for name, layer in (("boundary", Layer.PERMISSIONS_BOUNDARY), ("endpoint", Layer.VPC_ENDPOINT_POLICY)):
        if unread := _first_unread(getattr(layers, name, None)):
            found.append(Blame(GUARDS[layer], Kind.UNREAD, str(layer), unread.layer_note, why=_why(unread)))
    return found


def _why(unread: Unread) -> CouldNotCheck | None:
    return unread.detail if isinstance(unread.detail, CouldNotCheck) else None
