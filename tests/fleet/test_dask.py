"""The same on a Dask cluster of processes, with a worker killed, and where the cluster is not as it should be."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fleet import running
from fleet.world import World, build

from canvas_kms_tui import __version__
from canvas_kms_tui.cli.worker import run_job
from canvas_kms_tui.demo import server
from canvas_kms_tui.demo.server import RunningDemo
from canvas_kms_tui.fleet.engines import EngineGone

distributed = pytest.importorskip("distributed")
dask = pytest.importorskip("canvas_kms_tui.fleet.dask")


@contextmanager
def _cluster(world: World, workers: int = 2, threads: int = 2) -> Iterator[Any]:
    """Its workers, those that replace a dead one too, have credentials of their own, as on a real cluster."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in running.environment(world).items():
            patch.setenv(name, value)
        cluster = distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=threads,
            processes=True,
            dashboard_address=None,
            host="127.0.0.1",
            silence_logs=50,
        )
        try:
            yield cluster
        finally:
            cluster.close()


def _flags(world: World, demo: RunningDemo, address: str, folder: Path) -> list[str]:
    accounts = running.accounts_file(world, folder)
    return ["--endpoint-url", demo.endpoint_url, "--accounts", str(accounts), "--regions", ",".join(world.regions),
            "--format", "jsonl", "--scheduler", address, "--resume", str(folder / "run.jsonl")]  # fmt: skip


def _with_a_worker_killed(world: World, demo: RunningDemo, folder: Path, after: int, timeout: float) -> None:
    with _cluster(world) as cluster:
        victim = next(iter(cluster.workers.values())).pid
        process = running.start(world, *_flags(world, demo, cluster.scheduler_address, folder))
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(after)]
        os.kill(victim, signal.SIGKILL)
        rest, errors = running.remainder(process, timeout)
        assert process.returncode == 1, errors
        assert running.said([*lines, *rest]) == world.expected()


@pytest.mark.filterwarnings("ignore")
def test_a_worker_that_dies_costs_no_target_and_tells_none_twice(tmp_path):
    world = build(6, 2, 4, closed=1)
    with server.start(world.environment) as demo:
        _with_a_worker_killed(world, demo, tmp_path, after=5, timeout=240)
        sent = [request["operation"] for request in demo.requests() if request["service"] == "sts"]
        assert sent.count("AssumeRole") >= len(world.accounts) - 1  # each worker assumes the role itself


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_sixty_accounts_on_dask_with_a_worker_killed(tmp_path):
    world = build(60, 4, 50, closed=3)
    with server.start(world.environment) as demo:
        _with_a_worker_killed(world, demo, tmp_path, after=3000, timeout=3000)


@pytest.mark.filterwarnings("ignore")
def test_a_lost_scheduler_ends_the_run_and_resume_goes_on_without_it(tmp_path):
    world = build(4, 1, 3)
    with server.start(world.environment) as demo:
        with _cluster(world, workers=1, threads=1) as cluster:
            flags = _flags(world, demo, cluster.scheduler_address, tmp_path)
            process = running.start(world, *flags)
            assert process.stdout is not None
            assert process.stdout.readline()
            cluster.close()
            _, errors = running.remainder(process, timeout=120)
        assert process.returncode in (1, 3)
        assert "the scheduler is lost" in errors
        at = flags.index("--scheduler")
        again = running.run(world, *flags[:at], *flags[at + 2 :], "--workers", "1")
        assert running.said(again.stdout.splitlines()) == world.expected()


def test_no_scheduler_is_said_in_a_line(tmp_path):
    world = build(1, 1, 1)
    accounts = running.accounts_file(world, tmp_path)
    with server.start(world.environment) as demo:
        flags = ["--endpoint-url", demo.endpoint_url, "--accounts", str(accounts)]
        done = running.run(world, *flags, "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 2
    assert "no Dask scheduler answers there" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_the_task_that_travels_holds_no_credentials():
    from canvas_kms_tui.cli.beside import Beside
    from canvas_kms_tui.cli.many import _Fleet
    from canvas_kms_tui.cli.output import Output
    from canvas_kms_tui.cli.parser import parse
    from canvas_kms_tui.cli.select import plan
    from canvas_kms_tui.fleet.job import Job
    from canvas_kms_tui.fleet.places import Place

    options = parse(["--batch", "--organization", "--profile", "support"])
    fleet = _Fleet(options, plan(options), Beside(options), Output("-", ("text",)))
    place = Place("111122223333", "aws", "eu-west-1", "arn:aws:iam::111122223333:role/R", "x-1")
    access = Job(place, fleet._task(None)).data()["task"]["access"]
    assert set(access) == {"profile", "region", "endpoint_url", "log_file"}


class _Answering:
    """A Dask client whose workers say what they have of the program."""

    def __init__(self, versions: dict[str, object]) -> None:
        self._versions = versions

    async def run(self, *_: object, **__: object) -> dict[str, object]:
        return self._versions

    async def nthreads(self) -> dict[str, int]:
        return dict.fromkeys(self._versions, 2)


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        ({"tcp://10.0.0.6:1": "0.0.1"}, "worker tcp://10.0.0.6:1 has version 0.0.1, this is"),
        ({"tcp://10.0.0.6:1": ""}, "worker tcp://10.0.0.6:1 has no canvas-kms-tui"),
        ({"tcp://10.0.0.6:1": OSError("gone")}, "worker tcp://10.0.0.6:1 has no canvas-kms-tui"),
        ({}, "the cluster has no workers"),
    ],
    ids=["older", "without", "does not answer", "no workers"],
)
async def test_workers_without_this_version_are_told_in_a_line(versions, told):
    cluster = dask.Cluster("tcp://10.0.0.5:8786", lambda data: [])
    cluster._client = _Answering(versions)
    with pytest.raises(EngineGone) as gone:
        await cluster._check_versions()
    assert told in str(gone.value)
    assert "\n" not in str(gone.value)


async def test_workers_of_this_version_are_taken_with_all_their_threads():
    cluster = dask.Cluster("tcp://10.0.0.5:8786", lambda data: [])
    cluster._client = _Answering({"a": __version__, "b": __version__})
    await cluster._check_versions()
    assert cluster.room == 8


def test_a_job_of_another_version_is_refused_by_the_worker():
    with pytest.raises(RuntimeError, match=r"the job is of 0\.0\.1"):
        run_job({"task": {"version": "0.0.1"}})
