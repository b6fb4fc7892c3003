"""Owns the nearest miss: the Allow that would have decided otherwise but for one element."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from canvas_kms_tui.policy.grants import Grant
from canvas_kms_tui.policy.layers import reach_of
from canvas_kms_tui.policy.principals import Reach
from canvas_kms_tui.policy.trace import (
    MISS_ACTION,
    MISS_CONDITION,
    MISS_FORM,
    MISS_PRINCIPAL,
    MISS_RESOURCE,
    UNKNOWN_MATCH,
    Decision,
    Layer,
    Miss,
    StatementTrace,
    condition_miss,
    plain_miss,
)

if TYPE_CHECKING:
    from canvas_kms_tui.policy.answer import Answer
    from canvas_kms_tui.policy.scope import Scope

#: What is nearest first: a condition is closer to the author's intent than another principal.
_RANK: Final = {MISS_CONDITION: 0, MISS_RESOURCE: 1, MISS_ACTION: 2, MISS_PRINCIPAL: 3}
_NAMED: Final = frozenset({Layer.RESOURCE_POLICY, Layer.RESOURCE_CONTROL_POLICY, Layer.VPC_ENDPOINT_POLICY})


def nearest_miss(answer: Answer) -> Miss | None:
    """The nearest of the statements that fail on exactly one element, in the layers that stand in the way."""
    if answer.decision is not Decision.IMPLICITLY_DENIED and not (
        answer.decision is Decision.UNKNOWN and answer.denied
    ):
        return None
    best: tuple[tuple[int, int], Miss] | None = None
    for layer, trace in _candidates(answer):
        found = _one_element(layer, trace, answer._scope)
        if found is not None and (best is None or found[0] < best[0]):
            best = found
            if best[0] == (0, 1):
                break
    return best[1] if best else None


def _candidates(answer: Answer) -> Iterator[tuple[Layer, StatementTrace]]:
    blocked = [layer for layer in answer.layers if layer.blocks]
    sides = (Layer.RESOURCE_POLICY, Layer.GRANT) if any(layer.layer in _SIDES for layer in blocked) else ()
    for layer in answer.layers:
        if layer.blocks or layer.layer in sides:
            for trace in layer.statements:
                if trace[0].allow and trace[1] > UNKNOWN_MATCH and (layer.blocks or trace[1] != MISS_PRINCIPAL):
                    yield layer.layer, trace


_SIDES: Final = frozenset({Layer.RESOURCE_POLICY, Layer.IDENTITY_POLICY})


def _one_element(layer: Layer, trace: StatementTrace, scope: Scope) -> tuple[tuple[int, int], Miss] | None:
    statement, code, _, _ = trace
    if isinstance(statement, Grant):
        return _grant(trace) if code == MISS_CONDITION else None
    if code == MISS_FORM:
        return None
    failing = [MISS_PRINCIPAL] if layer in _NAMED and reach_of(statement, scope) is Reach.NONE else []
    if not statement.names_action(scope.action):
        failing.append(MISS_ACTION)
    if statement.names_resource(scope) is False:
        failing.append(MISS_RESOURCE)
    if len(failing) > 1:
        return None
    conditions = statement.failing(scope)
    if failing and conditions:
        return None
    if conditions:
        return (_RANK[MISS_CONDITION], len(conditions)), condition_miss(statement, conditions[0], scope)
    return ((_RANK[failing[0]], 1), plain_miss(statement, failing[0], scope)) if failing else None


def _grant(trace: StatementTrace) -> tuple[tuple[int, int], Miss] | None:
    misses = trace.misses
    return ((_RANK[MISS_CONDITION], len(misses)), misses[0]) if misses else None
