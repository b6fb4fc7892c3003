"""S3 buckets: moto answers; here they are filled and made to behave as AWS does where the product looks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import CorsRule, FakeBucket, PublicAccessBlock, s3_backends

from canvas_kms_tui.demo.call import Answer, AwsError, Call, operation
from canvas_kms_tui.demo.services import quotas
from canvas_kms_tui.demo.services.s3_access import bucket_named, bucket_of
from canvas_kms_tui.demo.times import when
from canvas_kms_tui.demo.world import World, seeder

#: moto would deny the operator's reads by a bucket policy's Deny, without looking at its Condition.
FakeBucket.get_permission = lambda *_: PermissionResult.NEUTRAL  # type: ignore[method-assign]

_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_SSE_S3 = {"algorithm": "AES256"}


@seeder
def seed(world: World, document: Mapping[str, Any]) -> None:
    for name, entry in document.get("buckets", {}).items():
        _add_bucket(world, name, entry)


def _add_bucket(world: World, name: str, entry: Mapping[str, Any]) -> None:
    backend = s3_backends[entry["account"]][world.partition]
    bucket = backend.create_bucket(name, entry["region"])
    bucket.creation_date = when(entry.get("created"), world.now, "-200d")
    bucket.encryption = encryption_rule(entry.get("encryption", _SSE_S3))
    bucket.public_access_block = _public_access_block(entry.get("block_public_access", True))
    bucket.ownership_rule = entry.get("ownership", "BucketOwnerEnforced")
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
    bucket_key = written.get("bucket_key", False)
    return {"Rule": {"ApplyServerSideEncryptionByDefault": applied, "BucketKeyEnabled": bucket_key}}


def _public_access_block(written: bool | Mapping[str, bool]) -> PublicAccessBlock | None:
    if written is False:
        return None
    chosen = dict.fromkeys(_BLOCKS, True) if written is True else {name: written.get(name, False) for name in _BLOCKS}
    return PublicAccessBlock(*(chosen[name] for name in _BLOCKS))


def _cors_rule(rule: Mapping[str, Any]) -> CorsRule:
    return CorsRule(
        rule["AllowedMethods"], rule["AllowedOrigins"], rule.get("AllowedHeaders"), rule.get("ExposeHeaders"),
        rule.get("MaxAgeSeconds"), rule.get("ID"),
    )  # fmt: skip


def canonical_id(account: str) -> str:
    """The canonical user id of an account, as far as the stand-in is concerned."""
    return hashlib.sha256(f"canonical {account}".encode()).hexdigest()


@operation("s3", "CreateBucket")
def create_bucket(call: Call) -> Answer:
    held = len(s3_backends[call.account][call.partition].buckets)
    quotas.check(call, "buckets", held, "TooManyBuckets", "Buckets")
    answer = call.forward()
    if answer.status == 200:
        bucket = bucket_of(call)
        bucket.encryption = encryption_rule(_SSE_S3)
        bucket.public_access_block = _public_access_block(True)
        bucket.ownership_rule = bucket.ownership_rule or "BucketOwnerEnforced"  # type: ignore[assignment]
    return answer


@operation("s3", "DeleteBucketEncryption")
def delete_bucket_encryption(call: Call) -> Answer:
    """Back to SSE-S3: since January 2023 every bucket has default encryption."""
    answer = call.forward()
    bucket_of(call).encryption = encryption_rule(_SSE_S3)
    return answer


@operation("s3", "GetBucketRequestPayment")
def get_request_payment(call: Call) -> Mapping[str, Any]:
    return {"Payer": bucket_of(call).payer}


@operation("s3", "PutBucketRequestPayment")
def put_request_payment(call: Call) -> None:
    bucket_of(call).payer = call.params["RequestPaymentConfiguration"]["Payer"]


@operation("s3", "ListBuckets")
def list_buckets(call: Call) -> Mapping[str, Any]:
    """Every bucket of the caller's account, in pages where ``MaxBuckets`` is given."""
    backend = s3_backends[call.account][call.partition]
    wanted = sorted(backend.buckets.values(), key=lambda bucket: bucket.name)
    wanted = [bucket for bucket in wanted if bucket.name.startswith(call.params.get("Prefix", ""))]
    if region := call.params.get("BucketRegion"):
        wanted = [bucket for bucket in wanted if bucket.region_name == region]
    wanted = [bucket for bucket in wanted if bucket.name > call.params.get("ContinuationToken", "")]
    limit = int(call.params.get("MaxBuckets", 0)) or len(wanted)
    shown = [
        {"Name": bucket.name, "CreationDate": bucket.creation_date, "BucketRegion": bucket.region_name}
        for bucket in wanted[:limit]
    ]
    found: dict[str, Any] = {"Owner": {"ID": canonical_id(call.account)}, "Buckets": shown}
    if len(wanted) > limit:
        found["ContinuationToken"] = shown[-1]["Name"]
    return found


@operation("s3", "GetBucketAcl")
def get_bucket_acl(call: Call) -> Mapping[str, Any]:
    return owned_by(bucket_of(call).account_id)


def owned_by(account: str) -> dict[str, Any]:
    """An ACL that gives the owner full control and nobody else anything."""
    owner = {"ID": canonical_id(account)}
    return {"Owner": owner, "Grants": [{"Grantee": {**owner, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]}


@operation("s3", "DeleteBucket")
def delete_bucket(call: Call) -> Answer:
    bucket = bucket_named(call.params["Bucket"])
    if bucket.keys:
        raise AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409)
    return call.forward()
