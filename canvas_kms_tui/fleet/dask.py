"""The distributed engine: the same jobs on an existing Dask cluster. Imported only when ``--scheduler`` is given.

A job is plain JSON data without credentials: each worker finds its own as the AWS CLI does and assumes the place's role
itself. A place's records come back when the place is done. A worker that dies loses its places, which are done again
elsewhere; where the scheduler is lost the run ends, and ``--resume`` goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from distributed import Client
from distributed.scheduler import KilledWorker

from canvas_kms_tui import __version__
from canvas_kms_tui.fleet.engines import EngineGone, Lost
from canvas_kms_tui.fleet.job import Job
from canvas_kms_tui.fleet.record import Record, from_line

#: Places for each thread of the cluster that are handed over ahead, so that no worker waits for us.
_AHEAD = 2
_SECONDS_TO_CONNECT = 10
#: Seconds between two looks at whether the scheduler is still there.
_HEARTBEAT = 2.0

WorkRemotely = Callable[[Mapping[str, Any]], list[str]]


class Cluster:
    """``work`` is imported by the workers under its own name: they need this program, of the same version."""

    def __init__(self, address: str, work: WorkRemotely) -> None:
        self._address = address
        self._work = work
        self._client: Any = None
        self._room = 1
        self._found: asyncio.Queue[Record | Lost | EngineGone] = asyncio.Queue()
        self._waiting: set[asyncio.Task[None]] = set()

    @property
    def room(self) -> int:
        return self._room

    async def start(self) -> None:
        for name in ("distributed", "distributed.client", "distributed.core", "distributed.comm"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # stderr is ours
        try:
            self._client = await Client(  # type: ignore[no-untyped-call]
                self._address, asynchronous=True, timeout=_SECONDS_TO_CONNECT, set_as_default=False
            )
        except (OSError, TimeoutError, ValueError) as problem:
            raise EngineGone(f"--scheduler {self._address}: no Dask scheduler answers there ({problem})") from None
        await self._check_versions()
        watch = asyncio.create_task(self._watch())
        self._waiting.add(watch)

    async def _check_versions(self) -> None:
        """Raises EngineGone where a worker lacks the program, or has another version of it."""
        versions: dict[str, str] = await self._client.run(_version_asker(), on_error="return")
        if not versions:
            raise EngineGone(
                f"--scheduler {self._address}: the cluster has no workers; start some: dask worker ADDRESS"
            )
        for worker, found in versions.items():
            if found != __version__:
                what = "no canvas-kms-tui" if not isinstance(found, str) or not found else f"version {found}"
                raise EngineGone(f"--scheduler: worker {worker} has {what}, this is {__version__}; install the same")
        threads: dict[str, int] = await self._client.nthreads()
        self._room = _AHEAD * max(1, sum(threads.values()))

    def submit(self, job: Job) -> None:
        future = self._client.submit(self._work, job.data(), pure=False, retries=0)
        task = asyncio.create_task(self._answer(job.place.key, future))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _answer(self, place: str, future: Any) -> None:
        try:
            lines: list[str] = await future
        except KilledWorker as killed:
            await self._found.put(Lost(place, f"the workers that tried it died ({killed.last_worker})"))
            return
        except asyncio.CancelledError:
            if not self._running():
                await self._found.put(EngineGone(_lost(self._address)))
                return
            raise
        except Exception as problem:  # noqa: BLE001 - whatever a worker raises concerns its place alone
            await self._found.put(Lost(place, f"{type(problem).__name__}: {problem}"))
            return
        for line in lines:
            await self._found.put(from_line(line))

    def _running(self) -> bool:
        return self._client is not None and self._client.status == "running"

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_HEARTBEAT)
            if not self._running():
                await self._found.put(EngineGone(_lost(self._address)))
                return

    async def records(self) -> AsyncIterator[Record | Lost]:
        while True:
            found = await self._found.get()
            if isinstance(found, EngineGone):
                raise found
            yield found

    async def stop(self) -> None:
        for task in tuple(self._waiting):
            task.cancel()
        if self._client is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._client.close(timeout=2), 4)


def _lost(address: str) -> str:
    return f"--scheduler {address}: the scheduler is lost; what is done is kept, --resume FILE goes on"


def _version_asker() -> Callable[[], str]:
    """Sent by value, so that a worker without the program can still say so."""

    def version() -> str:
        try:
            from canvas_kms_tui import __version__ as own
        except ImportError:
            return ""
        return own

    return version
