"""A process between the program and the stand-in that makes every answer late: so only the asking side is measured."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults import Fault, FaultProxy, Kind


@contextmanager
def slow_road(upstream: str, seconds: float) -> Iterator[str]:
    """The URL that leads to ``upstream``, later by so many seconds."""
    command = [sys.executable, str(Path(__file__)), upstream, str(seconds)]
    environment = {"PYTHONPATH": str(Path(__file__).parents[1])}
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(5)


if __name__ == "__main__":
    with FaultProxy(sys.argv[1], [Fault(Kind.LATENCY, seconds=float(sys.argv[2]))]) as proxy:
        print(proxy.url, flush=True)
        sys.stdin.read()
