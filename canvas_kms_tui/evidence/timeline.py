"""Owns "what changed": the management events that altered the keys, buckets, role and Domain of an import."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.roles import role_name
from canvas_kms_tui.facts.trail import Event
from canvas_kms_tui.findings import Altered
from canvas_kms_tui.import_path import ImportPath, KeyUse

#: Asked one by one in the Region: LookupEvents takes one attribute, and under a resource's name reads drown writes.
_REGIONAL = (
    "PutKeyPolicy",
    "DisableKey",
    "EnableKey",
    "ScheduleKeyDeletion",
    "CancelKeyDeletion",
    "PutBucketPolicy",
    "DeleteBucketPolicy",
    "PutBucketEncryption",
    "UpdateDomain",
    "UpdateUserProfile",
)
#: Of everything under the role's name, these alter it.
_ROLE = frozenset(
    {
        "CreateRole",
        "DeleteRole",
        "PutRolePolicy",
        "DeleteRolePolicy",
        "AttachRolePolicy",
        "DetachRolePolicy",
        "PutRolePermissionsBoundary",
        "DeleteRolePermissionsBoundary",
        "UpdateAssumeRolePolicy",
    }
)


async def timeline(facts: Facts, path: ImportPath, since: timedelta) -> tuple[Altered, ...]:
    """The events of the window, the newest first.

    Raises:
        Unreadable: CloudTrail may not be asked.
    """
    concerned = await _concerned(facts, path)
    trail, role = facts.trail, await known(path.resolution.role_arn())
    lookups = [trail.lookup("EventName", name, since) for name in _REGIONAL]
    if not isinstance(role, Unreadable):
        lookups.append(trail.lookup("ResourceName", role_name(role), since, trail.global_region))
    found = [event for group in await asyncio.gather(*lookups) for event in group.events]
    altered = {
        event.id: Altered(event.time, event.name, concerned[name], event.caller, event.code)
        for event in found
        if (event.name in _REGIONAL or event.name in _ROLE) and (name := _subject(event, concerned))
    }
    return tuple(sorted(altered.values(), key=lambda item: item.time, reverse=True))


async def _concerned(facts: Facts, path: ImportPath) -> Mapping[str, str]:
    """How the things of this import can be named in an event → what we call them."""
    target = facts.target
    names = {
        target.domain_id: f"Domain {target.domain_id}",
        f"{target.domain_id}/{target.user_profile}": f"user profile {target.user_profile}",
    }
    uses = await known(path.resolution.keys())
    for use in () if isinstance(uses, Unreadable) else uses:
        if isinstance(use, KeyUse) and use.arn:
            names |= {use.arn: use.arn, use.arn.rsplit("/", 1)[-1]: use.arn, use.reference: use.arn}
    place = await known(facts.canvas.artifact())
    if not isinstance(place, Unreadable):
        names[place.bucket] = f"bucket {place.bucket}"
    names |= {dataset.bucket: f"bucket {dataset.bucket}" for dataset in target.datasets}
    role = await known(path.resolution.role_arn())
    if not isinstance(role, Unreadable):
        names[f"role/{role_name(role)}"] = f"role {role_name(role)}"
    return names


def _subject(event: Event, concerned: Mapping[str, str]) -> str | None:
    """Which of the things of this import the event is about."""
    request = {name[:1].lower() + name[1:]: value for name, value in event.request.items()}
    domain = str(request.get("domainId") or "")
    candidates = [*event.keys, request.get("keyId"), request.get("bucketName"), request.get("bucket")]
    if role := request.get("roleName"):
        candidates.append(f"role/{role}")
    if profile := request.get("userProfileName"):
        candidates.append(f"{domain}/{profile}")
    elif domain:
        candidates.append(domain)
    return next((str(name) for name in candidates if name and str(name) in concerned), None)
