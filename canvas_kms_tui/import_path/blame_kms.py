"""Owns attribution among key policies, grants and identity policies: which id a failing KMS step goes by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from canvas_kms_tui.import_path.blame import (
    Blame,
    Kind,
    condition_misses,
    deniers,
    first_unread,
    layer_of,
    undecided,
    unread_guards,
    unsettled,
    why_unread,
    words,
)
from canvas_kms_tui.import_path.resolve import Use
from canvas_kms_tui.import_path.steps import Step
from canvas_kms_tui.policy import Layer, LayerAnswer, Outcome, StatementTrace, Unread

_CONTEXT = "kms:encryptioncontext"
#: Outcomes of a layer in which a statement that is not settled may still decide.
_OPEN = (Outcome.UNKNOWN, Outcome.DELEGATE)


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


class KmsJudge:
    """Attributes a KMS step among identity policies, key policies and grants."""

    def __init__(self, step: Step, names: Names) -> None:
        assert step.answer is not None
        assert step.layers is not None
        self.step, self.names, self.answer, self.layers = step, names, step.answer, step.layers
        self.identity = layer_of(self.answer, Layer.IDENTITY_POLICY)
        self.policy = layer_of(self.answer, Layer.RESOURCE_POLICY)
        self.grant = layer_of(self.answer, Layer.GRANT)

    def blames(self) -> list[Blame]:
        return [*self._explicit_denies(), *self._silences()]

    def _silences(self) -> list[Blame]:
        """Who had to allow and does not; each layer for itself, also where another one denies."""
        policy, granted = self.policy, self.grant is not None and self.grant.outcome is Outcome.ALLOW
        if granted or policy is None or policy.unread or policy.direct or policy.limited:
            return self._foreign_identity()
        if policy.through_account:
            return self._named_but_for_condition(policy) or self._silent_identity()
        return [self._silent_policy(policy)] if policy.allow is False else []

    def _explicit_denies(self) -> list[Blame]:
        found = []
        for judged, cause in ((self.policy, self.names.deny), (self.identity, self.names.role)):
            if judged is None:
                continue
            for trace in deniers(judged):
                blamed = self.names.context if _demands_context(trace) else cause
                found.append(Blame(blamed, Kind.DENIED, str(judged.layer), words(judged, trace), trace))
        return found

    def _foreign_identity(self) -> list[Blame]:
        """Across accounts the caller's own policies must allow as well, whatever the key policy says."""
        return self._silent_identity() if self._is_foreign() else []

    def _is_foreign(self) -> bool:
        return self.step.resource.split(":")[4:5] != [self.layers_account()]

    def layers_account(self) -> str:
        assert self.step.request is not None
        return str(self.step.request.context.get("aws:PrincipalAccount", ""))

    def _silent_identity(self) -> list[Blame]:
        if self.identity is None or self.identity.unread or self.identity.allow is not False:
            return []
        miss = condition_miss(self.identity.statements)
        if miss and _misses_on_context(miss):
            text = "an identity policy allows it only for another encryption context"
            return [Blame(self.names.context, Kind.DENIED, str(self.identity.layer), text, miss)]
        text = "the key policy leaves the decision to IAM, and no identity policy of the role allows it"
        if self._is_foreign():
            text = "the key belongs to another account, so the role's own policies must allow it too, and none does"
        return [Blame(self.names.role, Kind.DENIED, str(self.identity.layer), text, miss)]

    def _named_but_for_condition(self, policy: LayerAnswer) -> list[Blame]:
        """IAM is silent, but a statement of the key policy names the very role and fails on its condition alone."""
        if self.identity is not None and self.identity.allow is not False:
            return []
        role = self.step.request.principal.arn if self.step.request else None
        misses = [trace for trace in condition_misses(policy.statements) if role in trace.principals]
        return [self._conditional(policy, misses[0])] if misses else []

    def _silent_policy(self, policy: LayerAnswer) -> Blame:
        miss = condition_miss(policy.statements)
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
        found += unread_guards(self.layers)
        for judged, cause in ((self.policy, self.names.condition), (self.identity, self.names.role)):
            if judged is not None and judged.outcome in _OPEN and undecided(judged):
                found.append(unsettled(self._undecided_cause(judged, cause), judged, self.step))
        return found

    def _undecided_cause(self, judged: LayerAnswer, otherwise: str) -> str:
        trace = undecided(judged)
        if trace and _on_context(trace):
            return self.names.context
        if trace and trace.effect == "Deny" and judged is self.policy:
            return self.names.deny
        return otherwise

    def _unread_policy(self) -> list[Blame]:
        unread = first_unread(self.layers.resource)
        if unread is None:
            return []
        why = why_unread(unread)
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
        unread = first_unread(self.layers.identity)
        if unread is None:
            return []
        causes = [self.names.role]
        if self.policy is not None:
            causes += [blame.cause for blame in self._named_but_for_condition(self.policy)]
        note, why = unread.layer_note, why_unread(unread)
        return [Blame(cause, Kind.UNREAD, "identity_policy", note, why=why) for cause in causes]

    def _unread_grants(self) -> list[Blame]:
        if not isinstance(self.layers.grants, Unread):
            return []
        why = why_unread(self.layers.grants)
        base = self.blames() or [Blame(self.names.policy, Kind.DENIED, "grant", "")]
        return [Blame(item.cause, Kind.UNREAD, "grant", self.layers.grants.layer_note, why=why) for item in base]


def _on_context(trace: StatementTrace) -> bool:
    return any(condition.key.lower().startswith(_CONTEXT) for condition in trace.conditions)


def _demands_context(trace: StatementTrace) -> bool:
    """Whether a Deny is for every other encryption context than the one it names."""
    return any(
        condition.key.lower().startswith(_CONTEXT) and "not" in condition.operator.lower()
        for condition in trace.conditions
    )


def condition_miss(traces: Sequence[StatementTrace]) -> StatementTrace | None:
    misses = condition_misses(traces)
    return next((trace for trace in misses if _meant_for_import(trace)), misses[0] if misses else None)


def _misses_on_context(trace: StatementTrace) -> bool:
    """Whether the encryption context alone keeps the statement from matching."""
    return all((miss.key or "").lower().startswith(_CONTEXT) for miss in trace.misses)


#: Keys by which a statement for everybody names one caller: it does not name the role.
_NAMES = frozenset({"aws:principalarn", "aws:userid", "aws:username"})


def _meant_for_import(trace: StatementTrace) -> bool:
    """Whether a conditional Allow could be meant for the import.

    One for everybody through another service is not, nor one for everybody whose condition names another caller.
    """
    if "*" not in trace.principals:
        return True
    via = [value for miss in trace.misses if (miss.key or "").lower() == "kms:viaservice" for value in miss.wanted]
    other_service = bool(via) and all("s3." not in value for value in via)
    return not other_service and not any((miss.key or "").lower() in _NAMES for miss in trace.misses)
