"""What is diagnosed: an account and Region, a Domain, a user profile, the datasets that would not import."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

#: S3 user guide, "General purpose bucket naming rules": 3 to 63 characters.
_BUCKET = re.compile(r"^[a-z0-9][a-z0-9.\-_]{1,61}[a-z0-9]$")
_ACCESS_POINT = re.compile(r"^arn:aws[a-z-]*:s3:[a-z0-9-]*:\d{12}:accesspoint[/:][a-z0-9-]+")

USE_CASES = ("regression", "binary", "multi-class", "batch-inference", "time-series")


class BadTarget(ValueError):
    """A target that cannot be meant; the message names the value and what to write instead."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One source location: an object, or a prefix when ``key`` is empty or ends in ``/``.

    ``bucket`` is a bucket name or an access point's ARN.
    """

    bucket: str
    key: str

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @property
    def is_prefix(self) -> bool:
        return not self.key or self.key.endswith("/")

    @property
    def is_access_point(self) -> bool:
        return self.bucket.startswith("arn:")

    @classmethod
    def parse(cls, uri: str) -> Dataset:
        """Read ``s3://bucket/key`` (or ``s3://arn:…:accesspoint/name/key``).

        Raises:
            BadTarget: the text is not such a URI; the message says why.
        """
        scheme, _, rest = uri.partition("://")
        if scheme.lower() not in ("s3", "s3a", "s3n") or not rest:
            raise BadTarget(f"dataset {uri!r} is not an S3 URI; write s3://bucket/key")
        if found := _ACCESS_POINT.match(rest):
            return cls(found.group(0), rest[found.end() :].removeprefix("/"))
        bucket, _, key = rest.partition("/")
        if not _BUCKET.match(bucket):
            raise BadTarget(
                f"dataset {uri!r}: {bucket!r} is no bucket name (3 to 63 of a-z 0-9 . -); write s3://bucket/key"
            )
        return cls(bucket, key)


@dataclass(frozen=True, slots=True)
class Target:
    """What one diagnosis looks at. ``account`` is the caller's, ``partition`` is ``aws``, ``aws-cn``, …"""

    account: str
    partition: str
    region: str
    domain_id: str
    user_profile: str
    datasets: Sequence[Dataset] = field(default=())
    use_case: str | None = None
    local_upload: bool = False
    error_text: str | None = None

    def __str__(self) -> str:
        return f"{self.domain_id} / {self.user_profile} ({self.account}, {self.region})"
