"""The repair plan: the smallest set of changes with which the whole import passes, found by simulation.

Fewer changes come first; among equals Canvas' own settings, then a statement in a key policy, then an inline policy of
the role, then anything else. Nothing is in a plan that is not ours to apply. Where nothing fails, a plan mends what is
warned of.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from canvas_kms_tui.change import Auto, Change, Fix
from canvas_kms_tui.changes import stages
from canvas_kms_tui.changes.merge import Conflict, merged
from canvas_kms_tui.changes.prove import Proof, prove_all, simulate
from canvas_kms_tui.edits.documents import CannotEdit
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Diagnosis, Finding, Status
from canvas_kms_tui.policy import Decision

#: So many sets are simulated before the search ends with the best that was found.
TRIED = 60
#: Other plans that work as well, at most.
ALTERNATIVES = 4

Way = tuple[Finding, Fix]

_PREFERENCE = {"sagemaker": 0, "kms": 1, "iam": 2}


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """One set of changes.

    Attributes:
        fixes: what is chosen, with the finding that each mends.
        changes: the same as writes, those of one document merged into one.
        proof: the import simulated with all of them made.
        complete: every step of the import passes then.
        left: findings as bad as the mended ones that no change of the plan mends: somebody else's, or nobody's.
        alternatives: other sets of the same size.
    """

    fixes: tuple[Way, ...]
    changes: tuple[Change, ...]
    proof: Proof
    complete: bool
    left: tuple[Finding, ...] = ()
    alternatives: tuple[RepairPlan, ...] = field(default=(), repr=False)

    @property
    def title(self) -> str:
        """One line for a list."""
        return "; then ".join(fix.title for _, fix in self.fixes)


async def repair(diagnosis: Diagnosis, facts: Facts) -> RepairPlan | None:
    """The best plan for a diagnosis whose fixes are proven; None where there is nothing that is ours to change."""
    ways = _candidates(diagnosis)
    failing = {finding.id for finding in _wrong(diagnosis)}
    tried = [(way, plan) for way in ways if (plan := await _tried(diagnosis, facts, (way,)))]
    singles = [(way, plan) for way, plan in tried if failing - {finding.id for finding in plan.left}]
    if not singles:
        return None
    mends = [(way, failing - {finding.id for finding in plan.left}) for way, plan in singles]
    all_that_can_be = set().union(*(ids for _, ids in mends))
    enough = [plan for (_, plan), (_, ids) in zip(singles, mends, strict=True) if ids == all_that_can_be]
    found = enough or await _several(diagnosis, facts, mends)
    best = _first_with_alternatives(found or [plan for _, plan in singles])
    return await _with_what_shows_then(diagnosis, facts, best)


async def _with_what_shows_then(diagnosis: Diagnosis, facts: Facts, plan: RepairPlan) -> RepairPlan:
    """The plan, gone on with where it uncovers something else that is ours to mend."""
    known = {finding.id for finding in _wrong(diagnosis)}
    if plan.proof.diagnosis is None or not {finding.id for finding in plan.left} - known:
        return plan
    then = stages.after(facts, plan.changes)
    more = await repair(await prove_all(plan.proof.diagnosis, then), then)
    if more is None or len(more.left) >= len(plan.left):
        return plan
    try:
        changes = stages.chained(plan.changes, more.changes)
    except (Conflict, CannotEdit):
        return plan
    proof = await simulate(diagnosis, facts, changes)
    if not proof.ok:
        return plan
    return RepairPlan((*plan.fixes, *more.fixes), changes, proof, complete=more.complete, left=more.left)


async def _several(diagnosis: Diagnosis, facts: Facts, mends: Sequence[tuple[Way, set[str]]]) -> list[RepairPlan]:
    """The plans of the smallest size that mend all that single fixes mend; else one of everything preferred."""
    found: list[RepairPlan] = []
    for chosen in itertools.islice(_covers(mends), TRIED):
        if found and (len(chosen) > len(found[0].fixes) or len(found) > ALTERNATIVES):
            break
        if plan := await _tried(diagnosis, facts, chosen):
            found.append(plan)
    if not found and (plan := await _tried(diagnosis, facts, _first_of_each([way for way, _ in mends]))):
        found.append(plan)
    return found


def _covers(mends: Sequence[tuple[Way, set[str]]]) -> Iterator[tuple[Way, ...]]:
    """Sets of fixes that together mend all that any of them mends, small ones first, preferred ones first."""
    wanted = set().union(*(ids for _, ids in mends))
    for size in range(2, len(mends) + 1):
        sets = [
            tuple(way for way, _ in chosen)
            for chosen in itertools.combinations(mends, size)
            if set().union(*(ids for _, ids in chosen)) == wanted and _one_each([way for way, _ in chosen])
        ]
        yield from sorted(sets, key=lambda chosen: sum(_preference(fix) for _, fix in chosen))


def _one_each(ways: Sequence[Way]) -> bool:
    return len({finding.id for finding, _ in ways}) == len(ways)


def _first_of_each(ways: Sequence[Way]) -> tuple[Way, ...]:
    first: dict[str, Way] = {}
    for way in ways:
        first.setdefault(way[0].id, way)
    return tuple(first.values())


def _candidates(diagnosis: Diagnosis) -> list[Way]:
    """The fixes that are ours and proven, the preferred first; those of warnings too: a setting may be all it takes."""
    statuses = (Status.FAIL, Status.WARN)
    ways = [
        (finding, fix)
        for finding in diagnosis.findings
        if finding.status in statuses
        for fix in finding.fixes
        if _is_ours(fix)
    ]
    return sorted(ways, key=lambda way: _preference(way[1]))


def _wrong(diagnosis: Diagnosis) -> list[Finding]:
    """What fails; where nothing does, what is warned of."""
    by_status = {
        status: [finding for finding in diagnosis.findings if finding.status is status]
        for status in (Status.FAIL, Status.WARN)
    }
    return by_status[Status.FAIL] or by_status[Status.WARN]


def _is_ours(fix: Fix) -> bool:
    return fix.auto is Auto.YES and bool(fix.changes) and fix.proven is True


def _preference(fix: Fix) -> int:
    return max(_PREFERENCE.get(change.service, 3) for change in fix.changes)


async def _tried(diagnosis: Diagnosis, facts: Facts, chosen: Sequence[Way]) -> RepairPlan | None:
    """The plan, or None where its changes cannot be made together or would do harm."""
    await asyncio.sleep(0)
    try:
        changes = merged([change for _, fix in chosen for change in fix.changes])
    except (Conflict, CannotEdit):
        return None
    proof = await simulate(diagnosis, facts, changes)
    if not proof.ok or proof.diagnosis is None:
        return None
    known = {finding.id for finding in _wrong(diagnosis)}
    failing = [finding for finding in proof.diagnosis.findings if finding.status is Status.FAIL]
    warned = [one for one in proof.diagnosis.findings if one.status is Status.WARN and one.id in known]
    left = tuple(failing or warned)
    return RepairPlan(tuple(chosen), changes, proof, complete=_passes(proof) and not failing, left=left)


def _passes(proof: Proof) -> bool:
    denied = (Decision.IMPLICITLY_DENIED, Decision.EXPLICITLY_DENIED)
    return not any(Decision(step.decision) in denied for step in proof.after)


def _first_with_alternatives(found: Sequence[RepairPlan]) -> RepairPlan:
    """What leaves least broken and changes least comes first; the rest stands beside it."""
    first, *rest = sorted(found, key=lambda plan: (len(plan.left), len(plan.changes)))
    return replace(first, alternatives=tuple(plan for plan in rest if plan.left == first.left)[:ALTERNATIVES])
