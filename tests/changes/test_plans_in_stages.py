"""A plan goes on with what only shows once something else is mended."""

import pytest
from kinds import account_documents

from canvas_kms_tui.changes import planfile, stages
from canvas_kms_tui.changes.merge import Conflict
from canvas_kms_tui.changes.prove import prove_all
from canvas_kms_tui.changes.repair import repair
from canvas_kms_tui.changes.undo import undo
from canvas_kms_tui.demo import environments
from canvas_kms_tui.edits import append_key_policy_statement
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.report.change_request import change_request

KEY = "arn:aws:kms:eu-west-1:111122223333:key/11d4c0cb"


async def test_a_disabled_key_that_the_role_may_not_use_is_mended_in_one_plan(fresh_demo, connect_to, journal):
    broken = {"keys": {"artifacts": {"state": "Disabled"}}}
    demo = fresh_demo(environments.load("role-denied-kms").moved(overrides=broken))
    connection = await connect_to(demo)
    before = await account_documents(connection, demo)
    facts = Facts(connection.gateway, demo.environment.target)
    diagnosis = await prove_all(await diagnose(facts), facts)
    plan = await repair(diagnosis, facts)
    assert plan.complete
    assert [change.operation for change in plan.changes] == ["EnableKey", "PutKeyPolicy"]
    made = planfile.plan_of(plan, demo.environment.target)
    request = change_request(made, diagnosis, repair=plan)
    assert "role-denied-kms" in request
    read = planfile.from_text(planfile.to_text(made))
    outcome = await planfile.apply_plan(
        read, connection=connection, journal=journal, expect_account="111122223333", confirm=read.confirms
    )
    assert outcome.ok, outcome.text
    healthy = await diagnose(Facts(connection.gateway, demo.environment.target))
    assert healthy.verdict.status.value == "healthy"
    assert (await undo(outcome.entry_id, connection=connection, journal=journal)).ok
    assert await account_documents(connection, demo) == before


def statement(document, role):
    return append_key_policy_statement(
        document=document,
        key_arn=KEY,
        region="eu-west-1",
        role_arn=f"arn:aws:iam::111122223333:role/{role}",
        actions=["kms:Decrypt"],
        sid_hint="Use",
    )


def test_two_stages_of_one_document_are_one_write():
    first = statement({"Statement": []}, "A")
    second = statement(first.after, "B")
    (both,) = stages.chained([first], [second])
    assert (both.before, both.after) == (first.before, second.after)
    assert both.parameters["Policy"] == second.parameters["Policy"]
    assert both.confirm == second.confirm


def test_a_stage_that_starts_from_something_else_is_no_second_stage():
    first, second = statement({"Statement": []}, "A"), statement({"Id": "other", "Statement": []}, "B")
    with pytest.raises(Conflict):
        stages.chained([first], [second])
