"""Owns buckets and objects: whose a bucket is, its policy and settings, how an object is encrypted."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from canvas_kms_tui.facts.access_points import AccessPoints
from canvas_kms_tui.facts.reader import Reader, question
from canvas_kms_tui.facts.reading import Unreadable, known, known_or_unread
from canvas_kms_tui.facts.terms import (
    Bucket,
    BucketStanding,
    Encryption,
    Source,
    SourceObject,
    bucket_arn,
    object_arn,
)
from canvas_kms_tui.gateway import CallFailed, FailureKind, Response
from canvas_kms_tui.policy import Document, Unread
from canvas_kms_tui.target import BadTarget, Dataset, Target

#: How many keys of a prefix are listed, and how many objects of them are looked at.
LISTED, LOOKED_AT = 1000, 50


class Buckets:
    """S3's answers. A *bucket* is a name or an access point's ARN."""

    def __init__(self, reader: Reader, target: Target, access_points: AccessPoints) -> None:
        self._reader = reader
        self._target = target
        self._access_points = access_points
        self.remembered: dict[Any, asyncio.Task[Any]] = {}

    @question
    async def bucket(self, name: str) -> Bucket:
        """Whether the bucket is ours, missing or somebody else's.

        Raises:
            Unreadable: S3 refuses to say and the list of buckets may not be read.
        """
        arn = bucket_arn(self._target.partition, name)
        try:
            answer = await self._reader.calls.call(
                "s3", "head_bucket", Bucket=name, ExpectedBucketOwner=self._target.account
            )
        except CallFailed as failure:
            region = failure.headers.get("x-amz-bucket-region")
            if failure.kind is FailureKind.NOT_FOUND:
                return Bucket(name, arn, BucketStanding.MISSING, None)
            if failure.kind is not FailureKind.DENIED:
                raise Unreadable.because(failure) from failure
            standing = await self._listed(name, failure)
            return Bucket(name, arn, standing, region)
        return Bucket(name, arn, BucketStanding.OURS, answer.get("BucketRegion"))

    async def _listed(self, name: str, refused: CallFailed) -> BucketStanding:
        """What the list of our buckets makes of a bucket whose HEAD was refused.

        A HEAD that was refused to us tells nothing of a bucket that is not ours; ListObjectsV2 says whether it exists.
        """
        try:
            answer = await self._reader.get("s3", "list_buckets")
        except Unreadable as unlisted:
            both = f"{unlisted.why.reason}; and HeadBucket was refused ({refused.code})"
            raise Unreadable(dataclasses.replace(unlisted.why, reason=both), unlisted.kind) from refused
        if name in {bucket["Name"] for bucket in answer.get("Buckets") or ()}:
            return BucketStanding.OURS
        listed = await known(self.listing(name, ""))
        return BucketStanding.MISSING if listed is None else BucketStanding.FOREIGN

    @question
    async def region(self, name: str) -> str | None:
        """The bucket's Region, from HeadBucket where it says, else from GetBucketLocation."""
        bucket = await known(self.bucket(name))
        if isinstance(bucket, Bucket) and bucket.region:
            return bucket.region
        answer = await self._reader.find("s3", "get_bucket_location", Bucket=name)
        if answer is None:
            return None
        place = answer.get("LocationConstraint")
        return {None: "us-east-1", "": "us-east-1", "EU": "eu-west-1"}.get(place, place)

    @question
    async def policy(self, name: str) -> Document | None:
        """The bucket policy, None where there is none.

        Raises:
            Unreadable: we may not read it.
        """
        answer = await self._reader.find("s3", "get_bucket_policy", Bucket=name)
        return Document.parse(answer["Policy"], name=f"bucket policy of {name}") if answer else None

    @question
    async def policy_layer(self, name: str) -> tuple[Document | Unread, ...] | None:
        """The bucket policy as a layer of the evaluator."""
        policy = await known_or_unread(self.policy(name), f"bucket policy of {name}")
        return None if policy is None else (policy,)

    @question
    async def encryption(self, name: str) -> Encryption | None:
        """The default encryption, None where none is configured."""
        answer = await self._reader.find("s3", "get_bucket_encryption", Bucket=name)
        rules = ((answer or {}).get("ServerSideEncryptionConfiguration") or {}).get("Rules") or ()
        for rule in rules:
            default = rule.get("ApplyServerSideEncryptionByDefault") or {}
            if algorithm := default.get("SSEAlgorithm"):
                return Encryption(algorithm, default.get("KMSMasterKeyID"), bool(rule.get("BucketKeyEnabled")))
        return None

    async def setting(self, name: str, operation: str) -> Response | None:
        """Any other setting (``get_bucket_cors``, ``get_public_access_block``…), None where it is not configured."""
        return await self._reader.find("s3", operation, Bucket=name)

    async def behind(self, name: str) -> str:
        """The bucket behind an access point, through which we look where we may; any other name is its own answer.

        Raises:
            BadTarget: there is no such access point.
        """
        if not name.startswith("arn:"):
            return name
        point = await known(self._access_points.point(name))
        if point is None:
            raise BadTarget(f"dataset: there is no access point {name}; check its ARN")
        return name if isinstance(point, Unreadable) else point.bucket

    @question
    async def listing(self, name: str, prefix: str) -> Response | None:
        """Up to a thousand keys under a prefix; None where the bucket does not exist."""
        return await self._reader.find(
            "s3", "list_objects_v2", Bucket=await self.behind(name), Prefix=prefix, MaxKeys=LISTED
        )

    @question
    async def head(self, name: str, key: str) -> Response | None:
        return await self._reader.find("s3", "head_object", Bucket=await self.behind(name), Key=key)

    @question
    async def tags(self, name: str, key: str) -> dict[str, str]:
        answer = await self._reader.find("s3", "get_object_tagging", Bucket=await self.behind(name), Key=key)
        return {tag["Key"]: tag["Value"] for tag in (answer or {}).get("TagSet") or ()}

    @question
    async def source(self, dataset: Dataset) -> Source:
        """The objects that a dataset stands for, with their encryption.

        Raises:
            BadTarget: there is no such bucket or object.
            Unreadable: we may not look.
        """
        if dataset.is_prefix:
            return await self._prefix(dataset)
        try:
            bucket = await self.behind(dataset.bucket)
            answer = await self._reader.get("s3", "head_object", Bucket=bucket, Key=dataset.key)
        except Unreadable as unreadable:
            return await self._why_no_head(dataset, unreadable)
        return Source(dataset, (_source_object(dataset, dataset.key, answer),), 1)

    async def _why_no_head(self, dataset: Dataset, refused: Unreadable) -> Source:
        """A HEAD that failed: missing, a prefix without its slash, or really unreadable."""
        if refused.why.reason and refused.kind is FailureKind.REJECTED:
            return Source(dataset, (_customer_key_object(dataset),), 1)
        if refused.kind not in (FailureKind.NOT_FOUND, FailureKind.DENIED):
            raise refused
        listed = await known(self.listing(dataset.bucket, dataset.key))
        if isinstance(listed, Unreadable):
            if refused.kind is FailureKind.NOT_FOUND:
                raise BadTarget(f"dataset {dataset.uri}: there is no such object; check the key") from None
            raise refused
        if listed is None:
            raise BadTarget(f"dataset {dataset.uri}: there is no bucket {dataset.bucket!r}; check the name")
        keys = {item["Key"] for item in listed.get("Contents") or ()}
        if any(key.startswith(f"{dataset.key}/") for key in keys) and dataset.key not in keys:
            return await self._prefix(Dataset(dataset.bucket, f"{dataset.key}/"))
        if dataset.key not in keys:
            raise BadTarget(f"dataset {dataset.uri}: there is no such object in bucket {dataset.bucket!r}")
        raise refused

    async def _prefix(self, dataset: Dataset) -> Source:
        listed = await self.listing(dataset.bucket, dataset.key)
        if listed is None:
            raise BadTarget(f"dataset {dataset.uri}: there is no bucket {dataset.bucket!r}; check the name")
        items = [item for item in listed.get("Contents") or () if not item["Key"].endswith("/")]
        if not items:
            raise BadTarget(f"dataset {dataset.uri}: there is no object under this prefix")
        keys = sample([(item["Key"], item.get("LastModified"), item.get("Size") or 0) for item in items])
        bucket = await self.behind(dataset.bucket)
        heads = await asyncio.gather(*(self._reader.get("s3", "head_object", Bucket=bucket, Key=key) for key in keys))
        objects = tuple(_source_object(dataset, key, head) for key, head in zip(keys, heads, strict=True))
        return Source(dataset, objects, len(items), bool(listed.get("IsTruncated")))

    def object_arn(self, bucket: str, key: str) -> str:
        return object_arn(self._target.partition, bucket, key)


def sample(items: Sequence[tuple[str, Any, int]]) -> list[str]:
    """At most :data:`LOOKED_AT` keys: the newest, the largest, and some spread over the rest."""
    if len(items) <= LOOKED_AT:
        return [key for key, _, _ in items]
    newest = sorted(items, key=lambda item: str(item[1]), reverse=True)[: LOOKED_AT // 3]
    largest = sorted(items, key=lambda item: item[2], reverse=True)[: LOOKED_AT // 3]
    chosen = dict.fromkeys(key for key, _, _ in (*newest, *largest))
    rest = [key for key, _, _ in items if key not in chosen]
    room = LOOKED_AT - len(chosen)
    step = max(1, len(rest) // room)
    return [*chosen, *rest[::step][:room]]


def _source_object(dataset: Dataset, key: str, head: Mapping[str, Any]) -> SourceObject:
    encryption = head.get("ServerSideEncryption")
    return SourceObject(
        dataset=dataset,
        key=key,
        encryption=encryption,
        key_arn=head.get("SSEKMSKeyId") if (encryption or "").startswith("aws:kms") else None,
        bucket_key=bool(head.get("BucketKeyEnabled")),
        size=int(head.get("ContentLength") or 0),
        storage_class=head.get("StorageClass") or "STANDARD",
        customer_algorithm=head.get("SSECustomerAlgorithm"),
        restored=head.get("Restore"),
        archive=head.get("ArchiveStatus"),
    )


def _customer_key_object(dataset: Dataset) -> SourceObject:
    """HeadObject without the customer's key answers 400 for an object encrypted with SSE-C."""
    return SourceObject(dataset, dataset.key, None, None, False, 0, "STANDARD", customer_algorithm="AES256")
