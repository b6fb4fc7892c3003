import contextlib
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
from canvas_kms_tui.demo import environments
from canvas_kms_tui.edits.documents import digest
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Calls, Facts
from canvas_kms_tui.fleet.run import Plan
from canvas_kms_tui.fleet.run import diagnose as fleet_diagnose

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


async def test_a_confirmation_that_was_edited_away_is_asked_for_all_the_same(planned, journal):
    """What is applied is what is proposed anew: the file is only compared with it."""
    path, connection, demo = await planned("key-disabled")
    plan = planfile.load(path)
    quiet = tuple(dataclasses.replace(change, confirm=None, confirm_why="") for change in plan.changes)
    path.write_text(planfile.to_text(dataclasses.replace(plan, changes=quiet)))
    with pytest.raises(Refused, match="to confirm"):
        await run(path, connection, journal)
    assert "EnableKey" not in [request["operation"] for request in demo.requests()]


async def test_a_fix_that_only_cloudtrail_makes_ours_can_be_applied_from_its_plan(fresh_demo, connect_to, journal):
    demo = fresh_demo("stale-principal")
    connection = await connect_to(demo)
    facts = Facts(Calls(connection.gateway), demo.environment.target)
    diagnosis = await fleet_diagnose(facts, Plan())
    plan = planfile.plan_of(await repair(diagnosis, facts), demo.environment.target)
    outcome = await planfile.apply_plan(
        plan, connection=connection, journal=journal, expect_account=ACCOUNT, confirm=plan.confirms
    )
    assert outcome.ok
    assert (await undo(outcome.entry_id, connection=connection, journal=journal)).ok


NONSENSE = [None, "x", 5, [[]], {"a": {}}]


def _places(value, path=()):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from _places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield (*path, index)
            yield from _places(inner, (*path, index))


def _edited(body, path, value):
    copied = json.loads(json.dumps(body))
    inner = copied
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    for change in copied["changes"] if isinstance(copied.get("changes"), list) else ():
        with contextlib.suppress(*planfile._MALFORMED):
            sent = [change["service"], change["operation"], change["parameters"]]
            change["digests"] = {
                "before": digest(change["before"]), "after": digest(change["after"]), "sent": digest(sent)
            }  # fmt: skip
    return {**copied, "seal": digest(copied)}


@pytest.mark.parametrize("name", ["two-causes", pytest.param("default-bucket-missing", marks=pytest.mark.slow)])
async def test_whatever_is_edited_by_hand_and_sealed_again_is_refused_or_the_same_plan(name, planned, journal):
    """No place of the file, replaced by nonsense, ends in a traceback; what loads is still only compared."""
    path, connection, _ = await planned(name)
    body = json.loads(path.read_text())
    del body["seal"]
    loaded = {}
    for place in list(_places(body)):
        for value in NONSENSE:
            path.write_text(json.dumps(_edited(body, place, value)))
            with contextlib.suppress(Refused):
                loaded[place] = planfile.load(path)
    nowhere = dataclasses.replace(connection, writer=None, no_writer="a test writes nothing")
    for plan in list(loaded.values())[:: 1 + len(loaded) // 6]:  # every run diagnoses anew
        with pytest.raises(Refused):
            await planfile.apply_plan(plan, connection=nowhere, journal=journal, expect_account=ACCOUNT)


def test_a_file_without_end_is_no_plan(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text("[" * 200_000)
    with pytest.raises(Refused, match="not a plan"):
        planfile.load(path)
    path.write_bytes(b" " * (planfile.LARGEST_FILE + 1))
    with pytest.raises(Refused, match="larger than any plan"):
        planfile.load(path)


def test_a_plan_never_follows_a_link_that_stands_in_its_place(tmp_path):
    victim, path = tmp_path / "victim", tmp_path / "plan.json"
    victim.write_text("precious")
    path.symlink_to(victim)
    target = environments.load("healthy").target
    change = edits.enable_key(key_arn="arn:aws:kms:eu-west-1:111122223333:key/abcdefgh", region="eu-west-1")
    planfile.save(planfile.Plan(target, "t", (), (change,), "p"), path)
    assert victim.read_text() == "precious"
    assert not path.is_symlink()


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
