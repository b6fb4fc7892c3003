"""Owns the Canvas app and the spaces of the target's user profile: what runs, since when, and why it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from canvas_kms_tui.facts.reader import Reader, question
from canvas_kms_tui.facts.reading import Unreadable, known
from canvas_kms_tui.target import Target

#: Statuses of an app that is no more; SageMaker lists it for a day or so.
_GONE = frozenset({"Deleted", "Deleting"})


@dataclass(frozen=True, slots=True)
class App:
    """One Canvas app of the user profile (sagemaker ListApps)."""

    name: str
    status: str
    created: datetime | None

    @property
    def is_running(self) -> bool:
        return self.status == "InService"


@dataclass(frozen=True, slots=True)
class Space:
    """A space in which the user profile works with Canvas (sagemaker ListSpaces)."""

    name: str
    status: str


class Apps:
    """SageMaker's answers about what the user profile has running."""

    def __init__(self, reader: Reader, target: Target) -> None:
        self._reader = reader
        self._target = target
        self.remembered: dict[Any, asyncio.Task[Any]] = {}

    @question
    async def canvas(self) -> App | None:
        """The user profile's newest Canvas app that is not deleted; None while nobody is logged in.

        Raises:
            Unreadable: we may not list apps.
        """
        answer = await self._reader.get(
            "sagemaker",
            "list_apps",
            DomainIdEquals=self._target.domain_id,
            UserProfileNameEquals=self._target.user_profile,
        )
        found = [
            App(app.get("AppName") or "", app.get("Status") or "", app.get("CreationTime"))
            for app in answer.get("Apps") or ()
            if app.get("AppType") == "Canvas" and app.get("Status") not in _GONE
        ]
        return max(found, key=lambda app: str(app.created or ""), default=None)

    @question
    async def failure_of_app(self, name: str) -> str:
        """Why the app failed in SageMaker's words, or "" where it does not say or we may not ask."""
        answer = await known(
            self._reader.get(
                "sagemaker",
                "describe_app",
                DomainId=self._target.domain_id,
                UserProfileName=self._target.user_profile,
                AppType="Canvas",
                AppName=name,
            )
        )
        return "" if isinstance(answer, Unreadable) else str(answer.get("FailureReason") or "")

    @question
    async def spaces(self) -> tuple[Space, ...]:
        """The spaces that the user profile owns and that are Canvas', or nobody's in particular.

        Raises:
            Unreadable: we may not list spaces.
        """
        answer = await self._reader.get("sagemaker", "list_spaces", DomainIdEquals=self._target.domain_id)
        return tuple(
            Space(space.get("SpaceName") or "", space.get("Status") or "")
            for space in answer.get("Spaces") or ()
            if self._is_ours(space)
        )

    def _is_ours(self, space: Mapping[str, Any]) -> bool:
        owner = (space.get("OwnershipSettingsSummary") or space.get("OwnershipSettings") or {}).get(
            "OwnerUserProfileName"
        )
        kind = (space.get("SpaceSettingsSummary") or space.get("SpaceSettings") or {}).get("AppType")
        return owner == self._target.user_profile and kind in (None, "Canvas")

    @question
    async def failure_of_space(self, name: str) -> str:
        """Why the space failed in SageMaker's words, or "" where it does not say or we may not ask."""
        answer = await known(
            self._reader.get("sagemaker", "describe_space", DomainId=self._target.domain_id, SpaceName=name)
        )
        return "" if isinstance(answer, Unreadable) else str(answer.get("FailureReason") or "")
