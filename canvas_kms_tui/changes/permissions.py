"""What the one who applies and undoes changes must be allowed to do: these actions on these resources, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes import creation
from canvas_kms_tui.changes.reverse import reverse_all
from canvas_kms_tui.edits.role_policy import OUR_POLICY

#: The read that shows a change's document before and after the write.
_READS = {
    "key policy": "kms:GetKeyPolicy",
    "key state": "kms:DescribeKey",
    "trust policy": "iam:GetRole",
    "inline policy": "iam:GetRolePolicy",
    "bucket": "s3:ListBucket",
    "bucket policy": "s3:GetBucketPolicy",
    "default encryption": "s3:GetEncryptionConfiguration",
    "Block Public Access": "s3:GetBucketPublicAccessBlock",
    "CORS configuration": "s3:GetBucketCORS",
}
_SETTINGS = {"UpdateUserProfile": "sagemaker:DescribeUserProfile", "UpdateDomain": "sagemaker:DescribeDomain"}

#: Every write that a fix can be, and the kind of resource that it is made on: service, and what follows in the ARN.
#: No fix creates another bucket than the Region's default one.
_KINDS = {
    ("kms", "key/*"): (
        "kms:GetKeyPolicy",
        "kms:DescribeKey",
        "kms:PutKeyPolicy",
        "kms:EnableKey",
        "kms:DisableKey",
        "kms:CancelKeyDeletion",
        "kms:ScheduleKeyDeletion",
    ),
    ("iam", "role/*"): (
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:PutRolePolicy",
        "iam:DeleteRolePolicy",
        "iam:UpdateAssumeRolePolicy",
        "iam:ListAttachedRolePolicies",
    ),
    ("iam", f"policy/{OUR_POLICY}-*"): (
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:CreatePolicy",
        "iam:DeletePolicy",
    ),
    ("sagemaker", "domain/*"): ("sagemaker:DescribeDomain", "sagemaker:UpdateDomain"),
    ("sagemaker", "user-profile/*"): ("sagemaker:DescribeUserProfile", "sagemaker:UpdateUserProfile"),
    ("s3", "sagemaker-{region}-{account}"): (
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:GetBucketPublicAccessBlock",
        "s3:PutBucketPublicAccessBlock",
    ),
    ("s3", "*"): (
        "s3:ListBucket",
        "s3:GetBucketPolicy",
        "s3:PutBucketPolicy",
        "s3:DeleteBucketPolicy",
        "s3:GetEncryptionConfiguration",
        "s3:PutEncryptionConfiguration",
        "s3:GetBucketCORS",
        "s3:PutBucketCORS",
    ),
}

#: Attaching is for our own policies alone: whoever may attach any policy may do anything.
_ATTACHING = ("iam:AttachRolePolicy", "iam:DetachRolePolicy")


def policy_for(changes: Sequence[Change]) -> dict[str, Any]:
    """An IAM policy with which exactly these changes can be made, read back and undone.

    sts:GetCallerIdentity needs no permission.
    """
    wanted: dict[tuple[str, str], dict[str, None]] = {}
    for change in [*changes, *reverse_all(changes)]:
        for action in (*read_actions(change), change.action):
            attached = str(change.parameters["PolicyArn"]) if action in _ATTACHING else ""
            wanted.setdefault((change.resource, attached), {})[action] = None
    return _document((resource, sorted(actions), attached) for (resource, attached), actions in wanted.items())


def policy_for_every_fix(*, partition: str, account: str, region: str) -> dict[str, Any]:
    """An IAM policy for whatever fix the program may propose in one account and Region."""
    kinds = [
        (_arn(partition, service, region, account, rest), actions, "") for (service, rest), actions in _KINDS.items()
    ]
    roles, ours = (_arn(partition, "iam", region, account, rest) for rest in ("role/*", f"policy/{OUR_POLICY}-*"))
    return _document([*kinds, (roles, _ATTACHING, ours)])


def read_actions(change: Change) -> tuple[str, ...]:
    """The IAM actions of the reads that show the change's document."""
    if creation.is_creation(change):
        return creation.READ_ACTIONS[change.document]
    return (read_action(change),)


def read_action(change: Change) -> str:
    """The IAM action of the one read that shows a document."""
    if change.service == "sagemaker":
        return _SETTINGS[change.operation]
    return _READS["inline policy" if change.document.startswith("inline policy") else change.document]


def _arn(partition: str, service: str, region: str, account: str, rest: str) -> str:
    if service == "s3":
        return f"arn:{partition}:s3:::{rest.format(region=region, account=account)}"
    return f"arn:{partition}:{service}:{'' if service == 'iam' else region}:{account}:{rest}"


def _document(allowed: Iterable[tuple[str, Iterable[str], str]]) -> dict[str, Any]:
    """Each with its resource; where a policy is attached, with the one that may be."""
    statements = [
        {"Sid": f"CanvasKmsFix{number}", "Effect": "Allow", "Action": list(actions), "Resource": resource}
        | ({"Condition": {"ArnLike": {"iam:PolicyARN": attached}}} if attached else {})
        for number, (resource, actions, attached) in enumerate(allowed, 1)
    ]
    return {"Version": "2012-10-17", "Statement": statements}
