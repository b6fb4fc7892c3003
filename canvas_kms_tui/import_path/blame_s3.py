"""Owns attribution among bucket policies and identity policies: which id a failing S3 step goes by."""

from __future__ import annotations

from canvas_kms_tui.import_path.blame import (
    Blame,
    Kind,
    condition_misses,
    deciding,
    deniers,
    first_unread,
    layer_of,
    undecided,
    unread_guards,
    unread_key,
    unsettled,
    why_unread,
    words,
)
from canvas_kms_tui.import_path.simulate import SSE_ALGORITHM, SSE_KEY
from canvas_kms_tui.import_path.steps import Side, Step
from canvas_kms_tui.policy import Decision, Layer, LayerAnswer, Outcome, StatementTrace


class S3Judge:
    """Attributes an S3 step among identity policies and the bucket policy."""

    def __init__(self, step: Step) -> None:
        assert step.answer is not None
        assert step.layers is not None
        self.step, self.answer, self.layers = step, step.answer, step.layers
        self.identity = layer_of(self.answer, Layer.IDENTITY_POLICY)
        self.policy = layer_of(self.answer, Layer.RESOURCE_POLICY)
        self.is_source = step.side is Side.SOURCE
        self.role_cause = "role-denied-source" if self.is_source else "canvas-prefix-denied"
        self.source_policy = "access-point" if ":accesspoint/" in step.resource else "source-policy-explicit-deny"

    def blames(self) -> list[Blame]:
        found = self._silent_owner()
        for trace in deniers(self.policy) if self.policy is not None else ():
            assert self.policy is not None
            cause = self._policy_cause(trace)
            found.append(Blame(cause, Kind.DENIED, str(self.policy.layer), words(self.policy, trace), trace))
        if self.identity is not None and self._identity_stands_in_the_way(self.identity):
            text = words(self.identity) if deciding(self.identity) else "no identity policy of the role allows it"
            miss = next(iter(condition_misses(self.identity.statements)), None)
            found.append(
                Blame(
                    self.role_cause,
                    Kind.DENIED,
                    str(self.identity.layer),
                    text,
                    deciding(self.identity) or miss,
                )
            )
        return found

    def _silent_owner(self) -> list[Blame]:
        """Across accounts the bucket's own policy must allow as well."""
        unread = first_unread(self.layers.resource)
        if not self.step.foreign or unread or (self.policy is not None and self.policy.allow is not False):
            return []
        text = "the bucket belongs to another account, and its policy does not let the role in"
        return [Blame("cross-account", Kind.DENIED, str(Layer.RESOURCE_POLICY), text)]

    def _identity_stands_in_the_way(self, identity: LayerAnswer) -> bool:
        if identity.outcome is Outcome.EXPLICIT_DENY:
            return True
        allowed_by_policy = self.policy is not None and self.policy.outcome is Outcome.ALLOW
        return identity.outcome is Outcome.IMPLICIT_DENY and (identity.blocks or not allowed_by_policy)

    def _policy_cause(self, trace: StatementTrace) -> str:
        if self.is_source:
            return self.source_policy
        uncertain = self.step.headerless and self.answer.decision is Decision.UNKNOWN
        return sse_cause(trace, uncertain=uncertain) or "canvas-prefix-denied"

    def gaps(self) -> list[Blame]:
        """What keeps an undecided step from being decided."""
        found = [*unread_guards(self.layers), *self._unread_policy()]
        if unread := first_unread(self.layers.identity):
            note, why = unread.layer_note, why_unread(unread)
            found.append(Blame(self.role_cause, Kind.UNREAD, "identity_policy", note, why=why))
        found += [
            unsettled(self._undecided_cause(judged), judged, self.step)
            for judged in (self.policy, self.identity)
            if judged is not None and judged.outcome is Outcome.UNKNOWN
        ]
        if why := unread_key(self.step, self.answer.unknown_keys):
            found.append(Blame(self.role_cause, Kind.UNREAD, "resource_policy", why.reason, why=why))
        return found

    def _undecided_cause(self, judged: LayerAnswer) -> str:
        trace = undecided(judged)
        if judged is self.policy and trace and trace.effect == "Deny":
            return self._policy_cause(trace)
        return self.role_cause

    def _unread_policy(self) -> list[Blame]:
        """A bucket policy that may not be read: every cause that could stand in it."""
        unread = first_unread(self.layers.resource)
        if unread is None:
            return []
        note, why = unread.layer_note, why_unread(unread)
        causes = self._policy_causes()
        if self.step.foreign:
            shared = Blame("cross-account", Kind.UNREAD, "resource_policy", note, why=why)
            waiting = [
                Blame(cause, Kind.BLOCKED, "resource_policy", note, blocked_by=shared.cause)
                for cause in (*causes, self.role_cause)
            ]
            return [shared, *waiting]
        silent = self.identity is None or self.identity.outcome is not Outcome.ALLOW
        if silent or not self.is_source:
            causes = (*causes, self.role_cause)
        return [Blame(cause, Kind.UNREAD, "resource_policy", note, why=why) for cause in causes]

    def _policy_causes(self) -> tuple[str, ...]:
        if self.is_source:
            return (self.source_policy,)
        if self.step.name == "copy":
            return ("bucket-policy-requires-other-key", "bucket-policy-requires-sse")
        return ()


def sse_cause(trace: StatementTrace, *, uncertain: bool) -> str | None:
    """Which of the two bucket-policy causes a Deny is about, None where it does not look at encryption headers.

    ``uncertain``: a write without header of which AWS's texts do not say whether default encryption satisfies the Deny.
    """
    tests = [(condition.operator.lower(), condition.key.lower()) for condition in trace.conditions]
    on_key = [operator for operator, key in tests if key == SSE_KEY]
    if any("null" not in operator for operator in on_key) and not uncertain:
        return "bucket-policy-requires-other-key"
    if on_key or any(key == SSE_ALGORITHM for _, key in tests):
        return "bucket-policy-requires-sse"
    return None
