"""What one full-screen session is given: where facts come from, the target as far as it is known, and choices.

Imports neither Textual nor boto3.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from canvas_kms_tui.gateway import AskToSignIn, Connection, SignIn
from canvas_kms_tui.target import Dataset, Target

if TYPE_CHECKING:
    from canvas_kms_tui.tui.rooms import Rooms


class Access(Protocol):
    """What else the same program can look at. Its methods raise CannotConnect."""

    question: str  #: what a place is asked for with: ``Which AWS profile?``
    why_not: str  #: why nothing else can be looked at; empty where it can
    takes_role: bool  #: whether the ARN of a role to assume is a place too

    async def places(self) -> Sequence[tuple[str, str]]:
        """Each place and a note, the present one first."""
        ...

    async def regions(self, place: str) -> Sequence[tuple[str, str]]:
        """Each Region and its name, the place's own first; none where a place has but one."""
        ...

    async def connect(self, place: str, region: str | None) -> Connection:
        """Open a place (``""``: the present one) in a Region (None: its own); leave the target open or fill it."""
        ...


@dataclass(slots=True)
class Session:
    """One run of the terminal UI.

    Attributes:
        connect: opens the source of facts; awaited on a background loop once the first screen is drawn, raises
            :class:`~canvas_kms_tui.gateway.CannotConnect`. It may fill in the target below before it returns.
        domain_id, user_profile: None = chosen from a list (or taken where there is only one).
        datasets: None = asked for; () = none, the source is not checked.
        since: CloudTrail's window; None = the usual one.
        read_only: no face offers to apply.
        theme: name of a theme, or None for the default.
        journal: directory of the journal; None = the platform's state directory.
        out: directory where reports are written.
        clock: seconds, for elapsed times.
        watch_seconds: how often a watched target is checked again.
        setup: begin with the first set-up.
        access: the other accounts, Regions or demos that can be switched to; None = only this one.
        rooms: what the screens ask of the rest of the program; None = the real rooms.
        ask_to_sign_in: set by the screen that can.
    """

    connect: Callable[[], Awaitable[Connection]]
    domain_id: str | None = None
    user_profile: str | None = None
    datasets: tuple[Dataset, ...] | None = None
    use_case: str | None = None
    local_upload: bool = False
    error_text: str | None = None
    since: timedelta | None = None
    read_only: bool = False
    theme: str | None = None
    strict: bool = False
    accept_unknown: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    journal: Path | None = None
    out: Path = field(default_factory=Path.cwd)
    clock: Callable[[], float] = time.monotonic
    watch_seconds: float = 30.0
    access: Access | None = None
    rooms: Rooms | None = None
    setup: bool = False
    ask_to_sign_in: AskToSignIn | None = None
    _waited_for: tuple[str, float] = ("", 0.0)

    def told(self, what: str, seconds: float) -> None:
        """What a call waits for, and how long; said on any thread."""
        self._waited_for = (what, self.clock() + seconds)

    def waits_for(self) -> str:
        """What is waited for just now, or ""."""
        what, until = self._waited_for
        return what if self.clock() < until else ""

    async def sign_in(self, wanted: SignIn) -> bool:
        """Have the screen sign in anew; False while there is no screen that could."""
        return await self.ask_to_sign_in(wanted) if self.ask_to_sign_in is not None else False

    def target(self, connection: Connection) -> Target | None:
        """The whole target, or None while a part of it has still to be chosen."""
        if self.domain_id is None or self.user_profile is None or self.datasets is None:
            return None
        return Target(
            account=connection.caller.account,
            partition=connection.caller.partition,
            region=connection.region,
            domain_id=self.domain_id,
            user_profile=self.user_profile,
            datasets=self.datasets,
            use_case=self.use_case,
            local_upload=self.local_upload,
            error_text=self.error_text,
        )
