"""Many targets: two hundred profiles, the recorded answers of a thousand Domains, Dask against processes."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import gc
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from faults import Fault, FaultProxy, Kind
from fleet import running, world

from canvas_kms_tui.aws.case import Case
from canvas_kms_tui.aws.live import connect
from canvas_kms_tui.aws.options import ConnectOptions, Credentials
from canvas_kms_tui.aws.recorder import Recorder
from canvas_kms_tui.aws.replay import CaseGateway
from canvas_kms_tui.demo import server
from canvas_kms_tui.demo.environments import Environment
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Diagnosis
from canvas_kms_tui.fleet.places import Place
from canvas_kms_tui.fleet.record import result_of, to_line
from canvas_kms_tui.fleet.run import Plan, diagnose
from canvas_kms_tui.fleet.survey import Empty, Survey
from canvas_kms_tui.fleet.wanted import Wanted
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.report import Report
from tests.bench.measure import Measure

LATENCY, PROFILES, ONE_BY_ONE = 0.1, 200, 5
#: 1,000 Domains of five profiles: four Domains in each of 250 places.
DOMAINS, EACH, PLACES = 4, 5, 250
REGION = "eu-west-1"


def measures() -> Iterator[Measure]:
    yield from asyncio.run(_two_hundred_profiles())
    yield from _replayed()
    yield from _dask_and_processes()


def three_roles_two_keys() -> Environment:
    """The healthy environment with :data:`PROFILES` profiles that take turns at three roles and two keys."""
    found = world.build(1, 1, PROFILES)
    document: dict[str, Any] = copy.deepcopy(dict(found.environment.document))
    account = found.accounts[0]
    name, role = next(each for each in document["roles"].items() if each[1]["account"] == account)
    use = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
    for number in (2, 3):
        inline = {**role["inline"], "Keys": use}
        document["roles"][f"{name}{number}"] = {**role, "id": f"{role['id'][:-1]}{number}", "inline": inline}
    arn = next(arn for arn, key in document["keys"].items() if account in arn and "artifacts" in key["aliases"][0])
    second = f"{arn[:-1]}{'0' if arn[-1] != '0' else '1'}"
    document["keys"][second] = {**document["keys"][arn], "aliases": ["alias/second"]}
    domain = next(each for each in document["domains"].values() if each.get("account") == account)
    for number, profile in enumerate(domain["profiles"].values()):
        tail = ("", "2", "3")[number % 3]
        profile["UserSettings"] = {
            "ExecutionRole": f"arn:aws:iam::{account}:role{role['path']}{name}{tail}",
            "CanvasAppSettings": {"WorkspaceSettings": {"S3KmsKeyId": (arn, second)[number % 2]}},
        }
    return dataclasses.replace(found.environment, document=document)


async def _entered(environment: Environment, url: str, account: str) -> Connection:
    own = environment.credentials
    return await connect(
        ConnectOptions(
            region=REGION,
            endpoint_url=url,
            role_arn=f"arn:aws:iam::{account}:role/{world.ROLE}",
            external_id=f"x-{account}",
            isolated=Credentials(own.access_key_id, own.secret_access_key, own.session_token),
        )
    )


async def _surveyed(connection: Connection, account: str) -> AsyncIterator[Diagnosis]:
    survey = Survey(connection, Place(account, "aws", REGION), Wanted(), Plan())
    async for found in survey.run():
        if not isinstance(found, Empty):
            yield found


async def _two_hundred_profiles() -> list[Measure]:
    environment, account = three_roles_two_keys(), "200000000000"
    with server.start(environment) as demo, FaultProxy(demo.endpoint_url) as proxy:
        proxy.add(Fault(Kind.LATENCY, seconds=LATENCY))
        start = time.perf_counter()
        connection = await _entered(environment, proxy.url, account)
        found = [each async for each in _surveyed(connection, account)]
        together, calls = time.perf_counter() - start, len(proxy.seen)
        start = time.perf_counter()
        for each in found[:ONE_BY_ONE]:
            await diagnose(Facts(connection.gateway, each.target), Plan())
        alone = (time.perf_counter() - start) / ONE_BY_ONE * PROFILES
        connection.close()
    assert len(found) == PROFILES, len(found)
    how = f"{alone:.0f} s / {together:.1f} s at 100 ms a call"
    return [
        Measure(f"calls for {PROFILES} profiles, 3 roles, 2 keys", calls, PROFILES + 60, "", "requests sent"),
        Measure("one profile after another / all together", alone / together, 20, "x", how, at_least=True),
    ]


def _replayed() -> Iterator[Measure]:
    """In a process of its own, for its memory."""
    found = world.build(1, DOMAINS, EACH)
    with server.start(found.environment) as demo:
        case = asyncio.run(_recorded(found, demo.endpoint_url))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "case")
        path.write_bytes(pickle.dumps(case))
        code = f"from tests.bench.bench_fleet import replay; replay({str(path)!r})"
        paths = os.pathsep.join((str(Path(__file__).parents[2]), str(Path(__file__).parents[1])))
        done = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    rate, early, late = map(float, done.stdout.split())
    how = f"{DOMAINS * PLACES:,} Domains of {EACH} profiles, each written as a line"
    yield Measure("recorded diagnoses a second and core", rate, 100, "", how, at_least=True)
    yield Measure("peak of that", late, 150, "MB", f"{early:.0f} MB after a tenth of it")


async def _recorded(found: world.World, url: str) -> Case:
    connection = await _entered(found.environment, url, found.accounts[0])
    recorder = Recorder(connection)
    through = dataclasses.replace(connection, gateway=recorder)
    assert len([each async for each in _surveyed(through, found.accounts[0])]) == DOMAINS * EACH
    connection.close()
    return recorder.case(None)


def replay(path: str) -> None:
    """Print diagnoses a second of this core, and the peak in megabytes early and at the end."""
    case: Case = pickle.loads(Path(path).read_bytes())
    gc.set_threshold(20_000, 20, 50)
    frame, early, count = Report("case", (), datetime.now(UTC)), 0.0, 0
    start = time.process_time()

    async def place() -> int:
        connection = Connection(CaseGateway(case), case.caller, case.region, "case")
        lines = [
            to_line(result_of("p", each, frame, fail_on=("fail",), formats=("jsonl",), own_files=False))
            async for each in _surveyed(connection, case.caller.account)
        ]
        return len(lines)

    for number in range(PLACES):
        count += asyncio.run(place())
        if number == PLACES // 10:
            early = _peak()
    print(count / (time.process_time() - start), early, _peak())


def _peak() -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _dask_and_processes() -> Iterator[Measure]:
    """Both with the stand-in on the same cores; a run takes in the start of its program, the cluster is there."""
    from distributed import LocalCluster

    found = world.build(12, 1, 25)
    os.environ.update(running.environment(found))
    with server.start(found.environment) as demo, tempfile.TemporaryDirectory() as folder:
        accounts = running.accounts_file(found, Path(folder))
        flags = ["--endpoint-url", demo.endpoint_url, "--accounts", str(accounts), "--format", "jsonl"]
        cluster = LocalCluster(
            n_workers=2, threads_per_worker=6, processes=True, dashboard_address=None, host="127.0.0.1", silence_logs=50
        )
        runs: dict[str, list[float]] = {"local": [], "dask": []}
        for _ in range(3):
            for name, more in (("local", ["--workers", "2"]), ("dask", ["--scheduler", cluster.scheduler_address])):
                start = time.perf_counter()
                done = running.run(found, *flags, *more)
                runs[name].append(time.perf_counter() - start)
                assert running.said(done.stdout.splitlines()) == found.expected()
        cluster.close()
    local, dask = min(runs["local"]), min(runs["dask"])
    how = f"{dask:.1f} / {local:.1f} s for 300 targets in 12 accounts, 2 processes each"
    yield Measure("Dask / local processes", dask / local, 1.33, "x", how)


def main() -> None:
    for measure in measures():
        sys.stdout.write(f"{measure}\n")


if __name__ == "__main__":
    main()
