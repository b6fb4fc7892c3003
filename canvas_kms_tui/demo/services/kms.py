"""KMS: keys, aliases, states, grants and tags. Policies are in kms_policy, cryptography in kms_crypto."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from canvas_kms_tui.demo import denials
from canvas_kms_tui.demo.call import AwsError, Call, operation
from canvas_kms_tui.demo.services import quotas
from canvas_kms_tui.demo.services.kms_keys import Key, default_policy, keys_of
from canvas_kms_tui.demo.services.paging import page


def _not_found(call: Call, given: str) -> AwsError:
    place = f"arn:{call.partition}:kms:{call.region}:{call.account}"
    if given.startswith("alias/"):
        return AwsError("NotFoundException", f"Alias {place}:{given} is not found.")
    if ":alias/" in given:
        return AwsError("NotFoundException", f"Alias {given} is not found.")
    shown = given if given.startswith("arn:") else f"{place}:key/{given}"
    return AwsError("NotFoundException", f"Key '{shown}' does not exist")


def find(call: Call, given: str, *, alias: bool = True) -> Key:
    """The key that an id, ARN, alias name or alias ARN means to this caller in this Region.

    Raises:
        AwsError: there is none here (a key ARN of another Region is not found), or it is another account's and
            not open to this caller.
    """
    for key in _candidates(call, given, alias):
        if key.account != call.account and not _open_to(call, key):
            raise AwsError("AccessDeniedException", _foreign_refusal(call, key))
        return key
    if not alias and (given.startswith("alias/") or ":alias/" in given):
        raise AwsError("NotFoundException", f"Invalid keyId '{given}'")
    if given.startswith("arn:") and given.split(":")[4] not in ("", call.account):
        raise AwsError("AccessDeniedException", _foreign_refusal(call, None, given))
    raise _not_found(call, given)


def _candidates(call: Call, given: str, alias: bool) -> Iterator[Key]:
    if given.startswith("arn:"):
        _, _, _, region, account, tail = given.split(":", 5)
    else:
        region, account, tail = call.region, call.account, given if given.startswith("alias/") else f"key/{given}"
    if region != call.region:
        return
    for key in keys_of(call.world, account, region):
        if tail == f"key/{key.id}" or (alias and tail in key.aliases):
            yield key


def _open_to(call: Call, key: Key) -> bool:
    if call.operation in ("GetKeyPolicy", "ListKeyPolicies", "PutKeyPolicy"):
        return False  # "Cross-account use: No" in the API reference
    return any(denials.matches(pattern.lower(), f"kms:{call.operation}".lower()) for pattern in key.operator_may)


def _foreign_refusal(call: Call, key: Key | None, given: str = "") -> str:
    return (
        f"User: {call.caller.arn} is not authorized to perform: kms:{call.operation} on resource: "
        f"{key.arn if key else given} because the resource does not exist in this Region, no resource-based policies "
        "allow access, or a resource-based policy explicitly denies access"
    )


def own(call: Call) -> Key:
    """The key of ``KeyId`` for operations that take an id or an ARN, but no alias."""
    return find(call, call.params["KeyId"], alias=False)


def customer_managed(call: Call) -> Key:
    """The same, where a customer may change it: nobody changes a key that AWS manages."""
    key = own(call)
    if key.manager == "AWS":
        raise denials.refusal(call, f"kms:{call.operation}", key.arn, "no resource-based policy allows")
    return key


@operation("kms", "DescribeKey")
def describe_key(call: Call) -> Mapping[str, Any]:
    return {"KeyMetadata": find(call, call.params["KeyId"]).metadata()}


def _listed(call: Call, items: list[Any], member: str, default: int) -> Mapping[str, Any]:
    part, marker = page(
        items, call.params.get("Limit"), call.params.get("Marker"), default=default, refusal="InvalidMarkerException"
    )
    more = {"NextMarker": marker} if marker else {}
    return {member: part, "Truncated": bool(marker), **more}


@operation("kms", "ListKeys")
def list_keys(call: Call) -> Mapping[str, Any]:
    keys = [{"KeyId": key.id, "KeyArn": key.arn} for key in keys_of(call.world, call.account, call.region)]
    return _listed(call, keys, "Keys", 100)


@operation("kms", "ListAliases")
def list_aliases(call: Call) -> Mapping[str, Any]:
    wanted = find(call, call.params["KeyId"], alias=False).arn if call.params.get("KeyId") else None
    place = f"arn:{call.partition}:kms:{call.region}:{call.account}"
    aliases = [
        {"AliasName": alias, "AliasArn": f"{place}:{alias}", "TargetKeyId": key.id,
         "CreationDate": key.created, "LastUpdatedDate": key.created}
        for key in keys_of(call.world, call.account, call.region)
        for alias in key.aliases
        if wanted in (None, key.arn)
    ]  # fmt: skip
    return _listed(call, sorted(aliases, key=lambda alias: str(alias["AliasName"])), "Aliases", 50)


@operation("kms", "ListResourceTags")
def list_resource_tags(call: Call) -> Mapping[str, Any]:
    tags = [{"TagKey": name, "TagValue": value} for name, value in own(call).tags.items()]
    return _listed(call, tags, "Tags", 50)


@operation("kms", "ListGrants")
def list_grants(call: Call) -> Mapping[str, Any]:
    grants = own(call).grants
    for parameter in ("GrantId", "GranteePrincipal"):
        if wanted := call.params.get(parameter):
            grants = [grant for grant in grants if grant.get(parameter) == wanted]
    return _listed(call, grants, "Grants", 50)


@operation("kms", "GetKeyRotationStatus")
def rotation_status(call: Call) -> Mapping[str, Any]:
    key = own(call)
    return {"KeyRotationEnabled": key.rotation, "KeyId": key.arn}


@operation("kms", "EnableKey", "DisableKey")
def enable_or_disable(call: Call) -> None:
    key = customer_managed(call)
    if key.state not in ("Enabled", "Disabled"):
        raise AwsError("KMSInvalidStateException", f"{key.arn} is {_words(key.state)}.")
    key.state = "Enabled" if call.operation == "EnableKey" else "Disabled"


@operation("kms", "ScheduleKeyDeletion")
def schedule_deletion(call: Call) -> Mapping[str, Any]:
    key, days = customer_managed(call), call.params.get("PendingWindowInDays", 30)
    if not 7 <= days <= 30:
        raise AwsError("ValidationException", "PendingWindowInDays must be between 7 and 30")
    if key.state == "PendingDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    key.state, key.deletion = "PendingDeletion", call.world.clock() + timedelta(days=days)
    return {"KeyId": key.arn, "DeletionDate": key.deletion, "KeyState": key.state, "PendingWindowInDays": days}


@operation("kms", "CancelKeyDeletion")
def cancel_deletion(call: Call) -> Mapping[str, Any]:
    key = own(call)
    if key.state != "PendingDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    key.state, key.deletion = "Disabled", None
    return {"KeyId": key.arn}


@operation("kms", "TagResource", "UntagResource")
def tag(call: Call) -> None:
    key = own(call)
    key.tags.update({item["TagKey"]: item["TagValue"] for item in call.params.get("Tags", ())})
    for name in call.params.get("TagKeys", ()):
        key.tags.pop(name, None)


@operation("kms", "EnableKeyRotation", "DisableKeyRotation")
def rotation(call: Call) -> None:
    own(call).rotation = call.operation == "EnableKeyRotation"


@operation("kms", "CreateKey")
def create_key(call: Call) -> Mapping[str, Any]:
    from canvas_kms_tui.demo.services import kms_policy

    held = len(keys_of(call.world, call.account, call.region))
    quotas.check(call, "keys", held, "LimitExceededException", "KMS keys")
    new_id = str(uuid.uuid4())
    arn = f"arn:{call.partition}:kms:{call.region}:{call.account}:key/{new_id}"
    policy = call.params.get("Policy")
    if policy is not None:
        kms_policy.check(call, policy)
    key = Key(
        account=call.account, region=call.region, arn=arn, id=new_id,
        policies={"default": policy or default_policy(call.partition, call.account)},
        spec=call.params.get("KeySpec") or call.params.get("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT",
        usage=call.params.get("KeyUsage", "ENCRYPT_DECRYPT"), description=call.params.get("Description", ""),
        created=call.world.clock(), tags={tag["TagKey"]: tag["TagValue"] for tag in call.params.get("Tags", ())},
    )  # fmt: skip
    call.world.state["kms"][arn] = key
    return {"KeyMetadata": key.metadata()}


@operation("kms", "CreateAlias", "UpdateAlias", "DeleteAlias")
def change_alias(call: Call) -> None:
    name = call.params["AliasName"]
    if name.startswith("alias/aws/"):
        raise AwsError("NotAuthorizedException", "")
    keys = keys_of(call.world, call.account, call.region)
    holder = next((key for key in keys if name in key.aliases), None)
    if call.operation == "CreateAlias" and holder:
        shown = f"arn:{call.partition}:kms:{call.region}:{call.account}:{name}"
        raise AwsError("AlreadyExistsException", f"An alias with the name {shown} already exists")
    if call.operation != "CreateAlias" and holder is None:
        raise _not_found(call, name)
    target = find(call, call.params["TargetKeyId"], alias=False) if call.operation != "DeleteAlias" else None
    if holder:
        holder.aliases.remove(name)
    if target:
        target.aliases.append(name)


def _words(state: str) -> str:
    return {"PendingDeletion": "pending deletion", "PendingImport": "pending import"}.get(state, state.lower())
