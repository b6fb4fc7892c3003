"""Owns the count of requests: what went over the wire, what was refused."""

from __future__ import annotations

import threading
import time

from canvas_kms_tui.findings import CallStats


class Meter:
    """Counts from any thread; ``made`` counts retries too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._here = threading.local()
        self._made = self._denied = self._throttled = 0
        self._first: float | None = None
        self._last = 0.0
        self.skew: float | None = None

    def sent(self) -> None:
        self._here.sent = self.sent_by_this_thread() + 1
        with self._lock:
            self._made += 1
            self._last = time.monotonic()
            if self._first is None:
                self._first = self._last

    def sent_by_this_thread(self) -> int:
        """Requests sent by the calling thread since it began."""
        return int(getattr(self._here, "sent", 0))

    def throttled(self) -> None:
        with self._lock:
            self._throttled += 1

    def denied(self) -> None:
        with self._lock:
            self._denied += 1

    def ended(self) -> None:
        with self._lock:
            self._last = time.monotonic()

    def stats(self) -> CallStats:
        with self._lock:
            seconds = 0.0 if self._first is None else self._last - self._first
            return CallStats(self._made, self._denied, self._throttled, round(seconds, 3))
