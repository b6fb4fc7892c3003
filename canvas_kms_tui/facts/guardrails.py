"""Owns organization guardrails: SCPs and RCPs at every level from the root to the account."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

from canvas_kms_tui.facts.reader import Reader, question
from canvas_kms_tui.facts.reading import Unreadable, known
from canvas_kms_tui.policy import Document, Unread
from canvas_kms_tui.target import Target

Levels = tuple[tuple[Document, ...], ...]


class Organization(NamedTuple):
    """organizations DescribeOrganization: the id, and whether the account is the management account."""

    id: str
    is_management: bool


class Guardrails:
    """AWS Organizations' answers for the target's account; members usually may not read them."""

    def __init__(self, reader: Reader, target: Target) -> None:
        self._reader = reader
        self._target = target
        self.remembered: dict[Any, asyncio.Task[Any]] = {}

    @question
    async def organization(self) -> Organization | None:
        """The organization, None where the account is in none.

        Raises:
            Unreadable: we may not ask.
        """
        try:
            answer = await self._reader.get("organizations", "describe_organization")
        except Unreadable as unreadable:
            if "AWSOrganizationsNotInUseException" in unreadable.why.reason:
                return None
            raise
        organization = answer["Organization"]
        management = organization.get("MasterAccountId") == self._target.account
        return Organization(str(organization.get("Id") or ""), management)

    async def scps(self) -> Levels | Unread | None:
        """SCPs by level; None where they do not apply (no organization, or the management account)."""
        return await self._levels("SERVICE_CONTROL_POLICY", "service control policies")

    async def rcps(self) -> Levels | Unread | None:
        return await self._levels("RESOURCE_CONTROL_POLICY", "resource control policies")

    @question
    async def _levels(self, kind: str, note: str) -> Levels | Unread | None:
        # AWS gives SCPs and RCPs no effect on the management account (Organizations user guide).
        organization, levels = await asyncio.gather(known(self.organization()), known(self._above(kind)))
        if isinstance(organization, Unreadable):
            return Unread(note, organization.why)
        if organization is None or organization.is_management:
            return None
        return Unread(note, levels.why) if isinstance(levels, Unreadable) else levels

    async def _above(self, kind: str) -> Levels:
        """The policies at every level, root first; a level is asked about as soon as its id is known."""
        asked = [asyncio.ensure_future(known(self._attached(self._target.account, kind)))]
        asked.extend([asyncio.ensure_future(known(self._attached(parent, kind))) async for parent in self._ancestors()])
        levels = await asyncio.gather(*asked)
        for level in levels:
            if isinstance(level, Unreadable):
                raise level
        return tuple(level for level in reversed(levels) if not isinstance(level, Unreadable))

    async def _ancestors(self) -> AsyncIterator[str]:
        """The ids above the account, nearest first; the last is the root."""
        seen = {self._target.account}
        child = self._target.account
        while True:
            answer = await self._reader.get("organizations", "list_parents", ChildId=child)
            parents = answer.get("Parents") or ()
            if not parents or parents[0]["Id"] in seen:
                return
            child = parents[0]["Id"]
            seen.add(child)
            yield child
            if parents[0].get("Type") == "ROOT":
                return

    async def _attached(self, target: str, kind: str) -> tuple[Document, ...]:
        answer = await self._reader.get("organizations", "list_policies_for_target", TargetId=target, Filter=kind)
        summaries: list[Mapping[str, Any]] = list(answer.get("Policies") or ())
        return tuple(await asyncio.gather(*(self._policy(summary["Id"]) for summary in summaries)))

    @question
    async def _policy(self, policy_id: str) -> Document:
        answer = await self._reader.get("organizations", "describe_policy", PolicyId=policy_id)
        policy = answer["Policy"]
        name = (policy.get("PolicySummary") or {}).get("Name") or policy_id
        kind = (policy.get("PolicySummary") or {}).get("Type") or ""
        called = "resource control policy" if kind == "RESOURCE_CONTROL_POLICY" else "service control policy"
        return Document.parse(policy["Content"], name=f"{called} {name}")
