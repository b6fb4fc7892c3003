"""Owns whose request is made ready first, where many are asked for at once.

Making a request ready (serialising, signing) is Python's own work, about 2 ms, and threads that do it at the same time
all finish last. So one does it at a time, the calls first on whose answer the most others wait; the waiting for AWS
itself is everybody's at once.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from typing import Final

#: How many calls may follow one another after each: what is not here is asked by nobody's name.
_FOLLOWED_BY: Final = {
    "describe_user_profile": 3,
    "describe_domain": 3,
    "list_attached_role_policies": 2,
    "head_object": 2,
    "get_bucket_encryption": 2,
    "list_objects_v2": 2,
    "list_parents": 2,
    "list_policies_for_target": 1,
    "list_role_policies": 1,
    "get_policy": 1,
    "get_role": 1,
    "describe_key": 1,
    "list_aliases": 1,
}


def urgency(operation: str) -> int:
    """Lower is sooner."""
    return -_FOLLOWED_BY.get(operation, 0)


class Turns:
    """One thread at a time, the most urgent of those who wait next; :meth:`leave` may be called too often."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[int, int, threading.Lock]] = []
        self._order = itertools.count()
        self._busy = False
        self._here = threading.local()

    def take(self, urgency: int) -> None:
        """Wait for one's turn."""
        mine: threading.Lock | None = None
        with self._lock:
            if self._busy:
                mine = threading.Lock()
                mine.acquire()
                heapq.heappush(self._waiting, (urgency, next(self._order), mine))
            self._busy = True
        if mine is not None:
            mine.acquire()
        self._here.has_it = True

    def leave(self) -> None:
        """Let the next one have it; nothing where this thread does not have it."""
        if not getattr(self._here, "has_it", False):
            return
        self._here.has_it = False
        with self._lock:
            if self._waiting:
                heapq.heappop(self._waiting)[2].release()
            else:
                self._busy = False
