"""AWS refuses, credentials expire between two changes, two copies race: after each the program says what stands."""

import dataclasses
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kinds import KINDS, account_documents, opened, typed

from canvas_kms_tui import edits
from canvas_kms_tui.changes.apply import apply
from canvas_kms_tui.changes.entries import Result
from canvas_kms_tui.changes.errors import Refused, Stale, WrongAccount
from canvas_kms_tui.changes.journal import Journal
from canvas_kms_tui.changes.undo import undo
from canvas_kms_tui.gateway import CallFailed, CannotConnect, FailureKind

sys.path.append(str(Path(__file__).parents[1]))

from faults import Fault, FaultProxy, Kind


async def key_policy(demo, connection):
    (change,) = await KINDS["key policy"][1](connection, demo)
    return change


def put(change, new):
    return edits.edit_key_policy(key_arn=change.resource, region=change.region, current=change.before, new=new)


def locked_out(before):
    return {**before, "Statement": [{**before["Statement"][1], "Action": "kms:Decrypt"}]}


def unknown_principal(before):
    stale = {**before["Statement"][0], "Sid": "Stale", "Principal": {"AWS": "AROAABCDEFGHIJKLMNOPQ"}}
    return edits.add_statement(before, stale)


@pytest.mark.parametrize(
    ("new", "code"),
    [(locked_out, "MalformedPolicyDocumentException"), (unknown_principal, "MalformedPolicyDocumentException")],
)
async def test_a_key_policy_that_kms_refuses_leaves_all_as_it_was(new, code, fresh_demo, connect_to, journal):
    demo = fresh_demo("role-denied-kms")
    connection = await connect_to(demo)
    before = await account_documents(connection, demo)
    change = await key_policy(demo, connection)
    bad = dataclasses.replace(put(change, new(change.before)), confirm=None)
    outcome = await apply([bad], connection=connection, journal=journal)
    assert outcome.applied[0].result is Result.NOT_WRITTEN
    assert code in outcome.text
    assert "stands as before" in outcome.text
    assert outcome.exit_code == 5
    assert await account_documents(connection, demo) == before
    assert journal.entries()[0].closed


async def test_an_oversized_key_policy_is_refused_by_kms_and_said(fresh_demo, connect_to, journal):
    demo = fresh_demo("role-denied-kms")
    connection = await connect_to(demo)
    change = await key_policy(demo, connection)
    policy = change.parameters["Policy"].replace('"Sid":"CanvasKmsUse"', f'"Sid":"{"x" * 33_000}"')
    bad = dataclasses.replace(change, parameters={**change.parameters, "Policy": policy})
    outcome = await apply([bad], connection=connection, journal=journal)
    assert outcome.applied[0].result is Result.NOT_WRITTEN
    assert "LimitExceededException" in outcome.text


async def test_credentials_that_expire_between_two_changes_leave_one_made_and_said(fresh_demo, connect_to, journal):
    demo = fresh_demo("key-pending-deletion")
    changes = await KINDS["rescued key"][1](await connect_to(demo), demo)
    with FaultProxy(demo.endpoint_url) as proxy:
        connection = await opened(demo, proxy.url)
        proxy.add(Fault(Kind.EXPIRED, service="kms", action="EnableKey"))
        outcome = await apply(changes, connection=connection, journal=journal, confirmed=typed(changes), patience=0.5)
        connection.close()
    first, second = outcome.applied
    assert (first.result, second.result) == (Result.DONE, Result.NOT_WRITTEN)
    assert "ExpiredToken" in second.text
    assert (await undo(outcome.entry_id, connection=await connect_to(demo), journal=journal)).ok


async def test_credentials_that_expire_for_everything_leave_the_outcome_unknown_until_they_are_back(
    fresh_demo, connect_to, journal
):
    demo = fresh_demo("role-denied-kms")
    change = await key_policy(demo, await connect_to(demo))
    with FaultProxy(demo.endpoint_url) as proxy:
        connection = await opened(demo, proxy.url)
        proxy.add(Fault(Kind.RESET, service="kms", action="PutKeyPolicy"))
        proxy.add(Fault(Kind.EXPIRED, service="kms", action="GetKeyPolicy", after=2))
        outcome = await apply([change], connection=connection, journal=journal, patience=5)
        connection.close()
    assert outcome.applied[0].result in (Result.UNKNOWN, Result.NOT_WRITTEN)
    (entry,) = journal.entries()
    with pytest.raises(Refused, match="nothing to undo"):
        await undo(entry.id, connection=await connect_to(demo), journal=journal)
    assert journal.entry(entry.id).closed


async def test_an_answer_that_is_lost_on_the_way_is_found_out(fresh_demo, connect_to, journal):
    demo = fresh_demo("role-denied-kms")
    change = await key_policy(demo, await connect_to(demo))
    with FaultProxy(demo.endpoint_url) as proxy:
        connection = await opened(demo, proxy.url)
        proxy.add(Fault(Kind.PARTIAL, service="kms", action="PutKeyPolicy"))
        outcome = await apply([change], connection=connection, journal=journal)
        connection.close()
    assert outcome.ok
    assert (await undo(outcome.entry_id, connection=await connect_to(demo), journal=journal)).ok


async def test_a_document_that_cannot_be_read_again_is_not_written(fresh_demo, connect_to, journal):
    demo = fresh_demo("role-denied-kms")
    change = await key_policy(demo, await connect_to(demo))
    with FaultProxy(demo.endpoint_url, [Fault(Kind.DENY, service="kms", action="GetKeyPolicy")]) as proxy:
        connection = await opened(demo, proxy.url)
        with pytest.raises(Refused, match="cannot be read again"):
            await apply([change], connection=connection, journal=journal)
        connection.close()
    assert "PutKeyPolicy" not in [request["operation"] for request in demo.requests()]


async def test_who_we_are_is_asked_again_just_before(fresh_demo, connect_to, journal):
    demo = fresh_demo("role-denied-kms")
    connection = await connect_to(demo)
    change = await key_policy(demo, connection)

    class Switched:
        async def call(self, service, operation, **params):
            if operation == "get_caller_identity":
                return {"Account": "999988887777"}
            return await connection.gateway.call(service, operation, **params)

    with pytest.raises(WrongAccount):
        await apply([change], connection=dataclasses.replace(connection, gateway=Switched()), journal=journal)


@pytest.mark.parametrize(
    "failure", [CannotConnect("the role cannot be assumed"), CallFailed(FailureKind.DENIED, "sts", "assume_role")]
)
async def test_a_write_role_that_cannot_be_assumed_refuses(failure, fresh_demo, connect_to, journal):
    demo = fresh_demo("role-denied-kms")
    connection = await connect_to(demo)
    change = await key_policy(demo, connection)

    async def writer():
        raise failure

    with pytest.raises(Refused, match="cannot be opened"):
        await apply([change], connection=dataclasses.replace(connection, writer=writer), journal=journal)
    assert journal.entries() == []


RACER = """
import asyncio, sys
from types import SimpleNamespace
from kinds import KINDS, opened
from canvas_kms_tui.changes import Journal, Refused, apply
from canvas_kms_tui.demo import environments

async def main():
    demo = SimpleNamespace(environment=environments.load("role-denied-kms"), endpoint_url=sys.argv[1])
    connection = await opened(demo)
    changes = await KINDS["key policy"][1](connection, demo)
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        outcome = await apply(changes, connection=connection, journal=Journal(sys.argv[2]))
        print(outcome.applied[0].result.value)
    except Refused as refused:
        print("refused", refused)

asyncio.run(main())
"""


def race(endpoint, directory):
    return subprocess.Popen(
        [sys.executable, "-c", RACER, endpoint, str(directory)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_copies_at_once_write_once(fresh_demo, journal):
    demo = fresh_demo("role-denied-kms")
    racers = [race(demo.endpoint_url, journal.directory) for _ in range(2)]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    answers = sorted(racer.communicate()[0].split()[0] for racer in racers)
    assert answers in (["done", "refused"], ["already", "done"])
    assert [request["operation"] for request in demo.requests()].count("PutKeyPolicy") == 1


async def test_undo_shortly_after_another_copy_undid_is_refused(fresh_demo, connect_to, journal):
    demo = fresh_demo("role-denied-kms")
    connection = await connect_to(demo)
    change = await key_policy(demo, connection)
    outcome = await apply([change], connection=connection, journal=journal)
    other = Journal(journal.directory)
    await undo(outcome.entry_id, connection=connection, journal=other)
    with pytest.raises(Refused, match="undone already"):
        await undo(outcome.entry_id, connection=connection, journal=journal)


async def test_somebody_who_writes_between_the_check_and_the_next_change_stops_the_rest(
    fresh_demo, connect_to, journal
):
    demo = fresh_demo("role-denied-kms")
    connection = await connect_to(demo)
    first = (await KINDS["inline policy"][1](connection, demo))[0]
    second = await key_policy(demo, connection)
    writer = await connection.writer()
    other = edits.documents.as_text(edits.add_statement(second.before, {**second.before["Statement"][0], "Sid": "X"}))

    class Meddled:
        async def send(self, service, operation, **params):
            answer = await writer.send(service, operation, **params)
            await writer.send("kms", "put_key_policy", **{**second.parameters, "Policy": other})
            return answer

    async def meddled():
        return Meddled()

    outcome = await apply([first, second], connection=dataclasses.replace(connection, writer=meddled), journal=journal)
    assert [one.result for one in outcome.applied] == [Result.DONE, Result.NOT_BEGUN]
    assert "changed since it was shown" in outcome.text
    assert (await undo(outcome.entry_id, connection=connection, journal=journal)).ok


class Lagging:
    """Shows every document as it was when it was first read, for some seconds."""

    def __init__(self, gateway, seconds):
        self.gateway, self.until, self.old = gateway, time.monotonic() + seconds, {}

    async def call(self, service, operation, **params):
        key = (operation, str(params))
        if key not in self.old or time.monotonic() > self.until:
            self.old[key] = await self.gateway.call(service, operation, **params)
        return self.old[key]


@pytest.mark.slow
async def test_a_read_back_that_lags_by_20_seconds_is_waited_for(fresh_demo, connect_to, journal):
    demo = fresh_demo("key-pending-deletion")
    connection = await connect_to(demo)
    changes = await KINDS["rescued key"][1](connection, demo)
    lagging = dataclasses.replace(connection, gateway=Lagging(connection.gateway, 20))
    outcome = await apply(changes, connection=lagging, journal=journal, confirmed=typed(changes))
    assert outcome.ok
    assert outcome.applied[0].waited > 15


async def test_stale_is_a_refusal_with_exit_code_5():
    assert issubclass(Stale, Refused)
    assert Stale("x", shown=None, standing=None, wanted=None).exit_code == 5
