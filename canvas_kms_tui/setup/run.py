"""Making a set-up: each piece through ``changes/`` with a journal entry of its own, so that a kill loses nothing.

Going on after a failure is starting again: what stands is seen, and only the rest is made. What AWS names by itself
(a key, a Domain) is found again by our tag or by its name.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes import Entry, Event, Journal, Outcome, Refused, apply, confirmations, recover, undo
from canvas_kms_tui.changes.apply import check_confirmed
from canvas_kms_tui.changes.standing import standing
from canvas_kms_tui.edits import creation
from canvas_kms_tui.gateway import CallFailed, Connection, FailureKind, Response, Writer
from canvas_kms_tui.setup.future import Setup
from canvas_kms_tui.target import Target

Progress = Callable[[Event], None]

#: Seconds until a thing must have come into being: a Domain makes a file system first.
PATIENCE = {"CreateDomain": 1_800.0, "CreateUserProfile": 600.0, "DeleteDomain": 1_800.0, "DeleteUserProfile": 600.0}
_OTHERS = 60.0

#: A role that was made a moment ago is not known everywhere: AWS then refuses documents and settings that name it.
_SPREADING = re.compile(
    r"invalid principal|principals? .*not valid|could not assume|cannot assume|does not exist", re.IGNORECASE
)
_SPREADS_FOR, _FIRST_PAUSE, _LONGEST_PAUSE = 90.0, 0.5, 8.0


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a set-up. ``target`` is what stands then, with AWS's own ids."""

    target: Target
    outcomes: tuple[Outcome, ...]
    left: tuple[Change, ...] = ()

    @property
    def ok(self) -> bool:
        return all(outcome.ok for outcome in self.outcomes)

    @property
    def text(self) -> str:
        if not self.outcomes:
            return "Everything stands already; nothing was written."
        if self.ok:
            return f"{len(self.outcomes)} steps made and read back."
        return f"{self.outcomes[-1].text} What was made stays and is found again: start once more to go on."


def group_of(setup: str) -> str:
    """What the journal entries of one set-up have in common (their ``target``)."""
    return f"setup/{setup}"


async def make(
    setup: Setup,
    *,
    connection: Connection,
    journal: Journal,
    typed: Iterable[str] = (),
    progress: Progress = lambda event: None,
    expect_account: str | None = None,
    patience: float | None = None,
) -> Made:
    """Make what the set-up plans, in order, until a piece does not verify.

    Args:
        typed: the confirmations that were typed.
        patience: seconds for every piece instead of its own.

    Raises:
        Refused: nothing was written: a problem, no proof, a confirmation that is missing, another account.
    """
    if setup.target is None or setup.stopped:
        raise Refused(f"the answers have a problem: {setup.problems[0] if setup.problems else 'nothing is planned'}")
    if setup.changes and not setup.proven:
        why = setup.diagnosis.verdict.headline if setup.diagnosis else "it was not simulated"
        raise Refused(f"the set-up is not proven, so nothing was written: {why}")
    check_confirmed(setup.changes, confirmations(setup.changes, typed))
    patient = replace(connection, writer=_once(connection.writer, progress) if connection.writer else None)
    await _settled(setup.target, connection, progress)
    real: dict[str, str] = {}
    outcomes: list[Outcome] = []
    pieces = list(in_pieces(setup.changes))
    for number, piece in enumerate(pieces):
        now = [creation.resolved(change, real) for change in piece]
        outcome = await apply(
            now,
            connection=patient,
            journal=journal,
            confirmed={change.resource: change.confirm for change in now if change.confirm},
            progress=_numbered(progress, number),
            title=f"{setup.title}: {words(now)}",
            target=group_of(setup.title.rpartition(" ")[2]),
            expect_account=expect_account,
            patience=patience if patience is not None else PATIENCE.get(now[0].operation, _OTHERS),
        )
        outcomes.append(outcome)
        if not outcome.ok:
            left = tuple(change for rest in pieces[number + 1 :] for change in rest)
            return Made(_target(setup.target, real), tuple(outcomes), left)
        for change, planned in zip(now, piece, strict=True):
            real |= await _learned(planned, change, connection)
    target = _target(setup.target, real)
    await _settled(target, connection, progress)
    return Made(target, tuple(outcomes))


#: A Domain or user profile of these statuses takes no change yet.
_UNDER_WAY = frozenset({"Pending", "Updating", "Deleting"})


async def _settled(target: Target, connection: Connection, progress: Progress) -> None:
    """Wait until Domain and user profile are done with what a run before, or somebody else, began."""
    domain = {"DomainId": target.domain_id}
    profile = {**domain, "UserProfileName": target.user_profile}
    for operation, names in (("describe_domain", domain), ("describe_user_profile", profile)):
        waited, pause = 0.0, _FIRST_PAUSE
        while waited < PATIENCE["CreateDomain"]:
            try:
                status = (await connection.gateway.call("sagemaker", operation, **names)).get("Status")
            except CallFailed:
                break  # not there yet, or not to be read: what follows says so
            if status not in _UNDER_WAY:
                break
            progress(Event("waiting", 0, f"{' / '.join(names.values())} is {status}, {waited:.0f} s"))
            await asyncio.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, _LONGEST_PAUSE)


def in_pieces(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """One change each; a bucket with its settings is one, since its undo takes them with it."""
    piece: list[Change] = []
    for change in changes:
        if piece and change.service == "s3" and piece[-1].resource == change.resource:
            piece.append(change)
            continue
        if piece:
            yield piece
        piece = [change]
    if piece:
        yield piece


def words(changes: Sequence[Change]) -> str:
    """``create the role CanvasExecutionRole``, for titles and lists."""
    first, parameters = changes[0], changes[0].parameters
    name = first.resource.rsplit(":", 1)[-1].rsplit("/", 1)[-1]
    match first.operation:
        case "CreateRole":
            return f"create the role {name}"
        case "AttachRolePolicy":
            return f"attach {parameters['PolicyArn'].rsplit('/', 1)[-1]} to {name}"
        case "PutRolePolicy":
            return f"give {name} the inline policy {parameters['PolicyName']}"
        case "CreateKey":
            return f"create a key for {parameters['Description'].rpartition(': ')[2]}"
        case "CreateAlias":
            return f"name the key {parameters['AliasName']}"
        case "EnableKeyRotation":
            return "let KMS renew the key every year"
        case "CreateBucket":
            return f"create the bucket {name}" + (f" with {len(changes) - 1} settings" if len(changes) > 1 else "")
        case "CreateDomain":
            return f"create the Domain {parameters['DomainName']}"
        case "CreateUserProfile":
            return f"create the user profile {parameters['UserProfileName']}"
        case _:
            return f"set {' and '.join(change.document for change in changes)} of {name}"


def _target(target: Target, real: Mapping[str, str]) -> Target:
    return replace(target, domain_id=real.get(target.domain_id, target.domain_id))


async def _learned(planned: Change, now: Change, connection: Connection) -> dict[str, str]:
    if planned.operation not in ("CreateKey", "CreateDomain"):
        return {}
    try:
        found = await standing(connection.gateway, now, account=connection.caller.account)
    except CallFailed as failed:
        raise Refused(f"what AWS called the new {planned.document} cannot be read ({failed.code})") from failed
    return creation.learned(planned, found)


def _numbered(progress: Progress, number: int) -> Progress:
    return lambda event: progress(replace(event, index=number))


def _once(opened: Callable[[], Awaitable[Writer]], progress: Progress) -> Callable[[], Awaitable[Writer]]:
    """One writer for all pieces: a role to write with is assumed once."""
    writers: list[Writer] = []

    async def give() -> Writer:
        if not writers:
            writers.append(PatientWriter(await opened(), progress))
        return writers[0]

    return give


class PatientWriter:
    """Tries again while AWS does not know yet a role that stands."""

    def __init__(self, writer: Writer, progress: Progress, spreads_for: float = _SPREADS_FOR) -> None:
        self._writer, self._progress, self._spreads_for = writer, progress, spreads_for

    async def send(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        waited, pause = 0.0, _FIRST_PAUSE
        while True:
            try:
                return await self._writer.send(service, operation, region=region, **params)
            except CallFailed as failed:
                refused = failed.kind in (FailureKind.REJECTED, FailureKind.NOT_FOUND)
                if not refused or not _SPREADING.search(failed.message) or waited + pause > self._spreads_for:
                    raise
            self._progress(Event("waiting", 0, f"AWS does not know the new role everywhere yet, {waited:.0f} s"))
            await asyncio.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, _LONGEST_PAUSE)


def entries_of(setup: str, journal: Journal, account: str) -> list[Entry]:
    """The entries of a set-up that still stand, the newest first."""
    mine = [
        entry
        for entry in journal.entries()
        if entry.header.target == group_of(setup) and entry.header.account == account and not entry.header.undo_of
    ]
    return [entry for entry in reversed(mine) if entry.made and not entry.undone_by]


async def take_back(
    setup: str,
    *,
    connection: Connection,
    journal: Journal,
    typed: Iterable[str] = (),
    progress: Progress = lambda event: None,
    expect_account: str | None = None,
) -> tuple[list[Outcome], list[str]]:
    """Undo what a set-up made, the last piece first. Gives the outcomes, and in words what stays and why.

    A key stays, unless its confirmation (:func:`key_confirmation`) was typed: then its deletion is scheduled with the
    longest window.

    Raises:
        Refused: nothing of it stands, or a piece cannot be taken back; what was taken back before stays so.
    """
    await recover(connection, journal)
    entries = entries_of(setup, journal, connection.caller.account)
    if not entries:
        raise Refused(f"the journal has nothing of a set-up {setup!r} that could be taken back")
    outcomes: list[Outcome] = []
    stays: list[str] = []
    for entry in entries:
        first = entry.made[0].change
        if first.operation in ("CreateKey", "EnableKeyRotation", "PutPublicAccessBlock"):
            if first.operation == "CreateKey":
                arn = str((entry.made[0].found or {}).get("Arn") or first.resource)
                outcomes += await _key_back(arn, connection, journal, set(typed), stays, expect_account)
            continue
        outcomes.append(
            await undo(
                entry.id,
                connection=connection,
                journal=journal,
                progress=progress,
                expect_account=expect_account,
                patience=PATIENCE.get(first.operation.replace("Create", "Delete"), _OTHERS),
            )
        )
        if not outcomes[-1].ok:
            break
    return outcomes, stays


def key_confirmation(account: str, arn: str) -> str:
    """What must be typed for a key's deletion to be scheduled."""
    return f"{account} delete {arn[-8:]}"


async def _key_back(
    arn: str, connection: Connection, journal: Journal, typed: set[str], stays: list[str], expect_account: str | None
) -> list[Outcome]:
    confirm = key_confirmation(connection.caller.account, arn)
    if confirm not in typed:
        stays.append(f"The key {arn} stays; --confirm “{confirm}” schedules its deletion in 30 days.")
        return []
    change = creation.schedule_key_deletion(key_arn=arn, confirm=confirm)
    return [
        await apply(
            [change],
            connection=connection,
            journal=journal,
            confirmed={arn: confirm},
            title=f"Schedule the deletion of the key {arn.rsplit('/', 1)[-1]}",
            expect_account=expect_account,
        )
    ]
