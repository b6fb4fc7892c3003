"""Owns when to stop asking a service that does not answer, so that a diagnosis ends in bounded time.

A call that hangs takes half a minute with its retries. After three time-outs or lost calls in a row without a single
answer, retries and further calls to the same service and Region fail at once for a while; the first answer ends that.
"""

from __future__ import annotations

import threading
import time

IN_A_ROW = 3
SECONDS = 10.0


class Silence:
    """Who has not answered lately; safe to call from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unanswered: dict[tuple[str, str], tuple[int, float]] = {}

    def holds(self, service: str, region: str) -> bool:
        with self._lock:
            count, last = self._unanswered.get((service, region), (0, 0.0))
        return count >= IN_A_ROW and time.monotonic() - last < SECONDS

    def unanswered(self, service: str, region: str) -> None:
        with self._lock:
            count, _ = self._unanswered.get((service, region), (0, 0.0))
            self._unanswered[service, region] = (count + 1, time.monotonic())

    def answered(self, service: str, region: str) -> None:
        with self._lock:
            self._unanswered.pop((service, region), None)
