"""Owns the recording of a diagnosis: a gateway in front of a gateway that writes down what passes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from canvas_kms_tui.aws import tags
from canvas_kms_tui.aws.case import Case, Recorded
from canvas_kms_tui.aws.fields import kept
from canvas_kms_tui.findings import CallStats
from canvas_kms_tui.gateway import Caller, CallFailed, Connection, Gateway, Response
from canvas_kms_tui.target import Target

#: Headers of a failure that a diagnosis looks at.
_HEADERS = ("x-amz-bucket-region",)


class Recorder:
    """Answers as the gateway behind it does, and remembers each answer and each failure."""

    def __init__(self, connection: Connection) -> None:
        self._gateway: Gateway = connection.gateway
        self._caller: Caller = connection.caller
        self._region = connection.region
        self._calls: dict[str, Recorded] = {}

    async def call(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        try:
            answer = await self._gateway.call(service, operation, region=region, **params)
        except CallFailed as failure:
            self._keep(service, operation, region, params, failure=_as_data(failure))
            raise
        self._keep(service, operation, region, params, answer=kept(service, operation, answer))
        return answer

    def stats(self) -> CallStats:
        return self._gateway.stats()

    def now(self) -> datetime:
        return self._gateway.now()

    def case(self, target: Target | None) -> Case:
        """What was recorded up to now, as a case."""
        named = tags.named_in(call.answer for call in self._calls.values() if call.answer)
        calls = tuple(_with_named_tags(call, named) for call in self._calls.values())
        return Case(self._caller, self._region, target, calls, self.now())

    def _keep(
        self,
        service: str,
        operation: str,
        region: str | None,
        params: Mapping[str, Any],
        *,
        answer: Mapping[str, Any] | None = None,
        failure: Mapping[str, Any] | None = None,
    ) -> None:
        recorded = Recorded(service, operation, region or self._region, params, answer, failure)
        self._calls[recorded.key] = recorded


def _as_data(failure: CallFailed) -> dict[str, Any]:
    return {
        "kind": failure.kind.value,
        "action": failure.action,
        "resource": failure.resource,
        "code": failure.code,
        "message": failure.message,
        "request_id": failure.request_id,
        "status": failure.status,
        "headers": {name: failure.headers[name] for name in _HEADERS if name in failure.headers},
    }


def _with_named_tags(call: Recorded, named: frozenset[str]) -> Recorded:
    if call.answer is None:
        return call
    answer = tags.only_named(call.service, call.operation, call.answer, named)
    return Recorded(call.service, call.operation, call.region, call.params, answer)
