"""What is added after the verdict: CloudTrail, second opinions, who else, what changed."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from diagnosing import Diagnosed, changed, diagnosed

from canvas_kms_tui.change import Auto
from canvas_kms_tui.evidence import look
from canvas_kms_tui.findings import Certainty, Diagnosis, Status, VerdictStatus

DAYS = timedelta(days=30)


@pytest.fixture
async def seen(fresh_demo) -> AsyncIterator:
    """``await seen(environment)``: the diagnosis before and after the look at the evidence."""
    async with contextlib.AsyncExitStack() as stack:

        async def at(wanted, *, base: str = "healthy", since: timedelta = DAYS, **how):
            environment = wanted if isinstance(wanted, str) else changed(wanted, base=base)
            before: Diagnosed = await stack.enter_async_context(diagnosed(fresh_demo(environment)))
            quick = {"what_changed": False, "second_opinions": False, "who_else": False}
            return before, await look(before.facts, before.diagnosis, since=since, **{**quick, **how})

        yield at


def finding(diagnosis: Diagnosis, cause: str, status: Status | None = None):
    return next(one for one in diagnosis.findings if one.cause == cause and status in (None, one.status))


def event(error: str, message: str, *, key: str = "{key:artifacts}", name: str = "GenerateDataKey", **more) -> dict:
    return {
        "event": name,
        "source": "kms.amazonaws.com",
        "time": "-2h",
        "actor": "{role:CanvasExecutionRole}",
        "error_code": error,
        "error_message": message,
        "resources": [key] if key else [],
        **more,
    }


DENIED = "User is not authorized to perform: kms:GenerateDataKey because no identity-based policy allows the action"


async def test_a_refused_call_is_shown_at_its_finding_with_time_and_count(seen):
    trail = {"cloudtrail": [event("AccessDenied", DENIED), event("AccessDenied", DENIED, time="-5h")]}
    _, after = await seen(trail, base="role-denied-kms")
    found = finding(after, "role-denied-kms", Status.FAIL).seen
    assert (found.count, found.certainty, found.layer) == (2, Certainty.LIKELY, "identity_policy")
    assert "2 times" in str(found)
    assert found.contradicts == ""


async def test_a_match_on_role_and_time_alone_is_possible(seen):
    _, after = await seen({"cloudtrail": [event("AccessDenied", DENIED, key="")]}, base="role-denied-kms")
    assert finding(after, "role-denied-kms", Status.FAIL).seen.certainty is Certainty.POSSIBLE


@pytest.mark.parametrize(
    "other",
    [
        {"actor": "{role:NightlyReports}"},
        {"key": "{key:sales}"},
        {"name": "Decrypt", "key": "{key:sales}"},
        {"time": "-40d"},
        {"error": "", "message": ""},
    ],
)
async def test_a_call_of_another_role_key_or_time_is_not_shown(seen, other):
    error, message = other.pop("error", "AccessDenied"), other.pop("message", DENIED)
    _, after = await seen({"cloudtrail": [event(error, message, **other)]}, base="role-denied-kms")
    assert finding(after, "role-denied-kms", Status.FAIL).seen is None


async def test_wording_that_names_another_layer_is_said_to_contradict(seen):
    message = "User is not authorized to perform: kms:GenerateDataKey with an explicit deny in a service control policy"
    _, after = await seen({"cloudtrail": [event("AccessDenied", message)]}, base="role-denied-kms")
    assert "scp-denied" in finding(after, "role-denied-kms", Status.FAIL).seen.contradicts


async def test_a_refusal_of_what_the_simulation_allows_is_said_and_decides_nothing(seen):
    _, after = await seen({"cloudtrail": [event("AccessDenied", DENIED)]})
    contradicted = [one for one in after.findings if one.seen]
    assert [one.cause for one in contradicted] == ["role-denied-kms"]
    assert "mended since" in contradicted[0].seen.contradicts
    assert after.verdict.status is VerdictStatus.HEALTHY


@pytest.mark.parametrize("name", ["kms-limits", "service-throttled"])
async def test_what_shows_only_in_cloudtrail_is_found_there(seen, name):
    before, after = await seen(name)
    assert before.verdict == "healthy"
    assert (after.verdict.status, after.verdict.most_likely) == (VerdictStatus.WARNINGS, name)


async def test_with_no_such_event_the_late_causes_pass(seen):
    _, after = await seen("healthy")
    assert finding(after, "kms-limits").status is Status.PASS
    assert after.verdict.status is VerdictStatus.HEALTHY


async def test_a_cloudtrail_that_may_not_be_read_is_a_gap_with_its_permission(seen):
    _, after = await seen({"operator": {"denied": ["cloudtrail:LookupEvents"]}})
    gap = finding(after, "kms-limits").could_not_check
    assert gap.action == "cloudtrail:LookupEvents"
    assert after.trail_gap.action == "cloudtrail:LookupEvents"


async def test_cloudtrail_ties_a_deleted_id_to_the_roles_name(seen):
    before, after = await seen("stale-principal")
    assert before.finding("stale-principal").certainty is Certainty.LIKELY
    found = finding(after, "stale-principal", Status.FAIL)
    assert found.certainty is Certainty.CERTAIN
    assert {fix.id: fix.auto for fix in found.fixes}["stale-principal/replace"] is Auto.YES


async def test_an_id_that_cloudtrail_does_not_know_stays_the_owners_decision(seen):
    _, after = await seen({"cloudtrail": []}, base="stale-principal")
    assert all(fix.auto is Auto.OWNER for fix in finding(after, "stale-principal", Status.FAIL).fixes)


async def test_what_changed_names_event_thing_and_caller_newest_first(seen):
    _, after = await seen("key-disabled", what_changed=True)
    assert [one.event for one in after.timeline][:1] == ["DisableKey"]
    assert "KeyAdministrator" in after.timeline[0].caller
    assert list(after.timeline) == sorted(after.timeline, key=lambda one: one.time, reverse=True)


async def test_what_changed_elsewhere_is_not_shown(seen):
    other = {"event": "PutKeyPolicy", "source": "kms.amazonaws.com", "time": "-1h"}
    other["resources"] = ["arn:{partition}:kms:{region}:{account}:key/00000000-0000-0000-0000-000000000000"]
    _, after = await seen({"cloudtrail": [other]}, what_changed=True)
    assert after.timeline == ()


async def test_who_else_counts_the_profiles_that_share_the_broken_thing(seen):
    own_role = {"UserSettings": {"ExecutionRole": "{role:NightlyReports}"}}
    patch = {"domains": {"analytics": {"profiles": {"ben": own_role, "carl": {"UserSettings": {}}}}}}
    _, after = await seen(patch, base="role-denied-kms", who_else=True)
    assert set(after.affected.profiles) == {"ana", "carl"}
    assert (after.affected.looked_at, after.affected.total) == (3, 3)


async def test_where_nothing_is_broken_nobody_is_affected(seen):
    _, after = await seen("healthy", who_else=True)
    assert after.affected is None


@pytest.mark.parametrize("name", ["healthy", "role-denied-kms", "permissions-boundary", "scp-denied"])
async def test_aws_own_simulation_agrees_on_the_layers_that_it_judges(seen, name):
    _, after = await seen(name, second_opinions=True)
    assert after.opinions
    assert [one for one in after.opinions if not one.agrees] == []


async def test_an_scp_that_may_not_be_read_is_told_by_aws_own_simulation(seen):
    closed = {"organization": {"readable": False}}
    before, after = await seen(closed, base="scp-denied", second_opinions=True)
    assert before.finding("scp-denied").status is Status.UNKNOWN
    found = finding(after, "scp-denied")
    assert (found.status, found.certainty) == (Status.FAIL, Certainty.LIKELY)
    assert after.verdict.status is VerdictStatus.BROKEN


async def test_where_the_simulation_may_not_be_asked_there_is_no_opinion(seen):
    _, after = await seen({"operator": {"denied": ["iam:SimulatePrincipalPolicy"]}}, second_opinions=True)
    assert after.opinions == ()
    assert after.verdict.status is VerdictStatus.HEALTHY


async def test_each_part_is_told_as_it_arrives(seen):
    heard: list[Diagnosis] = []
    await seen("healthy", second_opinions=True, who_else=True, arrived=heard.append)
    assert len(heard) == 3
    assert heard[-1].opinions


async def test_the_message_of_the_user_goes_straight_to_its_finding(seen):
    message = "KMS.DisabledException: the key is disabled."
    before, _ = await seen({"target": {"error": message}}, base="key-disabled")
    said = before.diagnosis.said
    assert said is not None
    assert said.finding == before.finding("key-disabled").id


async def test_of_two_causes_the_one_of_the_message_comes_first(seen):
    message = "User is not authorized to perform: s3:PutObject with an explicit deny in a resource-based policy"
    plain, _ = await seen("two-causes")
    named, _ = await seen({"target": {"error": message}}, base="two-causes")
    assert plain.most_likely == "source-object-key-denied"
    assert named.most_likely == "bucket-policy-requires-other-key", named.told()


async def test_a_message_that_is_not_about_kms_is_said_not_to_be(seen):
    before, _ = await seen({"target": {"error": "Canvas can't process your request right now."}})
    assert before.diagnosis.said.about == "not about KMS"
    assert before.loud == {"not-kms": "warn"}
