"""Proof: the diagnosis again, over an overlay of the changes, before anything is written.

A fix is proven when the finding that it mends no longer fails, nothing that passed fails or becomes unknown, and nobody
but those whom a changed statement names gets another answer.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from canvas_kms_tui.causes import catalogue
from canvas_kms_tui.change import Change, Fix
from canvas_kms_tui.changes.neighbours import Neighbours, neighbours
from canvas_kms_tui.changes.others import Affected, concerned
from canvas_kms_tui.changes.overlay import Overlay
from canvas_kms_tui.changes.refusals import refusals
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Diagnosis, Finding, Status, StepResult
from canvas_kms_tui.policy import Decision

_RANK = {Decision.ALLOWED: 0, Decision.UNKNOWN: 1, Decision.IMPLICITLY_DENIED: 2, Decision.EXPLICITLY_DENIED: 3}
_BAD = (Status.FAIL, Status.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Proof:
    """What the simulation found.

    Attributes:
        ok: the changes may be offered.
        text: why, in a sentence or two.
        before, after: the import path on both sides.
        worse: what passed and would not any more, in words.
        affected: other principals whose answers change.
        asked: what was asked of whom besides the role, in words; empty where nobody else is named.
        warnings: what is then to be done besides (log out and in, say).
        profiles: what happens to the other user profiles of the Domain; None where the changes do not concern them.
        diagnosis: everything as it would be found after the changes.
    """

    ok: bool
    text: str
    before: tuple[StepResult, ...]
    after: tuple[StepResult, ...]
    worse: tuple[str, ...] = ()
    affected: tuple[Affected, ...] = ()
    asked: tuple[str, ...] = ()
    profiles: Neighbours | None = None
    warnings: tuple[str, ...] = ()
    diagnosis: Diagnosis | None = field(default=None, repr=False)

    @property
    def others(self) -> tuple[str, ...]:
        """What was found out about everybody else, in sentences."""
        profiles = (_upper(self.profiles.text),) if self.profiles is not None else ()
        return (*self.asked, *map(str, self.affected), *profiles)


async def prove(diagnosis: Diagnosis, facts: Facts, fix: Fix, finding: Finding | None = None) -> Proof:
    """Prove one fix of one finding of the diagnosis; ``facts`` are those that it was made from."""
    finding = finding or next(one for one in diagnosis.findings if fix in one.fixes)
    simulated = await simulate(diagnosis, facts, fix.changes)
    after = simulated.diagnosis
    assert after is not None
    left = [one for one in after.findings if _is_left(one, finding, diagnosis)]
    still = _still_denied(finding, diagnosis, after)
    unexplained = [step for step in still if not _explained(step, finding, after)]
    ok = simulated.ok and not left and not unexplained
    return dataclasses.replace(simulated, ok=ok, text=_text(simulated, finding, left, still, unexplained))


async def prove_all(diagnosis: Diagnosis, facts: Facts) -> Diagnosis:
    """The diagnosis with ``proven`` and ``proof`` filled in for every fix that has changes."""
    findings = [await _proven(diagnosis, facts, finding) for finding in diagnosis.findings]
    return dataclasses.replace(diagnosis, findings=tuple(findings))


async def simulate(diagnosis: Diagnosis, facts: Facts, changes: Sequence[Change]) -> Proof:
    """The diagnosis after the changes; ``ok`` says that nothing gets worse, for whomever."""
    overlay = Facts(Overlay(facts.calls, changes), facts.target)
    ids = {finding.cause for finding in diagnosis.findings}
    causes = [cause for cause in catalogue() if cause.id in ids]
    after = await diagnose(overlay, causes=causes, accept_unknown=diagnosis.accepted_unknown)
    role = diagnosis.resolved.execution_role.value or ""
    asked = [(change, concerned(change, role_arn=role)) for change in changes] if role else []
    affected = tuple(one for _, concern in asked for one in concern.affected)
    profiles = await neighbours(facts, changes, role) if role else None
    worse = [
        *refusals(changes),
        *_worse_steps(diagnosis.import_path, after.import_path),
        *_worse_findings(diagnosis, after),
    ]
    gains = [one for one in affected if not one.intended]
    simulated = Proof(
        ok=not worse and not gains and (profiles is None or profiles.ok),
        text="",
        before=diagnosis.import_path,
        after=after.import_path,
        worse=tuple(dict.fromkeys(worse)),
        affected=affected,
        asked=tuple(concern.text(change) for change, concern in asked if concern.named),
        profiles=profiles,
        warnings=_new_warnings(diagnosis, after),
        diagnosis=after,
    )
    return dataclasses.replace(simulated, text=_harm(simulated) or _proven_text(simulated, ()))


async def _proven(diagnosis: Diagnosis, facts: Facts, finding: Finding) -> Finding:
    fixes = []
    for fix in finding.fixes:
        await asyncio.sleep(0)  # each proof computes for a while: let screens draw in between
        proof = await prove(diagnosis, facts, fix, finding) if fix.changes else None
        fixes.append(fix if proof is None else dataclasses.replace(fix, proven=proof.ok, proof=proof.text))
    return dataclasses.replace(finding, fixes=tuple(fixes))


def _is_left(after: Finding, finding: Finding, before: Diagnosis) -> bool:
    """Whether the finding is still there; under another resource it counts if it was not there before."""
    if after.cause != finding.cause or after.status not in (finding.status, *_BAD):
        return False
    known = {one.id for one in before.findings if one.status in (Status.FAIL, Status.WARN, Status.UNKNOWN)}
    return after.id == finding.id or after.id not in known


def _still_denied(finding: Finding, before: Diagnosis, after: Diagnosis) -> list[StepResult]:
    """The denied steps of the finding that are denied afterwards too, wherever they then go."""
    denied = [step for step in before.import_path if step_id(step) in finding.step_ids and _rank(step) >= 2]
    places = {(step.step, step.action) for step in denied}
    known = {step_id(step) for step in denied}
    others = {step_id(step) for step in before.import_path} - known
    return [
        step
        for step in after.import_path
        if _rank(step) >= 1 and (step.step, step.action) in places and step_id(step) not in others
    ]


def _explained(step: StepResult, finding: Finding, after: Diagnosis) -> bool:
    """Whether another finding that was there before stands in the step's way too, and has to be mended besides."""
    return any(
        one.cause != finding.cause and one.status is Status.FAIL and step_id(step) in one.step_ids
        for one in after.findings
    )


def _worse_steps(before: Iterable[StepResult], after: Iterable[StepResult]) -> list[str]:
    """Steps that get a worse answer; a step that moves to another resource is compared with where it was."""
    old, new = list(before), list(after)
    exact = {step_id(step): step for step in old}
    worse = []
    for step in new:
        was = exact.get(step_id(step))
        rank = _rank(was) if was else _moved_from(step, old, new)
        if rank is not None and _rank(step) > rank and not (rank >= 2 and _rank(step) >= 2):
            worse.append(f"{step.action} on {step.resource} would be {_words(step.decision)}")
    return worse


def _moved_from(step: StepResult, old: Sequence[StepResult], new: Sequence[StepResult]) -> int | None:
    """The best rank among the steps of the same kind that are gone; 0 where the step is altogether new."""
    kept = {step_id(one) for one in new}
    gone = [
        _rank(one) for one in old if (one.step, one.action) == (step.step, step.action) and step_id(one) not in kept
    ]
    return max(gone, default=0)


def _worse_findings(before: Diagnosis, after: Diagnosis) -> list[str]:
    """Findings that fail and did not. What was blocked, or failed elsewhere under the same cause, is not news."""
    old = {one.id: one.status for one in before.findings}
    excused = {
        one.cause for one in before.findings if one.status in (Status.BLOCKED, Status.FAIL, Status.WARN, Status.UNKNOWN)
    }
    worse = []
    for one in after.findings:
        was = old.get(one.id)
        news = one.status is Status.FAIL and was not in (Status.FAIL, Status.BLOCKED, Status.UNKNOWN)
        if news and (was is not None or one.cause not in excused):
            worse.append(f"{one.cause} would fail: {one.summary}")
        if one.status is Status.UNKNOWN and was in (Status.PASS, Status.WARN):
            worse.append(f"{one.cause} would be unknown: {one.summary}")
    return worse


def _new_warnings(before: Diagnosis, after: Diagnosis) -> tuple[str, ...]:
    silent = (Status.PASS, Status.NOT_APPLICABLE, Status.BLOCKED)
    known = {one.id for one in before.findings if one.status in silent}
    return tuple(one.summary for one in after.findings if one.status is Status.WARN and one.id in known)


def _text(
    simulated: Proof,
    finding: Finding,
    left: Sequence[Finding],
    still: Sequence[StepResult],
    unexplained: Sequence[StepResult],
) -> str:
    if left:
        return f"Not proven: {left[0].summary}"
    if unexplained:
        step = unexplained[0]
        return f"Not proven: {step.action} on {step.resource} would still be {_words(step.decision)}."
    return _harm(simulated) or _proven_text(simulated, still)


def _harm(simulated: Proof) -> str:
    """Why the changes may not be offered, whatever they mend; empty where nothing is against them."""
    if simulated.worse:
        return f"Not proven: {simulated.worse[0]}."
    if gains := [one for one in simulated.affected if not one.intended]:
        return f"Not proven: an answer would change for somebody else: {gains[0]}."
    if simulated.profiles is not None and not simulated.profiles.ok:
        return f"Not proven: {simulated.profiles.text}"
    return ""


def _proven_text(simulated: Proof, still: Sequence[StepResult]) -> str:
    passing = sum(_rank(step) == 0 for step in simulated.after)
    parts = [f"Simulated again with the change: {passing} of {len(simulated.after)} steps pass"]
    if still:
        parts[0] += f"; {still[0].action} is still {_words(still[0].decision)} for another reason that is found too"
    parts.append("nothing that passed fails")
    if count := len(simulated.affected):
        answers = "1 answer changes" if count == 1 else f"{count} answers change"
        parts.append(f"{answers} for others whom the changed statement names")
    else:
        parts.append("no other principal gains anything")
    if simulated.profiles is not None:
        parts.append(simulated.profiles.text.rstrip("."))
    return " ".join(["; ".join(parts) + ".", *(f"Afterwards: {one}" for one in simulated.warnings)])


def step_id(step: StepResult) -> str:
    """As ``Finding.step_ids`` names steps."""
    return f"{step.step}:{step.action}:{step.resource}"


def _rank(step: StepResult) -> int:
    return _RANK[Decision(step.decision)]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _words(decision: str) -> str:
    return str(decision).replace("_", " ")
