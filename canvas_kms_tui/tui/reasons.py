"""Why a step is decided as it is, pinned to lines: which statement, and which of its elements, with what was asked.

Reads the evaluator's answers into plain data that the screens can draw; imported on the background loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from canvas_kms_tui.import_path import Step
from canvas_kms_tui.policy import Answer, Decision, Miss
from canvas_kms_tui.tui.rooms import Reason

_ELEMENTS = {
    "principal": ("Principal", "NotPrincipal"),
    "action": ("Action", "NotAction"),
    "resource": ("Resource", "NotResource"),
}


def reasons(steps: Iterable[Step]) -> dict[str, tuple[Reason, ...]]:
    """Step id → the statements that decide it, then the one that nearly allowed it."""
    return {step.id: tuple(of_answer(step.answer)) for step in steps if step.answer is not None}


def of_answer(answer: Answer) -> Iterator[Reason]:
    """The statements that decide an answer, none for an allowed one; the nearest miss last."""
    if answer.decision is Decision.ALLOWED:
        return
    miss = answer.nearest_miss
    for by in answer.decided_by:
        if by.statement is not None:
            here = miss is not None and (miss.document, miss.index) == (by.document, by.statement)
            denies = answer.decision is Decision.EXPLICITLY_DENIED
            yield _missed(miss) if here and miss is not None else Reason(by.document, by.statement, by.why, fits=denies)
    if miss is not None and _is_near(miss):
        yield _missed(miss)


def _is_near(miss: Miss) -> bool:
    """A statement about another service altogether says nothing."""
    if miss.element != "action" or not miss.actual:
        return True
    service = miss.actual[0].partition(":")[0].casefold()
    return any(wanted.casefold().startswith((f"{service}:", "*")) for wanted in miss.wanted)


def _missed(miss: Miss) -> Reason:
    return Reason(miss.document, miss.index, miss_words(miss), element_of(miss), nearly=True, fits=True)


def element_of(miss: Miss) -> tuple[str, ...]:
    """The path, inside the statement, of the element that does not fit; () for the whole statement."""
    if miss.element == "condition":
        return ("Condition", miss.operator or "", miss.key or "")
    positive, negated = _ELEMENTS.get(miss.element, ("", ""))
    name = negated if miss.negated else positive
    return (name,) if name else ()


def miss_words(miss: Miss) -> str:
    """What the statement wants, and what the import has, in one line."""
    actual = " or ".join(miss.actual) if miss.actual else ""
    if miss.element == "condition":
        wanted = " or ".join(miss.wanted)
        return f"wants {miss.key} {miss.operator} {wanted}; the import has {actual or 'no such key'}"
    if miss.element == "statement":
        return "can never match: " + "; ".join(miss.wanted)
    if miss.negated:
        return f"leaves out {actual}"
    return f"does not cover {actual}" if miss.element == "resource" else f"does not name {actual}"
