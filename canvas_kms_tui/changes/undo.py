"""Undo, and what a crash left open: the journal read against what stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes.apply import Outcome, make
from canvas_kms_tui.changes.entries import ChangeRecord, Entry, Header, Result
from canvas_kms_tui.changes.errors import Refused, WrongAccount
from canvas_kms_tui.changes.journal import Journal
from canvas_kms_tui.changes.reverse import reverse_all
from canvas_kms_tui.changes.standing import same, standing, took
from canvas_kms_tui.changes.write import PATIENCE, REAL, Clock, Event
from canvas_kms_tui.gateway import CallFailed, Connection


@dataclass(frozen=True, slots=True)
class Recovered:
    """What stands after a crash: ``result`` and ``text`` of the change that was under way."""

    entry: Entry
    change: Change
    result: Result
    text: str


def ways_back(entry: Entry) -> tuple[Change, ...]:
    """The changes that would undo the entry, to be shown beforehand.

    Raises:
        Refused: there is nothing to undo, or no way back.
    """
    if entry.undone_by:
        raise Refused(f"entry {entry.id} is undone already, by {entry.undone_by}")
    if not entry.closed:
        raise Refused(f"entry {entry.id} is still open: what it wrote cannot be read")
    if not entry.made:
        raise Refused(f"entry {entry.id} wrote nothing, so there is nothing to undo")
    back = reverse_all([_as_written(record) for record in entry.made])
    if not back:
        raise Refused(f"entry {entry.id} cannot be undone: {entry.made[0].change.undo_note}")
    return back


async def undo(
    entry_id: str,
    *,
    connection: Connection,
    journal: Journal,
    progress: Callable[[Event], None] = lambda event: None,
    expect_account: str | None = None,
    patience: float = PATIENCE,
    clock: Clock = REAL,
) -> Outcome:
    """Take an entry back, the last change first.

    Raises:
        Stale: somebody else changed a document since; nothing was written.
        Refused: nothing was written, for another reason.
    """
    await recover(connection, journal)
    entry = journal.entry(entry_id)
    if entry.header.account != connection.caller.account:
        raise WrongAccount(
            f"entry {entry_id} is of account {entry.header.account}, the credentials are of "
            f"{connection.caller.account}; nothing was written"
        )
    back = ways_back(entry)
    header = Header(
        caller=connection.caller.arn,
        account=connection.caller.account,
        partition=connection.caller.partition,
        region=connection.region,
        source=connection.source,
        title=f"Undo: {entry.header.title}",
        fix=entry.header.fix,
        target=entry.header.target,
        undo_of=entry.id,
    )
    return await make(back, header, connection, journal, progress, expect_account, patience, clock)


async def recover(connection: Connection, journal: Journal) -> list[Recovered]:
    """Look at the entries of this account that a crash left open, say what stands, and close them.

    An entry whose document cannot be read stays open. Another copy that is at work is left alone.
    """
    found: list[Recovered] = []
    try:
        if not journal.open_entries(account=connection.caller.account, source=connection.source):
            return []
        with journal.locked():
            for entry in journal.open_entries(account=connection.caller.account, source=connection.source):
                found += await _look_at(entry, connection, journal)
    except Refused:
        return found
    return found


async def _look_at(entry: Entry, connection: Connection, journal: Journal) -> list[Recovered]:
    said: list[Recovered] = []
    writing = journal.reopen(entry)
    try:
        for index, record in enumerate(entry.records):
            if record.result not in (None, Result.UNKNOWN, Result.NOT_VERIFIED):
                continue
            recovered, found = await _what_stands(entry, record, connection)
            said.append(recovered)
            if recovered.result is Result.UNKNOWN:
                return said
            writing.outcome(index, recovered.result, found=found, text=recovered.text)
        writing.close()
    finally:
        writing.leave()
    return said


async def _what_stands(entry: Entry, record: ChangeRecord, connection: Connection) -> tuple[Recovered, object]:
    change = replace(record.change, before=record.standing) if record.begun else record.change
    what = f"the {change.document} of {change.resource}"
    if not record.begun:
        text = f"The program ended before {what} was written; it was not touched."
        return Recovered(entry, change, Result.NOT_BEGUN, text), None
    try:
        now = await standing(connection.gateway, change, account=connection.caller.account)
    except CallFailed as failure:
        text = f"The program ended while writing {what}, and it cannot be read now ({failure.code})."
        return Recovered(entry, change, Result.UNKNOWN, text), None
    if took(change, now):
        text = f"The program ended while writing {what}; the change stands and can be undone."
        return Recovered(entry, change, Result.DONE, text), now
    if same(change, now, change.before):
        text = f"The program ended while writing {what}; it stands as before."
        return Recovered(entry, change, Result.NOT_WRITTEN, text), now
    text = f"The program ended while writing {what}; it is neither as before nor as wanted: somebody else changed it."
    return Recovered(entry, change, Result.NOT_VERIFIED, text), now


def _as_written(record: ChangeRecord) -> Change:
    """The change between what really stood before and what was really read back after."""
    if record.change.document in ("key state", "bucket"):
        return record.change
    return replace(record.change, before=record.standing, after=record.found)
