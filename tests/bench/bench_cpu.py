"""What a call costs in processor time, as a multiple of the same call made by bare boto3 in the same run.

The stand-in is a process of its own, so that only the asking side is counted; wall time does not matter here.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from canvas_kms_tui import engine
from canvas_kms_tui.aws.live import connect
from canvas_kms_tui.aws.options import ConnectOptions, Credentials
from canvas_kms_tui.demo import environments, server
from canvas_kms_tui.demo.server import RunningDemo
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.fleet.expiry import Expiry
from canvas_kms_tui.fleet.listing import SharedCalls
from canvas_kms_tui.fleet.patient import Patient
from canvas_kms_tui.gateway import CallFailed, Connection, Gateway
from tests.bench.bench_calls import Made, Recorder
from tests.bench.measure import Measure

#: Each round makes every read of a diagnosis this often; the median of the rounds' ratios counts.
TIMES, ROUNDS = 4, 7
#: Read by several requests where bare boto3 makes one, or in a way of its own: not comparable call by call.
_PAGED = ("list_", "describe_vpc_endpoints", "describe_route_tables", "lookup_events")


def measures() -> Iterator[Measure]:
    with server.start(environments.load("role-denied-kms")) as demo:
        yield from asyncio.run(_measured(demo))


async def _measured(demo: RunningDemo) -> list[Measure]:
    connection = await _connected(demo)
    recorder = Recorder(connection.gateway, demo.environment.target)
    await engine.diagnose(Facts(recorder, demo.environment.target))
    calls = [each for each in recorder.made if not each.operation.startswith(_PAGED)]
    bare = _bare(demo)
    _ask_bare(bare, calls)  # clients, connections and models are there before anything is counted
    single, fleet = [], []
    for _ in range(ROUNDS):
        least = await _cost(lambda: asyncio.to_thread(_ask_bare, bare, calls))
        single.append(await _cost(lambda: _ask(connection.gateway, calls)) / least)
        fleet.append(await _cost(lambda: _ask_anew(connection.gateway, calls)) / least)
    connection.close()
    each = least / TIMES / len(calls) * 1000
    how = f"bare boto3 {each:.2f} ms, {len(calls)} reads of a diagnosis"
    return [
        Measure("CPU of a call / of bare boto3", statistics.median(single), 1.3, "x", how),
        Measure("CPU of a call among many targets / of bare boto3", statistics.median(fleet), 1.3, "x", how),
    ]


async def _connected(demo: RunningDemo) -> Connection:
    fake = demo.environment.credentials
    return await connect(
        ConnectOptions(
            region=demo.environment.region,
            endpoint_url=demo.endpoint_url,
            isolated=Credentials(fake.access_key_id, fake.secret_access_key, fake.session_token),
        )
    )


async def _cost(work: Callable[[], Awaitable[None]]) -> float:
    start = time.process_time()
    await work()
    return time.process_time() - start


def _bare(demo: RunningDemo) -> Callable[[Made], Any]:
    """How somebody would ask who knows boto3: one client for each service, a call of its method."""
    import boto3

    fake = demo.environment.credentials
    session = boto3.Session(fake.access_key_id, fake.secret_access_key, fake.session_token, demo.environment.region)
    clients: dict[str, Any] = {}

    def call(made: Made) -> Any:
        if made.service not in clients:
            clients[made.service] = session.client(made.service, endpoint_url=demo.endpoint_url)
        return getattr(clients[made.service], made.operation)(**made.params)

    return call


def _ask_bare(call: Callable[[Made], Any], calls: Sequence[Made]) -> None:
    from botocore.exceptions import ClientError

    for _ in range(TIMES):
        for made in calls:
            with contextlib.suppress(ClientError):
                call(made)


async def _ask(gateway: Gateway, calls: Sequence[Made]) -> None:
    """All at once, as a diagnosis asks."""
    for _ in range(TIMES):
        await asyncio.gather(*(_one(gateway, made) for made in calls))


async def _ask_anew(gateway: Gateway, calls: Sequence[Made]) -> None:
    """As a run over many targets asks, remembering nothing of the round before."""
    for _ in range(TIMES):
        await _ask_once(SharedCalls(Expiry(Patient(gateway))), calls)


async def _ask_once(gateway: Gateway, calls: Sequence[Made]) -> None:
    await asyncio.gather(*(_one(gateway, made) for made in calls))


async def _one(gateway: Gateway, made: Made) -> None:
    with contextlib.suppress(CallFailed):
        await gateway.call(made.service, made.operation, region=made.region, **made.params)
