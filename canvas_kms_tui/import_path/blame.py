"""Owns what a blame is: one cause for one step, how sure it is, and the guardrails' share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from canvas_kms_tui.findings import CouldNotCheck
from canvas_kms_tui.import_path.steps import Step
from canvas_kms_tui.policy import Answer, Layer, LayerAnswer, Outcome, StatementTrace, Unread


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


def layer_of(answer: Answer, layer: Layer) -> LayerAnswer | None:
    return next((found for found in answer.layers if found.layer is layer), None)


def guard_blames(step: Step, answer: Answer) -> list[Blame]:
    found = []
    for layer, cause in GUARDS.items():
        judged = layer_of(answer, layer)
        if judged is None:
            continue
        if judged.outcome is Outcome.EXPLICIT_DENY or (judged.outcome is Outcome.IMPLICIT_DENY and judged.blocks):
            found.append(Blame(cause, Kind.DENIED, str(layer), words(judged), deciding(judged)))
        elif judged.outcome is Outcome.UNKNOWN and judged.blocks:
            found.append(unsettled(cause, judged, step))
    return found


def unsettled(cause: str, judged: LayerAnswer, step: Step) -> Blame:
    trace = undecided(judged)
    keys = trace.unknown_keys if trace else frozenset()
    if why := unread_key(step, keys):
        return Blame(cause, Kind.UNREAD, str(judged.layer), why.reason, trace, why, keys)
    text = f"whether a statement applies depends on {', '.join(sorted(keys)) or 'a value that is not known'}"
    return Blame(cause, Kind.UNSETTLED, str(judged.layer), text, trace, keys=keys)


def unread_key(step: Step, keys: Collection[str]) -> CouldNotCheck | None:
    """The read that would tell the value of one of these condition keys, where there is one and it failed."""
    for name, why in step.unread_keys.items():
        wanted = name.lower()
        for key in keys:
            if key.lower() == wanted or (wanted.endswith("*") and key.lower().startswith(wanted[:-1])):
                return why
    return None


def deniers(judged: LayerAnswer) -> list[StatementTrace]:
    """Every Deny of the layer that matches."""
    return [trace for trace in judged.statements if trace.effect == "Deny" and trace.matched is True]


def deciding(judged: LayerAnswer) -> StatementTrace | None:
    return next(iter(deniers(judged)), None)


def undecided(judged: LayerAnswer) -> StatementTrace | None:
    return next((trace for trace in judged.statements if trace.matched is None), None)


def words(judged: LayerAnswer, trace: StatementTrace | None = None) -> str:
    if trace := trace or deciding(judged):
        return f"statement {trace.index} of the {trace.document} denies it explicitly"
    return "no statement of it allows the action"


def condition_misses(traces: Sequence[StatementTrace]) -> list[StatementTrace]:
    """The Allows that name the principal, the action and the resource, and fail on their condition alone."""
    return [
        trace
        for trace in traces
        if trace.effect == "Allow" and trace.matched is False and trace.miss and trace.miss.element == "condition"
    ]


def first_unread(layer: object) -> Unread | None:
    if isinstance(layer, Unread):
        return layer
    if isinstance(layer, list | tuple):
        return next((item for item in layer if isinstance(item, Unread)), None)
    return None


def unread_guards(layers: object) -> list[Blame]:
    found = []
    for name, layer in (("boundary", Layer.PERMISSIONS_BOUNDARY), ("endpoint", Layer.VPC_ENDPOINT_POLICY)):
        if unread := first_unread(getattr(layers, name, None)):
            found.append(Blame(GUARDS[layer], Kind.UNREAD, str(layer), unread.layer_note, why=why_unread(unread)))
    return found


def why_unread(unread: Unread) -> CouldNotCheck | None:
    return unread.detail if isinstance(unread.detail, CouldNotCheck) else None
