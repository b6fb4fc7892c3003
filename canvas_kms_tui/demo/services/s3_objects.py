"""S3 objects: declared ones have the size, age, owner and encryption that the file gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import unescape

from moto.s3.models import FakeKey, s3_backends

from canvas_kms_tui.demo import denials
from canvas_kms_tui.demo.call import Answer, AwsError, Call, operation
from canvas_kms_tui.demo.services import kms, kms_crypto
from canvas_kms_tui.demo.services.s3 import canonical_id, owned_by
from canvas_kms_tui.demo.services.s3_access import bucket_of
from canvas_kms_tui.demo.times import when
from canvas_kms_tui.demo.world import World, seeder

_KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"


@seeder
def seed(world: World, document: Mapping[str, Any]) -> None:
    for bucket, entry in document.get("buckets", {}).items():
        for key, own in entry.get("objects", {}).items():
            _add_object(world, bucket, entry, key, own)


def _add_object(world: World, bucket: str, owner: Mapping[str, Any], key: str, entry: Mapping[str, Any]) -> None:
    backend = s3_backends[owner["account"]][world.partition]
    content = entry.get("content", "").encode()
    stored: FakeKey = backend.put_object(
        bucket, key, content, storage=entry.get("storage_class", "STANDARD"), disable_notification=True
    )
    encryption = entry.get("encryption") or owner.get("encryption", {"algorithm": "AES256"})
    stored.encryption = encryption["algorithm"]
    stored.kms_key_id = encryption.get("key")
    stored.bucket_key_enabled = encryption.get("bucket_key") or None
    stored.contentsize = entry.get("size", len(content))
    stored.last_modified = when(entry.get("modified"), world.now, "-5d").replace(tzinfo=None)
    if tags := entry.get("tags"):
        backend.put_object_tagging(stored, tags)


def _declared(call: Call) -> Mapping[str, Any]:
    bucket: Mapping[str, Any] = call.world.document.get("buckets", {}).get(call.params["Bucket"], {})
    found: Mapping[str, Any] = bucket.get("objects", {}).get(call.params["Key"], {})
    return found


def _stored(call: Call) -> FakeKey | None:
    bucket = bucket_of(call)
    backend = s3_backends[bucket.account_id][bucket.partition]
    return backend.get_object(bucket.name, call.params["Key"])


@operation("s3", "HeadObject", "GetObject", "GetObjectAttributes")
def read_object(call: Call) -> Answer:
    stored = _stored(call)
    if stored is None:
        _hide_absence(call)
    elif _declared(call).get("sse_c") and not call.params.get("SSECustomerAlgorithm"):
        raise AwsError(
            "InvalidRequest",
            "The object was stored using a form of Server Side Encryption. "
            "The correct parameters must be provided to retrieve the object.",
        )
    if stored is not None and call.operation == "GetObject" and stored.kms_key_id:
        _check_key(call, stored.kms_key_id)
    answer = call.forward()
    if stored is not None and stored.encryption == "aws:kms:dsse" and stored.kms_key_id:
        answer.headers[_KEY_HEADER] = stored.kms_key_id
    return answer


def _hide_absence(call: Call) -> None:
    """Without s3:ListBucket a missing object is a refusal, not an absence."""
    bucket = f"arn:{call.partition}:s3:::{call.params['Bucket']}"
    for denial in call.caller.denied:
        if denials.covers(denial, "s3:ListBucket", bucket):
            raise AwsError("AccessDenied", "Access Denied", 403)


_LISTED = re.compile(rb"<Contents>.*?</Contents>", re.DOTALL)
_LISTED_KEY = re.compile(rb"<Key>(.*?)</Key>", re.DOTALL)
_LISTED_OWNER = re.compile(rb"(<Owner>.*?<ID>)[^<]*(</ID>)", re.DOTALL)


@operation("s3", "ListObjectsV2")
def list_objects(call: Call) -> Answer:
    """With FetchOwner each object tells whose it is; moto gives every object one made-up owner."""
    answer = call.forward()
    if answer.status == 200 and call.params.get("FetchOwner"):
        entry = call.world.document.get("buckets", {}).get(call.params["Bucket"], {})
        account = bucket_of(call).account_id

        def owned(found: re.Match[bytes]) -> bytes:
            name = _LISTED_KEY.search(found[0])
            key = unquote(unescape(name[1].decode())) if name else ""
            owner = entry.get("objects", {}).get(key, {}).get("owner", account)
            return _LISTED_OWNER.sub(rb"\g<1>" + canonical_id(owner).encode() + rb"\g<2>", found[0])

        answer.body = _LISTED.sub(owned, answer.body)
    return answer


@operation("s3", "PutObject", "CopyObject", "CreateMultipartUpload")
def write_object(call: Call) -> Answer:
    """The key is named by its ARN afterwards, however it was given, and must be usable."""
    given = call.params.get("SSEKMSKeyId") or _default_key(call)
    arn = _check_key(call, given) if given and call.params.get("ServerSideEncryption") != "AES256" else None
    answer = call.forward()
    stored = _stored(call) if answer.status == 200 and call.operation != "CreateMultipartUpload" else None
    if stored is not None and arn:
        stored.kms_key_id = arn
        answer.headers[_KEY_HEADER] = arn
    elif stored is not None and stored.encryption == "AES256":
        stored.kms_key_id = stored.bucket_key_enabled = None
    return answer


def _default_key(call: Call) -> str | None:
    applied = (bucket_of(call).encryption or {"Rule": {}})["Rule"].get("ApplyServerSideEncryptionByDefault", {})
    return applied.get("KMSMasterKeyID") if not call.params.get("ServerSideEncryption") else None


def _check_key(call: Call, given: str) -> str:
    try:
        return kms_crypto.usable(kms.find(call, given)).arn
    except AwsError as refused:
        raise AwsError(f"KMS.{refused.code}", refused.message, 400) from None


def _wanted(call: Call) -> FakeKey:
    stored = _stored(call)
    if stored is None:
        raise AwsError("NoSuchKey", "The specified key does not exist.", 404, members={"Key": call.params["Key"]})
    return stored


@operation("s3", "GetObjectTagging")
def get_object_tagging(call: Call) -> Mapping[str, Any]:
    """Archived objects too tell their tags."""
    bucket, stored = bucket_of(call), _wanted(call)
    tags = s3_backends[bucket.account_id][bucket.partition].tagger.get_tag_dict_for_resource(stored.arn)
    return {"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]}


@operation("s3", "GetObjectAcl")
def get_object_acl(call: Call) -> Mapping[str, Any]:
    _wanted(call)
    return owned_by(_declared(call).get("owner", bucket_of(call).account_id))
