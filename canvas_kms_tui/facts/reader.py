"""Owns how a question is asked: one read, its failures turned into absences or into :class:`Unreadable`."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from canvas_kms_tui.facts.reading import NORMAL_ABSENCES, Unreadable
from canvas_kms_tui.gateway import CallFailed, FailureKind, Gateway, Response

P = ParamSpec("P")
T = TypeVar("T")


class Reader:
    """Asks the gateway; ``region`` None is the connection's own Region."""

    def __init__(self, calls: Gateway) -> None:
        self.calls = calls

    async def get(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        """One answer.

        Raises:
            Unreadable: there is none, for whatever reason.
        """
        try:
            return await self.calls.call(service, operation, region=region, **params)
        except CallFailed as failure:
            raise Unreadable.because(failure) from failure

    async def find(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response | None:
        """One answer, or None where AWS says that the thing is not there or not configured.

        Raises:
            Unreadable: it may be there, but we could not find out.
        """
        try:
            return await self.calls.call(service, operation, region=region, **params)
        except CallFailed as failure:
            if failure.kind is FailureKind.NOT_FOUND or failure.code in NORMAL_ABSENCES:
                return None
            raise Unreadable.because(failure) from failure


class _Remembering(Protocol):
    remembered: dict[Any, asyncio.Task[Any]]


R = TypeVar("R", bound=_Remembering)


def question(
    method: Callable[Concatenate[R, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[R, P], Awaitable[T]]:
    """A method that is worked out once for each set of arguments, however many ask at the same time."""

    def ask(self: R, /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        key = (method.__qualname__, args, tuple(sorted(kwargs.items())))
        task: asyncio.Task[T] | None = self.remembered.get(key)
        if task is None:
            task = asyncio.create_task(method(self, *args, **kwargs))
            task.add_done_callback(_mark_seen)
            self.remembered[key] = task
        # An answer that is there costs no turn of the event loop: a diagnosis asks three hundred times.
        return task if task.done() else asyncio.shield(task)

    return functools.update_wrapper(ask, method)


def _mark_seen(task: asyncio.Task[Any]) -> None:
    """A question that nobody waits for any more must not complain at exit."""
    if not task.cancelled():
        task.exception()
