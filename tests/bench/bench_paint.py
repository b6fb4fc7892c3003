"""How soon something can be read on the screen, against Textual's own import."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pyte

from tests.bench.measure import Measure, middle, seconds

COLUMNS, LINES = 120, 36


def measures() -> Iterator[Measure]:
    bare = middle(lambda: seconds(lambda: subprocess.run([sys.executable, "-c", "import textual.app"], check=True)))
    demo = middle(first_paint)
    yield Measure(
        "first paint of --demo / import of textual.app",
        demo / bare,
        2,
        "x",
        f"{demo * 1000:.0f} / {bare * 1000:.0f} ms",
    )


def first_paint() -> float:
    """Seconds from the start of the program to the first frame with text on it."""
    main, other = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "LINES": str(LINES), "TERM": "xterm-256color"}
    start = time.perf_counter()
    program = subprocess.Popen(
        [sys.executable, "-m", "canvas_kms_tui", "--demo"],
        stdin=other,
        stdout=other,
        stderr=other,
        env=environment,
        start_new_session=True,
    )
    os.close(other)
    try:
        return _until_text(main) - start
    finally:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        os.close(main)


def _until_text(terminal: int) -> float:
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    deadline = time.perf_counter() + 30
    while time.perf_counter() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            stream.feed(os.read(terminal, 65536))
            now = time.perf_counter()
            if any(line.strip() for line in screen.display):
                return now
    raise TimeoutError("nothing was painted in 30 seconds")
