"""The screen's own promises: no handler holds it up, typing in a filter answers at once, leaving takes no time."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from canvas_kms_tui.findings import Status
from canvas_kms_tui.tui.app import CanvasApp
from tests.bench.measure import Measure

FINDINGS = 500
TUI_TESTS = Path(__file__).parents[1] / "tui"
sys.path.insert(0, str(TUI_TESTS))  # the scripted rooms and the terminal of the screens' tests


def measures() -> Iterator[Measure]:
    slowest, typed = asyncio.run(typing_in_a_filter())
    how = f"CPU, median {statistics.median(typed):.0f} ms of {len(typed)} letters, {FINDINGS} findings"
    yield Measure("a letter typed in the filter, until it is shown", max(typed), 50, "ms", how)
    yield Measure("longest turn of the screen's loop meanwhile", slowest, 50, "ms", "CPU between two turns")
    with tempfile.TemporaryDirectory() as home:
        yield Measure(
            "leaving while a call hangs", leaving(Path(home)), 600, "ms", "q until the terminal is given back"
        )


async def typing_in_a_filter() -> tuple[float, list[float]]:
    """The longest turn of the loop and the cost of each letter, in milliseconds of CPU: other programs do not count."""
    from scripted import FakeRooms, finding, session

    rooms = FakeRooms()
    rooms.more = [finding("key-disabled", Status.WARN, f"number {i}", resource=f"r{i}") for i in range(FINDINGS)]
    late: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        app = CanvasApp(session(rooms, Path(home)))
        async with app.run_test(size=(120, 36)) as pilot:
            while app.desk.case is None:
                await pilot.pause(0.05)
            await pilot.press("slash")
            await pilot.pause(0.3)
            watch = asyncio.create_task(_watch(late))
            typed = []
            for letter in "r499":
                began = time.thread_time()
                app.screen.query_one("#filter").value += letter  # type: ignore[attr-defined]
                await pilot.pause()
                typed.append((time.thread_time() - began) * 1000)
            watch.cancel()
        app.desk.close()
    return max(late, default=0.0), typed


async def _watch(late: list[float]) -> None:
    while True:
        began = time.thread_time()
        await asyncio.sleep(0.001)
        late.append((time.thread_time() - began) * 1000)


def leaving(home: Path) -> float:
    """Milliseconds, the median of five."""
    from terminal import Terminal

    times = []
    for _ in range(5):
        terminal = Terminal([str(TUI_TESTS / "hanging.py"), "hang"], home)
        terminal.until("Connecting")
        terminal.press("q")
        times.append(terminal.finish() * 1000)
    return statistics.median(times)
