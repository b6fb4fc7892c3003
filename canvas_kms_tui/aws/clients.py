"""Owns the clients: each made once, on one thread, the soonest needed first.

Ten clients from ten threads take twice as long as from one (they fight for the interpreter), so there is one builder.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from canvas_kms_tui.aws.threads import DaemonPool

if TYPE_CHECKING:
    from canvas_kms_tui.aws.options import Credentials
    from canvas_kms_tui.aws.session import Opened

#: The order in which a diagnosis first needs them; the others are made when asked for.
WARMED = ("sagemaker", "s3", "iam", "kms", "organizations", "cloudtrail")
_NOW, _AHEAD = 0, 1


class Clients:
    """The clients of one set of credentials, by service and Region."""

    def __init__(self, opened: Opened, builder: DaemonPool, credentials: Credentials | None = None) -> None:
        self.opened = opened
        self._builder = builder
        self._credentials = credentials
        self._lock = threading.Lock()
        self._made: dict[tuple[str, str], Any] = {}

    def get(self, service: str, region: str) -> Future[Any]:
        """The client, made before any that is only warmed."""
        return self._builder.submit(partial(self.make, service, region), urgency=_NOW)

    def ready(self, service: str, region: str) -> Any | None:
        return self._made.get((service, region))

    def warm(self, services: Iterable[str], region: str) -> None:
        for service in services:
            self._builder.submit(partial(self.make, service, region), urgency=_AHEAD)

    def make(self, service: str, region: str) -> Any:
        """The client, made here and now if it does not exist; for the builder's thread."""
        with self._lock:
            if (service, region) not in self._made:
                self._made[service, region] = self._new(service, region)
            return self._made[service, region]

    def _new(self, service: str, region: str) -> Any:
        client = self.opened.client(service, region, self._credentials)
        # What botocore reads at the first call is read here, off the calls' threads: how the service pages.
        client.can_paginate(next(iter(client.meta.method_to_api_mapping)))
        if told := self.opened.options.on_progress:
            from canvas_kms_tui.aws.waits import tell_of_retries

            tell_of_retries(client, service, told)
        return client
