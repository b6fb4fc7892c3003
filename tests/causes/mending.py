"""Taking a fix the whole way over HTTP: proven, applied, found good, undone, restored."""

from __future__ import annotations

import dataclasses
from typing import Any

from diagnosing import Diagnosed

from canvas_kms_tui import edits
from canvas_kms_tui.change import Auto, Change, Fix, Undo
from canvas_kms_tui.changes import Journal, apply, prove, undo
from canvas_kms_tui.changes.standing import standing
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Diagnosis, Finding, Status


def offered(found: Diagnosed) -> list[tuple[Finding, Fix]]:
    """Every fix that the program may apply itself, with the finding that it mends."""
    return [(one, fix) for one in found.diagnosis.findings for fix in one.fixes if fix.auto is Auto.YES and fix.changes]


async def assert_mends(found: Diagnosed, finding: Finding, fix: Fix, journal: Journal) -> Diagnosis:
    """The diagnosis after the fix was applied; by then it is undone again and everything is as it was."""
    proof = await prove(found.diagnosis, found.facts, fix, finding)
    assert proof.ok, f"{fix.id}: {proof.text}"
    fix = dataclasses.replace(fix, proven=True)
    before = await _standing(found, fix.changes)
    confirmed = {change.resource: change.confirm for change in fix.changes if change.confirm}
    outcome = await apply(fix, connection=found.connection, journal=journal, confirmed=confirmed)
    assert outcome.ok, f"{fix.id}: {outcome.text}"
    after = await diagnose(Facts(found.connection.gateway, found.facts.target))
    left = [one for one in after.findings if one.id == finding.id and one.status in (Status.FAIL, Status.WARN)]
    assert not left, f"{fix.id} leaves {left}"
    undone = await undo(outcome.entry_id, connection=found.connection, journal=journal)
    assert undone.ok, f"{fix.id}: {undone.text}"
    assert await _standing(found, fix.changes) == before, fix.id
    return after


async def assert_mends_together(found: Diagnosed, fixes: list[Fix], journal: Journal) -> Diagnosis:
    """The diagnosis after several fixes were applied one after the other, each planned anew."""
    now = found
    for wanted in fixes:
        finding, fix = next((one, fix) for one in now.diagnosis.findings for fix in one.fixes if fix.id == wanted.id)
        proof = await prove(now.diagnosis, now.facts, fix, finding)
        assert proof.ok, f"{fix.id}: {proof.text}"
        fix = dataclasses.replace(fix, proven=True)
        confirmed = {change.resource: change.confirm for change in fix.changes if change.confirm}
        assert (await apply(fix, connection=found.connection, journal=journal, confirmed=confirmed)).ok, fix.id
        facts = Facts(found.connection.gateway, found.facts.target)
        now = dataclasses.replace(found, facts=facts, diagnosis=await diagnose(facts))
    return now.diagnosis


async def _standing(found: Diagnosed, changes: tuple[Change, ...]) -> list[Any]:
    """What stands where the changes write; of a key whose deletion is scheduled again, not the new date."""
    documents = []
    for change in changes:
        now = await standing(found.connection.gateway, change, account=found.environment.account)
        if change.undo is Undo.COMPENSATING and isinstance(now, dict):
            now = {name: value for name, value in now.items() if name != "DeletionDate"}
        documents.append(edits.canonical(now))
    return documents
