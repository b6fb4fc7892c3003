"""Edits of a bucket: its policy, encryption and CORS, and the default bucket's creation.

Pure: documents in, changes out. Every write but the creation carries ``ExpectedBucketOwner``, and nothing
here can make Block Public Access weaker.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from canvas_kms_tui.change import Change, Undo, confirmation
from canvas_kms_tui.edits.documents import (
    BUCKET_POLICY_BYTES,
    Json,
    TooLarge,
    as_list,
    as_text,
    check_bytes,
    equal,
    parsed,
    plain,
    statements,
    with_statements,
)

BLOCK_ALL = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
CORS_RULES = 100
CORS_BYTES = 65_536


def edit_bucket_policy(
    *, bucket: str, account: str, region: str, partition: str, current: Json | None, new: Json | None
) -> Change:
    """Put a bucket policy, or delete it when ``new`` is None or has no statement.

    Raises:
        TooLarge: the policy would have more than 20,480 bytes.
    """
    arn = bucket_arn(partition, bucket)
    after = parsed(new) if new and statements(new) else None
    parameters: dict[str, Any] = {"Bucket": bucket, "ExpectedBucketOwner": account}
    if after is not None:
        check_bytes(f"the bucket policy of {bucket}", after, BUCKET_POLICY_BYTES)
        parameters["Policy"] = as_text(after)
    return Change(
        service="s3",
        operation="DeleteBucketPolicy" if after is None else "PutBucketPolicy",
        parameters=parameters,
        resource=arn,
        region=region,
        document="bucket policy",
        before=parsed(current),
        after=after,
        undo=Undo.EXACT,
        undo_note="Undo deletes the bucket policy." if current is None else "Undo puts the bucket policy back.",
        confirm=None if current is None else confirmation(account, arn),
        confirm_why="" if current is None else "This edits a bucket policy that somebody else wrote.",
    )


def create_default_bucket(
    *, bucket: str, account: str, region: str, partition: str, key_arn: str | None
) -> tuple[Change, ...]:
    """Create the bucket, block public access, and set its default encryption (the key, or SSE-S3)."""
    arn = bucket_arn(partition, bucket)
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    with_bucket = "Goes with the new bucket, which undo deletes only if it is empty."
    create = Change(
        service="s3",
        operation="CreateBucket",
        parameters={"Bucket": bucket, **place},
        resource=arn,
        region=region,
        document="bucket",
        before=None,
        after={"Bucket": bucket, "Region": region, "Account": account},
        undo=Undo.COMPENSATING,
        undo_note="Undo deletes the bucket, only if it is empty.",
    )
    block = Change(
        service="s3",
        operation="PutPublicAccessBlock",
        parameters={"Bucket": bucket, "ExpectedBucketOwner": account, "PublicAccessBlockConfiguration": BLOCK_ALL},
        resource=arn,
        region=region,
        document="Block Public Access",
        before=None,
        after=BLOCK_ALL,
        undo=Undo.COMPENSATING,
        undo_note=with_bucket,
    )
    encrypt = _encryption(
        bucket, account, region, arn, None, _rules(None, key_arn, True), Undo.COMPENSATING, with_bucket
    )
    return create, block, encrypt


def put_bucket_encryption(
    *,
    bucket: str,
    account: str,
    region: str,
    partition: str,
    current: Json | None,
    key_arn: str | None,
    bucket_key: bool = True,
) -> Change:
    """Set the bucket's default encryption; ``current`` is its ServerSideEncryptionConfiguration as read."""
    note = "Undo puts the default encryption back as it was; objects written meanwhile keep theirs."
    arn = bucket_arn(partition, bucket)
    return _encryption(bucket, account, region, arn, current, _rules(current, key_arn, bucket_key), Undo.EXACT, note)


def put_bucket_cors(
    *, bucket: str, account: str, region: str, partition: str, current: Json | None, rule: Json
) -> Change:
    """Add one CORS rule to those that stand; ``current`` is ``{"CORSRules": […]}`` as read.

    Raises:
        TooLarge: more than 100 rules, or 64 KB.
    """
    standing = [plain(item) for item in (current or {}).get("CORSRules", [])]
    known = any(equal(item, rule) for item in standing)
    after = {"CORSRules": standing if known else [*standing, plain(rule)]}
    if len(after["CORSRules"]) > CORS_RULES:
        raise TooLarge(f"the CORS configuration of {bucket}", len(after["CORSRules"]), CORS_RULES, "rules")
    check_bytes(f"the CORS configuration of {bucket}", after, CORS_BYTES)
    return Change(
        service="s3",
        operation="PutBucketCors",
        parameters={"Bucket": bucket, "ExpectedBucketOwner": account, "CORSConfiguration": after},
        resource=bucket_arn(partition, bucket),
        region=region,
        document="CORS configuration",
        before={"CORSRules": standing} if standing else None,
        after=after,
        undo=Undo.EXACT,
        undo_note="Undo puts the CORS rules back." if standing else "Undo deletes the CORS configuration.",
    )


def replace_condition_value(
    document: Json, *, index: int, operator: str, key: str, new: str, old: str | None = None
) -> dict[str, Any]:
    """The document with one value of one condition of one statement replaced (all its values when ``old`` is None)."""
    values = _condition_values(document, index, operator, key)
    swapped = [new] if old is None else [new if value == old else value for value in as_list(values)]
    return _with_condition(document, index, operator, key, _like(values, list(dict.fromkeys(swapped))))


def add_condition_value(document: Json, *, index: int, operator: str, key: str, new: str) -> dict[str, Any]:
    """The document with one value more in one condition of one statement."""
    values = as_list(_condition_values(document, index, operator, key))
    return _with_condition(document, index, operator, key, list(dict.fromkeys([*values, new])))


def remove_statement(document: Json, *, index: int) -> dict[str, Any]:
    """The document without one statement."""
    found = statements(document)
    return with_statements(document, found[:index] + found[index + 1 :])


def add_statement(document: Json | None, statement: Json) -> dict[str, Any]:
    """The document with one statement more at its end."""
    return with_statements(document, [*statements(document), statement])


def bucket_arn(partition: str, bucket: str) -> str:
    return f"arn:{partition}:s3:::{bucket}"


def _encryption(
    bucket: str, account: str, region: str, arn: str, before: Json | None, after: Json, undo: Undo, note: str
) -> Change:
    return Change(
        service="s3",
        operation="PutBucketEncryption",
        parameters={"Bucket": bucket, "ExpectedBucketOwner": account, "ServerSideEncryptionConfiguration": after},
        resource=arn,
        region=region,
        document="default encryption",
        before=parsed(before),
        after=after,
        undo=undo,
        undo_note=note,
    )


def _rules(current: Json | None, key_arn: str | None, bucket_key: bool) -> dict[str, Any]:
    """One rule with the new default; what else the rule that stands says is kept."""
    standing = [plain(rule) for rule in (current or {}).get("Rules", [])]
    rule = {key: value for key, value in (standing[0] if standing else {}).items() if key != "BucketKeyEnabled"}
    if key_arn is None:
        return {"Rules": [{**rule, "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    return {"Rules": [{**rule, "ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket_key}]}


def _found(mapping: Json, name: str) -> str:
    for key in mapping:
        if key.lower() == name.lower():
            return key
    raise ValueError(f"no {name!r} in {', '.join(mapping)}")


def _condition_values(document: Json, index: int, operator: str, key: str) -> Any:
    condition = statements(document)[index].get("Condition", {})
    keys: Mapping[str, Any] = condition[_found(condition, operator)]
    return keys[_found(keys, key)]


def _with_condition(document: Json, index: int, operator: str, key: str, values: Any) -> dict[str, Any]:
    found = statements(document)
    condition = found[index]["Condition"]
    keys = condition[_found(condition, operator)]
    keys[_found(keys, key)] = values
    return with_statements(document, found)


def _like(before: Any, after: list[Any]) -> Any:
    return after[0] if isinstance(before, str) and len(after) == 1 else after
