"""Owns the Domain and the user profile: what is set where, and which setting wins."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from canvas_kms_tui.facts.reader import Reader, question
from canvas_kms_tui.facts.terms import Artifact, Origin, Setting
from canvas_kms_tui.gateway import Response
from canvas_kms_tui.target import Target


class Canvas:
    """The Domain and user profile of the target (sagemaker DescribeDomain, DescribeUserProfile)."""

    def __init__(self, reader: Reader, target: Target) -> None:
        self._reader = reader
        self._target = target
        self.remembered: dict[Any, asyncio.Task[Any]] = {}

    @question
    async def domain(self) -> Response:
        return await self._reader.get("sagemaker", "describe_domain", DomainId=self._target.domain_id)

    @question
    async def profile(self) -> Response:
        return await self._reader.get(
            "sagemaker",
            "describe_user_profile",
            DomainId=self._target.domain_id,
            UserProfileName=self._target.user_profile,
        )

    @question
    async def layers(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The user settings of the profile and the Domain's defaults, ``({}, {…})`` where nothing is overridden."""
        profile, domain = await asyncio.gather(self.profile(), self.domain())
        return profile.get("UserSettings") or {}, domain.get("DefaultUserSettings") or {}

    async def execution_role(self) -> Setting:
        """The role whose permissions the import uses: the profile's, else the Domain's."""
        profile, domain = await self.layers()
        if own := profile.get("ExecutionRole"):
            return Setting(own, Origin.PROFILE)
        if default := domain.get("ExecutionRole"):
            return Setting(default, Origin.DOMAIN)
        return Setting(None, Origin.NONE)

    async def workspace(self, name: str) -> Setting:
        """One field of ``CanvasAppSettings.WorkspaceSettings`` (``S3KmsKeyId``, ``S3ArtifactPath``)."""
        profile, domain = await self.layers()
        if own := workspace_settings(profile).get(name):
            return Setting(str(own), Origin.PROFILE)
        if default := workspace_settings(domain).get(name):
            return Setting(str(default), Origin.DOMAIN)
        return Setting(None, Origin.NONE)

    async def configured_key(self) -> Setting:
        """The artifact key as configured in Canvas; origin NONE leaves it to the bucket's default encryption.

        Workspace settings come first; that sharing settings (the guide's way in 2022) come after them is not
        documented by AWS.
        """
        own = await self.workspace("S3KmsKeyId")
        if own.value:
            return own
        profile, domain = await self.layers()
        if shared := (profile.get("SharingSettings") or {}).get("S3KmsKeyId"):
            return Setting(str(shared), Origin.PROFILE_SHARING)
        if shared := (domain.get("SharingSettings") or {}).get("S3KmsKeyId"):
            return Setting(str(shared), Origin.DOMAIN_SHARING)
        return Setting(None, Origin.NONE)

    async def artifact(self) -> Artifact:
        """The artifact location: profile, Domain, else ``sagemaker-{region}-{account}``."""
        path = await self.workspace("S3ArtifactPath")
        if path.value:
            bucket, _, prefix = path.value.removeprefix("s3://").partition("/")
            return Artifact(bucket, f"{prefix.rstrip('/')}/" if prefix.strip("/") else "", path.origin)
        return Artifact(self.default_bucket, "", Origin.DEFAULT)

    @property
    def default_bucket(self) -> str:
        return f"sagemaker-{self._target.region}-{self._target.account}"

    async def domain_key(self) -> Setting:
        """``Domain.KmsKeyId``: EBS and EFS, fixed at creation."""
        domain = await self.domain()
        key = domain.get("KmsKeyId") or domain.get("HomeEfsFileSystemKmsKeyId")
        return Setting(str(key), Origin.DOMAIN) if key else Setting(None, Origin.NONE)

    async def largest_volume(self) -> tuple[int | None, Origin]:
        """``MaximumEbsVolumeSizeInGb`` as it holds for the user profile; None where nothing is set."""
        profile, domain = await self.layers()
        for settings, origin in ((profile, Origin.PROFILE), (domain, Origin.DOMAIN)):
            volumes = (settings.get("SpaceStorageSettings") or {}).get("DefaultEbsStorageSettings") or {}
            if (largest := volumes.get("MaximumEbsVolumeSizeInGb")) is not None:
                return int(largest), origin
        return None, Origin.NONE

    async def large_data_role(self) -> tuple[Setting, bool]:
        """The role under which EMR Serverless reads large data, and whether that is enabled."""
        profile, domain = await self.layers()
        for settings, origin in ((profile, Origin.PROFILE), (domain, Origin.DOMAIN)):
            large = (settings.get("CanvasAppSettings") or {}).get("EmrServerlessSettings") or {}
            if large:
                return Setting(large.get("ExecutionRoleArn"), origin), large.get("Status") != "DISABLED"
        return Setting(None, Origin.NONE), False

    async def source_identity(self) -> str | None:
        """``aws:SourceIdentity`` of Canvas' sessions, where the Domain sets it to the profile's name."""
        domain = await self.domain()
        config = (domain.get("DomainSettings") or {}).get("ExecutionRoleIdentityConfig")
        return self._target.user_profile if config == "USER_PROFILE_NAME" else None


def workspace_settings(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    canvas = settings.get("CanvasAppSettings") or {}
    found: Mapping[str, Any] = canvas.get("WorkspaceSettings") or {}
    return found
