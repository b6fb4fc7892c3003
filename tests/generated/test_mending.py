"""Worlds broken at random are mended by the plan of the program, and come back by its undo; every document compared."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from breaking import Break
from confusion import pairs, ways
from worlds import healthy

sys.path.append(str(Path(__file__).parents[1] / "changes"))

from kinds import account_documents, opened, typed

from canvas_kms_tui.changes import Journal, apply, repair, undo
from canvas_kms_tui.facts import Calls, Facts
from canvas_kms_tui.findings import Diagnosis, Status
from canvas_kms_tui.fleet.run import Plan, diagnose

SEED = 20251
WAYS = [(way,) for way in ways() if "everything" not in way.touches]
BROKEN = [*WAYS, *pairs(random.Random(SEED), 24)]
#: Every tenth of them in each run, all of them in the slow one.
SOME = [
    pytest.param(broken, marks=() if number % 10 == 3 else pytest.mark.slow, id="+".join(way.name for way in broken))
    for number, broken in enumerate(BROKEN)
]


async def _diagnosed(connection, demo) -> tuple[Diagnosis, Facts]:
    facts = Facts(Calls(connection.gateway), demo.environment.target)
    return await diagnose(facts, Plan()), facts


def _bad(diagnosis: Diagnosis) -> dict[str, str]:
    return {one.id: one.status.value for one in diagnosis.findings if one.status in (Status.FAIL, Status.UNKNOWN)}


@pytest.mark.parametrize("broken", SOME)
async def test_the_plan_does_what_it_says_and_undo_brings_every_document_back(
    broken: tuple[Break, ...], fresh_demo, tmp_path
):
    world = healthy(random.Random(SEED))
    for way in broken:
        way.apply(world)
    demo = fresh_demo(world.environment("+".join(way.name for way in broken)))
    connection = await opened(demo)
    try:
        before = await account_documents(connection, demo)
        diagnosis, facts = await _diagnosed(connection, demo)
        plan = await repair(diagnosis, facts)
        if plan is None:
            assert not any(fix.proven and fix.auto == "yes" for one in diagnosis.findings for fix in one.fixes)
            return
        journal = Journal(tmp_path / "journal")
        outcome = await apply(plan.changes, connection=connection, journal=journal, confirmed=typed(plan.changes))
        assert outcome.ok, outcome.text
        after, _ = await _diagnosed(connection, demo)
        assert {one.id for one in after.findings if one.status is Status.FAIL} == {
            one.id for one in plan.left if one.status is Status.FAIL
        }
        assert set(_bad(after)) <= set(_bad(diagnosis)), "nothing gets worse"
        touched = {change.resource.rpartition("/")[2].rpartition(":")[2] for change in plan.changes}
        stands = await account_documents(connection, demo)
        for name in {**before, **stands}:
            assert before.get(name) == stands.get(name) or any(part in name for part in touched), name
        back = await undo(outcome.entry_id, connection=connection, journal=journal)
        assert back.ok, back.text
        assert await account_documents(connection, demo) == before
    finally:
        connection.close()
