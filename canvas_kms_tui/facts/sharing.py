"""Owns how a source bucket is shared: who pays, who owns its objects, and what public policies still count."""

from __future__ import annotations

import asyncio
from typing import Any

from canvas_kms_tui.facts.buckets import Buckets
from canvas_kms_tui.facts.reader import Reader, question
from canvas_kms_tui.facts.reading import Unreadable, known
from canvas_kms_tui.gateway import Response
from canvas_kms_tui.target import Target


class Sharing:
    """S3's answers about one bucket's sharing; every question raises Unreadable where we may not look."""

    def __init__(self, reader: Reader, buckets: Buckets, target: Target) -> None:
        self._reader = reader
        self._buckets = buckets
        self._target = target
        self.remembered: dict[Any, asyncio.Task[Any]] = {}

    @question
    async def requester_pays(self, bucket: str) -> bool:
        answer = await self._reader.get("s3", "get_bucket_request_payment", Bucket=bucket)
        return answer.get("Payer") == "Requester"

    @question
    async def has_acls(self, bucket: str) -> bool:
        """Whether object ACLs count: not with BucketOwnerEnforced (S3 user guide, "Object Ownership")."""
        answer = await self._buckets.setting(bucket, "get_bucket_ownership_controls")
        rules = ((answer or {}).get("OwnershipControls") or {}).get("Rules") or ()
        return all(rule.get("ObjectOwnership") != "BucketOwnerEnforced" for rule in rules)

    @question
    async def owner_of_object(self, bucket: str, key: str) -> str | None:
        """The canonical user id of an object's owner, from its ACL, or from a listing where the ACL is closed to us."""
        acl = await known(self.object_acl(bucket, key))
        if not isinstance(acl, Unreadable):
            return (acl.get("Owner") or {}).get("ID")
        answer = await self._reader.get("s3", "list_objects_v2", Bucket=bucket, Prefix=key, MaxKeys=1, FetchOwner=True)
        items = [item for item in answer.get("Contents") or () if item["Key"] == key]
        owner = (items[0].get("Owner") or {}).get("ID") if items else None
        if owner is None:
            raise acl
        return str(owner)

    @question
    async def object_acl(self, bucket: str, key: str) -> Response:
        return await self._reader.get("s3", "get_object_acl", Bucket=bucket, Key=key)

    async def opened_to(self, bucket: str, key: str, canonical_id: str | None) -> bool:
        """Whether the object's ACL lets that account read; False where we may not see the ACL."""
        acl = await known(self.object_acl(bucket, key))
        if isinstance(acl, Unreadable):
            return False
        return any(
            (grant.get("Grantee") or {}).get("ID") == canonical_id
            and grant.get("Permission") in ("READ", "FULL_CONTROL")
            for grant in acl.get("Grants") or ()
        )

    @question
    async def own_id(self) -> str | None:
        """The canonical user id of the caller's account."""
        answer = await self._reader.get("s3", "list_buckets")
        return (answer.get("Owner") or {}).get("ID")

    @question
    async def is_public(self, bucket: str) -> bool:
        """Whether S3 itself counts the bucket's policy as public."""
        answer = await self._buckets.setting(bucket, "get_bucket_policy_status")
        return bool(((answer or {}).get("PolicyStatus") or {}).get("IsPublic"))

    @question
    async def restricts_public_policies(self, bucket: str) -> bool:
        """RestrictPublicBuckets of the bucket or of the whole account."""
        answer = await self._buckets.setting(bucket, "get_public_access_block")
        if ((answer or {}).get("PublicAccessBlockConfiguration") or {}).get("RestrictPublicBuckets"):
            return True
        account = await self._reader.find("s3control", "get_public_access_block", AccountId=self._target.account)
        return bool(((account or {}).get("PublicAccessBlockConfiguration") or {}).get("RestrictPublicBuckets"))
