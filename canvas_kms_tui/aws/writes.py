"""Owns the allow-list of writes, and what no write may carry, whoever asks for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from canvas_kms_tui.aws import clean
from canvas_kms_tui.aws.operations import (
    Namer,
    Operation,
    bucket,
    everything,
    iam_policy,
    iam_role,
    kms_alias,
    kms_key,
    sagemaker,
)


def _op(resource: Namer, *actions: str) -> Operation:
    return Operation(actions, resource)


WRITES: Final[dict[tuple[str, str], Operation]] = {
    ("kms", "put_key_policy"): _op(kms_key, "kms:PutKeyPolicy"),
    ("kms", "enable_key"): _op(kms_key, "kms:EnableKey"),
    ("kms", "disable_key"): _op(kms_key, "kms:DisableKey"),
    ("kms", "schedule_key_deletion"): _op(kms_key, "kms:ScheduleKeyDeletion"),
    ("kms", "cancel_key_deletion"): _op(kms_key, "kms:CancelKeyDeletion"),
    ("kms", "create_key"): _op(everything, "kms:CreateKey", "kms:TagResource"),
    ("kms", "create_alias"): _op(kms_alias, "kms:CreateAlias"),
    ("kms", "delete_alias"): _op(kms_alias, "kms:DeleteAlias"),
    ("kms", "enable_key_rotation"): _op(kms_key, "kms:EnableKeyRotation"),
    ("iam", "create_role"): _op(iam_role, "iam:CreateRole", "iam:TagRole"),
    ("iam", "delete_role"): _op(iam_role, "iam:DeleteRole"),
    ("iam", "attach_role_policy"): _op(iam_role, "iam:AttachRolePolicy"),
    ("iam", "detach_role_policy"): _op(iam_role, "iam:DetachRolePolicy"),
    ("sagemaker", "create_domain"): _op(sagemaker("domain", "DomainId"), "sagemaker:CreateDomain"),
    ("sagemaker", "delete_domain"): _op(sagemaker("domain", "DomainId"), "sagemaker:DeleteDomain"),
    ("sagemaker", "create_user_profile"): _op(
        sagemaker("user-profile", "DomainId", "UserProfileName"), "sagemaker:CreateUserProfile"
    ),
    ("sagemaker", "delete_user_profile"): _op(
        sagemaker("user-profile", "DomainId", "UserProfileName"), "sagemaker:DeleteUserProfile"
    ),
    ("iam", "create_policy"): _op(iam_policy, "iam:CreatePolicy"),
    ("iam", "delete_policy"): _op(iam_policy, "iam:DeletePolicy"),
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
    if (service, operation) in _MADE_STRICTLY:
        _MADE_STRICTLY[service, operation](params)
    if clean.is_altered(params):
        raise PermissionError(
            f"{service} {operation} would write back text whose hidden characters were replaced for display; "
            "edit this document by hand"
        )
    return WRITES[service, operation]


def _key_for_named_ones(params: Mapping[str, Any]) -> None:
    if _names_everybody(str(params.get("Policy") or "")):
        raise PermissionError("kms create_key with a policy for everybody, or without one")


def _role_for_sagemaker(params: Mapping[str, Any]) -> None:
    document = json.loads(str(params.get("AssumeRolePolicyDocument") or "{}"))
    trusted = [statement.get("Principal") for statement in document.get("Statement", ())]
    if not trusted or any(principal != {"Service": "sagemaker.amazonaws.com"} for principal in trusted):
        raise PermissionError("iam create_role that trusts anybody but SageMaker")


def _sagemakers_policies_or_ours(params: Mapping[str, Any]) -> None:
    arn = str(params.get("PolicyArn"))
    if not _SAGEMAKERS.fullmatch(arn) and not _OURS.fullmatch(arn):
        raise PermissionError(f"iam attach_role_policy with {arn}: none of SageMaker's own, and none of ours")


def _only_our_policy(params: Mapping[str, Any]) -> None:
    if not _OURS.fullmatch(arn := str(params.get("PolicyArn"))):
        raise PermissionError(f"iam delete_policy with {arn}: none of ours")


def _policy_for_named_things(params: Mapping[str, Any]) -> None:
    if not re.fullmatch(_OUR_NAME, name := str(params.get("PolicyName"))):
        raise PermissionError(f"iam create_policy with the name {name}: none of ours")
    for statement in json.loads(str(params.get("PolicyDocument") or "{}")).get("Statement") or [{}]:
        actions, resources = statement.get("Action"), statement.get("Resource")
        if not actions or not resources or "*" in "".join(actions) or "*" in (resources, *resources):
            raise PermissionError("iam create_policy that allows more than named actions on named resources")


def _alias_of_ones_own(params: Mapping[str, Any]) -> None:
    name = str(params.get("AliasName") or "")
    if not name.startswith("alias/") or name.startswith("alias/aws/"):
        raise PermissionError(f"kms delete_alias with {name or 'no name'}: no alias of the account's own")


def _names_everybody(policy: str) -> bool:
    statements = json.loads(policy).get("Statement") if policy else None
    if not statements:
        return True
    principals = [statement.get("Principal") for statement in statements]
    return any(principal in (None, "*", {"AWS": "*"}, {"AWS": ["*"]}) for principal in principals)


_SAGEMAKERS = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/(service-role/)?AmazonSageMaker[A-Za-z]+")
_OUR_NAME = r"CanvasKmsImport-[\w+=,.@-]+"
_OURS = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:policy/" + _OUR_NAME)
_MADE_STRICTLY: Final[dict[tuple[str, str], Callable[[Mapping[str, Any]], None]]] = {
    ("kms", "create_key"): _key_for_named_ones,
    ("kms", "delete_alias"): _alias_of_ones_own,
    ("iam", "create_role"): _role_for_sagemaker,
    ("iam", "attach_role_policy"): _sagemakers_policies_or_ours,
    ("iam", "create_policy"): _policy_for_named_things,
    ("iam", "delete_policy"): _only_our_policy,
}


def _must_stay_private(params: Mapping[str, Any]) -> None:
    for name in _OPENS_A_BUCKET:
        if name in params:
            raise PermissionError(f"s3 with {name} could give a bucket to others")


def _must_block_all(configuration: Mapping[str, Any]) -> None:
    for name in _BLOCK_PUBLIC_ACCESS:
        if configuration.get(name) is not True:
            raise PermissionError(f"s3 put_public_access_block without {name} weakens Block Public Access")
