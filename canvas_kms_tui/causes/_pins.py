"""Owns how a pinned key is read out of a bucket policy's Deny."""

from __future__ import annotations

from dataclasses import dataclass

from canvas_kms_tui.import_path.simulate import SSE_KEY
from canvas_kms_tui.policy import StatementTrace


@dataclass(frozen=True, slots=True)
class Pin:
    """One key that a statement's condition demands; ``statement`` is its index in the document."""

    statement: int
    operator: str
    key: str
    value: str


def demands(trace: StatementTrace) -> list[tuple[str, str]]:
    """The conditions (operator, condition key) by which a Deny demands a key, wildcards or not."""
    return [
        (condition.operator, condition.key)
        for condition in trace.conditions
        if condition.key.lower() == SSE_KEY and "not" in condition.operator.lower()
    ]


def pins(trace: StatementTrace | None) -> list[Pin]:
    """The keys that a Deny demands; a value with a wildcard or a variable names no key."""
    if trace is None:
        return []
    return [
        Pin(trace.index, condition.operator, condition.key, value)
        for condition in trace.conditions
        if condition.key.lower() == SSE_KEY and "not" in condition.operator.lower()
        for value in condition.wanted
        if not set(value) & set("*?$")
    ]
