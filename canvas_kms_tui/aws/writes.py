"""Owns the allow-list of writes, and what no write may carry, whoever asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from canvas_kms_tui.aws import clean
from canvas_kms_tui.aws.operations import Namer, Operation, bucket, iam_role, kms_key, sagemaker


def _op(resource: Namer, *actions: str) -> Operation:
    return Operation(actions, resource)


WRITES: Final[dict[tuple[str, str], Operation]] = {
    ("kms", "put_key_policy"): _op(kms_key, "kms:PutKeyPolicy"),
    ("kms", "enable_key"): _op(kms_key, "kms:EnableKey"),
    ("kms", "disable_key"): _op(kms_key, "kms:DisableKey"),
    ("kms", "schedule_key_deletion"): _op(kms_key, "kms:ScheduleKeyDeletion"),
    ("kms", "cancel_key_deletion"): _op(kms_key, "kms:CancelKeyDeletion"),
    ("iam", "put_role_policy"): _op(iam_role, "iam:PutRolePolicy"),
    ("iam", "delete_role_policy"): _op(iam_role, "iam:DeleteRolePolicy"),
    ("iam", "update_assume_role_policy"): _op(iam_role, "iam:UpdateAssumeRolePolicy"),
    ("sagemaker", "update_domain"): _op(sagemaker("domain", "DomainId"), "sagemaker:UpdateDomain"),
    ("sagemaker", "update_user_profile"): _op(
        sagemaker("user-profile", "DomainId", "UserProfileName"), "sagemaker:UpdateUserProfile"
    ),
    ("s3", "create_bucket"): _op(bucket, "s3:CreateBucket"),
    ("s3", "delete_bucket"): _op(bucket, "s3:DeleteBucket"),
    ("s3", "put_bucket_policy"): _op(bucket, "s3:PutBucketPolicy"),
    ("s3", "delete_bucket_policy"): _op(bucket, "s3:DeleteBucketPolicy"),
    ("s3", "put_bucket_encryption"): _op(bucket, "s3:PutEncryptionConfiguration"),
    ("s3", "delete_bucket_encryption"): _op(bucket, "s3:PutEncryptionConfiguration"),
    ("s3", "put_public_access_block"): _op(bucket, "s3:PutBucketPublicAccessBlock"),
    ("s3", "put_bucket_cors"): _op(bucket, "s3:PutBucketCORS"),
    ("s3", "delete_bucket_cors"): _op(bucket, "s3:PutBucketCORS"),
}

_NEVER_SENT = ("BypassPolicyLockoutSafetyCheck", "ConfirmRemoveSelfBucketAccess")
_OPENS_A_BUCKET = (
    "ACL",
    "GrantFullControl",
    "GrantRead",
    "GrantReadACP",
    "GrantWrite",
    "GrantWriteACP",
    "ObjectOwnership",
)
_BLOCK_PUBLIC_ACCESS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def check_write(service: str, operation: str, params: Mapping[str, Any]) -> Operation:
    """The allowed operation.

    Raises:
        PermissionError: it is not a write that the program makes, or a parameter could lock somebody out, hit a
            stranger's bucket, weaken Block Public Access, or write back text that was cleaned.
    """
    if (service, operation) not in WRITES:
        raise PermissionError(f"{service} {operation} is not on the list of writes")
    for name in _NEVER_SENT:
        if name in params:
            raise PermissionError(f"{service} {operation} with {name} switches off a safety check of AWS")
    if service == "s3" and operation != "create_bucket" and not params.get("ExpectedBucketOwner"):
        raise PermissionError(f"s3 {operation} without ExpectedBucketOwner could write to somebody else's bucket")
    if service == "s3":
        _must_stay_private(params)
    if operation == "put_public_access_block":
        _must_block_all(params.get("PublicAccessBlockConfiguration") or {})
    if clean.is_altered(params):
        raise PermissionError(
            f"{service} {operation} would write back text whose hidden characters were replaced for display; "
            "edit this document by hand"
        )
    return WRITES[service, operation]


def _must_stay_private(params: Mapping[str, Any]) -> None:
    for name in _OPENS_A_BUCKET:
        if name in params:
            raise PermissionError(f"s3 with {name} could give a bucket to others")


def _must_block_all(configuration: Mapping[str, Any]) -> None:
    for name in _BLOCK_PUBLIC_ACCESS:
        if configuration.get(name) is not True:
            raise PermissionError(f"s3 put_public_access_block without {name} weakens Block Public Access")
