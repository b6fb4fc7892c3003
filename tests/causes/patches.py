"""Small patches on the healthy environment, in the words of environment files; ``together`` puts several into one."""

from __future__ import annotations

import functools
from typing import Any

Patch = dict[str, Any]
ROLE = "{role:CanvasExecutionRole}"
OTHER = "{role:NightlyReports}"
ROOT = "arn:{partition}:iam::{account}:root"
USE = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:DescribeKey"]
ADMINISTRATION = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:Put*"]
FOREIGN = "999988887777"
PLACES = (
    {"account": "210987654321", "region": "us-east-1", "prefix": "x"},
    {"account": "345678901234", "region": "cn-northwest-1", "prefix": "team-"},
    {"account": "456789012345", "region": "us-gov-east-1", "prefix": "Zz"},
)


def together(*patches: Patch) -> Patch:
    """Several patches as one; a null, which takes something away, stays."""
    return functools.reduce(_joined, patches, {})


def _joined(first: Any, second: Any) -> Any:
    if not isinstance(first, dict) or not isinstance(second, dict):
        return second
    return {
        name: _joined(first.get(name), second[name]) if name in second else first[name] for name in {**first, **second}
    }


def document(*statements: Patch) -> Patch:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def key(name: str, *statements: Patch, **more: Any) -> Patch:
    """The key with this policy; a key that the healthy environment lacks gets an alias."""
    policy = {"policy": {"Id": None, **document(*statements)}} if statements else {}
    return {"keys": {name: {"aliases": [f"alias/{name}"], **policy, **more}}}


def root(*actions: str, **condition: Any) -> Patch:
    """The statement that leaves actions to the account's IAM policies (all without arguments)."""
    return _with(
        {"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": list(actions) or "kms:*",
         "Resource": "*"},
        condition,
    )  # fmt: skip


def use(principal: Any = ROLE, actions: Any = None, *, effect: str = "Allow", **condition: Any) -> Patch:
    """A statement of a key policy for somebody."""
    who = {"AWS": principal} if principal != "*" else "*"
    return _with(
        {"Sid": f"{effect}Use", "Effect": effect, "Principal": who, "Action": actions or USE, "Resource": "*"},
        condition,
    )


def inline(name: str, *statements: Patch) -> Patch:
    """An inline policy of the execution role."""
    return {"roles": {"CanvasExecutionRole": {"inline": {name: document(*statements)}}}}


def may(actions: Any, resource: Any, *, effect: str = "Allow", **condition: Any) -> Patch:
    sid = "May" + "".join(letter for letter in str(actions) if letter.isalnum())
    return _with({"Sid": sid, "Effect": effect, "Action": actions, "Resource": resource}, condition)


def bucket_policy(name: str, *statements: Patch) -> Patch:
    return {"buckets": {name: {"policy": document(*statements)}}}


def on_bucket(name: str, actions: Any, *, effect: str = "Deny", principal: Any = "*", **condition: Any) -> Patch:
    """A statement of a bucket policy, on the bucket and everything in it."""
    arn = f"arn:{{partition}}:s3:::{{bucket:{name}}}"
    return _with(
        {"Sid": "Rule", "Effect": effect, "Principal": principal, "Action": actions, "Resource": [arn, f"{arn}/*"]},
        condition,
    )


def workspace(**settings: Any) -> Patch:
    """Canvas' own settings of the Domain (``S3KmsKeyId``, ``S3ArtifactPath``); None takes one away."""
    return {"domains": {"analytics": {"DefaultUserSettings": {"CanvasAppSettings": {"WorkspaceSettings": settings}}}}}


def profile_workspace(**settings: Any) -> Patch:
    own = {"CanvasAppSettings": {"WorkspaceSettings": settings}}
    return {"domains": {"analytics": {"profiles": {"ana": {"UserSettings": own}}}}}


def boundary(*statements: Patch) -> Patch:
    return {
        "policies": {"Limit": {"document": document(*statements)}},
        "roles": {"CanvasExecutionRole": {"boundary": "Limit"}},
    }


def encrypted(bucket: str, **encryption: Any) -> Patch:
    """The default encryption of a bucket."""
    return {"buckets": {bucket: {"encryption": encryption}}}


def source_object(**encryption: Any) -> Patch:
    return {"buckets": {"sales": {"objects": {"2025/churn.csv": {"encryption": encryption}}}}}


NO_DOMAIN_KEY: Patch = {"domains": {"analytics": {"KmsKeyId": None}}}


def _with(statement: Patch, condition: Patch) -> Patch:
    return {**statement, "Condition": condition} if condition else statement
