"""Whether infrastructure code owns a resource, seen from its tags: a direct edit would drift, so code is better."""

from __future__ import annotations

from collections.abc import Mapping

from canvas_kms_tui.change import Change
from canvas_kms_tui.gateway import CallFailed, FailureKind, Gateway

#: Set by CloudFormation itself; of other tools the names in keys and values, as teams commonly tag.
_STACK = "aws:cloudformation:stack-name"
_TOOLS = ("terraform", "opentofu", "pulumi", "cdk", "cloudformation", "crossplane")


async def managed_by(gateway: Gateway, change: Change) -> str:
    """``CloudFormation stack X``, ``Terraform``…; empty where nothing tells, or the tags may not be read."""
    try:
        return _owner(await _tags(gateway, change))
    except CallFailed:
        return ""


async def drift(gateway: Gateway, change: Change) -> str:
    """What is to be said before the resource is edited; empty where its tags tell of nobody."""
    try:
        owner = _owner(await _tags(gateway, change))
    except CallFailed as failure:
        if failure.kind is FailureKind.NOT_FOUND:
            return ""
        why = failure.code or failure.kind.value
        return f"Whether infrastructure code manages {change.resource} is not known: its tags cannot be read ({why})."
    return drift_warning(owner, change.resource) if owner else ""


def _owner(tags: Mapping[str, str]) -> str:
    if stack := tags.get(_STACK):
        return f"CloudFormation stack {stack}"
    for name, value in tags.items():
        words = f"{name}={value}".lower()
        for tool in _TOOLS:
            if tool in words:
                return f"{'CDK' if tool == 'cdk' else tool.capitalize()} (tag {name}={value})"
    return ""


def drift_warning(owner: str, resource: str = "This resource") -> str:
    """What is said before such a resource is edited."""
    return f"{resource} is probably managed by {owner}: a direct edit will drift. Change the code instead."


async def _tags(gateway: Gateway, change: Change) -> Mapping[str, str]:
    if change.service == "kms":
        answer = await gateway.call("kms", "list_resource_tags", region=change.region, KeyId=change.resource)
        return {tag["TagKey"]: tag["TagValue"] for tag in answer.get("Tags") or ()}
    if change.service == "iam":
        answer = await gateway.call("iam", "list_role_tags", RoleName=change.parameters["RoleName"])
    elif change.service == "sagemaker":
        answer = await gateway.call("sagemaker", "list_tags", region=change.region, ResourceArn=change.resource)
    elif change.document == "bucket":
        return {}
    else:
        bucket, owner = change.parameters["Bucket"], change.parameters["ExpectedBucketOwner"]
        answer = await gateway.call(
            "s3", "get_bucket_tagging", region=change.region, Bucket=bucket, ExpectedBucketOwner=owner
        )
    return {tag["Key"]: tag["Value"] for tag in answer.get("Tags") or answer.get("TagSet") or ()}
