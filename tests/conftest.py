"""Fixtures that every room shares: the stand-in for AWS, over real HTTP."""

from __future__ import annotations

import os
import pickle
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from diagnosing import Recorded, record

from canvas_kms_tui.demo import environments, server
from canvas_kms_tui.demo.environments import Environment
from canvas_kms_tui.demo.server import RunningDemo

#: Stand-ins kept alive by one worker: about 80 MB each.
_AT_ONCE = 8

DemoFactory = Callable[[str | Environment], RunningDemo]


@pytest.fixture(scope="session")
def demo_server() -> Iterator[DemoFactory]:
    """``demo_server("healthy")``: a stand-in to read from, one per environment and worker. Never write to it."""
    running: dict[str, RunningDemo] = {}  # the least recently asked for comes first

    def give(wanted: str | Environment) -> RunningDemo:
        environment = environments.load(wanted) if isinstance(wanted, str) else wanted
        key = environment.fingerprint
        running[key] = running.pop(key, None) or server.start(environment)
        if len(running) > _AT_ONCE:
            running.pop(next(iter(running))).stop()
        return running[key]

    yield give
    for demo in running.values():
        demo.stop()


@pytest.fixture(scope="session")
def _writable_demo() -> Iterator[RunningDemo]:
    with server.start(environments.load("healthy")) as demo:
        yield demo


@pytest.fixture
def fresh_demo(_writable_demo: RunningDemo) -> DemoFactory:
    """``fresh_demo("role-denied-kms")``: the one stand-in that tests may write to, freshly filled (milliseconds).

    A second call within one test fills the same stand-in again.
    """

    def give(wanted: str | Environment) -> RunningDemo:
        _writable_demo.load(environments.load(wanted) if isinstance(wanted, str) else wanted)
        return _writable_demo

    return give


@pytest.fixture(scope="session")
def _recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One directory for all workers of this run."""
    own = tmp_path_factory.getbasetemp()
    place = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "recordings"
    place.mkdir(exist_ok=True)
    return place


@pytest.fixture
def recorded(fresh_demo: DemoFactory, _recordings: Path) -> Callable[[str], Awaitable[Recorded]]:
    """``await recorded("healthy")``: a shipped environment, diagnosed over HTTP once in the whole run."""

    async def give(name: str) -> Recorded:
        kept = _recordings / name
        if not kept.exists():
            written = kept.with_suffix(f".{os.getpid()}")
            written.write_bytes(pickle.dumps(await record(fresh_demo(name))))
            written.replace(kept)
        return pickle.loads(kept.read_bytes())

    return give
