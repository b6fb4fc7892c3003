"""Owns S3 access points: which bucket stands behind one, from where it answers, its own policy."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from canvas_kms_tui.facts.reader import Reader, question
from canvas_kms_tui.facts.reading import known_or_unread
from canvas_kms_tui.gateway import Response
from canvas_kms_tui.policy import Document, Unread
from canvas_kms_tui.target import Target


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """s3control GetAccessPoint. ``vpc`` is the only VPC from which it answers; None = open to the internet."""

    arn: str
    bucket: str
    bucket_account: str
    vpc: str | None


class AccessPoints:
    """S3's answers about access points. All arguments are access point ARNs."""

    def __init__(self, reader: Reader, target: Target) -> None:
        self._reader = reader
        self._target = target
        self.remembered: dict[Any, asyncio.Task[Any]] = {}

    @question
    async def point(self, arn: str) -> AccessPoint | None:
        """The access point, None where it does not exist.

        Raises:
            Unreadable: we may not look.
        """
        answer = await self._find("get_access_point", arn)
        if answer is None:
            return None
        vpc = (answer.get("VpcConfiguration") or {}).get("VpcId")
        owner = answer.get("BucketAccountId") or account_of(arn)
        return AccessPoint(arn, answer["Bucket"], owner, vpc if answer.get("NetworkOrigin") == "VPC" else None)

    @question
    async def policy(self, arn: str) -> Document | None:
        """The access point's own policy, None where it has none.

        Raises:
            Unreadable: we may not read it.
        """
        answer = await self._find("get_access_point_policy", arn)
        return Document.parse(answer["Policy"], name=f"policy of access point {name_of(arn)}") if answer else None

    async def policy_layer(self, arn: str) -> tuple[Document | Unread, ...] | None:
        """The access point's policy as a layer of the evaluator."""
        policy = await known_or_unread(self.policy(arn), f"policy of access point {name_of(arn)}")
        return None if policy is None else (policy,)

    async def _find(self, operation: str, arn: str) -> Response | None:
        region = arn.split(":")[3]
        own = region in ("", self._target.region)
        return await self._reader.find(
            "s3control", operation, region=None if own else region, AccountId=account_of(arn), Name=name_of(arn)
        )


def name_of(arn: str) -> str:
    """The name in an access point's ARN: ``…:accesspoint/name``."""
    return arn.replace("accesspoint:", "accesspoint/").rsplit("accesspoint/", 1)[-1].split("/")[0]


def account_of(arn: str) -> str:
    return arn.split(":")[4]
