"""Whatever ends the program leaves the terminal whole: a defect anywhere, a signal, a terminal that went away."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from terminal import LEAVES_SCREEN, MOUSE_OFF, SHOWS_CURSOR, Terminal, is_running, typing_is_seen

HANGING = str(Path(__file__).with_name("hanging.py"))
CONNECTING = "Connecting…"


def whole(terminal: Terminal) -> None:
    """Alternate screen left, cursor shown, mouse and bracketed paste off, typing seen; nothing drawn afterwards."""
    for sequence in (LEAVES_SCREEN, SHOWS_CURSOR, *MOUSE_OFF, "\x1b[?2004l"):
        assert sequence in terminal.sent
        assert sequence.replace("l", "h") not in terminal.sent.split(sequence)[-1] or sequence == SHOWS_CURSOR
    assert typing_is_seen(terminal)


@pytest.mark.parametrize("mode", ["handler", "worker", "thread", "timer", "render", "compose"])
def test_a_defect_anywhere_leaves_the_terminal_whole_and_a_report(tmp_path: Path, mode: str) -> None:
    terminal = Terminal([HANGING, mode], tmp_path)
    if mode != "compose":
        terminal.until(CONNECTING)
        terminal.press("?")
    terminal.finish()
    assert terminal.child.exitstatus == 70
    whole(terminal)
    after = terminal.sent.split(LEAVES_SCREEN)[-1]
    (report,) = tmp_path.rglob("defect-*.txt")
    assert str(report) in after.replace("\r\n", "")
    assert "Traceback" not in after
    assert report.stat().st_mode & 0o777 == 0o600
    written = report.read_text()
    assert "Error" in written or "NoMatches" in written
    assert "222233334444" not in written
    assert "\x1b" not in written


def test_a_defect_while_connecting_is_a_banner_with_a_key_to_go_on(tmp_path: Path) -> None:
    terminal = Terminal([HANGING, "background"], tmp_path)
    shown = terminal.until("r tries again")
    assert "A defect of this program stopped the work (ZeroDivisionError)" in " ".join(shown.split())
    assert "Traceback" not in shown
    terminal.press("q")
    terminal.finish()
    whole(terminal)


def test_a_defect_that_nobody_waits_for_is_told_when_it_is_left(tmp_path: Path) -> None:
    terminal = Terminal([HANGING, "task"], tmp_path)
    terminal.until(CONNECTING)
    end = time.monotonic() + 20
    while not list(tmp_path.rglob("defect-*.txt")) and time.monotonic() < end:
        terminal.read()
    terminal.press("q")
    terminal.finish()
    assert terminal.child.exitstatus == 0
    whole(terminal)
    assert "went on after a defect of its own" in terminal.sent.split(LEAVES_SCREEN)[-1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=["TERM", "HUP", "INT"])
def test_a_signal_leaves_the_terminal_whole(tmp_path: Path, number: int) -> None:
    terminal = Terminal([HANGING, "hang"], tmp_path)
    terminal.until(CONNECTING)
    terminal.child.kill(number)
    assert terminal.finish() < 10
    assert terminal.child.exitstatus == 130
    whole(terminal)


def test_it_ends_when_its_terminal_goes_away(tmp_path: Path) -> None:
    """The terminal's program was killed: SIGHUP, and nothing to write to."""
    terminal = Terminal([HANGING, "hang"], tmp_path)
    terminal.until(CONNECTING)
    pid = terminal.child.pid
    os.close(terminal.child.child_fd)
    terminal.child.closed = True
    end = time.monotonic() + 20
    while time.monotonic() < end and os.waitpid(pid, os.WNOHANG) == (0, 0):
        time.sleep(0.05)
    assert not is_running(pid)
    assert not list(tmp_path.rglob("defect-*.txt"))


def test_ctrl_z_gives_the_shell_back_and_fg_the_program(tmp_path: Path) -> None:
    shell = Terminal(["-c", "import os; os.execvp('bash', ['bash', '--norc', '-i'])"], tmp_path, PS1="ready> ")
    shell.until("ready>")
    shell.child.send(f"{sys.executable} {HANGING} hang\n")
    shell.until(CONNECTING)
    shell.press("^z", "Stopped")
    assert LEAVES_SCREEN in shell.sent
    shell.child.send("echo in the $((40 + 2))\n")
    shell.until("in the 42")
    drawn = len(shell.sent)
    shell.child.send("fg\n")
    until_sent(shell, CONNECTING, drawn)
    shell.press("q")
    until_sent(shell, LEAVES_SCREEN, drawn)
    shell.child.send("exit\n")
    shell.finish()


def until_sent(terminal: Terminal, text: str, begin: int) -> None:
    end = time.monotonic() + 20
    while text not in terminal.sent[begin:]:
        terminal.read()
        assert time.monotonic() < end, repr(terminal.sent[begin:])
