"""One line of progress on stderr, and only on a terminal."""

from __future__ import annotations

import math
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from canvas_kms_tui import hidden
from canvas_kms_tui.findings import Diagnosis, Finding, Resolved, StepResult


class Progress:
    """An observer of the engine. Its line is rewritten in place and gone when it is closed.

    ``waiting`` may be called from any thread.
    """

    def __init__(self) -> None:
        self._on = sys.stderr is not None and sys.stderr.isatty()
        self._lock = threading.Lock()
        self._planned = 0
        self._finished: set[str] = set()
        self._note = ""
        self._note_until = 0.0

    def connecting(self, what: str) -> None:
        self._show(what)

    def waiting(self, note: str, seconds: float = math.inf) -> None:
        """Say what is waited for, until the time is over."""
        self._note, self._note_until = note, time.monotonic() + seconds
        self._count()

    def planned(self, causes: Sequence[Any]) -> None:
        self._planned = len(causes)
        self._count()

    def resolved(self, resolved: Resolved) -> None:
        self._count()

    def step(self, step: StepResult) -> None:
        self._count()

    def finding(self, finding: Finding) -> None:
        self._finished.add(finding.cause)
        self._count()

    def done(self, diagnosis: Diagnosis) -> None:
        self._show("simulating the fixes")

    def say(self, line: str) -> None:
        """A line that stays, terminal or not."""
        self._write("")
        print(hidden.text(" ".join(line.split())), file=sys.stderr)

    def ask(self, question: str) -> bool:
        """Whether somebody at the terminal says yes; without a terminal nobody has to: the flag was given."""
        if not self._on or sys.stdin is None or not sys.stdin.isatty():
            return True
        self._write("")
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def close(self) -> None:
        self._write("")

    def _count(self) -> None:
        note = f"   {self._note}" if time.monotonic() < self._note_until else ""
        self._show(f"{len(self._finished)} of {self._planned} causes checked{note}")

    def _show(self, text: str) -> None:
        self._write(text[: shutil.get_terminal_size().columns - 1])

    def _write(self, text: str) -> None:
        if self._on:
            with self._lock:
                sys.stderr.write(f"\r\x1b[K{hidden.text(text)}")
                sys.stderr.flush()
