"""The whole way of every kind of change, over HTTP, with real boto3."""

import dataclasses
import os
import time

import pytest
from kinds import KINDS, account_documents, typed

from canvas_kms_tui import edits
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.changes.apply import apply
from canvas_kms_tui.changes.entries import Result
from canvas_kms_tui.changes.errors import Refused, Stale, WrongAccount
from canvas_kms_tui.changes.standing import standing, took
from canvas_kms_tui.changes.undo import undo
from canvas_kms_tui.gateway import CallFailed, FailureKind


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


async def test_every_kind_is_written_read_back_and_undone_as_declared(kind, fresh_demo, connect_to, journal):
    environment, build = kind
    demo = fresh_demo(environment)
    connection = await connect_to(demo)
    before = await account_documents(connection, demo)
    changes = await build(connection, demo)

    outcome = await apply(changes, connection=connection, journal=journal, confirmed=typed(changes))

    assert outcome.ok, outcome.text
    account = demo.environment.account
    for change in changes[-1:] if changes[0].document == "key state" else changes:
        assert took(change, await standing(connection.gateway, change, account=account))
    assert await account_documents(connection, demo) != before
    assert (await undo(outcome.entry_id, connection=connection, journal=journal)).ok
    assert await account_documents(connection, demo) == before
    assert [entry.result for entry in journal.entries()] == ["undone", "done"]


async def test_an_undone_entry_is_not_undone_twice(fresh_demo, connect_to, journal):
    outcome, connection, _ = await applied("key policy", fresh_demo, connect_to, journal)
    await undo(outcome.entry_id, connection=connection, journal=journal)
    with pytest.raises(Refused, match="undone already"):
        await undo(outcome.entry_id, connection=connection, journal=journal)


async def applied(name, fresh_demo, connect_to, journal):
    environment, build = KINDS[name]
    demo = fresh_demo(environment)
    connection = await connect_to(demo)
    changes = await build(connection, demo)
    outcome = await apply(changes, connection=connection, journal=journal, confirmed=typed(changes))
    return outcome, connection, demo


async def built(name, fresh_demo, connect_to):
    environment, build = KINDS[name]
    demo = fresh_demo(environment)
    connection = await connect_to(demo)
    return await build(connection, demo), connection, demo


async def meddle(connection, change, **other):
    """Somebody else writes to the same document."""
    writer = await connection.writer()
    await writer.send("kms", "put_key_policy", region=change.region, **{**change.parameters, **other})


async def test_a_document_that_changed_since_it_was_shown_is_left_alone(fresh_demo, connect_to, journal):
    (change,), connection, demo = await built("key policy", fresh_demo, connect_to)
    other = edits.add_statement(change.before, {**change.before["Statement"][0], "Sid": "SomebodyElse"})
    await meddle(connection, change, Policy=edits.documents.as_text(other))

    with pytest.raises(Stale, match="changed since it was shown") as refused:
        await apply([change], connection=connection, journal=journal)

    assert refused.value.exit_code == 5
    assert edits.equal(await standing(connection.gateway, change, account=demo.environment.account), other)
    assert journal.entries() == []


async def test_no_document_is_written_where_a_later_one_changed_since(fresh_demo, connect_to, journal):
    (second,), connection, demo = await built("key policy", fresh_demo, connect_to)
    (first,) = await KINDS["inline policy"][1](connection, demo)
    other = edits.add_statement(second.before, {**second.before["Statement"][0], "Sid": "SomebodyElse"})
    await meddle(connection, second, Policy=edits.documents.as_text(other))
    with pytest.raises(Stale):
        await apply([first, second], connection=connection, journal=journal)
    assert "PutRolePolicy" not in [request["operation"] for request in demo.requests()]
    assert journal.entries() == []


async def test_undo_is_refused_when_somebody_changed_the_document_since(fresh_demo, connect_to, journal):
    outcome, connection, demo = await applied("key policy", fresh_demo, connect_to, journal)
    change = outcome.applied[0].change
    other = edits.add_statement(change.after, {**change.before["Statement"][0], "Sid": "SomebodyElse"})
    await meddle(connection, change, Policy=edits.documents.as_text(other))

    with pytest.raises(Stale) as refused:
        await undo(outcome.entry_id, connection=connection, journal=journal)

    assert edits.equal(refused.value.standing, other)
    assert edits.equal(refused.value.shown, change.after)
    assert edits.equal(refused.value.wanted, change.before)
    assert edits.equal(await standing(connection.gateway, change, account=demo.environment.account), other)


async def test_what_stands_already_is_not_sent_again(fresh_demo, connect_to, journal):
    outcome, connection, demo = await applied("key policy", fresh_demo, connect_to, journal)
    again = await apply([outcome.applied[0].change], connection=connection, journal=journal)
    assert again.applied[0].result is Result.ALREADY
    assert [r["operation"] for r in demo.requests()].count("PutKeyPolicy") == 1


@pytest.mark.parametrize("said", [{}, {"other": "x"}, "wrong text"])
async def test_without_the_typed_confirmation_nothing_is_written(said, fresh_demo, connect_to, journal):
    (change,), connection, _ = await built("enabled key", fresh_demo, connect_to)
    confirmed = {change.resource: said} if isinstance(said, str) else said
    with pytest.raises(Refused, match="on purpose"):
        await apply([change], connection=connection, journal=journal, confirmed=confirmed)
    assert journal.entries() == []


async def test_another_expected_account_is_refused_with_exit_code_4(fresh_demo, connect_to, journal):
    changes, connection, _ = await built("key policy", fresh_demo, connect_to)
    with pytest.raises(WrongAccount) as refused:
        await apply(changes, connection=connection, journal=journal, expect_account="999999999999")
    assert refused.value.exit_code == 4


async def test_a_change_of_another_accounts_resource_is_refused(fresh_demo, connect_to, journal):
    (change,), connection, _ = await built("key policy", fresh_demo, connect_to)
    foreign = dataclasses.replace(change, resource=change.resource.replace(":111122223333:", ":999999999999:"))
    with pytest.raises(WrongAccount):
        await apply([foreign], connection=connection, journal=journal)


async def test_a_read_only_connection_writes_nothing(fresh_demo, connect_to, journal):
    changes, _, demo = await built("key policy", fresh_demo, connect_to)
    connection = await connect_to(demo, read_only=True)
    with pytest.raises(Refused, match="--read-only"):
        await apply(changes, connection=connection, journal=journal)


@pytest.mark.parametrize(
    ("auto", "proven"), [(Auto.OWNER, True), (Auto.NEVER, True), (Auto.YES, False), (Auto.YES, None)]
)
async def test_a_fix_that_is_not_ours_or_not_proven_is_not_applied(auto, proven, fresh_demo, connect_to, journal):
    changes, connection, _ = await built("key policy", fresh_demo, connect_to)
    with pytest.raises(Refused):
        await apply(Fix("a/b", "A fix", auto, changes, proven=proven), connection=connection, journal=journal)


async def test_two_copies_do_not_write_at_once(fresh_demo, connect_to, journal):
    changes, connection, _ = await built("key policy", fresh_demo, connect_to)
    with journal.locked(), pytest.raises(Refused, match="another copy"):
        await apply(changes, connection=connection, journal=journal)


async def test_a_full_disk_stops_everything_before_the_write(fresh_demo, connect_to, journal, monkeypatch):
    changes, connection, demo = await built("key policy", fresh_demo, connect_to)
    real, written = os.write, []

    def full_after_the_first_line(file, data):
        if written:
            raise OSError(28, "No space left on device")
        written.append(data)
        return real(file, data)

    monkeypatch.setattr(os, "write", full_after_the_first_line)
    with pytest.raises(Refused, match="No space left on device"):
        await apply(changes, connection=connection, journal=journal)
    monkeypatch.undo()
    assert "PutKeyPolicy" not in [r["operation"] for r in demo.requests()]


async def test_a_full_disk_from_the_start_leaves_no_entry(fresh_demo, connect_to, journal, monkeypatch):
    changes, connection, demo = await built("key policy", fresh_demo, connect_to)
    monkeypatch.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(Refused, match="nothing was changed"):
        await apply(changes, connection=connection, journal=journal)
    monkeypatch.undo()
    assert journal.entries() == []
    assert "PutKeyPolicy" not in [r["operation"] for r in demo.requests()]


async def test_a_full_bucket_is_not_deleted_by_undo(fresh_demo, connect_to, journal):
    outcome, connection, demo = await applied("default bucket", fresh_demo, connect_to, journal)
    put_object(demo, outcome.applied[0].change.parameters["Bucket"])
    back = await undo(outcome.entry_id, connection=connection, journal=journal, patience=1)
    assert back.exit_code == 5
    assert "BucketNotEmpty" in back.text
    assert journal.entry(outcome.entry_id).undone_by is None


def put_object(demo, bucket):
    import boto3

    own = demo.environment
    client = boto3.client(
        "s3",
        region_name=own.region,
        endpoint_url=demo.endpoint_url,
        aws_access_key_id=own.credentials.access_key_id,
        aws_secret_access_key=own.credentials.secret_access_key,
        aws_session_token=own.credentials.session_token or None,
    )
    client.put_object(Bucket=bucket, Key="Canvas/x", Body=b"1")
    client.close()


class Stubborn:
    """A writer whose answer is lost, or who refuses, before or after the write happened."""

    def __init__(self, writer, failure, *, happens):
        self.writer, self.failure, self.happens = writer, failure, happens

    async def send(self, *args, **kwargs):
        if self.happens:
            await self.writer.send(*args, **kwargs)
        raise self.failure


def spoiled(connection, kind, code, *, happens):
    failure = CallFailed(kind, "kms", "put_key_policy", code=code, message="said AWS")

    async def writer():
        return Stubborn(await connection.writer(), failure, happens=happens)

    return dataclasses.replace(connection, writer=writer)


@pytest.mark.parametrize("reason", ["unreachable", "expired", "rejected", "throttled"])
async def test_an_error_after_the_write_happened_is_found_out(reason, fresh_demo, connect_to, journal):
    changes, connection, _ = await built("key policy", fresh_demo, connect_to)
    lost = spoiled(connection, FailureKind(reason), "Lost", happens=True)
    outcome = await apply(changes, connection=lost, journal=journal, patience=1)
    assert outcome.applied[0].result is Result.DONE
    assert "Yet the change stands" in outcome.text
    assert (await undo(outcome.entry_id, connection=connection, journal=journal)).ok


@pytest.mark.parametrize("reason", ["unreachable", "expired", "rejected", "throttled"])
async def test_an_error_without_a_write_says_that_nothing_changed(reason, fresh_demo, connect_to, journal):
    changes, connection, _ = await built("key policy", fresh_demo, connect_to)
    lost = spoiled(connection, FailureKind(reason), "Lost", happens=False)
    outcome = await apply(changes, connection=lost, journal=journal, patience=0.5)
    assert outcome.applied[0].result is Result.NOT_WRITTEN
    assert "stands as before" in outcome.text
    assert outcome.exit_code == 5
    with pytest.raises(Refused, match="wrote nothing"):
        await undo(outcome.entry_id, connection=connection, journal=journal)


class Lagging:
    """A gateway that shows key policies as they were, for some seconds."""

    def __init__(self, gateway, seconds):
        self.gateway, self.until, self.old = gateway, time.monotonic() + seconds, {}

    async def call(self, service, operation, **params):
        key = (operation, str(params))
        if key in self.old and time.monotonic() < self.until:
            return self.old[key]
        self.old[key] = await self.gateway.call(service, operation, **params)
        return self.old[key]


async def test_a_read_back_that_lags_is_waited_for_and_the_wait_is_said(fresh_demo, connect_to, journal):
    changes, connection, _ = await built("key policy", fresh_demo, connect_to)
    events = []
    lagging = dataclasses.replace(connection, gateway=Lagging(connection.gateway, 2.0))
    outcome = await apply(changes, connection=lagging, journal=journal, progress=events.append)
    assert outcome.ok
    assert 1.0 < outcome.applied[0].waited < 6.0
    assert "read back after" in outcome.text
    assert "waiting" in [event.stage for event in events]


async def test_a_write_that_is_never_seen_is_not_verified_and_settled_later(fresh_demo, connect_to, journal):
    changes, connection, _ = await built("key policy", fresh_demo, connect_to)
    lagging = dataclasses.replace(connection, gateway=Lagging(connection.gateway, 60))
    outcome = await apply(changes, connection=lagging, journal=journal, patience=0.5)
    assert outcome.applied[0].result is Result.NOT_VERIFIED
    assert journal.entries()[0].result == "open"
    assert (await undo(outcome.entry_id, connection=connection, journal=journal)).ok


async def test_the_rest_is_not_begun_when_a_change_does_not_verify(fresh_demo, connect_to, journal):
    changes, connection, _ = await built("default bucket", fresh_demo, connect_to)
    bad = dataclasses.replace(changes[1], parameters={**changes[1].parameters, "Bucket": "no-such-bucket-here"})
    outcome = await apply([changes[0], bad, changes[2]], connection=connection, journal=journal, patience=0.5)
    results = [one.result for one in outcome.applied]
    assert results[0] is Result.DONE
    assert results[2] is Result.NOT_BEGUN
    assert not outcome.ok
    assert (await undo(outcome.entry_id, connection=connection, journal=journal)).ok


async def test_no_write_carries_what_must_never_be_sent(fresh_demo, connect_to, journal):
    _, _, demo = await applied("default bucket", fresh_demo, connect_to, journal)
    writes = [r for r in demo.requests() if r["operation"].startswith("Put")]
    assert all(r["params"].get("ExpectedBucketOwner") for r in writes if r["service"] == "s3")
    assert not any("BypassPolicyLockoutSafetyCheck" in r["params"] for r in demo.requests())


async def test_a_field_that_cannot_be_cleared_is_read_back_and_said(fresh_demo, connect_to, journal):
    """AWS documents no merge semantics: here the service keeps what is not sent."""
    outcome, connection, _ = await applied("profile settings", fresh_demo, connect_to, journal)

    class Keeping:
        async def send(self, *args, **kwargs):
            return {"RequestId": "kept"}

    async def keeping():
        return Keeping()

    stubborn = dataclasses.replace(connection, writer=keeping)
    back = await undo(outcome.entry_id, connection=stubborn, journal=journal, patience=0.5)
    assert back.exit_code == 5
    assert "did not take over WorkspaceSettings.S3KmsKeyId" in back.text
    assert journal.entry(outcome.entry_id).undone_by is None
