"""The documents that a set-up writes: as little as Canvas needs, for the one role, on the one resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from canvas_kms_tui.target import Dataset

Json = dict[str, Any]

#: What S3 asks of a key for the execution role (the guide, "Prerequisites"), and what the console looks a key up with.
_USE = ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"]

MANAGED = {
    "AmazonSageMakerFullAccess": "SageMaker; S3 only where a bucket's or object's name holds “sagemaker”; no key",
    "AmazonSageMakerCanvasFullAccess": "what Canvas does besides; S3 likewise; no key",
}


def trust() -> Json:
    """SageMaker alone may become the role."""
    return _document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


def key_policy(*, partition: str, account: str, role_arn: str, for_domain: bool) -> Json:
    """IAM of the account may decide; the role may use the key, and give the Domain's to its volumes."""
    statements = [
        {
            "Sid": "EnableIAMUserPermissions",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "CanvasKmsUse",
            "Effect": "Allow",
            "Principal": {"AWS": role_arn},
            "Action": _USE,
            "Resource": "*",
        },
    ]
    if for_domain:
        statements.append(
            {
                "Sid": "CanvasKmsVolumes",
                "Effect": "Allow",
                "Principal": {"AWS": role_arn},
                "Action": "kms:CreateGrant",
                "Resource": "*",
                "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
            }
        )
    return _document(*statements)


def role_statements(
    *,
    partition: str,
    region: str,
    bucket: str,
    managed: bool,
    datasets: Iterable[Dataset],
    source_keys: Iterable[str],
) -> list[Json]:
    """What a new role needs besides the managed policies: Canvas' folder, and each source with its key."""
    made: list[Json] = []
    if not managed or "sagemaker" not in bucket.lower():
        arn = f"arn:{partition}:s3:::{bucket}"
        made += [
            _allow("CanvasFiles", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], f"{arn}/Canvas/*"),
            _allow("CanvasFolder", ["s3:ListBucket", "s3:GetBucketLocation"], arn),
        ]
    if not managed:
        made.append(_allow("BrowseBuckets", ["s3:ListAllMyBuckets"], "*"))
    made += _sources(partition, list(datasets))
    if keys := sorted(set(source_keys)):
        via = {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}}
        made.append({**_allow("DecryptSources", ["kms:Decrypt"], keys), "Condition": via})
    return made


def _sources(partition: str, datasets: list[Dataset]) -> list[Json]:
    if not datasets:
        return []
    buckets = sorted({f"arn:{partition}:s3:::{dataset.bucket}" for dataset in datasets})
    objects = sorted(
        {
            f"arn:{partition}:s3:::{dataset.bucket}/{dataset.key}{'*' if dataset.is_prefix else ''}"
            for dataset in datasets
        }
    )
    return [
        _allow("ListSources", ["s3:ListBucket", "s3:GetBucketLocation"], buckets),
        _allow("ReadSources", ["s3:GetObject"], objects),
    ]


def pinned_key(*, partition: str, bucket: str, key_arn: str) -> Json:
    """Under ``Canvas/`` nobody may name another key; a write that names none gets the bucket's default: this one."""
    header = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    return {
        "Sid": "CanvasKmsPinnedKey",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:{partition}:s3:::{bucket}/Canvas/*",
        "Condition": {"StringNotEquals": {header: key_arn}, "Null": {header: "false"}},
    }


def _allow(sid: str, actions: list[str], resource: str | list[str]) -> Json:
    one = resource[0] if isinstance(resource, list) and len(resource) == 1 else resource
    return {"Sid": f"CanvasKms{sid}", "Effect": "Allow", "Action": actions, "Resource": one}


def _document(*statements: Mapping[str, Any]) -> Json:
    return {"Version": "2012-10-17", "Statement": [dict(statement) for statement in statements]}
