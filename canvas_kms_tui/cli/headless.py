"""Running without a screen: one event loop, one opened source of facts, everything closed at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from canvas_kms_tui.changes import Journal, Refused, Stale, recover, three_way_text
from canvas_kms_tui.cli.connect import Opened, opener
from canvas_kms_tui.cli.options import PROGRAM, Complaint, Options, UsageError
from canvas_kms_tui.cli.output import demand_file, to_stdout
from canvas_kms_tui.cli.progress import Progress
from canvas_kms_tui.engine import Observer
from canvas_kms_tui.facts import Calls, Facts
from canvas_kms_tui.findings import Diagnosis
from canvas_kms_tui.fleet.expiry import Expiry
from canvas_kms_tui.fleet.resolve import resolve
from canvas_kms_tui.fleet.run import Plan, diagnose
from canvas_kms_tui.target import BadTarget

T = TypeVar("T")
Work = Callable[[Opened, Progress], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """A finished diagnosis, the facts that it stands on, and whether the credentials lasted."""

    source: str
    diagnosis: Diagnosis
    facts: Facts
    expired: bool


def headless(options: Options, work: Work[T]) -> T:
    """Open what the flags name, do the work, close.

    Raises:
        UsageError: something that was named does not exist.
        Complaint: a change was refused.
        CannotConnect: no credentials, another account, no answer.
    """
    if options.record:
        demand_file(Path(options.record).expanduser(), "--record")
    progress = Progress()
    try:
        return asyncio.run(_opened(options, work, progress))
    except BadTarget as bad:
        raise UsageError(str(bad)) from None
    except Refused as refused:
        if isinstance(refused, Stale):
            to_stdout(three_way_text(refused))
        raise Complaint(str(refused), refused.exit_code) from None
    finally:
        progress.close()


async def _opened(options: Options, work: Work[T], progress: Progress) -> T:
    asyncio.get_running_loop().set_exception_handler(unheard)
    progress.connecting("starting the stand-in for AWS" if options.demo is not None else "connecting to AWS")
    opened = await opener(options, progress.waiting)()
    try:
        for found in await recover(opened.connection, Journal()):
            progress.say(f"{PROGRAM}: {found.text} (journal entry {found.entry.id})")
        return await work(opened, progress)
    finally:
        opened.connection.close()


def unheard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A question that nobody waits for any more may fail unheard; stderr is for the one line that matters."""


async def diagnosed(opened: Opened, checks: Plan, observer: Observer) -> Diagnosed:
    """Diagnose the one target that is meant.

    Raises:
        BadTarget: there is none, there are several, or a part of it does not exist.
    """
    watched = Expiry(opened.connection.gateway)
    calls = Calls(watched)
    target = await resolve(opened.connection, calls, opened.wanted)
    facts = Facts(calls, target)
    diagnosis = await diagnose(facts, checks, observer)
    opened.record(target)
    return Diagnosed(opened.connection.source, diagnosis, facts, watched.expired)
