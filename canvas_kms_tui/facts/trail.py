"""Owns CloudTrail: management events by one attribute within a window, the newest first.

LookupEvents gives 90 days, one attribute, 50 events a page, two pages a second, and only management events: KMS calls
appear, S3's reads and writes never do. No event proves nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from canvas_kms_tui.facts.reader import Reader, question
from canvas_kms_tui.target import Target

#: How many pages of one look-up are read: busy accounts have tens of thousands of Decrypt events a day.
PAGES = 5
DAYS_KEPT = 90
#: Where the events of IAM are found (CloudTrail user guide, "Global service events").
_GLOBAL_REGION = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
#: The uses of a key that an import makes.
USES = ("Decrypt", "GenerateDataKey", "CreateGrant")


@dataclass(frozen=True, slots=True)
class Event:
    """One management event.

    ``issuer`` is the role of a session, else the caller itself; ``caller`` is for humans; ``keys`` are the ARNs of the
    keys that it names; ``context`` the value of ``aws:s3:arn`` in its encryption context, or "".
    """

    id: str
    name: str
    source: str
    time: datetime
    issuer: str
    caller: str
    code: str
    message: str
    keys: tuple[str, ...]
    context: str
    request: Mapping[str, Any]
    response: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Events:
    """What a look-up gave; ``whole`` is False where there are older ones in the window that were not read."""

    events: tuple[Event, ...]
    whole: bool = True


class Trail:
    """CloudTrail's answers; every question raises Unreadable where we may not look."""

    def __init__(self, reader: Reader, target: Target) -> None:
        self._reader = reader
        self._target = target
        self._now = reader.calls.now().replace(microsecond=0)
        self.remembered: dict[Any, asyncio.Task[Any]] = {}

    @question
    async def lookup(self, attribute: str, value: str, since: timedelta, region: str | None = None) -> Events:
        """The events of a window that ends now; ``region`` None is the target's."""
        params: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": attribute, "AttributeValue": value}],
            "StartTime": self._now - min(since, timedelta(days=DAYS_KEPT)),
            "MaxResults": 50,
        }
        found: list[Event] = []
        for _ in range(PAGES):
            answer = await self._reader.get("cloudtrail", "lookup_events", region=region, **params)
            found += [event for item in answer.get("Events") or () if (event := _event(item))]
            if not (token := answer.get("NextToken")):
                return Events(tuple(found))
            params["NextToken"] = token
        return Events(tuple(found), whole=False)

    @question
    async def refusals(self, role_arn: str, since: timedelta) -> Events:
        """The refused uses of keys by a role, the newest first."""
        groups = await asyncio.gather(*(self.lookup("EventName", name, since) for name in USES))
        events = [
            event
            for group in groups
            for event in group.events
            if event.code and event.source.startswith("kms.") and same_role(event.issuer, role_arn)
        ]
        newest_first = sorted(events, key=lambda event: event.time, reverse=True)
        return Events(tuple(newest_first), all(group.whole for group in groups))

    @question
    async def ids_of_role(self, role_name: str) -> frozenset[str]:
        """The unique ids under which a role of this name was ever created, within what CloudTrail keeps."""
        found = await self.lookup("ResourceName", role_name, timedelta(days=DAYS_KEPT), self.global_region)
        created = [event.response.get("role") or {} for event in found.events if event.name == "CreateRole"]
        return frozenset(role["roleId"] for role in created if role.get("roleName") == role_name and "roleId" in role)

    @property
    def global_region(self) -> str | None:
        """Where the events of IAM are; None where that is the target's own Region."""
        region = _GLOBAL_REGION.get(self._target.partition)
        return None if region == self._target.region else region


def same_role(issuer: str, role_arn: str) -> bool:
    """By name and account: a session's issuer may lack the role's path."""
    return (
        issuer.split(":")[4:5] == role_arn.split(":")[4:5] and issuer.rsplit("/", 1)[-1] == role_arn.rsplit("/", 1)[-1]
    )


def _event(item: Mapping[str, Any]) -> Event | None:
    """The record within an event; None where it is no JSON object."""
    try:
        record = json.loads(item.get("CloudTrailEvent") or "{}")
    except ValueError:
        return None
    if not isinstance(record, Mapping):
        return None
    identity = record.get("userIdentity") or {}
    issuer = ((identity.get("sessionContext") or {}).get("sessionIssuer") or {}).get("arn")
    request = record.get("requestParameters") or {}
    caller = str(identity.get("arn") or identity.get("invokedBy") or identity.get("type") or "unknown")
    return Event(
        id=str(item.get("EventId") or ""),
        name=str(record.get("eventName") or item.get("EventName") or ""),
        source=str(record.get("eventSource") or item.get("EventSource") or ""),
        time=item.get("EventTime") or datetime.fromisoformat(str(record["eventTime"])),
        issuer=str(issuer or caller),
        caller=caller,
        code=str(record.get("errorCode") or ""),
        message=str(record.get("errorMessage") or ""),
        keys=_keys(record, request),
        context=str((request.get("encryptionContext") or {}).get("aws:s3:arn") or ""),
        request=request,
        response=record.get("responseElements") or {},
    )


def _keys(record: Mapping[str, Any], request: Mapping[str, Any]) -> tuple[str, ...]:
    named = [resource.get("ARN") for resource in record.get("resources") or ()]
    named.append(request.get("keyId"))
    return tuple(dict.fromkeys(arn for arn in named if isinstance(arn, str) and ":kms:" in arn and ":key/" in arn))
