"""Owns attribution: which one cause explains a step that fails, so that one broken thing is one finding.

The order of the catalogue: what makes a key or bucket unusable, guardrails that deny, then the statement level; a key
that only source objects use, and a key that comes from the bucket's default encryption, have ids of their own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from canvas_kms_tui.import_path.blame import Blame, Kind, guard_blames, unread_key, why_unread
from canvas_kms_tui.import_path.blame_kms import KmsJudge, Names
from canvas_kms_tui.import_path.blame_s3 import S3Judge
from canvas_kms_tui.import_path.resolve import Use
from canvas_kms_tui.import_path.stale import Stale, stale_allow
from canvas_kms_tui.import_path.steps import Step
from canvas_kms_tui.policy import Decision, Layer


def blame(step: Step, uses: frozenset[Use]) -> tuple[Blame, ...]:
    """Every cause of a step that does not pass, each once; () for a step that passes.

    ``uses`` is everything that the step's key is used for in this import.
    """
    if step.obstacle:
        refused = Blame(step.obstacle.cause, Kind.DENIED, "resource_state", step.obstacle.text)
        return (refused, *(blame for blame in _by_policy(step, uses) if blame.kind is Kind.DENIED))
    return _by_policy(step, uses)


#: Of the ids that one statement of an identity policy can be blamed under, which one keeps it.
_KEEPS = (
    "encryption-context-mismatch",
    "role-denied-kms",
    "canvas-prefix-denied",
    "source-object-key-denied",
    "role-denied-source",
    "bucket-default-key-denied",
    "domain-key-grant-denied",
)


def told_once(steps: Sequence[Step], found: Sequence[tuple[Blame, ...]]) -> list[tuple[Blame, ...]]:
    """The blames of all steps, where one Deny of an identity policy is told once; what else it stops follows from it.

    It goes by one id, and of several keys by the one that comes first on the import's way.
    """
    told: dict[tuple[str, int], tuple[bool, int, int, str]] = {}
    for place, blames in enumerate(found):
        for item in blames:
            if deny := _identity_deny(item):
                rank = _KEEPS.index(item.cause) if item.cause in _KEEPS else len(_KEEPS)
                this = (item.kind is not Kind.DENIED, rank, place, item.cause)
                told[deny] = min(told.get(deny, this), this)
    keeps = {deny: (cause, _key_of(steps[place])) for deny, (_, _, place, cause) in told.items()}
    return [tuple(_under(item, step, keeps) for item in blames) for step, blames in zip(steps, found, strict=True)]


def _under(item: Blame, step: Step, keeps: Mapping[tuple[str, int], tuple[str, str]]) -> Blame:
    deny = _identity_deny(item)
    if deny is None or keeps[deny] == (item.cause, _key_of(step)):
        return item
    return dataclasses.replace(item, kind=Kind.BLOCKED, blocked_by=keeps[deny][0])


def _key_of(step: Step) -> str:
    return step.resource if step.is_kms else ""


def _identity_deny(item: Blame) -> tuple[str, int] | None:
    trace = item.statement
    if item.kind not in (Kind.DENIED, Kind.UNSETTLED) or item.layer != Layer.IDENTITY_POLICY or trace is None:
        return None
    return (trace.document, trace.index) if trace.effect == "Deny" else None


def _by_policy(step: Step, uses: frozenset[Use]) -> tuple[Blame, ...]:
    if step.answer is None or step.layers is None or step.answer.decision is Decision.ALLOWED:
        return ()
    judge = KmsJudge(step, Names.of(step, uses)) if step.is_kms else S3Judge(step)
    guards, silent = guard_blames(step, step.answer), judge.blames()
    if step.answer.decision is Decision.UNKNOWN:
        if step.answer.denied:
            return _once((*guards, *silent, *judge.gaps()))
        gaps = judge.gaps() or [_open(blame, step) for blame in silent]
        return _once((*(_open(blame, step) for blame in guards), *gaps))
    found = (*guards, *silent)
    denied = tuple(blame for blame in found if blame.kind is Kind.DENIED)
    if stale := stale_allow(step):
        return _once((_of_stale(stale), *(_behind_stale(blame) for blame in denied)))
    return _once(denied or found)


def _of_stale(stale: Stale) -> Blame:
    text = f"statement {stale.statement.index} of the {stale.document.name} names {stale.unique_id}, a deleted role"
    return Blame("stale-principal", Kind.DENIED, str(Layer.RESOURCE_POLICY), text)


def _behind_stale(blame: Blame) -> Blame:
    return dataclasses.replace(blame, kind=Kind.BLOCKED, blocked_by="stale-principal")


def _open(blame: Blame, step: Step) -> Blame:
    """A layer that is silent where something unread or unsettled may still allow."""
    if blame.kind is not Kind.DENIED or step.answer is None:
        return blame
    keys = step.answer.unknown_keys
    unread = next(iter(step.answer.unread), None)
    why = why_unread(unread) if unread else unread_key(step, keys)
    if why:
        return dataclasses.replace(blame, kind=Kind.UNREAD, why=why)
    depends = ", ".join(sorted(keys)) or "a rule that AWS does not document"
    text = f"{blame.text}, and whether something else allows it depends on {depends}"
    return dataclasses.replace(blame, kind=Kind.UNSETTLED, text=text, keys=keys)


def _once(blames: Sequence[Blame]) -> tuple[Blame, ...]:
    seen: dict[tuple[str, Kind], Blame] = {}
    for item in blames:
        seen.setdefault((item.cause, item.kind), item)
    return tuple(seen.values())
