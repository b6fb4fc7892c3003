"""Progress of a run over many targets: one line on stderr, and only on a terminal."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canvas_kms_tui.cli.collect import Collector
    from canvas_kms_tui.fleet.dispatch import Dispatch

_EVERY = 0.25


class FleetProgress:
    """Places, targets, findings, calls a second, throttling, and an estimate of what is left."""

    def __init__(self) -> None:
        self._on = sys.stderr is not None and sys.stderr.isatty()
        self._dispatch: Dispatch | None = None
        self._collector: Collector | None = None
        self._begun = self._shown = 0.0

    def begin(self, dispatch: Dispatch, collector: Collector) -> None:
        self._dispatch, self._collector, self._begun = dispatch, collector, time.monotonic()
        self.show()

    def show(self) -> None:
        now = time.monotonic()
        if self._on and now - self._shown >= _EVERY:
            self._shown = now
            self.say_now(self.line(now - self._begun))

    def line(self, seconds: float) -> str:
        dispatch, collector = self._dispatch, self._collector
        if dispatch is None or collector is None:
            return ""
        done, summary = dispatch.planned - dispatch.left, collector.summary
        made = sum(sent for sent, _ in collector.sent.values())
        throttled = sum(each for _, each in collector.sent.values())
        trouble = ", ".join(f"{count} {word}" for word, count in sorted(summary.verdicts.items()))
        parts = [
            f"{done} of {dispatch.planned} places",
            f"{summary.targets:,} targets" + (f": {trouble}" if trouble else ""),
        ]
        if seconds > 1:
            parts.append(f"{made / seconds:,.0f} calls/s")
        if throttled:
            parts.append(f"{throttled} throttled")
        if done and dispatch.left:
            parts.append(f"about {_span(seconds / done * dispatch.left)} left")
        return "   ".join(parts)

    def say_now(self, text: str) -> None:
        self._write(text[: shutil.get_terminal_size().columns - 1])

    def say(self, line: str) -> None:
        """A line that stays, terminal or not."""
        self._write("")
        print(" ".join(line.split()), file=sys.stderr)

    def close(self) -> None:
        self._write("")

    def _write(self, text: str) -> None:
        if self._on:
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
