"""Owns what is particular to things that a change brings into being: how they are found again, what undoes them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.edits.creation import NEW_DOMAIN, TAG
from canvas_kms_tui.gateway import CallFailed, FailureKind, Gateway

#: A Domain or a user profile that will not come into being any more.
_FAILED = frozenset({"Failed", "Update_Failed", "Delete_Failed"})


async def standing(gateway: Gateway, change: Change, account: str) -> Any:
    """The thing as it stands, in the shape of the change's document and more; None where it is not there.

    Raises:
        CallFailed: it cannot be read.
    """
    return await _READS[change.document](gateway, change)


def is_creation(change: Change) -> bool:
    """Whether the change is about a thing that comes into being or goes, not about a document in it."""
    return change.document in _READS


def compared(change: Change, found: Any) -> Any:
    """What of the thing is compared with what was shown."""
    if not isinstance(found, Mapping):
        return found
    return {name: found.get(name) for name in (change.after or change.before or {})}


def failure(found: Any) -> str:
    """Why the thing will not come into being, in AWS's words; empty while it still may."""
    if isinstance(found, Mapping) and found.get("Status") in _FAILED:
        return f"its status is {found['Status']}: {found.get('FailureReason') or 'SageMaker gives no reason'}"
    return ""


def back(change: Change, found: Mapping[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
    """The operation and parameters that take a created thing away again."""
    parameters, made = change.parameters, found or {}
    match change.operation:
        case "CreateAlias":
            return "DeleteAlias", {"AliasName": parameters["AliasName"]}
        case "CreateRole":
            return "DeleteRole", {"RoleName": parameters["RoleName"]}
        case "AttachRolePolicy":
            return "DetachRolePolicy", dict(parameters)
        case "CreatePolicy":
            return "DeletePolicy", {"PolicyArn": change.resource}
        case "CreateDomain":
            return "DeleteDomain", {"DomainId": made.get("DomainId", NEW_DOMAIN)}
        case _:
            names = ("DomainId", "UserProfileName")
            return "DeleteUserProfile", {name: parameters[name] for name in names}


#: What undoes each creation.
UNDONE_BY = ("CreateAlias", "CreateRole", "CreatePolicy", "AttachRolePolicy", "CreateDomain", "CreateUserProfile")


async def _key(gateway: Gateway, change: Change) -> Any:
    """Found by our tag among the keys without an alias; one that is to be deleted does not count."""
    tag = change.after["Tag"]
    for arn in await _unnamed_keys(gateway, change.region):
        if await _tag(gateway, arn, change.region) != tag:
            continue
        found = (await gateway.call("kms", "describe_key", region=change.region, KeyId=arn))["KeyMetadata"]
        if str(found["KeyState"]).startswith("Pending"):
            continue
        policy = await gateway.call("kms", "get_key_policy", region=change.region, KeyId=arn, PolicyName="default")
        kept = {name: found.get(name) for name in ("Arn", "KeySpec", "KeyUsage", "KeyState")}
        return {**kept, "Tag": tag, "Policy": json.loads(policy["Policy"])}
    return None


async def _unnamed_keys(gateway: Gateway, region: str | None) -> list[str]:
    """The ARNs of the Region's keys that have no alias: one that we made a moment ago is among them."""
    answer = await gateway.call("kms", "list_keys", region=region)
    aliases = (await gateway.call("kms", "list_aliases", region=region)).get("Aliases") or ()
    named = {item.get("TargetKeyId") for item in aliases}
    return [str(key["KeyArn"]) for key in answer.get("Keys") or () if key["KeyId"] not in named]


async def _tag(gateway: Gateway, arn: str, region: str | None) -> str:
    """Our tag's value; a key whose tags may not be read is not one that we made a moment ago."""
    try:
        answer = await gateway.call("kms", "list_resource_tags", region=region, KeyId=arn)
    except CallFailed as failed:
        if failed.kind in (FailureKind.DENIED, FailureKind.NOT_FOUND):
            return ""
        raise
    return next((str(tag["TagValue"]) for tag in answer.get("Tags") or () if tag["TagKey"] == TAG), "")


async def _alias(gateway: Gateway, change: Change) -> Any:
    name = change.parameters["AliasName"]
    answer = await gateway.call("kms", "list_aliases", region=change.region)
    for alias in answer.get("Aliases") or ():
        if alias["AliasName"] == name:
            return {"AliasName": name, "TargetKeyId": alias.get("TargetKeyId")}
    return None


async def _rotation(gateway: Gateway, change: Change) -> Any:
    answer = await gateway.call("kms", "get_key_rotation_status", region=change.region, KeyId=change.resource)
    return {"KeyRotationEnabled": bool(answer.get("KeyRotationEnabled"))}


async def _role(gateway: Gateway, change: Change) -> Any:
    role = (await gateway.call("iam", "get_role", RoleName=change.parameters["RoleName"]))["Role"]
    trust = role["AssumeRolePolicyDocument"]
    return {
        "RoleName": role["RoleName"],
        "Arn": role["Arn"],
        "AssumeRolePolicyDocument": json.loads(trust) if isinstance(trust, str) else trust,
    }


async def _managed(gateway: Gateway, change: Change) -> Any:
    """The document of the default version."""
    policy = (await gateway.call("iam", "get_policy", PolicyArn=change.resource))["Policy"]
    version = {"PolicyArn": change.resource, "VersionId": policy["DefaultVersionId"]}
    document = (await gateway.call("iam", "get_policy_version", **version))["PolicyVersion"]["Document"]
    return json.loads(document) if isinstance(document, str) else document


async def _attached(gateway: Gateway, change: Change) -> Any:
    wanted = change.parameters["PolicyArn"]
    answer = await gateway.call("iam", "list_attached_role_policies", RoleName=change.parameters["RoleName"])
    attached = any(policy["PolicyArn"] == wanted for policy in answer.get("AttachedPolicies") or ())
    return {"PolicyArn": wanted} if attached else None


async def _domain(gateway: Gateway, change: Change) -> Any:
    domain_id = change.parameters.get("DomainId") or await domain_named(
        gateway, change.parameters["DomainName"], change.region
    )
    if domain_id is None:
        return None
    found = await gateway.call("sagemaker", "describe_domain", region=change.region, DomainId=domain_id)
    kept = (
        "DomainName",
        "DomainId",
        "Status",
        "FailureReason",
        "AuthMode",
        "VpcId",
        "AppNetworkAccessType",
        "KmsKeyId",
    )
    return {name: found[name] for name in kept if name in found}


_DOMAIN = (
    "DomainName", "DomainId", "Status", "FailureReason", "AuthMode", "VpcId", "AppNetworkAccessType", "KmsKeyId",
)  # fmt: skip


async def domain_named(gateway: Gateway, name: str, region: str | None = None) -> str | None:
    """The id of the Domain of that name."""
    answer = await gateway.call("sagemaker", "list_domains", region=region)
    ids = [str(domain["DomainId"]) for domain in answer.get("Domains") or () if domain.get("DomainName") == name]
    return ids[0] if ids else None


async def _profile(gateway: Gateway, change: Change) -> Any:
    names = {name: change.parameters[name] for name in ("DomainId", "UserProfileName")}
    found = await gateway.call("sagemaker", "describe_user_profile", region=change.region, **names)
    return {name: found[name] for name in ("UserProfileName", "Status", "FailureReason") if name in found}


_READS: dict[str, Callable[[Gateway, Change], Awaitable[Any]]] = {
    "key": _key,
    "alias": _alias,
    "key rotation": _rotation,
    "role": _role,
    "managed policy": _managed,
    "attached policy": _attached,
    "Domain": _domain,
    "user profile": _profile,
}

#: The IAM action of the read that shows each.
READ_ACTIONS = {
    "key": ("kms:ListKeys", "kms:ListResourceTags", "kms:DescribeKey", "kms:GetKeyPolicy"),
    "alias": ("kms:ListAliases",),
    "key rotation": ("kms:GetKeyRotationStatus",),
    "role": ("iam:GetRole",),
    "managed policy": ("iam:GetPolicy", "iam:GetPolicyVersion"),
    "attached policy": ("iam:ListAttachedRolePolicies",),
    "Domain": ("sagemaker:ListDomains", "sagemaker:DescribeDomain"),
    "user profile": ("sagemaker:DescribeUserProfile",),
}
