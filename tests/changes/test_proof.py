"""Proofs and repair plans, in the environments of the demo and wherever else they are moved."""

import dataclasses

import pytest
from kinds import account_documents, typed

from canvas_kms_tui import edits
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.changes.apply import apply
from canvas_kms_tui.changes.prove import _text, prove, prove_all
from canvas_kms_tui.changes.repair import repair
from canvas_kms_tui.changes.undo import undo
from canvas_kms_tui.demo import environments
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import StepResult, VerdictStatus

BROKEN = [
    summary.name
    for summary in environments.names()
    if environments.load(summary.name).expect.get("verdict") == "broken"
]


async def diagnosed(demo, connection):
    facts = Facts(connection.gateway, demo.environment.target)
    return await prove_all(await diagnose(facts), facts), facts


def fixes_of(diagnosis):
    return [(finding, fix) for finding in diagnosis.findings for fix in finding.fixes if fix.changes]


#: One environment for each kind of fix; all of them with ``-m slow``.
SOME = ("role-denied-kms", "bucket-policy-requires-other-key", "default-bucket-missing", "key-pending-deletion")
ALL = [pytest.param(name, marks=() if name in SOME else pytest.mark.slow) for name in BROKEN]


@pytest.mark.parametrize("name", ALL)
async def test_what_is_proven_comes_true_and_undo_brings_all_back(name, fresh_demo, connect_to, journal):
    demo = fresh_demo(name)
    connection = await connect_to(demo)
    before = await account_documents(connection, demo)
    known, _ = await diagnosed(demo, connection)
    for number, (_, wanted) in enumerate(fixes_of(known)):
        if wanted.auto is not Auto.YES or not wanted.proven:
            continue
        diagnosis, facts = await diagnosed(demo, connection)
        finding, fix = fixes_of(diagnosis)[number]
        proof = await prove(diagnosis, facts, fix, finding)
        outcome = await apply(fix, connection=connection, journal=journal, confirmed=typed(fix.changes))
        assert outcome.ok, outcome.text
        after = await diagnose(Facts(connection.gateway, demo.environment.target))
        assert {s.step + s.action: s.decision for s in after.import_path} == {
            s.step + s.action: s.decision for s in proof.after
        }
        assert {f.id: f.status for f in after.findings} == {f.id: f.status for f in proof.diagnosis.findings}
        assert (await undo(outcome.entry_id, connection=connection, journal=journal)).ok
        assert await account_documents(connection, demo) == before


@pytest.mark.parametrize(("account", "region"), [("987600001234", "sa-east-1"), ("555500009999", "cn-north-1")])
async def test_proofs_hold_in_other_accounts_and_partitions(account, region, fresh_demo, connect_to):
    moved = environments.load("two-causes").moved(account=account, region=region, prefix="other-")
    demo = fresh_demo(moved)
    diagnosis, facts = await diagnosed(demo, await connect_to(demo))
    plan = await repair(diagnosis, facts)
    assert plan.complete
    assert all(account in change.resource or change.service == "s3" for change in plan.changes)


async def test_the_plan_for_two_causes_makes_the_whole_path_pass(fresh_demo, connect_to, journal):
    demo = fresh_demo("two-causes")
    connection = await connect_to(demo)
    diagnosis, facts = await diagnosed(demo, connection)
    plan = await repair(diagnosis, facts)
    assert plan.complete
    assert [change.operation for change in plan.changes] == ["UpdateDomain", "PutKeyPolicy"]
    assert plan.alternatives
    outcome = await apply(plan.changes, connection=connection, journal=journal, confirmed=typed(plan.changes))
    assert outcome.ok
    after = await diagnose(Facts(connection.gateway, demo.environment.target))
    assert after.verdict.status is VerdictStatus.WARNINGS
    assert after.verdict.most_likely == "settings-not-picked-up"
    assert "log out of Canvas" in plan.proof.warnings[0]


async def test_a_setting_that_only_warns_is_preferred_where_it_is_all_it_takes(fresh_demo, connect_to):
    demo = fresh_demo("profile-overrides-key")
    connection = await connect_to(demo)
    diagnosis, facts = await diagnosed(demo, connection)
    plan = await repair(diagnosis, facts)
    assert [change.operation for change in plan.changes] == ["UpdateUserProfile"]
    assert plan.complete
    assert {change.operation for other in plan.alternatives for change in other.changes} >= {"PutKeyPolicy"}


async def test_a_plan_says_what_it_cannot_mend(fresh_demo, connect_to):
    demo = fresh_demo("two-layers")
    diagnosis, facts = await diagnosed(demo, await connect_to(demo))
    plan = await repair(diagnosis, facts)
    assert not plan.complete
    assert [finding.cause for finding in plan.left] == ["permissions-boundary"]
    assert len(plan.fixes) == 1


async def test_nothing_broken_needs_no_plan(fresh_demo, connect_to):
    demo = fresh_demo("healthy")
    diagnosis, facts = await diagnosed(demo, await connect_to(demo))
    assert await repair(diagnosis, facts) is None


@pytest.mark.parametrize("name", ["key-not-an-arn", "wrong-key-field"])
async def test_where_nothing_fails_the_plan_mends_what_is_warned_of(name, fresh_demo, connect_to, journal):
    demo = fresh_demo(name)
    connection = await connect_to(demo)
    diagnosis, facts = await diagnosed(demo, connection)
    plan = await repair(diagnosis, facts)
    assert [finding.cause for finding, _ in plan.fixes] == [name]
    assert (await apply(plan.changes, connection=connection, journal=journal)).ok
    after = await diagnose(Facts(connection.gateway, demo.environment.target))
    assert {finding.status for finding in after.findings if finding.cause == name} <= {"pass", "not_applicable"}


@pytest.mark.parametrize("name", ["domain-key-grant-denied", "storage-too-small"])
async def test_an_app_that_failed_for_what_is_mended_only_wants_to_be_started(name, fresh_demo, connect_to):
    demo = fresh_demo(name)
    diagnosis, facts = await diagnosed(demo, await connect_to(demo))
    plan = await repair(diagnosis, facts)
    assert plan.complete
    assert any("log in to Canvas again" in warning for warning in plan.proof.warnings)


def key_of(demo):
    return next(arn for arn, key in demo.environment.document["keys"].items() if "artifacts" in str(key["aliases"]))


async def bad_key_policy(fresh_demo, connect_to, edit):
    """A fix of role-denied-kms whose document was made by ``edit``."""
    demo = fresh_demo("role-denied-kms")
    diagnosis, facts = await diagnosed(demo, await connect_to(demo))
    finding, fix = fixes_of(diagnosis)[0]
    change = fix.changes[0]
    new = edit(change.after)
    worse = edits.edit_key_policy(key_arn=change.resource, region=change.region, current=change.before, new=new)
    return await prove(diagnosis, facts, dataclasses.replace(fix, changes=(worse,)), finding)


async def test_a_statement_for_everybody_is_not_proven_although_the_step_passes(fresh_demo, connect_to):
    statement = {"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "kms:Decrypt", "Resource": "*"}
    proof = await bad_key_policy(fresh_demo, connect_to, lambda after: edits.add_statement(after, statement))
    assert not proof.ok
    assert "somebody else" in proof.text


async def test_a_fix_that_takes_something_away_is_not_proven(fresh_demo, connect_to):
    proof = await bad_key_policy(fresh_demo, connect_to, lambda after: edits.remove_statement(after, index=1))
    assert not proof.ok
    assert "KeyAdministrator" in proof.text


async def test_a_fix_that_mends_nothing_is_not_proven(fresh_demo, connect_to):
    proof = await bad_key_policy(fresh_demo, connect_to, lambda after: edits.remove_statement(after, index=2))
    assert not proof.ok
    assert proof.text.startswith("Not proven")


async def test_a_domain_setting_that_breaks_another_profile_is_not_proven(fresh_demo, connect_to):
    """The key serves the target's role; the other profile has a role that may not use it."""
    environment = environments.load("bucket-policy-requires-other-key")
    domains = environment.written["domains"]
    (domain,) = domains
    own = {"ben": {"UserSettings": {"ExecutionRole": "{role:NightlyReports}"}}}
    moved = environment.moved(overrides={"domains": {domain: {"profiles": own}}})
    demo = fresh_demo(moved)
    diagnosis, _ = await diagnosed(demo, await connect_to(demo))
    by_id = {fix.id: fix for _, fix in fixes_of(diagnosis)}
    assert by_id["bucket-policy-requires-other-key/settings-user-profile"].proven
    domain_fix = by_id["bucket-policy-requires-other-key/settings-domain"]
    assert domain_fix.proven is False
    assert "ben" in domain_fix.proof


async def test_a_policy_that_kms_would_refuse_is_not_proven(fresh_demo, connect_to):
    environment = environments.load("role-denied-kms")
    policy = environment.written["keys"]["artifacts"]["policy"]
    stale = {"Effect": "Allow", "Principal": {"AWS": "AROA2LEFTOVERROLE77X"}, "Action": "kms:Decrypt", "Resource": "*"}
    more = {"keys": {"artifacts": {"policy": {"Statement": [*policy["Statement"], stale]}}}}
    demo = fresh_demo(environment.moved(overrides=more))
    diagnosis, facts = await diagnosed(demo, await connect_to(demo))
    proven = {fix.id: fix for _, fix in fixes_of(diagnosis)}
    assert proven["role-denied-kms/key-policy"].proven is False
    assert "deleted identity" in proven["role-denied-kms/key-policy"].proof
    beside = proven["role-denied-kms/key-policy-cleaned"]
    assert (beside.auto, beside.proven) == (Auto.OWNER, True)
    assert "AROA" not in beside.changes[0].parameters["Policy"]
    plan = await repair(diagnosis, facts)
    assert [fix.id for _, fix in plan.fixes] == ["role-denied-kms/role-policy"]


async def test_texts_are_left_unproven(fresh_demo, connect_to):
    demo = fresh_demo("default-bucket-foreign")
    diagnosis, _ = await diagnosed(demo, await connect_to(demo))
    texts = [fix for finding in diagnosis.findings for fix in finding.fixes if not fix.changes]
    assert texts
    assert all(isinstance(fix, Fix) and fix.proven is None for fix in texts)


@pytest.mark.parametrize(("decision", "words"), [("unknown", "unknown"), ("implicitly_denied", "implicitly denied")])
def test_a_step_that_cannot_be_decided_is_not_called_denied(decision, words):
    step = StepResult("encrypt", "Encrypt", "kms:GenerateDataKey", "arn:aws:kms:::key/k", decision, (), ())
    text = _text(None, None, [], [step], [step])
    assert text == f"Not proven: kms:GenerateDataKey on arn:aws:kms:::key/k would still be {words}."
