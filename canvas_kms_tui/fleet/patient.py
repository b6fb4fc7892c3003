"""Waiting out throttling: among thousands of targets a call that AWS refuses three times in a row is no news."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from canvas_kms_tui.findings import CallStats
from canvas_kms_tui.gateway import CallFailed, CannotConnect, FailureKind, Gateway, Response

T = TypeVar("T")

#: Seconds before each further try of a call that was throttled to its end.
PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
_SILENT, _TRIES_INTO_SILENCE = "does not answer", 2
_WORDS = ("Throttl", "Rate exceeded", "TooManyRequests", "RequestLimitExceeded")


class Patient:
    """A gateway in front of a gateway that asks a throttled call again, later."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def call(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        for pause in PAUSES:
            try:
                return await self._gateway.call(service, operation, region=region, **params)
            except CallFailed as failure:
                if failure.kind is not FailureKind.THROTTLED:
                    raise
            await _pause(pause)
        return await self._gateway.call(service, operation, region=region, **params)

    def stats(self) -> CallStats:
        return self._gateway.stats()

    def now(self) -> datetime:
        return self._gateway.now()


async def entered(connect: Callable[[], Awaitable[T]]) -> T:
    """What ``connect`` gives; tried again while STS throttles, and twice where it does not answer.

    Raises:
        CannotConnect: as ``connect`` does, for any other reason or at last.
    """
    for number, pause in enumerate(PAUSES):
        try:
            return await connect()
        except CannotConnect as refused:
            silent = _SILENT in str(refused) and number < _TRIES_INTO_SILENCE
            if not silent and not any(word in str(refused) for word in _WORDS):
                raise
        await _pause(pause)
    return await connect()


async def _pause(seconds: float) -> None:
    """Not for everybody at the same moment."""
    await asyncio.sleep(seconds * random.uniform(0.5, 1.0))  # noqa: S311 - spread, not secrecy
