"""The list of faults, for every kind of change: nothing lost, nothing half-known, and the program says what stands.

Being killed is in ``test_killed.py``; what needs a real proxy, or two real processes, in ``test_faults_on_the_way.py``.
Time is a clock of the tests: nobody waits.
"""

from __future__ import annotations

import dataclasses
import errno
import itertools

import pytest
from kinds import KINDS, account_documents, typed

from canvas_kms_tui.changes import journal as journal_module
from canvas_kms_tui.changes import write as write_module
from canvas_kms_tui.changes.apply import apply
from canvas_kms_tui.changes.entries import Result
from canvas_kms_tui.changes.errors import Refused, Stale
from canvas_kms_tui.changes.standing import same, standing, took
from canvas_kms_tui.changes.undo import recover, undo
from canvas_kms_tui.changes.write import Clock
from canvas_kms_tui.gateway import CallFailed, FailureKind

real_standing, real_append = standing, journal_module._append


class World:
    """One account, one set of changes that was shown, one journal; and the ways in which things go wrong."""

    def __init__(self, demo, connection, changes, journal, monkeypatch):
        self.demo, self.connection, self.changes, self.journal = demo, connection, changes, journal
        self.patch, self.time, self.waits = monkeypatch, 0.0, []

    @property
    def clock(self):
        async def sleep(seconds):
            self.time += seconds
            self.waits.append(seconds)

        return Clock(lambda: self.time, sleep)

    def sending(self, around):
        """The connection whose writes go through ``around(send, number)``."""
        numbers = itertools.count()

        async def opened():
            real = await self.connection.writer()

            class Around:
                async def send(self, service, operation, **params):
                    return await around(lambda: real.send(service, operation, **params), next(numbers))

            return Around()

        return dataclasses.replace(self.connection, writer=opened)

    def reading(self, read):
        """What stands is read by ``read(change, really)`` from now on, while something is applied."""

        async def altered(gateway, change, *, account):
            return await read(change, lambda: real_standing(gateway, change, account=account))

        self.patch.setattr(write_module, "standing", altered)

    async def apply(self, connection=None):
        return await apply(
            self.changes,
            connection=connection or self.connection,
            journal=self.journal,
            confirmed=typed(self.changes),
            clock=self.clock,
        )

    async def undo(self, entry_id):
        return await undo(entry_id, connection=self.connection, journal=self.journal, clock=self.clock)

    async def documents(self):
        return await account_documents(self.connection, self.demo)

    def writes(self):
        sent = [request["operation"] for request in self.demo.requests()]
        return [operation for operation in sent if operation in {change.operation for change in self.changes}]

    async def settle(self, before):
        """The next start, with all in order again: the journal tells the truth, and what was made comes off again."""
        self.patch.setattr(write_module, "standing", real_standing)
        self.patch.setattr(journal_module, "_append", real_append)
        await recover(self.connection, self.journal)
        for entry in self.journal.entries():
            assert entry.closed
            await self.is_true(entry)
            if entry.made and entry.header.undo_of is None and not entry.undone_by:
                undone = await self.undo(entry.id)
                assert undone.ok, undone.text
        assert await self.documents() == before

    async def is_true(self, entry):
        if entry.undone_by or entry.header.undo_of:
            return
        last = {(record.change.resource, record.change.document): record for record in entry.records if record.result}
        for record in last.values():
            now = await real_standing(self.connection.gateway, record.change, account=self.connection.caller.account)
            if record.result in (Result.DONE, Result.ALREADY):
                assert took(record.change, now), entry
            elif record.result is Result.NOT_WRITTEN:
                assert not took(record.change, now) or same(record.change, record.change.before, now), entry


def meddled(change, document):
    """The document after somebody else's edit of it."""
    match change.document:
        case "key state":
            return {"KeyState": "Unavailable"}
        case "bucket":
            return {**(document or {}), "Bucket": "x", "Region": "elsewhere", "Account": "999988887777"}
        case "CORS configuration":
            return {"CORSRules": [{"AllowedMethods": ["HEAD"], "AllowedOrigins": ["https://else.example"]}]}
        case "default encryption":
            return {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms:dsse"}}]}
        case "Block Public Access":
            return None
    return {**(document or {}), "SomebodyElse": {"WasHere": "x"}}


def failure(kind, code):
    return CallFailed(kind, "kms", "put", code=code, message="so it is")


async def changed_between_show_and_write(world):
    async def read(change, really):
        return meddled(change, await really())

    world.reading(read)
    with pytest.raises(Stale, match="changed since it was shown; nothing was written") as stale:
        await world.apply()
    assert stale.value.standing != stale.value.shown
    assert not world.writes()
    assert world.journal.entries() == []


async def changed_between_write_and_undo(world):
    outcome = await world.apply()
    count = len(world.demo.requests())
    assert outcome.ok

    async def read(change, really):
        return meddled(change, await really())

    world.reading(read)
    with pytest.raises(Stale, match="nothing was written"):
        await world.undo(outcome.entry_id)
    assert not [one for one in world.demo.requests()[count:] if one["operation"].startswith(("Put", "Delete", "Up"))]


async def an_error_although_it_has_happened(world):
    async def around(send, number):
        await send()
        raise failure(FailureKind.UNREACHABLE, "ReadTimeoutError")

    outcome = await world.apply(world.sending(around))
    assert outcome.ok
    assert "Yet the change stands" in " ".join(one.text for one in outcome.applied)


async def an_error_and_it_has_not_happened(world):
    async def around(send, number):
        raise failure(FailureKind.UNREACHABLE, "ConnectTimeoutError")

    outcome = await world.apply(world.sending(around))
    assert outcome.applied[0].result is Result.NOT_WRITTEN
    assert "stands as before" in outcome.text
    assert world.time > 50, "it is looked for as long as a write may be under way"
    assert [one.result for one in outcome.applied[1:]] == [Result.NOT_BEGUN] * (len(world.changes) - 1)


async def a_read_back_that_lags_by_20_seconds(world):
    old, since = {}, {}

    async def read(change, really):
        place = change.resource, change.document
        now = await really()
        if place not in old or same(change, old[place], now):
            old[place] = now
            return now
        if world.time < since.setdefault(place, world.time) + 20:
            return old[place]
        old.pop(place), since.pop(place)
        return now

    world.reading(read)
    outcome = await world.apply()
    assert outcome.ok, outcome.text
    waited = [one.waited for one in outcome.applied if one.result is Result.DONE]
    assert max(waited) >= 20
    assert any(f"after {one.waited:.1f} s" in one.text for one in outcome.applied)


def refused_by_aws(code):
    async def fault(world):
        async def around(send, number):
            raise failure(FailureKind.REJECTED, code)

        outcome = await world.apply(world.sending(around))
        assert outcome.applied[0].result is Result.NOT_WRITTEN
        assert code in outcome.text
        assert "stands as before" in outcome.text
        assert outcome.exit_code == 5

    return fault


async def credentials_that_expire_between_two_changes(world):
    """Or, where there is one change only, before it: the first write goes through where there is another."""
    gone = []
    last = len(world.changes) - 1

    async def around(send, number):
        if number < last:
            return await send()
        gone.append(number)
        raise failure(FailureKind.EXPIRED, "ExpiredToken")

    async def read(change, really):
        if gone:
            raise failure(FailureKind.EXPIRED, "ExpiredToken")
        return await really()

    world.reading(read)
    outcome = await world.apply(world.sending(around))
    results = [one.result for one in outcome.applied]
    if gone:
        assert results[-1] is Result.UNKNOWN
        assert "ExpiredToken" in outcome.text
        assert "not known" in outcome.text
    assert all(result in (Result.DONE, Result.ALREADY) for result in results[: last if gone else None])


async def another_copy_at_the_same_time(world):
    with world.journal.locked(), pytest.raises(Refused, match="another copy"):
        await world.apply()
    assert not world.writes()


def a_full_disk(at):
    """From the line number ``at`` of the journal on."""

    async def fault(world):
        lines = itertools.count()

        def append(file, line, fresh=b""):
            if next(lines) >= at:
                raise OSError(errno.ENOSPC, "No space left on device")
            real_append(file, line, fresh)

        world.patch.setattr(journal_module, "_append", append)
        if at <= 1:
            with pytest.raises(Refused, match="No space left on device"):
                await world.apply()
            assert not world.writes()
            return
        outcome = await world.apply()
        assert "journal could not be completed" in " ".join(one.text for one in outcome.applied) or at > 2

    return fault


FAULTS = {
    "changed between show and write": changed_between_show_and_write,
    "changed between write and undo": changed_between_write_and_undo,
    "an error although it has happened": an_error_although_it_has_happened,
    "an error and it has not happened": an_error_and_it_has_not_happened,
    "read-back lags by 20 s": a_read_back_that_lags_by_20_seconds,
    "refused: lockout or principal": refused_by_aws("MalformedPolicyDocumentException"),
    "refused: size": refused_by_aws("LimitExceededException"),
    "credentials expire between two changes": credentials_that_expire_between_two_changes,
    "another copy at the same time": another_copy_at_the_same_time,
    "disk full for the entry": a_full_disk(0),
    "disk full before the write": a_full_disk(1),
    "disk full after the write": a_full_disk(2),
}

#: The fixed sample: every fault once, each with another kind of change.
SAMPLE = set(zip(FAULTS, itertools.cycle(KINDS), strict=False)) | {
    ("credentials expire between two changes", "rescued key"),
    ("read-back lags by 20 s", "rescued key"),
}
MATRIX = [
    pytest.param(fault, kind, marks=() if (fault, kind) in SAMPLE else pytest.mark.slow, id=f"{fault}: {kind}")
    for fault in FAULTS
    for kind in KINDS
]


@pytest.mark.parametrize(("fault", "kind"), MATRIX)
async def test_after_each_fault_nothing_is_lost_and_nothing_half_known(
    fault, kind, fresh_demo, connect_to, journal, monkeypatch
):
    environment, build = KINDS[kind]
    demo = fresh_demo(environment)
    connection = await connect_to(demo)
    world = World(demo, connection, await build(connection, demo), journal, monkeypatch)
    before = await world.documents()
    await FAULTS[fault](world)
    await world.settle(before)


def test_every_fault_and_every_kind_of_change_is_in_the_fixed_sample():
    assert {fault for fault, _ in SAMPLE} == set(FAULTS)
    assert len({kind for _, kind in SAMPLE}) >= min(len(FAULTS), len(KINDS))
