"""Owns attribution: which one cause explains a step that fails, so that one broken thing is one finding.

The order of the catalogue: what makes a key or bucket unusable, guardrails that deny, then the statement level; a key
that only source objects use, and a key that comes from the bucket's default encryption, have ids of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.import_path.blame import Blame, Kind, guard_blames
from canvas_kms_tui.import_path.blame_kms import KmsJudge, Names
from canvas_kms_tui.import_path.blame_s3 import S3Judge
from canvas_kms_tui.import_path.resolve import Use
from canvas_kms_tui.import_path.steps import Step
from canvas_kms_tui.policy import Decision


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
    judge = KmsJudge(step, Names.of(step, uses)) if step.is_kms else S3Judge(step)
    found = (*guard_blames(step, step.answer), *judge.blames())
    if step.answer.decision is Decision.UNKNOWN:
        return _once((*found, *judge.gaps()))
    denied = tuple(blame for blame in found if blame.kind is Kind.DENIED)
    return _once(denied or found)


def _once(blames: Sequence[Blame]) -> tuple[Blame, ...]:
    seen: dict[tuple[str, Kind], Blame] = {}
    for item in blames:
        seen.setdefault((item.cause, item.kind), item)
    return tuple(seen.values())
