"""What one full-screen session is given: where facts come from, the target as far as it is known, and choices.

Imports neither Textual nor boto3.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.target import Dataset, Target

if TYPE_CHECKING:
    from canvas_kms_tui.tui.rooms import Rooms


@dataclass(slots=True)
class Session:
    """One run of the terminal UI.

    Attributes:
        connect: opens the source of facts; awaited on a background loop once the first screen is drawn, raises
            :class:`~canvas_kms_tui.gateway.CannotConnect`. It may fill in the target below before it returns.
        domain_id, user_profile: None = chosen from a list (or taken where there is only one).
        datasets: None = asked for; () = none, the source is not checked.
        read_only: no face offers to apply.
        theme: name of a theme, or None for the default.
        journal: directory of the journal; None = the platform's state directory.
        out: directory where reports are written.
        clock: seconds, for elapsed times.
        watch_seconds: how often a watched target is checked again.
        rooms: what the screens ask of the rest of the program; None = the real rooms.
    """

    connect: Callable[[], Awaitable[Connection]]
    domain_id: str | None = None
    user_profile: str | None = None
    datasets: tuple[Dataset, ...] | None = None
    use_case: str | None = None
    local_upload: bool = False
    error_text: str | None = None
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
    rooms: Rooms | None = None

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
