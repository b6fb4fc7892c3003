"""Owns what the import uses: which role, which keys for what, which places; resolved before anything is judged."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.reader import question
from canvas_kms_tui.facts.terms import (
    Artifact,
    Bucket,
    BucketStanding,
    Encryption,
    Key,
    Origin,
    Setting,
    Source,
)
from canvas_kms_tui.findings import CouldNotCheck, Resolved, Sourced
from canvas_kms_tui.gateway import FailureKind


class Use(StrEnum):
    """What a key is used for."""

    ARTIFACT = "artifact key"
    BUCKET_DEFAULT = "artifact key, from the default encryption of the bucket"
    SOURCE = "key of source objects"
    DOMAIN = "application storage key"


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key as configured, what it resolves to, and what it is used for.

    ``arn`` is None where the reference could not be resolved. ``key`` is None where KMS does not find it, or the reason
    why it could not be read.
    """

    reference: str
    arn: str | None
    key: Key | Unreadable | None
    uses: frozenset[Use]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Place:
    """The artifact location with what S3 says of its bucket."""

    artifact: Artifact
    bucket: Bucket | Unreadable
    encryption: Encryption | Unreadable | None

    @property
    def exists(self) -> bool:
        return isinstance(self.bucket, Bucket) and self.bucket.standing is BucketStanding.OURS


class Resolution:
    """The answers to "which role, which key, which bucket", each worked out once."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.remembered: dict[Any, asyncio.Task[Any]] = {}

    @question
    async def role_arn(self) -> str:
        """The execution role's ARN.

        Raises:
            Unreadable: the Domain or the user profile may not be read, or no role is set.
        """
        setting = await self._facts.canvas.execution_role()
        if setting.value is None:
            raise no_execution_role(self._facts)
        return setting.value

    @question
    async def place(self) -> Place:
        artifact = await self._facts.canvas.artifact()
        bucket, encryption = await asyncio.gather(
            known(self._facts.buckets.bucket(artifact.bucket)),
            known(self._facts.buckets.encryption(artifact.bucket)),
        )
        return Place(artifact, bucket, encryption)

    @question
    async def artifact_key(self) -> KeyUse | None:
        """The effective artifact key; None where the copies need none (SSE-S3).

        Raises:
            Unreadable: the settings, or the default encryption where it decides, may not be read.
        """
        setting = await self._facts.canvas.configured_key()
        use = Use.ARTIFACT
        if setting.value is None:
            setting, use = await self._bucket_default(), Use.BUCKET_DEFAULT
        if setting.value is None:
            return None
        return await self.use_of(setting, use)

    async def _bucket_default(self) -> Setting:
        place = await self.place()
        if isinstance(place.bucket, Bucket) and not place.exists:
            return Setting(None, Origin.NONE)
        if isinstance(place.encryption, Unreadable):
            raise place.encryption
        if place.encryption is None or not place.encryption.algorithm.startswith("aws:kms"):
            return Setting(None, Origin.BUCKET)
        return Setting(place.encryption.key or "alias/aws/s3", Origin.BUCKET)

    @question
    async def use_of(self, setting: Setting, use: Use) -> KeyUse:
        reference = setting.value or ""
        region = None
        if use is not Use.DOMAIN and not reference.startswith("arn:"):
            bucket = (await self.place()).bucket
            region = bucket.region if isinstance(bucket, Bucket) else None
        key = await known(self._facts.keys.key(reference, region))
        arn = key.arn if isinstance(key, Key) else (reference if ":key/" in reference else None)
        return KeyUse(reference, arn, key, frozenset({use}), setting.origin)

    @question
    async def domain_key(self) -> KeyUse | None:
        """``Domain.KmsKeyId``, None where the Domain uses an AWS managed key."""
        setting = await self._facts.canvas.domain_key()
        return await self.use_of(setting, Use.DOMAIN) if setting.value else None

    @question
    async def sources(self) -> tuple[Source | Unreadable, ...]:
        """One for each dataset of the target, in order."""
        return tuple(
            await asyncio.gather(
                *(known(self._facts.buckets.source(dataset)) for dataset in self._facts.target.datasets)
            )
        )

    @question
    async def source_keys(self) -> tuple[KeyUse, ...]:
        """The distinct keys of the source objects that were looked at."""
        references: dict[str, None] = {}
        for source in await self.sources():
            if isinstance(source, Source):
                for found in source.objects:
                    if found.key_arn:
                        references[found.key_arn] = None
        return tuple(
            await asyncio.gather(
                *(self.use_of(Setting(reference, Origin.NONE), Use.SOURCE) for reference in references)
            )
        )

    @question
    async def keys(self) -> tuple[KeyUse | Unreadable, ...]:
        """Every key in use, each once with all its uses; a part that could not be resolved stands as its reason."""
        parts = await asyncio.gather(known(self.artifact_key()), known(self.domain_key()), known(self.source_keys()))
        merged: dict[str, KeyUse] = {}
        gaps: list[Unreadable] = []
        for part in parts:
            if isinstance(part, Unreadable):
                gaps.append(part)
                continue
            for use in part if isinstance(part, tuple) else (part,) if part else ():
                name = use.arn or use.reference
                before = merged.get(name)
                merged[name] = (
                    use
                    if before is None
                    else KeyUse(before.reference, before.arn, before.key, before.uses | use.uses, before.origin)
                )
        return (*merged.values(), *gaps)

    @question
    async def resolved(self) -> Resolved:
        """The summary for the dump and the top of the screen."""
        role, place, artifact_key, domain_key, sources = await asyncio.gather(
            known(self._facts.canvas.execution_role()),
            known(self._facts.canvas.artifact()),
            known(self.artifact_key()),
            known(self.domain_key()),
            self.sources(),
        )
        uses = {use.reference: use for use in await self.source_keys()}
        found = [
            (item.dataset.uri, uses[item.key_arn].arn if item.key_arn in uses else item.key_arn)
            for source in sources
            if isinstance(source, Source)
            for item in source.objects
        ]
        return Resolved(
            execution_role=_unread_sourced(role) if isinstance(role, Unreadable) else Sourced(role.value, role.origin),
            artifact_location=_unread_sourced(place)
            if isinstance(place, Unreadable)
            else Sourced(place.uri, place.origin),
            artifact_key=_sourced_key(artifact_key, Origin.BUCKET),
            domain_key=_sourced_key(domain_key, Origin.DEFAULT),
            source_keys=tuple(dict.fromkeys(found)),
        )


def _unread_sourced(_: Unreadable) -> Sourced:
    return Sourced(None, Origin.UNREAD)


def _sourced_key(use: KeyUse | Unreadable | None, otherwise: Origin) -> Sourced:
    if isinstance(use, Unreadable):
        return _unread_sourced(use)
    return Sourced(use.arn or use.reference, use.origin) if use else Sourced(None, otherwise)


def no_execution_role(facts: Facts) -> Unreadable:
    target = facts.target
    arn = f"arn:{target.partition}:sagemaker:{target.region}:{target.account}:domain/{target.domain_id}"
    return Unreadable(
        CouldNotCheck("sagemaker:DescribeDomain", arn, "neither the user profile nor the Domain names a role", None),
        FailureKind.NOT_FOUND,
    )
