"""Applying changes: who we are, what was confirmed, then one change after the other until one does not verify."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from canvas_kms_tui.change import Auto, Change, Fix
from canvas_kms_tui.changes.creation import is_creation
from canvas_kms_tui.changes.entries import Header, Result
from canvas_kms_tui.changes.errors import Refused, WrongAccount
from canvas_kms_tui.changes.journal import Journal, OpenEntry
from canvas_kms_tui.changes.write import PATIENCE, REAL, Applied, Clock, Event, Way, compare, read, write
from canvas_kms_tui.gateway import CallFailed, CannotConnect, Connection, Writer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of all changes of one entry. ``entry_id`` is what ``undo`` takes."""

    entry_id: str
    applied: tuple[Applied, ...]

    @property
    def ok(self) -> bool:
        return all(one.ok for one in self.applied)

    @property
    def exit_code(self) -> int:
        return 0 if self.ok else Refused.exit_code

    @property
    def text(self) -> str:
        """What the user is told: of the first change that failed, else of the last."""
        bad = [one for one in self.applied if not one.ok]
        return (bad[0] if bad else self.applied[-1]).text


def confirmations(changes: Iterable[Change], texts: Iterable[str]) -> dict[str, str]:
    """Which typed texts confirm which resources, as :func:`apply` takes them."""
    given = {text.strip() for text in texts}
    return {change.resource: change.confirm for change in changes if change.confirm in given and change.confirm}


async def apply(
    what: Fix | Sequence[Change],
    *,
    connection: Connection,
    journal: Journal,
    confirmed: Mapping[str, str] | None = None,
    progress: Callable[[Event], None] = lambda event: None,
    title: str = "",
    target: str = "",
    expect_account: str | None = None,
    patience: float = PATIENCE,
    clock: Clock = REAL,
) -> Outcome:
    """Make the changes, in order, stopping at the first that does not verify.

    Args:
        confirmed: resource → the text that was typed for it.
        patience: seconds to go on reading back before a write counts as not verified.

    Raises:
        Refused: nothing was written (:class:`Stale`, :class:`WrongAccount`).
    """
    changes = _changes_of(what)
    check_confirmed(changes, confirmed or {})
    header = Header(
        caller=connection.caller.arn,
        account=connection.caller.account,
        partition=connection.caller.partition,
        region=connection.region,
        source=connection.source,
        title=title or (what.title if isinstance(what, Fix) else f"{len(changes)} changes"),
        fix=what.id if isinstance(what, Fix) else "",
        target=target,
    )
    return await make(changes, header, connection, journal, progress, expect_account, patience, clock)


def _changes_of(what: Fix | Sequence[Change]) -> tuple[Change, ...]:
    if not isinstance(what, Fix):
        return tuple(what)
    if what.auto is not Auto.YES:
        raise Refused(f"“{what.title}” is not ours to apply. {what.text} Nothing was written".replace("  ", " "))
    if what.proven is not True:
        raise Refused(f"“{what.title}” is not proven. {what.proof} Nothing was written".replace("  ", " "))
    return what.changes


def check_confirmed(changes: Sequence[Change], confirmed: Mapping[str, str]) -> None:
    """Raises Refused where a typed confirmation is missing or wrong."""
    for change in changes:
        if change.confirm and confirmed.get(change.resource, "").strip() != change.confirm:
            raise Refused(f"type “{change.confirm}” to confirm. {change.confirm_why} Nothing was written")


async def make(
    changes: Sequence[Change],
    header: Header,
    connection: Connection,
    journal: Journal,
    progress: Callable[[Event], None],
    expect_account: str | None = None,
    patience: float = PATIENCE,
    clock: Clock = REAL,
) -> Outcome:
    """The way that fixes, plans and undo share."""
    if not changes:
        raise Refused("there is nothing to change")
    if connection.writer is None:
        raise Refused(f"nothing can be written here: {connection.no_writer or 'read-only'}")
    with journal.locked():
        await check_account(connection, changes, expect_account)
        await check_fresh(changes, connection)
        writer = await _opened(connection.writer)
        entry = journal.begin(header, changes)
        way = Way(connection.gateway, writer, header.account, entry, progress, patience, clock)
        progress(Event("begun", 0, entry.id))
        return await _each(way, changes, entry)


async def check_account(connection: Connection, changes: Sequence[Change], expect_account: str | None) -> None:
    """Ask once more who we are, and look whose resources the changes are of.

    Raises:
        WrongAccount: not the account that the diagnosis was of, or that was expected.
        Refused: nobody says who we are.
    """
    try:
        answer = await connection.gateway.call("sts", "get_caller_identity")
    except CallFailed as failure:
        raise Refused(
            f"it cannot be checked whose credentials these are ({failure.code}); nothing was written"
        ) from failure
    account = str(answer["Account"])
    for other in {connection.caller.account, *([expect_account] if expect_account else [])}:
        if account != other:
            raise WrongAccount(f"the credentials are of account {account}, not of {other}; nothing was written")
    for change in changes:
        owner = change.resource.split(":")[4] or account
        if owner != account or change.resource.split(":")[1] != connection.caller.partition:
            raise WrongAccount(f"{change.resource} is not of account {account}; nothing was written")


async def check_fresh(changes: Sequence[Change], connection: Connection) -> None:
    """Every document is what was shown, before the first of them is written.

    What the changes themselves bring into being is looked at when its turn comes.

    Raises:
        Stale: somebody changed one of them; nothing was written.
        Refused: one cannot be read.
    """
    seen: set[tuple[str, str]] = set()
    made = {change.resource for change in changes if change.operation == "CreateBucket"}
    for change in changes:
        place = (change.resource, change.document)
        later = change.resource in made and change.operation != "CreateBucket"
        if place not in seen and not later:
            compare(change, await read(connection.gateway, change, connection.caller.account))
        seen.add(place)
        if is_creation(change):
            return


async def _each(way: Way, changes: Sequence[Change], entry: OpenEntry) -> Outcome:
    applied: list[Applied] = []
    try:
        for index, change in enumerate(changes):
            applied.append(await _one(way, index, change, applied))
            if not applied[-1].ok:
                break
        rest = changes[len(applied) :]
        for index, change in enumerate(rest, len(applied)):
            applied.append(_not_begun(way, index, change))
        _close(entry, applied)
    finally:
        entry.leave()
    return Outcome(entry.id, tuple(applied))


async def _one(way: Way, index: int, change: Change, before: Sequence[Applied]) -> Applied:
    """A refusal stops everything when nothing has been written yet; later it stops the rest."""
    try:
        return await write(way, index, change)
    except Refused as refused:
        way.entry.outcome(index, Result.NOT_BEGUN, found=None, text=str(refused))
        if not any(one.result is Result.DONE for one in before):
            way.entry.close()
            raise
        return Applied(change, Result.NOT_BEGUN, str(refused))


def _not_begun(way: Way, index: int, change: Change) -> Applied:
    text = "Not begun, because an earlier change did not verify."
    way.entry.outcome(index, Result.NOT_BEGUN, found=None, text=text)
    return Applied(change, Result.NOT_BEGUN, text)


async def _opened(writer: Callable[[], Awaitable[Writer]]) -> Writer:
    try:
        return await writer()
    except (CannotConnect, CallFailed) as failure:
        raise Refused(f"the connection for writing cannot be opened: {failure}; nothing was written") from failure


def _close(entry: OpenEntry, applied: Sequence[Applied]) -> None:
    """An entry whose end was not seen stays open: the next start looks again."""
    if any(one.result in (Result.UNKNOWN, Result.NOT_VERIFIED) for one in applied):
        entry.leave()
    else:
        entry.close()
