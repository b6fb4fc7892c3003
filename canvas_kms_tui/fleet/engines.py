"""What an engine is: it takes jobs and gives their records as they come, wherever the work is done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from canvas_kms_tui.fleet.job import Job
from canvas_kms_tui.fleet.record import Record


@dataclass(frozen=True, slots=True)
class Lost:
    """The worker of a place died before the place was done; what it handed over before is kept."""

    place: str
    why: str


class EngineGone(Exception):
    """No more work can be done (the scheduler is lost): one line that says so."""


class Engine(Protocol):
    """``room`` is how many jobs it takes at the same time."""

    @property
    def room(self) -> int: ...

    async def start(self) -> None:
        """Raises EngineGone where it cannot work."""
        ...

    def submit(self, job: Job) -> None: ...

    def records(self) -> AsyncIterator[Record | Lost]:
        """For as long as somebody listens. Raises EngineGone."""
        ...

    async def stop(self) -> None: ...
