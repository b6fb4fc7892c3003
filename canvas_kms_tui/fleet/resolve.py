"""From what was said of the target to the target: what is left out is found where there is only one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from canvas_kms_tui.facts import Unreadable, choices
from canvas_kms_tui.fleet.wanted import Wanted
from canvas_kms_tui.gateway import Connection, Gateway
from canvas_kms_tui.target import BadTarget, Target

#: How many choices an error lists before it says how many more there are.
_SHOWN = 20


async def resolve(connection: Connection, gateway: Gateway, wanted: Wanted) -> Target:
    """The one target that is meant.

    Raises:
        BadTarget: there is none or there are several; the message lists the choices.
    """
    domain_id, profile = await _domain_and_profile(gateway, wanted, connection)
    return Target(
        account=connection.caller.account,
        partition=connection.caller.partition,
        region=connection.region,
        domain_id=domain_id,
        user_profile=profile,
        datasets=wanted.datasets,
        use_case=wanted.use_case,
        local_upload=wanted.local_upload,
        error_text=wanted.error_text,
    )


async def _domain_and_profile(gateway: Gateway, wanted: Wanted, connection: Connection) -> tuple[str, str]:
    if wanted.domain_id and wanted.user_profile:
        return wanted.domain_id, wanted.user_profile
    if wanted.domain_id:
        return wanted.domain_id, await _only_profile(gateway, wanted.domain_id)
    found = await _domains(gateway)
    place = f"account {connection.caller.account}, Region {connection.region}"
    if not found:
        raise BadTarget(f"no SageMaker Domain in {place}; check --region and the credentials")
    if wanted.user_profile and len(found) > 1:
        found = await _with_profile(gateway, found, wanted.user_profile)
        if not found:
            raise BadTarget(f"no Domain in {place} has a user profile {wanted.user_profile!r}")
    if len(found) > 1:
        names = (f"{domain.id} ({domain.name})" if domain.name else domain.id for domain in found)
        raise BadTarget(f"{len(found)} Domains in {place}; choose one with --domain-id: {listed(names)}")
    only = found[0].id
    return only, wanted.user_profile or await _only_profile(gateway, only)


async def _domains(gateway: Gateway) -> list[choices.DomainChoice]:
    try:
        return await choices.domains(gateway)
    except Unreadable as unreadable:
        raise BadTarget(
            f"the Domains cannot be listed ({unreadable.why.action}: {unreadable}); give --domain-id"
        ) from None


async def _with_profile(gateway: Gateway, domains: list[choices.DomainChoice], name: str) -> list[choices.DomainChoice]:
    profiles = await asyncio.gather(*(_profiles(gateway, domain.id) for domain in domains))
    return [domain for domain, names in zip(domains, profiles, strict=True) if name in names]


async def _profiles(gateway: Gateway, domain_id: str) -> list[str]:
    try:
        return await choices.profiles(gateway, domain_id)
    except Unreadable as unreadable:
        raise BadTarget(
            f"the user profiles of {domain_id} cannot be listed ({unreadable.why.action}: {unreadable}); "
            "give --domain-id and --user-profile"
        ) from None


async def _only_profile(gateway: Gateway, domain_id: str) -> str:
    names = await _profiles(gateway, domain_id)
    if len(names) == 1:
        return names[0]
    if names:
        raise BadTarget(
            f"{len(names)} user profiles in Domain {domain_id}; choose one with --user-profile: {listed(names)}"
        )
    raise BadTarget(f"no user profile in Domain {domain_id}, or no such Domain in this Region; check --domain-id")


def listed(names: Iterable[str]) -> str:
    """``a, b, c``, cut after twenty."""
    every = sorted(names)
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more
