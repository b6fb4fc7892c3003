"""Key policies as nobody would write them: what an edit cannot keep is not edited, everything else stays as it was."""

from __future__ import annotations

import json

import pytest

from canvas_kms_tui import edits
from canvas_kms_tui.change import Auto
from canvas_kms_tui.changes import as_cli, diff
from canvas_kms_tui.changes.apply import apply
from canvas_kms_tui.changes.errors import Stale
from canvas_kms_tui.changes.prove import prove_all
from canvas_kms_tui.changes.undo import undo
from canvas_kms_tui.demo import environments
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts

ACCOUNT = "111122223333"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
CAUSE = "role-denied-kms"


def statement(**more):
    return {"Sid": "More", "Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:List*", "Resource": "*"} | more


def with_statement(text, added):
    policy = json.loads(text)
    changed = {**policy, "Statement": [*policy["Statement"], added]}
    return json.dumps(changed, ensure_ascii=False, separators=(",", ":"))


def twice_in_the_document(text):
    return text.replace('"Statement"', '"Id": "first", "Id": "second", "Statement"', 1)


def twice_in_a_statement(text):
    return text.replace('"Effect"', '"Sid": "first", "Sid": "second", "Effect"', 1)


LOSING = (twice_in_the_document, twice_in_a_statement)

KEEPING = {
    "odd white space": lambda text: json.dumps(json.loads(text), indent=9).replace('": ', '" \t:\r\n '),
    "no version": lambda text: json.dumps({k: v for k, v in json.loads(text).items() if k != "Version"}),
    "an account id as principal": lambda text: with_statement(text, statement(Principal={"AWS": ACCOUNT})),
    "a list of principals": lambda text: with_statement(text, statement(Principal={"AWS": [ROOT, ACCOUNT]})),
    "everybody under a condition": lambda text: with_statement(
        text, statement(Principal="*", Condition={"StringEquals": {"kms:CallerAccount": ACCOUNT}})
    ),
    "services": lambda text: with_statement(text, statement(Principal={"Service": ["logs.amazonaws.com"]})),
    "NotPrincipal": lambda text: with_statement(
        text,
        {
            "Sid": "Not",
            "Effect": "Deny",
            "NotPrincipal": {"AWS": [ROOT, "{role}"]},
            "Action": "kms:Sign",
            "Resource": "*",
        },
    ),
    "a Sid of ours that somebody else wrote": lambda text: with_statement(text, statement(Sid="CanvasKmsUse")),
    "letters of Europe": lambda text: with_statement(text, statement(Sid="Prüfung £ ñ")),
    "nearly too large": lambda text: with_statement(
        text, statement(Condition={"StringNotEquals": {"aws:PrincipalTag/x": ["y" * 60] * 460}})
    ),
}


@pytest.fixture
async def standing(fresh_demo, connect_to):
    """The account in which the key policy is the text that ``edit`` makes of it."""

    async def give(edit):
        demo = fresh_demo("role-denied-kms")
        connection = await connect_to(demo)
        arn = next(arn for arn, key in demo.environment.document["keys"].items() if "artifacts" in str(key["aliases"]))
        text = (await connection.gateway.call("kms", "get_key_policy", KeyId=arn, PolicyName="default"))["Policy"]
        role = f"arn:aws:iam::{ACCOUNT}:role/service-role/CanvasExecutionRole"
        changed = edit(json.dumps(json.loads(text))).replace("{role}", role)
        writer = await connection.writer()
        await writer.send("kms", "put_key_policy", KeyId=arn.rpartition("/")[2], PolicyName="default", Policy=changed)
        facts = Facts(connection.gateway, demo.environment.target)
        return connection, arn, await prove_all(await diagnose(facts), facts)

    return give


def key_policy_fix(diagnosis):
    fixes = [fix for finding in diagnosis.findings for fix in finding.fixes]
    return next(fix for fix in fixes if fix.id == f"{CAUSE}/key-policy")


async def policy_text(connection, arn):
    return (await connection.gateway.call("kms", "get_key_policy", KeyId=arn, PolicyName="default"))["Policy"]


@pytest.mark.parametrize("edit", LOSING)
async def test_a_key_that_stands_twice_is_not_edited_away(edit, standing):
    _, _, diagnosis = await standing(edit)
    fix = key_policy_fix(diagnosis)
    assert (fix.auto, fix.changes) == (Auto.OWNER, ())
    assert "stands twice" in fix.text
    assert f"{CAUSE}/role-policy" in [fix.id for finding in diagnosis.findings for fix in finding.fixes]


async def test_a_key_that_comes_to_stand_twice_since_it_was_shown_stops_the_write(standing, journal):
    connection, arn, diagnosis = await standing(lambda text: text)
    fix = key_policy_fix(diagnosis)
    writer = await connection.writer()
    text = twice_in_a_statement(json.dumps(fix.changes[0].before))
    await writer.send("kms", "put_key_policy", KeyId=arn.rpartition("/")[2], PolicyName="default", Policy=text)
    with pytest.raises(Stale) as stale:
        await apply(fix, connection=connection, journal=journal)
    assert text in str(stale.value.standing)
    assert await policy_text(connection, arn) == text


@pytest.mark.parametrize("edit", KEEPING.values(), ids=KEEPING)
async def test_everything_that_stood_stays_and_comes_back(edit, standing, connect_to, journal):
    connection, arn, diagnosis = await standing(edit)
    before = json.loads(await policy_text(connection, arn))
    fix = key_policy_fix(diagnosis)
    assert fix.proven, fix.proof or fix.text
    confirmed = {change.resource: change.confirm for change in fix.changes if change.confirm}
    outcome = await apply(fix, connection=connection, journal=journal, confirmed=confirmed)
    assert outcome.ok, outcome.text
    after = json.loads(await policy_text(connection, arn))
    assert after["Statement"][:-1] == before["Statement"]
    assert {**after, "Statement": 0} == {**before, "Statement": 0}
    assert len({one.get("Sid") for one in after["Statement"]}) == len(after["Statement"])
    assert (await undo(outcome.entry_id, connection=connection, journal=journal)).ok
    assert json.loads(await policy_text(connection, arn)) == before


async def test_a_policy_without_room_gets_another_fix(standing):
    def full(text):
        empty = len(with_statement(text, statement(Condition={"Null": {"aws:PrincipalTag/": "true"}})))
        return with_statement(
            text, statement(Condition={"Null": {f"aws:PrincipalTag/{'y' * (32_768 - empty)}": "true"}})
        )

    _, _, diagnosis = await standing(full)
    fix = key_policy_fix(diagnosis)
    assert fix.changes == ()
    assert "AWS allows 32,768" in fix.text
    other = next(fix for f in diagnosis.findings for fix in f.fixes if fix.id == f"{CAUSE}/role-policy")
    assert other.proven


async def test_hidden_characters_are_not_written_back(standing):
    hidden = statement(Sid="Harm\u202eless")
    _, _, diagnosis = await standing(lambda text: with_statement(text, hidden))
    fix = key_policy_fix(diagnosis)
    assert fix.changes == ()
    assert "hidden characters" in fix.text


async def test_what_is_hidden_behind_escapes_is_kept_and_shown(standing, journal):
    escaped = json.dumps(statement(Sid="Harm\u202eless \u0085"))
    connection, arn, diagnosis = await standing(lambda text: text.replace("]}", f",{escaped}]}}"))
    fix = key_policy_fix(diagnosis)
    shown = "\n".join(str(line) for line in diff(fix.changes[0], context=None))
    assert "Harm\\u202eless \\u0085" in shown
    assert as_cli(fix.changes[0]).replace("\n", "").isprintable()
    before = json.loads(await policy_text(connection, arn))
    assert (await apply(fix, connection=connection, journal=journal)).ok
    assert json.loads(await policy_text(connection, arn))["Statement"][:-1] == before["Statement"]


async def test_a_second_fix_grows_our_statement_instead_of_adding_another(fresh_demo, connect_to, journal):
    demo = fresh_demo(environments.load("role-denied-kms"))
    connection = await connect_to(demo)
    arn = next(arn for arn, key in demo.environment.document["keys"].items() if "artifacts" in str(key["aliases"]))
    role = f"arn:aws:iam::{ACCOUNT}:role/service-role/CanvasExecutionRole"
    for actions in (["kms:Decrypt"], ["kms:GenerateDataKey"], ["kms:Decrypt"]):
        standing = json.loads(await policy_text(connection, arn))
        change = edits.append_key_policy_statement(
            document=standing, key_arn=arn, region="eu-west-1", role_arn=role, actions=actions, sid_hint="Use"
        )
        assert (await apply([change], connection=connection, journal=journal)).ok
    ours = [one for one in json.loads(await policy_text(connection, arn))["Statement"] if edits.OUR_SID in one["Sid"]]
    assert [one["Action"] for one in ours] == [["kms:Decrypt", "kms:GenerateDataKey"]]
