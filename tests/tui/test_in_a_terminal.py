"""The program in a real pseudo-terminal: leaving at once, leaving it whole."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

HANGING = Path(__file__).with_name("hanging.py")
LEAVES_SCREEN, SHOWS_CURSOR = "\x1b[?1049l", "\x1b[?25h"


@pytest.fixture
def spawn(state: Path) -> Iterator[type[Program]]:
    running: list[Program] = []

    class Started(Program):
        def __init__(self, mode: str, **env: str) -> None:
            super().__init__(mode, state, **env)
            running.append(self)

    yield Started
    for program in running:
        program.child.close(force=True)


class Program:
    """A running child and the bytes that it sent."""

    def __init__(self, mode: str, state: Path, **env: str) -> None:
        environment = {"TERM": "xterm-256color", "PATH": "/usr/bin:/bin", "CANVAS_KMS_TUI_STATE_DIR": str(state), **env}
        self.child = pexpect.spawn(
            sys.executable, [str(HANGING), mode], dimensions=(24, 80), env=environment, encoding="utf-8", timeout=20
        )
        self.sent = ""

    def wait_for(self, text: str) -> None:
        self.child.expect_exact(text)
        self.sent += self.child.before + text

    def finish(self) -> float:
        """Read to the end; gives the seconds that took."""
        began = time.monotonic()
        self.child.expect(pexpect.EOF, timeout=20)
        self.sent += self.child.before
        self.child.wait()
        return time.monotonic() - began


def test_q_leaves_while_a_call_hangs_and_restores_the_terminal(spawn: type[Program]) -> None:
    program = spawn("hang")
    program.wait_for("Connecting")
    program.child.send("q")
    seconds = program.finish()
    assert program.child.exitstatus == 0
    assert LEAVES_SCREEN in program.sent
    assert SHOWS_CURSOR in program.sent
    assert seconds < 5


def test_a_defect_leaves_the_terminal_whole_and_says_where_its_report_is(spawn: type[Program], state: Path) -> None:
    program = spawn("handler")
    program.wait_for("Connecting")
    program.child.send("?")
    program.finish()
    assert program.child.exitstatus == 70
    after = program.sent.split(LEAVES_SCREEN)[-1]
    (report,) = state.glob("defect-*.txt")
    assert str(report) in re.sub(r"\s", "", after)
    assert "Traceback" not in after
    written = report.read_text()
    assert "ZeroDivisionError" in written
    assert "222233334444" not in written


def test_no_color_sends_no_colour(spawn: type[Program]) -> None:
    program = spawn("hang", NO_COLOR="1", COLORTERM="truecolor")
    program.wait_for("Connecting")
    program.child.send("q")
    program.finish()
    coloured = re.findall(r"\x1b\[[0-9;]*(?:3[0-7]|4[0-7]|38|48|9[0-7]|10[0-7])[0-9;]*m", program.sent)
    assert coloured == []
