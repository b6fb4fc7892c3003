"""Many accounts with throttling, closed accounts, a slow Region, a kill and a resume: each target once, and right."""

from __future__ import annotations

import json
import os
import signal
import stat
import time
from pathlib import Path

import pytest
from faults import Fault, FaultProxy, Kind
from fleet import running
from fleet.world import World, build

from canvas_kms_tui.demo import server
from canvas_kms_tui.demo.server import RunningDemo

REGIONS = ("eu-west-1", "us-east-1")
SLOW = Fault(Kind.LATENCY, region="us-east-1", seconds=0.15)
THROTTLING = Fault(Kind.THROTTLE, service="sagemaker", share=0.05)


def _flags(world: World, url: str, folder: Path) -> list[str]:
    accounts = running.accounts_file(world, folder)
    return ["--endpoint-url", url, "--accounts", str(accounts), "--regions", ",".join(world.regions),
            "--format", "jsonl", "--workers", "2", "--resume", str(folder / "run.jsonl")]  # fmt: skip


def _killed_and_resumed(world: World, demo: RunningDemo, folder: Path, after: int, timeout: float) -> float:
    """Kill the run after so many lines, tear the ledger's end, go on; seconds of both runs."""
    begun = time.monotonic()
    with FaultProxy(demo.endpoint_url, [SLOW, THROTTLING]) as proxy:
        flags = _flags(world, proxy.url, folder)
        first = running.start(world, *flags)
        assert first.stdout is not None
        for _ in range(after):
            assert first.stdout.readline()
        first.send_signal(signal.SIGKILL)
        first.communicate()
        ledger = folder / "run.jsonl"
        assert stat.S_IMODE(ledger.stat().st_mode) == 0o600
        with ledger.open("a") as file:
            file.write('{"kind":"result","place":"200000')
        kept = ledger.read_text().count('"kind":"result","place":"2') - 1
        before = len(proxy.seen)
        second = running.run(world, *flags, timeout=timeout)
        assert second.returncode == 1, second.stderr
        assert running.said(second.stdout.splitlines()) == world.expected()
        assert kept >= after - 1
        asked_again = sum(seen.action == "DescribeUserProfile" for seen in proxy.seen[before:])
        assert asked_again <= (len(world.verdicts) - kept) * 1.5  # throttled ones are asked anew, kept ones are not
    return time.monotonic() - begun


def test_a_killed_run_goes_on_and_tells_each_target_once(tmp_path):
    world = build(5, 2, 4, closed=1, regions=REGIONS)
    with server.start(world.environment) as demo:
        _killed_and_resumed(world, demo, tmp_path, after=20, timeout=240)


@pytest.mark.slow
def test_sixty_accounts_of_four_domains_and_fifty_profiles(tmp_path):
    world = build(60, 2, 50, closed=3, regions=REGIONS)
    assert len(world.verdicts) == 60 * 4 * 50
    with server.start(world.environment) as demo:
        seconds = _killed_and_resumed(world, demo, tmp_path, after=3000, timeout=3000)
    print(f"12,000 targets in {seconds:.0f} s")


def test_ctrl_c_keeps_what_is_done_and_ends_with_130(tmp_path):
    world = build(4, 1, 6)
    with server.start(world.environment) as demo, FaultProxy(demo.endpoint_url) as proxy:
        proxy.add(Fault(Kind.LATENCY, seconds=0.1, action="POST /"))
        accounts = running.accounts_file(world, tmp_path)
        report = tmp_path / "all.json"
        ledger = tmp_path / "run.jsonl"
        command = ["--endpoint-url", proxy.url, "--accounts", str(accounts), "--format", "json",
                   "--output", str(report), "--workers", "1", "--resume", str(ledger)]  # fmt: skip
        process = running.start(world, *command)
        until = time.monotonic() + 120
        while not (ledger.exists() and b'"kind":"result"' in ledger.read_bytes()) and time.monotonic() < until:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130, errors
        assert "Traceback" not in errors
        dump = json.loads(report.read_text())
        assert dump["summary"]["targets"] == len(dump["diagnoses"]) >= 1
        again = running.run(world, *command)
        assert again.returncode == 1, again.stderr
        whole = json.loads(report.read_text())
        assert whole["summary"]["targets"] == len(world.verdicts)
        assert whole["summary"]["not_reached"] == 0
