"""Owns one call to AWS from end to end: the wait for its turn, the thread, the pages, the failure's kind, the log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from canvas_kms_tui.aws import failures
from canvas_kms_tui.aws.calllog import CallLog
from canvas_kms_tui.aws.clean import Cleaner
from canvas_kms_tui.aws.clients import Clients
from canvas_kms_tui.aws.meter import Meter
from canvas_kms_tui.aws.operations import Operation, Place
from canvas_kms_tui.aws.options import Told
from canvas_kms_tui.aws.pages import Answer, Paging, fetch_all
from canvas_kms_tui.aws.rate import RateLimiter
from canvas_kms_tui.aws.silence import Silence
from canvas_kms_tui.aws.threads import DaemonPool
from canvas_kms_tui.aws.turns import Turns, urgency
from canvas_kms_tui.aws.waits import tell_of_pace
from canvas_kms_tui.gateway import CallFailed, FailureKind

NOT_TRIED = "NotTried"

#: What botocore's parsers raise over a body that is well-formed but not the one expected.
_UNPARSED = (LookupError, ValueError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Line:
    """What all calls of one connection share."""

    place: Place
    pool: DaemonPool
    meter: Meter
    log: CallLog
    silence: Silence
    turns: Turns
    told: Told | None = None
    limiter: RateLimiter = field(default_factory=RateLimiter)
    cleaner: Cleaner = field(default_factory=Cleaner)


@dataclass(frozen=True, slots=True)
class Call:
    """One call, named for the log and for its failure."""

    service: str
    operation: str
    region: str
    action: str
    resource: str
    params: Mapping[str, Any]


class Door:
    """Makes calls with one set of clients; used from the event loop."""

    def __init__(self, line: Line, clients: Clients) -> None:
        self._line = line
        self._clients = clients
        self._pagings: dict[tuple[str, str], Paging | None] = {}

    async def make(
        self, service: str, operation: str, allowed: Operation, region: str | None, params: Mapping[str, Any]
    ) -> Answer:
        """The cleaned answer, its ``ResponseMetadata`` reduced to ``RequestId``.

        Raises:
            CallFailed: no answer.
        """
        link = self._line.log.chain.link(f"{service} {operation}", params) if self._line.log.chain else None
        place = self._line.place.at(region)
        call = Call(service, operation, place.region, allowed.actions[0], allowed.resource(params, place), params)
        if wait := self._line.limiter.wait(service, place.region):
            tell_of_pace(service, wait, self._line.told)
            await asyncio.sleep(wait)
        client = self._clients.ready(service, place.region)
        if client is None:
            client = await asyncio.shield(asyncio.wrap_future(self._clients.get(service, place.region)))
        answer: Answer = {}
        try:
            answer = await asyncio.wrap_future(
                self._line.pool.submit(partial(self.run, call, client), urgency=urgency(operation))
            )
        finally:
            if link is not None:
                link.answered(answer)
        return answer

    def run(self, call: Call, client: Any) -> Answer:
        """The call itself, on a thread of the pool."""
        line, started = self._line, time.monotonic()
        sent_before = line.meter.sent_by_this_thread()
        outcome, request_id = "ok", ""
        try:
            answer = self._fetch(call, client)
            request_id = answer["RequestId"]
            return answer
        except CallFailed as failure:
            outcome, request_id = f"{failure.kind.value} {failure.code}", failure.request_id
            self._note(call, failure)
            raise
        finally:
            line.meter.ended()
            line.log.line(
                call.service,
                call.operation,
                call.region,
                outcome,
                seconds=time.monotonic() - started,
                requests=line.meter.sent_by_this_thread() - sent_before,
                request_id=request_id,
            )

    def _note(self, call: Call, failure: CallFailed) -> None:
        if failure.code == NOT_TRIED:
            return
        if failure.kind is FailureKind.DENIED:
            self._line.meter.denied()
        if failure.kind is FailureKind.UNREACHABLE:
            self._line.silence.unanswered(call.service, call.region)

    def _fetch(self, call: Call, client: Any) -> Answer:
        params = self._line.cleaner.restored(call.params)
        if self._line.silence.holds(call.service, call.region):
            raise self._not_tried(call)
        try:
            raw = fetch_all(partial(self._page, call, client), self._paging(call, client), params)
        except Exception as error:
            failure = failures.from_exception(
                error, call.service, call.operation, action=call.action, resource=call.resource
            )
            if failure is None:
                raise
            raise self._told_apart(failure) from None
        metadata = raw.pop("ResponseMetadata", {})
        answer: Answer = self._line.cleaner.tree(raw)
        answer["RequestId"] = str(metadata.get("RequestId", ""))
        return answer

    def _told_apart(self, failure: CallFailed) -> CallFailed:
        """A HEAD's bare 400 says either something of the object, or that the token has expired: STS knows which."""
        sts = self._clients.ready("sts", self._line.place.region)
        if not (failure.operation.startswith("head_") and failure.status == 400 and sts):
            return failure
        try:
            sts.get_caller_identity()
        except Exception as error:
            told = failures.from_exception(
                error, failure.service, failure.operation, action=failure.action, resource=failure.resource
            )
            if told is None:
                raise
            return told
        return failure

    def _paging(self, call: Call, client: Any) -> Paging | None:
        # Looked up once: botocore builds a paginator class, with its documentation, each time it is asked.
        key = (call.service, call.operation)
        if key not in self._pagings:
            self._pagings[key] = _paging(client, call.operation)
        return self._pagings[key]

    def _not_tried(self, call: Call) -> CallFailed:
        return CallFailed(
            FailureKind.UNREACHABLE,
            call.service,
            call.operation,
            action=call.action,
            resource=call.resource,
            code=NOT_TRIED,
            message=f"{call.service} in {call.region} has not answered the last calls",
        )

    def _page(self, call: Call, client: Any, **params: Any) -> Answer:
        if params.keys() - call.params.keys() and (wait := self._line.limiter.wait(call.service, call.region)):
            time.sleep(wait)
        sent_before = self._line.meter.sent_by_this_thread()
        self._line.turns.take(urgency(call.operation))
        try:
            page: Answer = getattr(client, call.operation)(**params)
        except _UNPARSED as error:
            if self._line.meter.sent_by_this_thread() == sent_before:
                raise
            raise failures.NotAnAnswer(f"the answer cannot be read ({type(error).__name__}: {error})") from error
        finally:
            self._line.turns.leave()
        return page


def _paging(client: Any, operation: str) -> Paging | None:
    if client.can_paginate(operation):
        return Paging.from_model(client.get_paginator(operation)._pagination_cfg)
    name = client.meta.method_to_api_mapping[operation]
    shape = client.meta.service_model.operation_model(name).input_shape
    return Paging.guessed(frozenset(shape.members) if shape else frozenset())
