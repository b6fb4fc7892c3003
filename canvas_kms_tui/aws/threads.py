"""Owns the threads that wait for AWS: daemons, so that quitting never waits for a socket.

``asyncio.to_thread`` and the executors of ``concurrent.futures`` join their threads when the interpreter ends; one
hanging call would then delay quitting by its whole time-out.
"""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_Job = tuple[int, int, Future[Any] | None, Callable[[], Any] | None]


class DaemonPool:
    """At most ``size`` daemon threads, started when there is work for them; lower ``urgency`` runs first."""

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._started = 0
        self._idle = 0

    def submit(self, work: Callable[[], T], *, urgency: int = 0) -> Future[T]:
        """Run ``work`` on a thread. A future that is cancelled before its turn is never run."""
        future: Future[T] = Future()
        self._jobs.put((urgency, next(self._order), future, work))
        if not self._started:
            self._grow()
        return future

    def stop(self) -> None:
        """Let each thread end after the job in its hands; waits for none."""
        for _ in range(self._size):
            self._jobs.put((-1, next(self._order), None, None))

    def _grow(self) -> None:
        with self._lock:
            enough = self._idle >= self._jobs.qsize()
            if self._started == self._size or (enough and self._started):
                return
            self._started += 1
            name = f"{self._name}-{self._started}"
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            _, _, future, work = self._jobs.get()
            with self._lock:
                self._idle -= 1
            if future is None or work is None:
                return
            # A thread starts the next one: starting waits for the newcomer, which the event loop must not.
            self._grow()
            _run(future, work)
            del future, work


def _run(future: Future[Any], work: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - carried to whoever awaits
        future.set_exception(error)
    else:
        future.set_result(result)
