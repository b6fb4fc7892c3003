"""One daemon thread with an event loop of its own, on which everything slow is awaited.

Owns the separation of screen and work: importing boto3, simulating policies and waiting for AWS never take the
screen's loop, and leaving the program never waits for them (the thread is a daemon and is not joined).
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class Background:
    """Starts with the first :meth:`run`; everything given to it shares one loop, in the order of arrival."""

    def __init__(self, defect: Callable[[BaseException], object] | None = None) -> None:
        """``defect`` is told what was raised where nobody awaits it."""
        self._defect = defect
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, work: Callable[[], Awaitable[Result]]) -> Awaitable[Result]:
        """Call ``work`` on the background loop and await what it gives there; awaitable on the caller's loop.

        Cancelling the returned awaitable cancels the work; a write that is under way is not stopped by that.
        """

        async def begin() -> Result:
            return await work()

        coroutine: Coroutine[Any, Any, Result] = begin()
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, self._started()))

    def stop(self) -> None:
        """Ask the loop to end; returns at once."""
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._loop.stop)

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._loop.set_exception_handler(self._complain)
            threading.Thread(target=self._serve, args=(self._loop,), name="background", daemon=True).start()
        return self._loop

    def _complain(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Nobody asks any more for what was cancelled."""
        error = context.get("exception")
        if isinstance(error, BaseException) and self._defect is not None:
            if not isinstance(error, asyncio.CancelledError):
                self._defect(error)
        else:
            loop.default_exception_handler(context)

    @staticmethod
    def _serve(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            pending = asyncio.all_tasks(loop)
            for task in pending:
                task.cancel()
            with contextlib.suppress(RuntimeError):
                loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
            loop.close()
