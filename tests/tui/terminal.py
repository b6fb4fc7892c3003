"""A program in a pseudo-terminal: what it sent as bytes, and what a terminal makes of them."""

from __future__ import annotations

import base64
import os
import re
import sys
import time
from pathlib import Path

import pexpect
import pyte

NAMED = {"esc": "\x1b", "enter": "\r", "tab": "\t", "^p": "\x10", "^q": "\x11", "^z": "\x1a", "^c": "\x03"}
LEAVES_SCREEN, SHOWS_CURSOR = "\x1b[?1049l", "\x1b[?25h"
MOUSE_OFF = ("\x1b[?1000l", "\x1b[?1003l", "\x1b[?1006l")
#: What a Textual program sends: colours, moves, modes and their queries, the pointer's shape.
ORDINARY = re.compile(
    r"\x1b\[[0-9;]*[mHK]|\x1b\[\?[0-9;]+[hlu]|\x1b\[\?[0-9]+\$p|\x1b\[[<>][0-9]*u|\x1b[78]|\x1b\]22;[a-z-]*\x07"
)
COPIED = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


class Terminal:
    """``sent`` is everything up to now; ``press`` takes names of :data:`NAMED` or letters."""

    def __init__(self, arguments: list[str], home: Path, size: tuple[int, int] = (80, 24), **more: str) -> None:
        wide, high = size
        environment = {
            "TERM": "xterm-256color",
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "CANVAS_KMS_TUI_STATE_DIR": str(home / "state"),
            "AWS_EC2_METADATA_DISABLED": "true",
            **more,
        }
        self.child = pexpect.spawn(
            sys.executable, arguments, dimensions=(high, wide), env=environment, cwd=home, timeout=60
        )
        self._screen = pyte.Screen(wide, high)
        self._stream = pyte.ByteStream(self._screen)
        self.bytes = b""

    @property
    def sent(self) -> str:
        return self.bytes.decode("utf-8", "replace")

    def read(self, seconds: float = 0.1) -> bool:
        """Take what has come; False at the end of the program."""
        try:
            part = self.child.read_nonblocking(65536, seconds)
        except pexpect.TIMEOUT:
            return True
        except (pexpect.EOF, OSError):
            return False
        self.bytes += part
        self._stream.feed(re.sub(rb"\x1b\]52;[^\x07]*\x07", b"", part))
        return True

    def shown(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    def until(self, text: str, seconds: float = 30) -> str:
        """Wait until the screen shows ``text``."""
        end = time.monotonic() + seconds
        while text not in self.shown():
            assert self.read(), f"it ended without {text!r}:\n{self.shown()}"
            assert time.monotonic() < end, f"{text!r} never came:\n{self.shown()}"
        return self.shown()

    def until_gone(self, text: str, seconds: float = 30) -> None:
        """Wait until the screen no longer shows ``text``."""
        end = time.monotonic() + seconds
        while text in self.shown():
            assert self.read(), f"it ended with {text!r}:\n{self.shown()}"
            assert time.monotonic() < end, f"{text!r} stays:\n{self.shown()}"

    def until_changed(self, before: str, seconds: float = 30) -> None:
        """Wait until the screen shows something else than ``before``."""
        end = time.monotonic() + seconds
        while self.shown() == before:
            assert self.read(), f"it ended with:\n{before}"
            assert time.monotonic() < end, f"nothing changed:\n{before}"

    def press(self, key: str, until: str = "") -> None:
        self.child.send(NAMED.get(key, key))
        if until:
            self.until(until)

    def finish(self, seconds: float = 20) -> float:
        """Read to the end; gives the seconds that took."""
        began = time.monotonic()
        while self.read():
            assert time.monotonic() - began < seconds, f"it does not end:\n{self.shown()}"
        took = time.monotonic() - began
        self.child.wait()
        return took

    def extraordinary(self) -> list[str]:
        """Sequences that no Textual program sends, each with what follows."""
        rest = COPIED.sub("", ORDINARY.sub("", self.sent))
        return [rest[found.start() : found.start() + 20] for found in re.finditer("\x1b", rest)]

    def copied(self) -> list[str]:
        """What went to the clipboard (OSC 52)."""
        return [base64.b64decode(found).decode() for found in COPIED.findall(self.sent)]


def typing_is_seen(terminal: Terminal) -> bool:
    """Whether the terminal is back in the mode of a shell: echo on, lines at once, Ctrl-C a signal."""
    import termios

    flags = termios.tcgetattr(terminal.child.child_fd)[3]
    return all(flags & wanted for wanted in (termios.ECHO, termios.ICANON, termios.ISIG))


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
