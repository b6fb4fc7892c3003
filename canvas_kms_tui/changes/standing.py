"""What stands in AWS in the place that a change writes to: which read tells it, and when two readings agree.

The one table of writes and the reads that show them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes import creation
from canvas_kms_tui.edits.documents import canonical, equal
from canvas_kms_tui.gateway import CallFailed, FailureKind, Gateway

#: Error codes that say "not configured" (S3 and IAM API references, Errors).
_ABSENT = frozenset(
    {
        "NoSuchBucketPolicy",
        "NoSuchCORSConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "ServerSideEncryptionConfigurationNotFoundError",
        "NoSuchEntity",
    }
)

_BUCKET_READS = {
    "bucket policy": ("get_bucket_policy", "Policy"),
    "default encryption": ("get_bucket_encryption", "ServerSideEncryptionConfiguration"),
    "Block Public Access": ("get_public_access_block", "PublicAccessBlockConfiguration"),
    "CORS configuration": ("get_bucket_cors", "CORSRules"),
}


def boto3_name(operation: str) -> str:
    """``PutKeyPolicy`` → ``put_key_policy``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()


async def standing(gateway: Gateway, change: Change, *, account: str) -> Any:
    """The document that stands now, in the shape of ``change.before``; None where there is none.

    Raises:
        CallFailed: it may not be read, or could not be.
    """
    try:
        return await _read(gateway, change, account)
    except CallFailed as failure:
        if failure.code in _ABSENT or (failure.kind is FailureKind.NOT_FOUND and may_be_absent(change)):
            return None
        raise


def may_be_absent(change: Change) -> bool:
    """Whether "not found" is a document's absence, and not the absence of the key, role or Domain around it."""
    policy = change.operation in ("PutRolePolicy", "DeleteRolePolicy")
    return change.service == "s3" or policy or creation.is_creation(change)


def same(change: Change, first: Any, second: Any) -> bool:
    """Whether two readings of the change's document say the same."""
    return equal(_comparable(change, first), _comparable(change, second))


def took(change: Change, now: Any) -> bool:
    """Whether what stands shows the change: every difference that it made is there.

    Settings may gain fields that the service adds by itself; policies must be equal.
    """
    if change.service == "sagemaker" and not creation.is_creation(change):
        return not differing(change, now)
    return same(change, change.after, now)


def differing(change: Change, now: Any) -> tuple[str, ...]:
    """Where settings that stand differ from those that were sent: ``WorkspaceSettings.S3KmsKeyId`` and the like."""
    return tuple(_differing(change.before, change.after, now, ""))


def settings_member(change: Change) -> tuple[str, str]:
    """``("UserSettings", "CanvasAppSettings")``: where in the description of a profile or Domain the document is."""
    around = "UserSettings" if change.operation == "UpdateUserProfile" else "DefaultUserSettings"
    (member,) = change.parameters[around]
    return around, str(member)


async def _read(gateway: Gateway, change: Change, account: str) -> Any:
    if creation.is_creation(change):
        return await creation.standing(gateway, change, account)
    if change.service == "kms":
        return await _key(gateway, change)
    if change.service == "iam":
        return await _role(gateway, change)
    if change.service == "sagemaker":
        return await _settings(gateway, change)
    return await _bucket(gateway, change, account)


async def _key(gateway: Gateway, change: Change) -> Any:
    if change.document == "key policy":
        answer = await gateway.call(
            "kms", "get_key_policy", region=change.region, KeyId=change.resource, PolicyName="default"
        )
        return _json(answer["Policy"])
    answer = await gateway.call("kms", "describe_key", region=change.region, KeyId=change.resource)
    metadata = answer["KeyMetadata"]
    date = metadata.get("DeletionDate")
    state = {"KeyState": metadata["KeyState"]}
    return {**state, "DeletionDate": date.isoformat()} if date else state


async def _role(gateway: Gateway, change: Change) -> Any:
    role = change.parameters["RoleName"]
    if change.document == "trust policy":
        answer = await gateway.call("iam", "get_role", RoleName=role)
        return _json(answer["Role"]["AssumeRolePolicyDocument"])
    answer = await gateway.call("iam", "get_role_policy", RoleName=role, PolicyName=change.parameters["PolicyName"])
    return _json(answer["PolicyDocument"])


async def _settings(gateway: Gateway, change: Change) -> Any:
    around, member = settings_member(change)
    where = {"DomainId": change.parameters["DomainId"]}
    if change.operation == "UpdateUserProfile":
        where["UserProfileName"] = change.parameters["UserProfileName"]
        answer = await gateway.call("sagemaker", "describe_user_profile", region=change.region, **where)
    else:
        answer = await gateway.call("sagemaker", "describe_domain", region=change.region, **where)
    return (answer.get(around) or {}).get(member)


async def _bucket(gateway: Gateway, change: Change, account: str) -> Any:
    owned = {"Bucket": change.parameters["Bucket"], "ExpectedBucketOwner": account}
    if change.document == "bucket":
        answer = await gateway.call("s3", "head_bucket", region=change.region, **owned)
        region = answer.get("BucketRegion") or change.region
        return {"Bucket": owned["Bucket"], "Region": region, "Account": account}
    operation, member = _BUCKET_READS[change.document]
    answer = await gateway.call("s3", operation, region=change.region, **owned)
    if change.document == "CORS configuration":
        return {member: answer[member]} if answer.get(member) else None
    return _json(answer[member])


def _json(value: Any) -> Any:
    """The document; text that holds a key twice is shown as it is, and equals nothing that was shown or is wanted."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return {"(text)": value}


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _comparable(change: Change, document: Any) -> Any:
    if document is None:
        return None
    if creation.is_creation(change):
        return creation.compared(change, document)
    if change.document == "key state":
        return document["KeyState"]
    if change.document == "default encryption":
        rules = [
            {**rule, "BucketKeyEnabled": rule.get("BucketKeyEnabled") or None} for rule in document.get("Rules") or ()
        ]
        kept = ("ApplyServerSideEncryptionByDefault", "BucketKeyEnabled")
        return [{key: rule.get(key) for key in kept} for rule in rules]
    return document


def _differing(before: Any, after: Any, now: Any, place: str) -> Iterator[str]:
    """The places that the change was to alter and that do not show it."""
    if canonical(before) == canonical(after):
        return
    if isinstance(after, Mapping) or isinstance(before, Mapping):
        old, new, found = (value if isinstance(value, Mapping) else {} for value in (before, after, now))
        for key in {**old, **new}:
            yield from _differing(old.get(key), new.get(key), found.get(key), f"{place}.{key}".lstrip("."))
    elif canonical(after) != canonical(now):
        yield place
