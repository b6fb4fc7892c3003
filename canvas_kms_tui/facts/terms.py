"""Owns the field's own terms as data: roles, keys, buckets, objects, and where a setting came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from canvas_kms_tui.target import Dataset


class Origin(StrEnum):
    """Where a setting came from, in the order in which Canvas looks."""

    PROFILE = "user profile"
    DOMAIN = "Domain"
    PROFILE_SHARING = "sharing settings of the user profile"
    DOMAIN_SHARING = "sharing settings of the Domain"
    BUCKET = "default encryption of the bucket"
    DEFAULT = "default"
    NONE = "not set"
    UNREAD = "could not be read"


@dataclass(frozen=True, slots=True)
class Setting:
    """A configured value and its origin; ``value`` is None where nothing is set."""

    value: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Role:
    """iam GetRole. ``trust`` is the assume-role policy as parsed JSON, ``tags`` the role's tags."""

    arn: str
    name: str
    trust: Mapping[str, Any]
    boundary_arn: str | None
    id: str = ""  #: the unique id, ``AROA…``
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Key:
    """kms DescribeKey. ``configured`` is what the setting says, an ARN, an id or an alias."""

    configured: str
    arn: str
    state: str
    manager: str
    spec: str
    usage: str
    origin: str
    multi_region: bool
    multi_region_type: str
    deletion_date: datetime | None
    valid_to: datetime | None
    description: str
    replicas: tuple[str, ...] = ()
    expiration_model: str = ""

    @property
    def id(self) -> str:
        return self.arn.rsplit("/", 1)[-1]

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def is_aws_managed(self) -> bool:
        return self.manager == "AWS"


class BucketStanding(StrEnum):
    """What HeadBucket with ExpectedBucketOwner and ListBuckets say of a bucket together."""

    OURS = "ours"
    MISSING = "missing"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket: whose it is, and its Region where known."""

    name: str
    arn: str
    standing: BucketStanding
    region: str | None


@dataclass(frozen=True, slots=True)
class Encryption:
    """A bucket's default encryption: ``AES256``, ``aws:kms``, ``aws:kms:dsse``; ``key`` as configured there."""

    algorithm: str
    key: str | None
    bucket_key: bool


@dataclass(frozen=True, slots=True)
class Artifact:
    """Where Canvas keeps its copies. ``prefix`` is without leading slash and ends in ``/`` or is empty."""

    bucket: str
    prefix: str
    origin: Origin

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    def canvas_prefix(self, profile: str) -> str:
        return f"{self.prefix}Canvas/{profile}/"


@dataclass(frozen=True, slots=True)
class SourceObject:
    """s3 HeadObject of one source object: how it is encrypted (``key_arn`` only with SSE-KMS), size, class."""

    dataset: Dataset
    key: str
    encryption: str | None
    key_arn: str | None
    bucket_key: bool
    size: int
    storage_class: str
    customer_algorithm: str | None = None
    restored: str | None = None
    archive: str | None = None  #: ArchiveStatus of an object that Intelligent-Tiering put away

    def arn(self, partition: str) -> str:
        return object_arn(partition, self.dataset.bucket, self.key)


@dataclass(frozen=True, slots=True)
class Source:
    """What a dataset stands for: its objects that were looked at, of how many, and those that we may not look at."""

    dataset: Dataset
    objects: tuple[SourceObject, ...]
    total: int
    truncated: bool = False


def bucket_arn(partition: str, bucket: str) -> str:
    return bucket if bucket.startswith("arn:") else f"arn:{partition}:s3:::{bucket}"


def object_arn(partition: str, bucket: str, key: str) -> str:
    if bucket.startswith("arn:"):
        return f"{bucket}/object/{key}"
    return f"arn:{partition}:s3:::{bucket}/{key}"
