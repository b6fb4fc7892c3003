"""A program that applies one kind of change and is killed (SIGKILL) at one point of the way.

python killed.py ENVIRONMENT-FILE ENDPOINT JOURNAL KIND STAGE
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import sys
from types import SimpleNamespace

from kinds import KINDS, opened, typed

from canvas_kms_tui.changes.apply import apply
from canvas_kms_tui.changes.journal import Journal, OpenEntry
from canvas_kms_tui.demo import environments

#: Where it is killed: by progress events, within the write, and around the outcome's line.
STAGES = ("begun", "checked", "journalled", "sent", "written", "verified", "noted")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(environment: str, endpoint: str, journal: str, kind: str, stage: str) -> None:
    demo = SimpleNamespace(environment=environments.load(environment), endpoint_url=endpoint)
    connection = await opened(demo)
    changes = await KINDS[kind][1](connection, demo)

    real = connection.writer

    async def writer():
        return Dying(await real())

    if stage == "sent":
        connection = dataclasses.replace(connection, writer=writer)
    if stage == "noted":
        OpenEntry.close = lambda entry: die()
    await apply(
        changes,
        connection=connection,
        journal=Journal(journal),
        confirmed=typed(changes),
        progress=lambda event: die() if event.stage == stage else None,
    )


class Dying:
    """Dies when the request has been answered, before anybody hears of it."""

    def __init__(self, writer):
        self.writer = writer

    async def send(self, *args, **kwargs):
        await self.writer.send(*args, **kwargs)
        die()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
