"""From an empty account to a healthy import: planned, proven, made, seen again, taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from canvas_kms_tui.aws.live import connect
from canvas_kms_tui.aws.options import ConnectOptions, Credentials
from canvas_kms_tui.changes import Journal, Refused
from canvas_kms_tui.demo import environments
from canvas_kms_tui.demo.server import RunningDemo
from canvas_kms_tui.facts import Calls, Facts
from canvas_kms_tui.findings import Severity, Status, VerdictStatus
from canvas_kms_tui.fleet.run import Plan, diagnose
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.setup import Answers, look, make, prepare, take_back
from canvas_kms_tui.setup.account import listed


@asynccontextmanager
async def connected(demo: RunningDemo) -> AsyncIterator[Connection]:
    fake = demo.environment.credentials
    connection = await connect(
        ConnectOptions(
            region=demo.environment.region,
            endpoint_url=demo.endpoint_url,
            isolated=Credentials(fake.access_key_id, fake.secret_access_key, fake.session_token),
            source="demo",
        )
    )
    try:
        yield connection
    finally:
        connection.close()


def answers(demo: RunningDemo, **more: object) -> Answers:
    buckets = [name for name in demo.environment.document["buckets"] if "sales" in name]
    datasets = tuple(f"s3://{name}/2025/churn.csv" for name in buckets)
    return Answers(datasets=datasets, profiles=("ana",)).with_(**more)


async def set_up(demo: RunningDemo, wanted: Answers, state: Path) -> None:
    """Make it, then: the import is healthy with nothing above information, and a second run proposes nothing."""
    async with connected(demo) as connection:
        planned = await prepare(wanted, connection)
        assert not planned.stopped, planned.problems
        assert planned.proven, planned.diagnosis and planned.diagnosis.verdict.headline
        made = await make(planned, connection=connection, journal=Journal(state), typed=planned.confirms)
        assert made.ok, made.text
        diagnosis = await diagnose(Facts(Calls(connection.gateway), made.target), Plan())
        assert diagnosis.verdict.status is VerdictStatus.HEALTHY
        above = [f.id for f in diagnosis.findings if f.status is Status.WARN and f.severity is not Severity.INFO]
        assert above == []
        again = await prepare(wanted, connection)
        assert again.changes == ()
        if any(change.operation == "CreateKey" for change in planned.changes):
            await nothing_is_there_twice(connection)


async def nothing_is_there_twice(connection: Connection) -> None:
    """Names are unique by themselves but for keys."""
    account = await look(connection)
    tags = Counter(key.tag for key in listed(account.keys) if key.tag)
    assert tags
    assert set(tags.values()) == {1}, tags
    assert len(listed(account.domains)) == 1


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"data_key": "new"},
        {"storage_key": "aws-managed", "data_key": "new", "pin_key": True},
        {"network": "VpcOnly"},
        {"storage_key": "alias/sales-data"},
        {"managed_policies": (), "bucket": "acme-canvas-files", "local_upload": False},
    ],
    ids=["one key for both", "two keys", "aws's own for the volumes", "VpcOnly", "a key that stands", "own bucket"],
)
async def test_an_empty_account_becomes_healthy(fresh_demo, tmp_path, more):
    demo = fresh_demo("empty-account")
    await set_up(demo, answers(demo, **more), tmp_path)


async def test_it_works_in_another_partition(fresh_demo, tmp_path):
    demo = fresh_demo("empty-account-govcloud")
    await set_up(demo, answers(demo), tmp_path)


async def test_a_domain_that_lacks_only_its_s3_key_gets_only_that(fresh_demo, tmp_path):
    lacking = {"domains": {"analytics": {"DefaultUserSettings": {"CanvasAppSettings": {"WorkspaceSettings": None}}}}}
    demo = fresh_demo(environments.load("healthy").moved(overrides={**lacking, "expect": None}))
    wanted = answers(demo, domain=demo.environment.target.domain_id, profiles=(), data_key="alias/canvas-artifacts")
    async with connected(demo) as connection:
        planned = await prepare(wanted, connection)
        assert [change.action for change in planned.changes] == ["sagemaker:UpdateDomain"]
        made = await make(planned, connection=connection, journal=Journal(tmp_path), typed=planned.confirms)
        assert made.ok, made.text
        again = await prepare(wanted, connection)
        assert again.changes == ()


async def test_a_domain_that_lacks_only_its_s3_key_becomes_healthy(fresh_demo, tmp_path):
    demo = fresh_demo("data-key-missing")
    await set_up(demo, Answers(domain="analytics"), tmp_path)
    written = [
        each["operation"] for each in demo.requests() if each["operation"].startswith(("Create", "Put", "Update"))
    ]
    assert written == ["PutBucketEncryption", "UpdateDomain"]


async def test_a_role_that_lacks_rights_gets_them_from_the_causes_own_fixes(fresh_demo, tmp_path):
    demo = fresh_demo("role-denied-kms")
    wanted = answers(demo, domain=demo.environment.target.domain_id, profiles=(), local_upload=False)
    async with connected(demo) as connection:
        planned = await prepare(wanted, connection)
        assert planned.proven, planned.diagnosis and planned.diagnosis.verdict.headline
        assert "kms:PutKeyPolicy" in [change.action for change in planned.changes]


async def test_nothing_is_made_without_what_must_be_typed(fresh_demo, tmp_path):
    demo = fresh_demo("empty-account")
    async with connected(demo) as connection:
        planned = await prepare(answers(demo), connection)
        assert planned.confirms == (f"{demo.environment.account} canvas",)
        with pytest.raises(Refused, match="never be changed"):
            await make(planned, connection=connection, journal=Journal(tmp_path))
    assert not [r for r in demo.requests() if r["operation"].startswith(("Create", "Put", "Attach"))]


async def test_all_is_taken_back_but_the_key(fresh_demo, tmp_path):
    demo, journal = fresh_demo("empty-account"), Journal(tmp_path)
    async with connected(demo) as connection:
        planned = await prepare(answers(demo), connection)
        await make(planned, connection=connection, journal=journal, typed=planned.confirms)
        outcomes, stays = await take_back("canvas", connection=connection, journal=journal)
        assert all(outcome.ok for outcome in outcomes), [outcome.text for outcome in outcomes]
        assert len(stays) == 1
        assert "stays" in stays[0]
        left = await prepare(answers(demo), connection)
        kinds = [change.operation for change in left.changes]
        assert "CreateKey" not in kinds
        assert {"CreateRole", "CreateBucket", "CreateDomain", "CreateUserProfile", "CreateAlias"} <= set(kinds)


async def test_a_key_is_given_up_only_when_that_is_asked_for(fresh_demo, tmp_path):
    demo, journal = fresh_demo("empty-account"), Journal(tmp_path)
    async with connected(demo) as connection:
        planned = await prepare(answers(demo), connection)
        await make(planned, connection=connection, journal=journal, typed=planned.confirms)
        _, stays = await take_back("canvas", connection=connection, journal=journal)
        confirm = stays[0].split("“")[1].split("”")[0]
        await take_back("canvas", connection=connection, journal=journal, typed=[confirm])
    sent = [r["params"] for r in demo.requests() if r["operation"] == "ScheduleKeyDeletion"]
    assert [params["PendingWindowInDays"] for params in sent] == [30]
