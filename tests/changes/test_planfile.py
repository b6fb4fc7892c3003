import dataclasses
import json

import pytest
from kinds import opened

from canvas_kms_tui import edits
from canvas_kms_tui.changes import planfile
from canvas_kms_tui.changes.errors import Refused, Stale, WrongAccount
from canvas_kms_tui.changes.prove import prove_all
from canvas_kms_tui.changes.repair import repair
from canvas_kms_tui.changes.undo import undo
from canvas_kms_tui.edits.documents import digest
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts

ACCOUNT = "111122223333"


@pytest.fixture
async def planned(fresh_demo, connect_to, tmp_path):
    async def give(name="two-causes"):
        demo = fresh_demo(name)
        connection = await connect_to(demo)
        facts = Facts(connection.gateway, demo.environment.target)
        diagnosis = await prove_all(await diagnose(facts), facts)
        plan = planfile.plan_of(await repair(diagnosis, facts), demo.environment.target)
        path = tmp_path / "plan.json"
        planfile.save(plan, path)
        return path, connection, demo

    return give


async def run(path, connection, journal, **more):
    plan = planfile.load(path)
    return await planfile.apply_plan(plan, connection=connection, journal=journal, **{"expect_account": ACCOUNT} | more)


async def test_a_plan_is_applied_exactly_and_undone(planned, journal):
    path, connection, _ = await planned()
    plan = planfile.load(path)
    outcome = await run(path, connection, journal, confirm=plan.confirms)
    assert outcome.ok
    assert [one.change for one in outcome.applied] == list(plan.changes)
    assert (await undo(outcome.entry_id, connection=connection, journal=journal)).ok


async def test_the_file_is_for_the_user_alone_and_reads_back(planned):
    path, _, demo = await planned()
    assert path.stat().st_mode & 0o077 == 0
    plan = planfile.load(path)
    assert plan.target == demo.environment.target
    assert planfile.from_text(planfile.to_text(plan)) == plan


async def test_a_confirmation_that_is_missing_refuses(planned, journal):
    path, connection, _ = await planned("key-disabled")
    with pytest.raises(Refused, match="to confirm"):
        await run(path, connection, journal)
    assert json.loads(path.read_text())["changes"][0]["needs_confirmation"] is True
    assert (await run(path, connection, journal, confirm=planfile.load(path).confirms)).ok


async def test_an_edited_plan_is_refused(planned):
    path, _, _ = await planned()
    path.write_text(path.read_text().replace("kms:Decrypt", "kms:*"))
    with pytest.raises(Refused, match="edited") as refused:
        planfile.load(path)
    assert refused.value.exit_code == 5


async def test_a_plan_that_was_edited_and_sealed_again_is_not_believed(planned, journal):
    """Whoever can recompute digests still cannot make the program write something that it does not propose."""
    path, connection, demo = await planned("role-denied-kms")
    plan = planfile.load(path)
    change = plan.changes[0]
    forged = edits.append_key_policy_statement(
        document=change.before,
        key_arn=change.resource,
        region=change.region,
        role_arn=f"arn:aws:iam::{ACCOUNT}:role/Attacker",
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        sid_hint="Use",
    )
    path.write_text(planfile.to_text(dataclasses.replace(plan, changes=(forged,))))
    with pytest.raises(Refused, match="not what is proposed"):
        await run(path, connection, journal)
    assert "PutKeyPolicy" not in [request["operation"] for request in demo.requests()]


async def test_what_is_sent_must_be_what_is_shown(planned):
    path, _, _ = await planned("role-denied-kms")
    plan = planfile.load(path)
    change = plan.changes[0]
    lying = dataclasses.replace(change, parameters={**change.parameters, "Policy": "{}"})
    path.write_text(planfile.to_text(dataclasses.replace(plan, changes=(lying,))))
    with pytest.raises(Refused, match="not what it shows"):
        planfile.load(path)


async def test_a_stale_plan_is_refused(planned, journal):
    path, connection, _ = await planned("role-denied-kms")
    change = planfile.load(path).changes[0]
    other = edits.add_statement(change.before, {**change.before["Statement"][0], "Sid": "SomebodyElse"})
    writer = await connection.writer()
    await writer.send("kms", "put_key_policy", **{**change.parameters, "Policy": json.dumps(other)})
    with pytest.raises(Stale):
        await run(path, connection, journal)
    assert journal.entries() == []


@pytest.mark.parametrize("expected", ["999988887777", ""])
async def test_another_account_is_exit_code_4(expected, planned, journal):
    path, connection, _ = await planned()
    with pytest.raises(WrongAccount) as refused:
        await run(path, connection, journal, expect_account=expected)
    assert refused.value.exit_code == 4


async def test_another_accounts_plan_is_exit_code_4(planned, journal, fresh_demo):
    path, _, demo = await planned()
    elsewhere = fresh_demo(demo.environment.moved(account="444455556666"))
    connection = await opened(elsewhere)
    with pytest.raises(WrongAccount):
        await run(path, connection, journal, expect_account="444455556666")
    connection.close()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"plan_version": "1"}', '{"plan_version": "9"}', "\x00", "nonsense"])
def test_something_else_is_no_plan(text, tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(Refused, match="not a plan"):
        planfile.load(path)


def test_a_sealed_file_without_its_parts_is_no_plan(tmp_path):
    body = {"plan_version": "1", "changes": []}
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({**body, "seal": digest(body)}))
    with pytest.raises(Refused, match="not a plan"):
        planfile.load(path)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(Refused, match="cannot be read"):
        planfile.load(tmp_path / "none.json")
