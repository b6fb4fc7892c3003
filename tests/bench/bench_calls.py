"""What waiting for AWS costs: the whole diagnosis at 100 ms a call, against the longest chain and one after another."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from canvas_kms_tui import engine
from canvas_kms_tui.aws.live import connect
from canvas_kms_tui.aws.options import ConnectOptions, Credentials
from canvas_kms_tui.causes import catalogue
from canvas_kms_tui.demo import environments, server
from canvas_kms_tui.demo.server import RunningDemo
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import CallStats
from canvas_kms_tui.gateway import CallFailed, Connection, Gateway
from canvas_kms_tui.target import Target
from tests.bench.measure import Measure
from tests.bench.slow_road import slow_road

LATENCY = 0.1


def measures() -> Iterator[Measure]:
    with server.start(environments.load("role-denied-kms")) as demo, slow_road(demo.endpoint_url, LATENCY) as url:
        yield from asyncio.run(_measured(demo, url))


async def _measured(demo: RunningDemo, url: str) -> list[Measure]:
    catalogue()
    connecting = Stall()
    with connecting:
        connection = await _connect(demo, url)
        await engine.diagnose(Facts(connection.gateway, demo.environment.target))
    demo.reset()
    recorder, running = Recorder(connection.gateway, demo.environment.target), Stall()
    with running:
        start = time.perf_counter()
        await engine.diagnose(Facts(recorder, demo.environment.target))
        whole = time.perf_counter() - start
    twice = repeated(demo.requests())
    chain = recorder.longest_chain()
    serial = await _one_after_another(connection.gateway, recorder)
    connection.close()
    least = len(chain) * LATENCY
    in_a_row = f"{serial:.2f} / {whole:.2f} s, {len(recorder.made)} reads"
    return [
        Measure(
            "diagnosis at 100 ms / longest chain",
            whole / least,
            1.3,
            "x",
            f"{whole:.2f} / {least:.1f} s; {' > '.join(chain)}",
        ),
        Measure("same reads one after another / diagnosis", serial / whole, 8, "x", in_a_row, at_least=True),
        Measure("longest stall while clients are made", connecting.longest * 1000, 120, "ms", "event loop"),
        Measure("longest stall once they exist", running.longest * 1000, 50, "ms", "event loop"),
        Measure("reads made twice", len(twice), 0, "", ", ".join(twice) or "none"),
    ]


async def _connect(demo: RunningDemo, url: str) -> Connection:
    fake = demo.environment.credentials
    return await connect(
        ConnectOptions(
            region=demo.environment.region,
            endpoint_url=url,
            isolated=Credentials(fake.access_key_id, fake.secret_access_key, fake.session_token),
        )
    )


async def _one_after_another(gateway: Gateway, recorder: Recorder) -> float:
    start = time.perf_counter()
    for call in recorder.made:
        with contextlib.suppress(CallFailed):
            await gateway.call(call.service, call.operation, region=call.region, **call.params)
    return time.perf_counter() - start


def repeated(requests: list[dict[str, Any]]) -> list[str]:
    """Requests that the stand-in answered more than once in the same words."""
    seen = collections.Counter(
        (each["service"], each["operation"], each["region"], repr(sorted(each["params"].items()))) for each in requests
    )
    return [f"{service}:{operation} x{count}" for (service, operation, _, _), count in seen.items() if count > 1]


@dataclass
class Made:
    """One call, and its answer as text: what a later call may have taken its parameters from."""

    service: str
    operation: str
    region: str | None
    params: dict[str, Any]
    answer: str = ""

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    def words(self) -> list[str]:
        return [value for value in self.params.values() if isinstance(value, str)]


@dataclass
class Recorder:
    """A gateway that remembers calls and answers in the order in which they were asked."""

    inner: Gateway
    target: Target
    made: list[Made] = field(default_factory=list)

    async def call(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Any:
        made = Made(service, operation, region, params)
        self.made.append(made)
        answer = await self.inner.call(service, operation, region=region, **params)
        made.answer = json.dumps(answer, default=str)
        return answer

    def stats(self) -> CallStats:
        return self.inner.stats()

    def now(self) -> datetime:
        return self.inner.now()

    def longest_chain(self) -> list[str]:
        """The longest way on which each call has a parameter that only an answer before it told."""
        given = {self.target.domain_id, self.target.user_profile, self.target.account, "default"}
        given |= {part for dataset in self.target.datasets for part in (dataset.bucket, dataset.key)}
        chains: dict[int, list[str]] = {}
        for call in self.made:
            before = [self._told_by(word, chains) for word in call.words() if word not in given]
            chains[id(call)] = [*max(before, key=len, default=[]), call.name]
        return max(chains.values(), key=len, default=[])

    def _told_by(self, word: str, chains: dict[int, list[str]]) -> list[str]:
        """The shortest way to an answer that holds this word; empty where none does (a constant, a guess)."""
        ways = [chains[id(call)] for call in self.made if id(call) in chains and word in call.answer]
        return min(ways, key=len, default=[])


class Stall:
    """How long the event loop was kept from its work, at most."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._task: asyncio.Task[None] | None = None

    def __enter__(self) -> Stall:
        self._task = asyncio.create_task(self._tick())
        return self

    def __exit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()

    async def _tick(self) -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(0.002)
            self.longest = max(self.longest, time.perf_counter() - start - 0.002)
