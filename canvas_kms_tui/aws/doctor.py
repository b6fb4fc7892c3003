"""Owns the question whether this machine and these credentials are able: every read is tried once, none is guessed.

Real names come from the account itself (its first Domain, profile, role, key, bucket); where there is none the read is
not tried and says so. A refusal other than *denied* shows that the permission is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from canvas_kms_tui.aws.live import LiveGateway
from canvas_kms_tui.aws.reads import READS
from canvas_kms_tui.aws.samples import Samples, samples
from canvas_kms_tui.gateway import CallFailed, Connection, FailureKind, Gateway
from canvas_kms_tui.target import Target


class State(StrEnum):
    ABLE = "able"
    DENIED = "denied"
    UNREACHABLE = "unreachable"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Check:
    """One read and whether we are able to make it; ``grant`` is the statement that would help."""

    action: str
    call: str
    state: State
    resource: str
    detail: str = ""
    grant: Mapping[str, Any] | None = None


async def examine(connection: Connection, target: Target | None = None) -> AsyncIterator[Check]:
    """Try every read, as far as the account has something to try it on; in the order of the list."""
    found = await samples(connection, target)
    tasks = [asyncio.ensure_future(_tried(connection.gateway, *call, found)) for call in READS]
    try:
        for task in tasks:
            yield await task
    finally:
        for task in tasks:
            task.cancel()


async def _tried(gateway: Gateway, service: str, operation: str, found: Samples) -> Check:
    action, call = READS[service, operation].actions[0], f"{service} {operation}"
    params = found.get((service, operation))
    if params is None:
        return Check(action, call, State.NOT_TRIED, "*", "the account has nothing to try it on")
    try:
        await gateway.call(service, operation, **params)
    except CallFailed as failure:
        return _judged(failure, action, call)
    return Check(action, call, State.ABLE, str(next(iter(params.values()), "*")))


def _judged(failure: CallFailed, action: str, call: str) -> Check:
    detail = f"{failure.code}: {failure.message}".strip(": ")
    if failure.kind is FailureKind.DENIED:
        grant = {"Effect": "Allow", "Action": action, "Resource": failure.resource}
        return Check(action, call, State.DENIED, failure.resource, detail, grant)
    if failure.kind in (FailureKind.NOT_FOUND, FailureKind.REJECTED):
        return Check(action, call, State.ABLE, failure.resource, detail)
    return Check(action, call, State.UNREACHABLE, failure.resource, detail)


def clock_skew(connection: Connection) -> float | None:
    """Seconds by which this machine's clock is ahead of AWS's; None where AWS's is not known (a case file)."""
    gateway = connection.gateway
    return gateway.clock_skew() if isinstance(gateway, LiveGateway) else None
