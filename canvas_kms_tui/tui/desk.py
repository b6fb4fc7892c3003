"""The work of one session: connection, case, what was applied. Owns everything that the screens share.

Its methods are awaited on the screen's loop and do their work on the background loop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from canvas_kms_tui.change import Fix
from canvas_kms_tui.findings import Diagnosis, Finding, Said
from canvas_kms_tui.gateway import CallFailed, CannotConnect, Connection, FailureKind
from canvas_kms_tui.target import Target
from canvas_kms_tui.tui.background import Background
from canvas_kms_tui.tui.rooms import (
    Applied,
    CallLine,
    Case,
    FaqAnswer,
    Observer,
    Proof,
    Refused,
    Rooms,
    Sides,
    Undoable,
)
from canvas_kms_tui.tui.session import Session

Result = TypeVar("Result")


class Trouble(Exception):
    """What stopped the work, in one sentence for the user; ``exit_code`` counts if nothing better follows.

    ``sides`` are those of :class:`Refused`.
    """

    def __init__(self, message: str, exit_code: int = 0, sides: Sides = ()) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.sides = sides


@dataclass(slots=True)
class Desk:
    session: Session
    background: Background = field(default_factory=Background)
    connection: Connection | None = None
    target: Target | None = None
    case: Case | None = None
    applied: Applied | None = None  #: the last change of this session that has not been undone
    exit_code: int = 0
    _rooms: Rooms | None = None

    async def rooms(self) -> Rooms:
        """The rest of the program, imported on the background loop the first time."""
        if self._rooms is not None:
            return self._rooms
        rooms = self.session.rooms
        if rooms is None:
            rooms = await self.background.run(_real_rooms(self.session))
        self._rooms = rooms
        return rooms

    async def connect(self) -> Connection:
        self.exit_code = 0
        try:
            return self._take(await self.background.run(self.session.connect))
        except CannotConnect as failed:
            self.exit_code = failed.exit_code
            raise Trouble(str(failed), failed.exit_code) from failed

    async def switch(self, place: str, region: str | None) -> Connection:
        """Look at another account, Region or demo; where it cannot be opened, everything stays as it is."""
        access = self.session.access
        assert access is not None
        connection = await self.away(lambda: access.connect(place, region))
        self.session.connect = partial(access.connect, place, region)
        self.case = self.applied = None
        self.exit_code = 0
        return self._take(connection)

    def _take(self, connection: Connection) -> Connection:
        if self.connection is not None:
            self.connection.close()
        self.connection = connection
        self.target = self.session.target(connection)
        return connection

    async def recover(self) -> Sequence[str]:
        """What an earlier run left open."""
        rooms, connection = await self.rooms(), self.connection
        return await self.away(lambda: rooms.recover(connection)) if connection is not None else ()

    async def public_access(self, fix: Fix) -> Sequence[str]:
        rooms, case = await self.rooms(), self.opened()
        return await self.away(lambda: rooms.public_access(case, fix))

    async def diagnose(self, observer: Observer) -> Case:
        connection, target = self._ready()
        rooms = await self.rooms()
        self.case = await self.away(lambda: rooms.diagnose(connection, target, observer))
        return self.case

    async def prove_all(self) -> Case:
        rooms, case = await self.rooms(), self.opened()
        self.case = await self.away(lambda: rooms.prove_all(case))
        return self.case

    async def evidence(self, arrived: Callable[[Diagnosis], None]) -> Case:
        rooms, case = await self.rooms(), self.opened()
        self.case = await self.away(lambda: rooms.evidence(case, arrived))
        return self.case

    def take_message(self, said: Said) -> None:
        """What the user saw: part of the target from now on, so that checking again and reports know it."""
        case = self.opened()
        self.session.error_text = said.message
        self.target = replace(case.target, error_text=said.message)
        self.case = replace(case, target=self.target, diagnosis=replace(case.diagnosis, said=said))

    async def faq(self) -> Sequence[FaqAnswer]:
        rooms, case = await self.rooms(), self.opened()
        return await self.away(lambda: rooms.faq(case))

    def calls(self) -> Sequence[CallLine]:
        """The reads of the diagnosis on the screen; none before there is one."""
        return self._rooms.calls(self.case) if self._rooms is not None and self.case is not None else ()

    async def prove(self, finding: Finding, fix: Fix) -> Proof:
        rooms, case = await self.rooms(), self.opened()
        return await self.away(lambda: rooms.prove(case, finding, fix))

    async def apply(self, fix: Fix, confirmed: Mapping[str, str], progress: Callable[[str], None]) -> Applied:
        rooms, case = await self.rooms(), self.opened()
        applied = await self.away(lambda: rooms.apply(case, fix, confirmed, progress))
        if applied.made:
            self.applied = applied
        return applied

    async def last_change(self) -> Undoable | None:
        rooms, case = await self.rooms(), self.opened()
        return await self.away(lambda: rooms.last_change(case))

    async def undo(self, entry: str, progress: Callable[[str], None]) -> Applied:
        rooms, case = await self.rooms(), self.opened()
        undone = await self.away(lambda: rooms.undo(case, entry, progress))
        self.applied = None
        return undone

    async def away(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Do ``work`` on the background loop; what the outside world refused becomes :class:`Trouble`."""
        try:
            return await self.background.run(work)
        except CannotConnect as failed:
            raise Trouble(str(failed), failed.exit_code) from failed
        except CallFailed as failed:
            raise Trouble(_told(failed), 4 if failed.kind is FailureKind.EXPIRED else 0) from failed
        except Refused as refused:
            raise Trouble(str(refused), 5, refused.sides) from refused

    def opened(self) -> Case:
        if self.case is None:
            raise Trouble("There is no diagnosis yet.")
        return self.case

    def why_no_writing(self) -> str | None:
        """Why nothing can be applied here, or None."""
        if self.session.read_only:
            return "This session is read-only (--read-only): c copies the change as AWS CLI commands instead."
        if self.connection is not None and self.connection.writer is None:
            return self.connection.no_writer or "This source of facts cannot be written to."
        return None

    def close(self) -> None:
        """Let go of everything without waiting for it."""
        self.background.stop()
        if self.connection is not None:
            self.connection.close()

    def _ready(self) -> tuple[Connection, Target]:
        if self.connection is None or self.target is None:
            raise Trouble("There is no target yet.")
        return self.connection, self.target


def _real_rooms(session: Session) -> Callable[[], Awaitable[Rooms]]:
    async def load() -> Rooms:
        from canvas_kms_tui.tui.wiring import RealRooms

        return RealRooms(session)

    return load


def _told(failed: CallFailed) -> str:
    advice = {
        FailureKind.EXPIRED: "The credentials have expired: renew them, then r tries again.",
        FailureKind.UNREACHABLE: "AWS cannot be reached: check network and endpoint, then r tries again.",
        FailureKind.THROTTLED: "AWS asks for fewer requests: wait a little, then r tries again.",
        FailureKind.NOT_RECORDED: "The case file does not hold this call.",
    }.get(failed.kind, "")
    return f"{failed.action} on {failed.resource}: {failed.kind.value}. {advice or failed.message}".strip()
