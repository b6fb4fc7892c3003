"""One place on a worker: open AWS by the worker's own credentials, diagnose, hand over records.

``python -m canvas_kms_tui.cli.worker`` is a worker process of the local engine; a Dask worker calls :func:`run_job`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from canvas_kms_tui import __version__
from canvas_kms_tui.cli.headless import unheard
from canvas_kms_tui.findings import Diagnosis
from canvas_kms_tui.fleet.compare import compare
from canvas_kms_tui.fleet.job import Job
from canvas_kms_tui.fleet.patient import entered
from canvas_kms_tui.fleet.places import ALL
from canvas_kms_tui.fleet.record import Ended, Pulse, Record, Result, result_of, to_line
from canvas_kms_tui.fleet.survey import Empty, Survey, not_entered
from canvas_kms_tui.gateway import CannotConnect, Connection
from canvas_kms_tui.report.asides import Asides

#: A diagnosis makes many small objects that soon go: looking for cycles less often saves a fifth of the time.
_GC = (20_000, 20, 50)


async def work(job: Job) -> AsyncIterator[Record]:
    """The records of one place: its targets as they finish, then that it is done, whatever happens."""
    try:
        async for record in _worked(job):
            yield record
    except Exception as defect:  # noqa: BLE001 - one place's defect must not take the others with it
        for record in failed(job, f"a defect of this program: {defect!r}"):
            yield record


async def _worked(job: Job) -> AsyncIterator[Record]:
    try:
        connection = await entered(partial(_entered, job))
    except CannotConnect as refused:
        for record in failed(job, str(refused)):
            yield record
        return
    try:
        survey = Survey(connection, job.place, job.task.wanted, job.task.plan, frozenset(job.skip))
        domains: set[str] = {domain for domain, _ in job.skip}
        empty: list[str | None] = []
        async for found in survey.run():
            if isinstance(found, Empty):
                empty.append(found.domain_id)
                continue
            domains |= {found.target.domain_id} - {ALL}
            yield _result(job, found)
            stats = connection.gateway.stats()
            yield Pulse(job.place.key, stats.made, stats.throttled)
        count = len(domains | {each for each in empty if each})
        yield Ended(job.place.key, job.place.account, connection.region, count, tuple(empty), expired=survey.expired)
    finally:
        connection.close()


async def _entered(job: Job) -> Connection:
    """Raises CannotConnect."""
    from canvas_kms_tui.aws.live import connect
    from canvas_kms_tui.aws.options import ConnectOptions, Credentials

    place, access = job.place, job.task.access
    isolated = access.get("isolated")
    log = access.get("log_file")
    return await connect(
        ConnectOptions(
            profile=place.profile or access.get("profile"),
            region=place.region or access.get("region"),
            endpoint_url=access.get("endpoint_url"),
            role_arn=place.role_arn,
            external_id=place.external_id,
            read_only=True,
            expect_account=place.account,
            isolated=Credentials(*isolated) if isolated else None,
            log_file=Path(log) if log else None,
            source=job.task.source,
        )
    )


def failed(job: Job, reason: str) -> list[Record]:
    """The records of a place in which nothing could be done (any more)."""
    place = job.place
    region = place.region or job.task.access.get("region") or "the configured Region"
    target = job.task.wanted.target(place.account, place.partition, region, ALL, ALL)
    found = not_entered(target, place, reason)
    told: list[Record] = [] if (ALL, ALL) in job.skip else [_result(job, found)]
    return [*told, Ended(place.key, place.account, region, 0, not_entered=reason)]


def _result(job: Job, diagnosis: Diagnosis) -> Result:
    task = job.task
    compared = None
    if job.before is not None:
        target = diagnosis.target
        old = {
            (target.account, target.region, domain, profile): frozenset((c, r, s) for c, r, s in rows)
            for domain, profile, rows in job.before
            if (domain, profile) == (target.domain_id, target.user_profile)
        }
        compared = compare(old, [diagnosis])
    return result_of(
        job.place.key,
        diagnosis,
        task.frame(Asides(task.suppressions, compared)),
        fail_on=task.fail_on,
        formats=task.formats,
        own_files=task.own_files,
    )


def run_job(data: Mapping[str, Any]) -> list[str]:
    """A whole job in one call: its records as lines. For engines that call functions.

    Raises:
        RuntimeError: the job is of another version of the program.
    """
    if data["task"]["version"] != __version__:
        raise RuntimeError(f"this worker has canvas-kms-tui {__version__}, the job is of {data['task']['version']}")

    async def whole() -> list[str]:
        return [to_line(record) async for record in work(Job.from_data(data)) if not isinstance(record, Pulse)]

    return asyncio.run_coroutine_threadsafe(whole(), _loop()).result()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One event loop for all threads that call :func:`run_job`: several would only fight for the interpreter."""
    gc.set_threshold(*_GC)
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(unheard)
    threading.Thread(target=loop.run_forever, daemon=True, name="places").start()
    return loop


async def _serve() -> None:
    """Jobs from stdin, each at once, until it closes."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(unheard)
    lines: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        os._exit(0)  # nobody is there to hear of the rest

    threading.Thread(target=read, daemon=True, name="jobs").start()
    running: set[asyncio.Task[None]] = set()
    while True:
        job = Job.from_data(json.loads(await lines.get()))
        task = asyncio.create_task(_told(job))
        running.add(task)
        task.add_done_callback(running.discard)


async def _told(job: Job) -> None:
    async for record in work(job):
        sys.stdout.write(to_line(record))
        sys.stdout.flush()


def main() -> None:
    gc.set_threshold(*_GC)
    gc.freeze()
    asyncio.run(_serve())


if __name__ == "__main__":
    main()
