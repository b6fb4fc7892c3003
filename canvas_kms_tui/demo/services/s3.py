"""S3 buckets: moto answers; here they are filled and made to behave as AWS does where the product looks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import CorsRule, FakeBucket, PublicAccessBlock, s3_backends

from canvas_kms_tui.demo.call import AwsError
from canvas_kms_tui.demo.services.times import when
from canvas_kms_tui.demo.world import World, seeder

#: moto would deny the operator's reads by a bucket policy's Deny, without looking at its Condition.
FakeBucket.get_permission = lambda *_: PermissionResult.NEUTRAL  # type: ignore[method-assign]

_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@seeder
def seed(world: World, document: Mapping[str, Any]) -> None:
    for name, entry in document.get("buckets", {}).items():
        _add_bucket(world, name, entry)


def bucket_named(world: World, name: str) -> FakeBucket:
    """The bucket of that name, whoever owns it.

    Raises:
        AwsError: NoSuchBucket.
    """
    found = s3_backends.bucket_accounts.get(name)
    if found is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404, members={"BucketName": name})
    partition, account = found
    return s3_backends[account][partition].buckets[name]


def _add_bucket(world: World, name: str, entry: Mapping[str, Any]) -> None:
    backend = s3_backends[entry["account"]][world.partition]
    bucket = backend.create_bucket(name, entry["region"])
    bucket.creation_date = when(entry.get("created"), world.now, "-200d")
    bucket.encryption = encryption_rule(entry.get("encryption", {"algorithm": "AES256"}))
    bucket.public_access_block = _public_access_block(entry.get("block_public_access", True))
    if (ownership := entry.get("ownership", "BucketOwnerEnforced")) is not None:
        bucket.ownership_rule = {"Rule": {"ObjectOwnership": ownership}}
    if "policy" in entry:
        policy = entry["policy"]
        bucket.policy = (policy if isinstance(policy, str) else json.dumps(policy)).encode()
    if cors := entry.get("cors"):
        bucket.cors = [_cors_rule(rule) for rule in cors]
    bucket.payer = "Requester" if entry.get("requester_pays") else "BucketOwner"
    bucket.versioning_status = entry.get("versioning")
    if tags := entry.get("tags"):
        backend.tagger.tag_resource(bucket.arn, [{"Key": key, "Value": value} for key, value in tags.items()])


def encryption_rule(written: Mapping[str, Any]) -> dict[str, Any]:
    """Default encryption in moto's shape, from ``{"algorithm": …, "key": …, "bucket_key": …}``."""
    applied = {"SSEAlgorithm": written["algorithm"]}
    if "key" in written:
        applied["KMSMasterKeyID"] = written["key"]
    return {
        "Rule": {"ApplyServerSideEncryptionByDefault": applied, "BucketKeyEnabled": written.get("bucket_key", False)}
    }


def _public_access_block(written: bool | Mapping[str, bool]) -> PublicAccessBlock | None:
    if written is False:
        return None
    chosen = dict.fromkeys(_BLOCKS, True) if written is True else {name: written.get(name, False) for name in _BLOCKS}
    return PublicAccessBlock(*(chosen[name] for name in _BLOCKS))


def _cors_rule(rule: Mapping[str, Any]) -> CorsRule:
    return CorsRule(
        rule["AllowedMethods"], rule["AllowedOrigins"], rule.get("AllowedHeaders"), rule.get("ExposeHeaders"),
        rule.get("MaxAgeSeconds"),
    )  # fmt: skip
