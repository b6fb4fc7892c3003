"""Owns the difference between two answers to one request: what a changed document changes, as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from canvas_kms_tui.policy.answer import Answer
from canvas_kms_tui.policy.layers import LayerAnswer
from canvas_kms_tui.policy.trace import Decision, Layer, Outcome, StatementTrace


@dataclass(frozen=True, slots=True)
class LayerChange:
    """A layer that says something else than before."""

    layer: Layer
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class StatementChange:
    """A statement whose match changed. ``before`` and ``after`` are its ``matched``; ``"absent"`` = it is not there."""

    layer: Layer
    document: str
    index: int
    sid: str | None
    effect: str
    before: bool | str | None
    after: bool | str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two answers; falsy when nothing did.

    ``gained``: allowed for certain now and not before. ``lost``: allowed for certain before and not now.
    """

    before: Decision
    after: Decision
    layers: tuple[LayerChange, ...]
    statements: tuple[StatementChange, ...]

    @property
    def gained(self) -> bool:
        return self.after is Decision.ALLOWED and self.before is not Decision.ALLOWED

    @property
    def lost(self) -> bool:
        return self.before is Decision.ALLOWED and self.after is not Decision.ALLOWED

    def __bool__(self) -> bool:
        return self.before is not self.after or bool(self.layers) or bool(self.statements)


def difference(before: Answer, after: Answer) -> Difference:
    """Compare two answers, usually to the same request against documents before and after a change."""
    pairs = list(zip(before.layers, after.layers, strict=True))
    return Difference(
        before.decision,
        after.decision,
        tuple(LayerChange(old.layer, old.outcome, new.outcome) for old, new in pairs if old.outcome is not new.outcome),
        tuple(change for old, new in pairs for change in _statements(old, new)),
    )


def _statements(old: LayerAnswer, new: LayerAnswer) -> Iterator[StatementChange]:
    earlier = {trace.key: trace for trace in old.statements}
    later = {trace.key: trace for trace in new.statements}
    for key in [*earlier, *(key for key in later if key not in earlier)]:
        was, now = earlier.get(key), later.get(key)
        before, after = _state(was), _state(now)
        if before != after:
            shown = now or was
            if shown is not None:
                yield StatementChange(old.layer, *key, shown.sid, shown.effect, before, after)


def _state(trace: StatementTrace | None) -> bool | str | None:
    return "absent" if trace is None else trace.matched
