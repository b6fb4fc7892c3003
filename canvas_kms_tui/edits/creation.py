"""What a first set-up brings into being: keys, aliases, roles, Domains, user profiles. Pure: names in, changes out.

The id of a key or a Domain is AWS's to give. Until then a name of ours stands in its place, in every document that
speaks of it; :func:`resolved` puts in the real one. No such name can be that of a real key or Domain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from canvas_kms_tui.change import Change, Undo
from canvas_kms_tui.edits.documents import KEY_POLICY_BYTES, Json, as_text, check_bytes, plain

#: Marks what a set-up made, so that one that was broken off finds its key again (a key has no name of its own).
TAG = "canvas-kms-tui:setup"
NEW_DOMAIN = "d-to-be-created"
_NEW_KEY = "to-be-created-"

#: kms ScheduleKeyDeletion: the longest time to think again.
LONGEST_WINDOW = 30


def new_key_id(which: str) -> str:
    """What stands for the id of a key that is not there yet; ``which`` is ``data`` or ``storage``."""
    return _NEW_KEY + which


def new_key_arn(partition: str, region: str, account: str, which: str) -> str:
    return f"arn:{partition}:kms:{region}:{account}:key/{new_key_id(which)}"


def is_new_key(key: str) -> bool:
    return key.rsplit("/", 1)[-1].startswith(_NEW_KEY)


def create_key(*, key_arn: str, tag: str, description: str, policy: Json) -> Change:
    """Make a symmetric encryption key with this policy; ``key_arn`` is of :func:`new_key_arn`.

    Raises:
        TooLarge: the policy would have more than 32,768 bytes.
    """
    check_bytes("the new key's policy", policy, KEY_POLICY_BYTES)
    spec = {"KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT"}
    return Change(
        service="kms",
        operation="CreateKey",
        parameters={
            **spec,
            "Origin": "AWS_KMS",
            "Description": description,
            "Policy": as_text(policy),
            "Tags": [{"TagKey": TAG, "TagValue": tag}],
        },
        resource=key_arn,
        region=key_arn.split(":")[3],
        document="key",
        before=None,
        after={**spec, "Tag": tag, "Policy": plain(policy)},
        undo=Undo.NONE,
        undo_note="Undo leaves the key, since what it encrypted needs it; its deletion can be asked for.",
    )


def schedule_key_deletion(*, key_arn: str, confirm: str) -> Change:
    """Give a key its longest waiting time before it is deleted; only ever when it is asked for."""
    return Change(
        service="kms",
        operation="ScheduleKeyDeletion",
        parameters={"KeyId": key_arn, "PendingWindowInDays": LONGEST_WINDOW},
        resource=key_arn,
        region=key_arn.split(":")[3],
        document="key state",
        before={"KeyState": "Enabled"},
        after={"KeyState": "PendingDeletion"},
        undo=Undo.NONE,
        undo_note=f"The deletion can be cancelled for {LONGEST_WINDOW} days; then what the key encrypted is lost.",
        confirm=confirm,
        confirm_why="What this key encrypted cannot be read once it is deleted.",
    )


def create_alias(*, alias: str, key_arn: str) -> Change:
    """Name a key; ``alias`` starts with ``alias/``."""
    key_id = key_arn.rsplit("/", 1)[-1]
    return Change(
        service="kms",
        operation="CreateAlias",
        parameters={"AliasName": alias, "TargetKeyId": key_id},
        resource=f"{key_arn.rsplit(':', 1)[0]}:{alias}",
        region=key_arn.split(":")[3],
        document="alias",
        before=None,
        after={"AliasName": alias, "TargetKeyId": key_id},
        undo=Undo.COMPENSATING,
        undo_note="Undo deletes the alias; the key stays.",
    )


def enable_rotation(*, key_arn: str) -> Change:
    """Let KMS renew the key material every year."""
    return Change(
        service="kms",
        operation="EnableKeyRotation",
        parameters={"KeyId": key_arn},
        resource=key_arn,
        region=key_arn.split(":")[3],
        document="key rotation",
        before={"KeyRotationEnabled": False},
        after={"KeyRotationEnabled": True},
        undo=Undo.NONE,
        undo_note="Undo leaves the rotation on: it goes with the key.",
    )


def create_role(*, role_arn: str, trust: Json, description: str, tag: str) -> Change:
    """Make a role that this trust policy lets in."""
    path, _, name = role_arn.split(":role", 1)[1].rpartition("/")
    return Change(
        service="iam",
        operation="CreateRole",
        parameters={
            "RoleName": name,
            "Path": f"{path}/",
            "AssumeRolePolicyDocument": as_text(trust),
            "Description": description,
            "Tags": [{"Key": TAG, "Value": tag}],
        },
        resource=role_arn,
        document="role",
        before=None,
        after={"RoleName": name, "AssumeRolePolicyDocument": plain(trust)},
        undo=Undo.COMPENSATING,
        undo_note="Undo deletes the role, once nothing is attached to it.",
    )


def attach_policy(*, role_arn: str, policy_arn: str) -> Change:
    """Attach a managed policy to a role."""
    return Change(
        service="iam",
        operation="AttachRolePolicy",
        parameters={"RoleName": role_arn.rsplit("/", 1)[-1], "PolicyArn": policy_arn},
        resource=role_arn,
        document="attached policy",
        before=None,
        after={"PolicyArn": policy_arn},
        undo=Undo.COMPENSATING,
        undo_note="Undo detaches the policy.",
    )


def block_public_access(*, bucket: str, account: str, region: str, partition: str, current: Json | None) -> Change:
    """Block public access of a bucket that stands."""
    from canvas_kms_tui.edits.bucket import BLOCK_ALL, bucket_arn

    return Change(
        service="s3",
        operation="PutPublicAccessBlock",
        parameters={"Bucket": bucket, "ExpectedBucketOwner": account, "PublicAccessBlockConfiguration": BLOCK_ALL},
        resource=bucket_arn(partition, bucket),
        region=region,
        document="Block Public Access",
        before=plain(current) if current else None,
        after=BLOCK_ALL,
        undo=Undo.NONE,
        undo_note="Block Public Access is never taken off again.",
    )


def create_domain(*, place: str, parameters: Mapping[str, Any], account: str) -> Change:
    """Make a Domain; ``place`` is ``arn:aws:sagemaker:eu-west-1:111122223333``, ``parameters`` are CreateDomain's."""
    kept = ("DomainName", "AuthMode", "VpcId", "AppNetworkAccessType", "KmsKeyId")
    name = parameters["DomainName"]
    return Change(
        service="sagemaker",
        operation="CreateDomain",
        parameters=plain(parameters),
        resource=f"{place}:domain/{NEW_DOMAIN}",
        region=place.split(":")[3],
        document="Domain",
        before=None,
        after={**{key: parameters[key] for key in kept if key in parameters}, "Status": "InService"},
        undo=Undo.COMPENSATING,
        undo_note="Undo deletes the Domain, once it has no user profile; its EFS volume is kept.",
        confirm=f"{account} {name}",
        confirm_why="KmsKeyId, DomainName, AuthMode and the encryption of EFS and EBS can never be changed afterwards.",
    )


def create_user_profile(*, place: str, domain_id: str, name: str, tags: Sequence[Mapping[str, str]]) -> Change:
    """Make a user profile with the Domain's settings."""
    return Change(
        service="sagemaker",
        operation="CreateUserProfile",
        parameters={"DomainId": domain_id, "UserProfileName": name, "Tags": [dict(tag) for tag in tags]},
        resource=f"{place}:user-profile/{domain_id}/{name.lower()}",
        region=place.split(":")[3],
        document="user profile",
        before=None,
        after={"UserProfileName": name, "Status": "InService"},
        undo=Undo.COMPENSATING,
        undo_note="Undo deletes the user profile.",
    )


def resolved(change: Change, real: Mapping[str, str]) -> Change:
    """The change with AWS's ids where ours stand; ``real`` is what :func:`learned` gave."""
    if not real:
        return change
    return replace(
        change,
        parameters=_put_in(change.parameters, real),
        resource=_put_in(change.resource, real),
        before=_put_in(change.before, real),
        after=_put_in(change.after, real),
    )


def learned(change: Change, found: Any) -> dict[str, str]:
    """What AWS called the thing that the change made: our id → its own."""
    if not isinstance(found, Mapping):
        return {}
    if change.operation == "CreateKey" and found.get("Arn"):
        return {change.resource.rsplit("/", 1)[-1]: str(found["Arn"]).rsplit("/", 1)[-1]}
    if change.operation == "CreateDomain" and found.get("DomainId"):
        return {NEW_DOMAIN: str(found["DomainId"])}
    return {}


def _put_in(value: Any, real: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for ours, theirs in real.items():
            value = value.replace(ours, theirs)
        return value
    if isinstance(value, Mapping):
        return {key: _put_in(item, real) for key, item in value.items()}
    return [_put_in(item, real) for item in value] if isinstance(value, (list, tuple)) else value
