"""Owns the rule that no read is made twice: a gateway in front of a gateway that remembers every answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from canvas_kms_tui.findings import CallStats
from canvas_kms_tui.gateway import CallFailed, Gateway, Response

_Key = tuple[str, str, str | None, Any]


@dataclass(frozen=True, slots=True)
class CallMade:
    """One read that was asked of the gateway; ``outcome`` is ``answered`` or a failure's kind, ``about`` its names."""

    service: str
    operation: str
    about: str
    outcome: str
    seconds: float


class Calls:
    """Makes identical calls once, for as long as it lives; also while the first is still under way.

    A failure is remembered like an answer. Cancelling one who waits does not cancel the call for the others.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._made: dict[_Key, asyncio.Task[Response | CallFailed]] = {}
        self.log: list[CallMade] = []  #: in the order in which the answers came

    async def call(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        key = (service, operation, region, _frozen(params))
        task = self._made.get(key)
        if task is None:
            task = asyncio.create_task(self._ask(service, operation, region, params))
            self._made[key] = task
        answer = task.result() if task.done() else await asyncio.shield(task)
        if isinstance(answer, CallFailed):
            raise answer
        return answer

    async def _ask(
        self, service: str, operation: str, region: str | None, params: Mapping[str, Any]
    ) -> Response | CallFailed:
        began, outcome = time.monotonic(), "answered"
        try:
            return await self._gateway.call(service, operation, region=region, **params)
        except CallFailed as failure:
            outcome = failure.kind.value
            return failure
        finally:
            about = " ".join(value for value in params.values() if isinstance(value, str))
            self.log.append(CallMade(service, operation, about, outcome, time.monotonic() - began))

    def stats(self) -> CallStats:
        return self._gateway.stats()

    def now(self) -> datetime:
        return self._gateway.now()


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple(sorted((name, _frozen(item)) for name, item in value.items()))
    if isinstance(value, list | tuple):
        return tuple(_frozen(item) for item in value)
    return value
