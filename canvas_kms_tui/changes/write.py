"""One change on its way into AWS: read what stands, compare, journal, write, read back.

An error of the write proves nothing: it may have happened. What stands afterwards decides what is said.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes import creation
from canvas_kms_tui.changes.entries import Result
from canvas_kms_tui.changes.errors import Refused, Stale
from canvas_kms_tui.changes.journal import OpenEntry
from canvas_kms_tui.changes.standing import boto3_name, differing, same, standing, took
from canvas_kms_tui.gateway import CallFailed, FailureKind, Gateway, Writer

#: Read back for so long before a write counts as not verified (IAM and KMS are eventually consistent), in seconds.
PATIENCE = 60.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
#: A write that AWS refused in so many words is looked for only this long: an answer came, so nothing is on its way.
_SHORT_PATIENCE = 1.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to change ``index``: ``checked``, ``journalled``, ``written``, ``waiting``, ``verified``…"""

    stage: str
    index: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one change."""

    change: Change
    result: Result
    text: str
    request_id: str = ""
    waited: float = 0.0

    @property
    def ok(self) -> bool:
        return self.result in (Result.DONE, Result.ALREADY)


@dataclass(frozen=True, slots=True)
class Clock:
    """What waiting is measured and done by."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


REAL = Clock()


@dataclass(slots=True)
class Way:
    """What every change of one entry needs on its way."""

    gateway: Gateway
    writer: Writer
    account: str
    entry: OpenEntry
    progress: Callable[[Event], None]
    patience: float = PATIENCE
    clock: Clock = REAL
    written: dict[str, Change] = field(default_factory=dict)  #: by this entry, the last one for each resource


async def read(gateway: Gateway, change: Change, account: str) -> Any:
    """What stands now.

    Raises:
        Refused: it cannot be read, so it cannot be compared with what was shown.
    """
    try:
        return await standing(gateway, change, account=account)
    except CallFailed as failure:
        raise Refused(
            f"the {change.document} of {change.resource} cannot be read again ({failure.code or failure.kind.value}); "
            "nothing was written"
        ) from failure


def compare(change: Change, now: Any) -> None:
    """Raises Stale when neither what was shown nor what is wanted stands."""
    if same(change, now, change.before) or same(change, now, change.after):
        return
    raise Stale(
        f"the {change.document} of {change.resource} changed since it was shown; nothing was written. "
        "Diagnose again to see what stands",
        shown=change.before,
        standing=now,
        wanted=change.after,
    )


async def write(way: Way, index: int, change: Change) -> Applied:
    """Make one change and look whether it took.

    Raises:
        Refused: nothing was written by this change.
    """
    now = await _compared(way, change)
    if same(change, now, change.after):
        way.progress(Event("already", index))
        return _outcome(way, index, change, Result.ALREADY, now, "It stands like that already; nothing was sent.")
    way.progress(Event("checked", index))
    way.entry.writing(index, now)
    way.progress(Event("journalled", index))
    sent = await _send(way.writer, change)
    way.progress(Event("written", index, sent.text))
    applied = await _read_back(way, index, change, now, sent)
    if applied.result is Result.DONE:
        way.written[change.resource] = change
    return applied


async def _compared(way: Way, change: Change) -> Any:
    """What stands, once it is what was shown.

    A bucket that this entry created is nobody else's: what AWS gave it by itself is no reason to stop. And what this
    entry wrote to the same resource a moment ago may still be on its way to every replica.
    """
    earlier, pause, until = way.written.get(change.resource), _FIRST_PAUSE, way.clock.now() + way.patience
    while True:
        now = await read(way.gateway, change, way.account)
        if earlier is not None and earlier.operation == "CreateBucket":
            return now
        try:
            compare(change, now)
            return now
        except Stale:
            if earlier is None or way.clock.now() + pause > until:
                raise
        await way.clock.sleep(pause)
        pause = min(pause * 1.6, _LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class _Sent:
    request_id: str
    failure: CallFailed | None = None

    @property
    def text(self) -> str:
        return "" if self.failure is None else f"AWS answered {self.failure.code}: {self.failure.message}"

    @property
    def refused(self) -> bool:
        """AWS read the request and said no; everything else may still have happened."""
        kinds = (FailureKind.REJECTED, FailureKind.DENIED, FailureKind.NOT_FOUND)
        return self.failure is not None and self.failure.kind in kinds


async def _send(writer: Writer, change: Change) -> _Sent:
    try:
        answer = await writer.send(
            change.service, boto3_name(change.operation), region=change.region, **change.parameters
        )
    except CallFailed as failure:
        return _Sent(failure.request_id, failure)
    return _Sent(str(answer.get("RequestId", "")))


async def _read_back(way: Way, index: int, change: Change, before: Any, sent: _Sent) -> Applied:
    started = way.clock.now()
    pause, found, unread = _FIRST_PAUSE, before, None
    patience = min(way.patience, _SHORT_PATIENCE) if sent.refused else way.patience
    while True:
        try:
            found, unread = await standing(way.gateway, change, account=way.account), None
            if creation.failure(found):
                return _not_seen(way, index, change, before, sent, found, None, way.clock.now() - started)
            if took(change, found):
                return _done(way, index, change, sent, found, way.clock.now() - started)
        except CallFailed as failure:
            unread = failure
        waited = way.clock.now() - started
        if waited + pause > patience or (unread is not None and unread.kind is FailureKind.EXPIRED):
            return _not_seen(way, index, change, before, sent, found, unread, waited)
        way.progress(Event("waiting", index, f"not visible yet, {waited:.0f} s"))
        await way.clock.sleep(pause)
        pause = min(pause * 1.6, _LONGEST_PAUSE)


def _done(way: Way, index: int, change: Change, sent: _Sent, found: Any, waited: float) -> Applied:
    text = f"Written and read back after {waited:.1f} s."
    if sent.failure is not None:
        text = f"{sent.text} Yet the change stands; read back after {waited:.1f} s."
    way.progress(Event("verified", index, text))
    return _outcome(way, index, change, Result.DONE, found, text, sent.request_id, waited)


def _not_seen(
    way: Way, index: int, change: Change, before: Any, sent: _Sent, found: Any, unread: CallFailed | None, waited: float
) -> Applied:
    what = f"the {change.document} of {change.resource}"
    if unread is not None:
        reason = unread.code or unread.kind.value
        text = f"{sent.text} It is not known whether {what} changed: it cannot be read back ({reason})."
        result = Result.UNKNOWN
    elif sent.failure is not None and same(change, found, before):
        text = f"{sent.text} {_upper(what)} stands as before."
        result = Result.NOT_WRITTEN
    else:
        after = f"does not show the change after {waited:.0f} s; {_stands(change, before, found)}"
        text = f"{sent.text} {_upper(what)} {after}"
        result = Result.NOT_VERIFIED
    way.progress(Event("failed", index, text.strip()))
    return _outcome(way, index, change, result, found, text.strip(), sent.request_id, waited)


def _stands(change: Change, before: Any, found: Any) -> str:
    if failure := creation.failure(found):
        return f"{failure}."
    if change.service == "sagemaker" and not creation.is_creation(change):
        return f"SageMaker did not take over {', '.join(differing(change, found))}."
    return "it stands as before." if same(change, found, before) else "it is neither as before nor as wanted."


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _outcome(
    way: Way,
    index: int,
    change: Change,
    result: Result,
    found: Any,
    text: str,
    request_id: str = "",
    waited: float = 0.0,
) -> Applied:
    trouble = way.entry.outcome(index, result, found=found, text=text, request_id=request_id, waited=waited)
    return Applied(change, result, f"{text} {trouble}".strip(), request_id, waited)
