"""Trying a request: the import's own requests to start from, any part of them changed, judged at once.

Imported on the background loop with the evaluator; judging itself is pure and takes well under a millisecond.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from canvas_kms_tui.import_path import Step
from canvas_kms_tui.policy import Answer, Outcome, evaluate
from canvas_kms_tui.policy.lines import write_line
from canvas_kms_tui.tui.reasons import of_answer
from canvas_kms_tui.tui.rooms import Judged, Question

_SAYS = {
    Outcome.ALLOW: "allows",
    Outcome.DELEGATE: "leaves it to the identity policies",
    Outcome.EXPLICIT_DENY: "denies",
    Outcome.IMPLICIT_DENY: "does not allow",
    Outcome.UNKNOWN: "hangs on what is not known",
    Outcome.UNREAD: "could not be read",
}


def questions(steps: Sequence[Step]) -> list[Question]:
    """The requests of the import that could be formed."""
    return [_question(step) for step in steps if step.request is not None]


def _question(step: Step) -> Question:
    request = step.request
    assert request is not None
    context = tuple(
        (key, value if isinstance(value, str) else ",".join(value)) for key, value in request.context.items()
    )
    return Question(step.id, step.title, request.action, request.resource, context, str(request.principal))


def as_lines(steps: Sequence[Step]) -> str:
    """The requests of the import as lines for ``--evaluate``: whoever doubts a decision can repeat and report it."""
    lines = [
        write_line(step.request, step.layers, name=step.id)
        for step in steps
        if step.request is not None and step.layers is not None
    ]
    return "".join(f"{line}\n" for line in lines)


def ask(steps: Sequence[Step], question: Question) -> Judged:
    """Judge with the documents of the step that the question started from."""
    step = next(step for step in steps if step.id == question.start)
    assert step.request is not None
    assert step.layers is not None
    context = {key: value.split(",") if "," in value else value for key, value in question.context}
    request = dataclasses.replace(step.request, action=question.action, resource=question.resource, context=context)
    answer = evaluate(request, step.layers)
    return Judged(str(answer.decision), answer.explanation, _layers(answer), tuple(of_answer(answer)))


def _layers(answer: Answer) -> tuple[tuple[str, str, bool], ...]:
    return tuple(
        (layer.layer.value.replace("_", " "), _SAYS[layer.outcome], layer.blocks)
        for layer in answer.layers
        if layer.outcome in _SAYS
    )
