"""Whether the credentials lasted: what could not be read for want of them is no gap in what we may do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from canvas_kms_tui.findings import CallStats
from canvas_kms_tui.gateway import CallFailed, FailureKind, Gateway, Response


class Expiry:
    """A gateway in front of a gateway that notes whether a call failed because the credentials had expired."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.expired = False

    async def call(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        try:
            return await self._gateway.call(service, operation, region=region, **params)
        except CallFailed as failure:
            self.expired = self.expired or failure.kind is FailureKind.EXPIRED
            raise

    def stats(self) -> CallStats:
        return self._gateway.stats()

    def now(self) -> datetime:
        return self._gateway.now()
