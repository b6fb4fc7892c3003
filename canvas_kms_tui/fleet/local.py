"""The local engines: this process for one place; worker processes, one for each core, for many.

A worker is a Python of its own that reads jobs as JSON lines from stdin and writes records to stdout; it works on
several places at once, since they mostly wait for AWS. When we end, however that is, its stdin closes and it goes.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable

from canvas_kms_tui.fleet.engines import Lost
from canvas_kms_tui.fleet.job import Job
from canvas_kms_tui.fleet.record import Ended, Record, from_line

#: Places that one process works on at the same time.
PLACES_EACH = 6
_LINE = 2**28
_WORKER = ("-m", "canvas_kms_tui.cli.worker")

Work = Callable[[Job], AsyncIterator[Record]]


class Here:
    """Works in this process."""

    room = PLACES_EACH

    def __init__(self, work: Work) -> None:
        self._work = work
        self._found: asyncio.Queue[Record | Lost] = asyncio.Queue(64)
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Nothing has to be made ready."""

    def submit(self, job: Job) -> None:
        task = asyncio.create_task(self._run(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, job: Job) -> None:
        async for record in self._work(job):
            await self._found.put(record)

    async def records(self) -> AsyncIterator[Record | Lost]:
        while True:
            yield await self._found.get()

    async def stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class _Worker:
    """One process, and the places that it has in hand."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.places: set[str] = set()
        self.spoke = False

    def tell(self, job: Job) -> None:
        assert self.process.stdin is not None
        self.places.add(job.place.key)
        self.process.stdin.write(json.dumps(job.data(), separators=(",", ":")).encode() + b"\n")


class Processes:
    """Works in ``count`` processes. One that dies is replaced; its places are reported as lost."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._workers: list[_Worker] = []
        self._found: asyncio.Queue[Record | Lost] = asyncio.Queue(64)
        self._readers: set[asyncio.Task[None]] = set()
        self._stopping = False

    @property
    def room(self) -> int:
        return self._count * PLACES_EACH

    async def start(self) -> None:
        for _ in range(self._count):
            await self._hire()

    def submit(self, job: Job) -> None:
        min(self._workers, key=lambda worker: len(worker.places)).tell(job)

    async def records(self) -> AsyncIterator[Record | Lost]:
        while True:
            yield await self._found.get()

    async def stop(self) -> None:
        self._stopping = True
        for reader in self._readers:
            reader.cancel()
        for worker in self._workers:
            if worker.process.returncode is None:
                worker.process.kill()
        await asyncio.gather(*(worker.process.wait() for worker in self._workers))

    async def _hire(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *_WORKER,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=None if os.environ.get("CANVAS_KMS_TUI_WORKER_ERRORS") else asyncio.subprocess.DEVNULL,
            limit=_LINE,
            start_new_session=True,  # Ctrl-C is for us alone: we end them
        )
        worker = _Worker(process)
        self._workers.append(worker)
        reader = asyncio.create_task(self._read(worker))
        self._readers.add(reader)
        reader.add_done_callback(self._readers.discard)

    async def _read(self, worker: _Worker) -> None:
        assert worker.process.stdout is not None
        while line := await worker.process.stdout.readline():
            worker.spoke = True
            try:
                record = from_line(line)
            except (ValueError, KeyError, TypeError):
                continue  # half a line of a worker that was killed
            if isinstance(record, Ended):
                worker.places.discard(record.place)
            await self._found.put(record)
        await worker.process.wait()
        self._workers.remove(worker)
        if self._stopping:
            return
        # One that ends without a word would end so again: it is replaced only where nobody else is left.
        if worker.spoke or not self._workers:
            await self._hire()
        for place in worker.places:
            await self._found.put(Lost(place, f"its worker process ended with {worker.process.returncode}"))
