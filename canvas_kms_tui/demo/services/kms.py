"""KMS: keys, aliases, states, grants and tags. Policies are in kms_policy, cryptography in kms_crypto."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from canvas_kms_tui.demo import denials
from canvas_kms_tui.demo.call import AwsError, Call, operation
from canvas_kms_tui.demo.services.paging import page
from canvas_kms_tui.demo.services.times import when
from canvas_kms_tui.demo.world import World, seeder


@dataclass
class Key:
    """One KMS key. ``policies`` are texts by name; ``operator_may`` lists actions open to callers of other accounts."""

    account: str
    region: str
    arn: str
    id: str
    policies: dict[str, str]
    state: str = "Enabled"
    spec: str = "SYMMETRIC_DEFAULT"
    usage: str = "ENCRYPT_DECRYPT"
    origin: str = "AWS_KMS"
    manager: str = "CUSTOMER"
    description: str = ""
    created: datetime = field(default_factory=lambda: datetime.fromtimestamp(0))
    deletion: datetime | None = None
    valid_to: datetime | None = None
    custom_store: str | None = None
    multi_region: Mapping[str, Any] | None = None
    aliases: list[str] = field(default_factory=list)
    grants: list[dict[str, Any]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    rotation: bool = False
    operator_may: tuple[str, ...] = ()
    material: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def metadata(self) -> dict[str, Any]:
        """KeyMetadata of DescribeKey."""
        found: dict[str, Any] = {
            "AWSAccountId": self.account, "KeyId": self.id, "Arn": self.arn, "CreationDate": self.created,
            "Enabled": self.state == "Enabled", "Description": self.description, "KeyUsage": self.usage,
            "KeyState": self.state, "Origin": self.origin, "KeyManager": self.manager,
            "CustomerMasterKeySpec": self.spec, "KeySpec": self.spec, "MultiRegion": self.multi_region is not None,
            "DeletionDate": self.deletion, "ValidTo": self.valid_to, "CustomKeyStoreId": self.custom_store,
            "MultiRegionConfiguration": self.multi_region,
            "ExpirationModel": "KEY_MATERIAL_EXPIRES" if self.valid_to else None,
        }  # fmt: skip
        if self.usage == "ENCRYPT_DECRYPT":
            symmetric = self.spec == "SYMMETRIC_DEFAULT"
            found["EncryptionAlgorithms"] = (
                ["SYMMETRIC_DEFAULT"] if symmetric else ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]
            )
        return {name: value for name, value in found.items() if value is not None}


def default_policy(partition: str, account: str) -> str:
    """The key policy that CreateKey gives where none is sent."""
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]})


@seeder
def seed(world: World, document: Mapping[str, Any]) -> None:
    world.state["kms"] = {}
    for arn, entry in document.get("keys", {}).items():
        key = _from_entry(world, arn, entry)
        world.state["kms"][arn] = key
    for key in world.state["kms"].values():
        if key.id.startswith("mrk-"):
            key.multi_region = _relatives(key, list(world.state["kms"].values()), document["keys"])


def _from_entry(world: World, arn: str, entry: Mapping[str, Any]) -> Key:
    region, account = arn.split(":")[3:5]
    texts = {name: _text(policy) for name, policy in entry.get("policies", {}).items()}
    texts["default"] = _text(entry["policy"]) if "policy" in entry else default_policy(world.partition, account)
    state = entry.get("state", "Enabled")
    deletion = (
        when(entry.get("deletion_date"), world.now, "+12d") if "Pending" in state and "Deletion" in state else None
    )
    return Key(
        account=account, region=region, arn=arn, id=entry["id"], policies=texts, state=state,
        spec=entry.get("spec", "SYMMETRIC_DEFAULT"), usage=entry.get("usage", "ENCRYPT_DECRYPT"),
        origin=entry.get("origin", "AWS_KMS"), manager=entry.get("manager", "CUSTOMER"),
        description=entry.get("description", ""), created=when(entry.get("created"), world.now, "-200d"),
        deletion=deletion, valid_to=when(entry["valid_to"], world.now) if "valid_to" in entry else None,
        custom_store=entry.get("custom_key_store"),
        aliases=list(entry.get("aliases", ())), grants=[_grant(world, arn, grant) for grant in entry.get("grants", ())],
        tags=dict(entry.get("tags", {})), rotation=entry.get("rotation", False),
        operator_may=tuple(entry.get("operator_may", ())),
    )  # fmt: skip


def _relatives(key: Key, keys: list[Key], declared: Mapping[str, Any]) -> dict[str, Any]:
    """MultiRegionConfiguration of a multi-Region key: its primary key and all replicas."""
    family = [other for other in keys if other.id == key.id]
    primary = next((other for other in family if "replica_of" not in declared[other.arn]), family[0])
    return {
        "MultiRegionKeyType": "PRIMARY" if key is primary else "REPLICA",
        "PrimaryKey": {"Arn": primary.arn, "Region": primary.region},
        "ReplicaKeys": [{"Arn": other.arn, "Region": other.region} for other in family if other is not primary],
    }


def _text(policy: Any) -> str:
    return policy if isinstance(policy, str) else json.dumps(policy)


def _grant(world: World, key_arn: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in entry.items() if name != "CreationDate"}
    return {
        "KeyId": key_arn,
        "GrantId": secrets.token_hex(32),
        "Name": "",
        "CreationDate": when(entry.get("CreationDate"), world.now),
        "IssuingAccount": f"arn:{world.partition}:iam::{key_arn.split(':')[4]}:root",
        **found,
    }


def keys_of(world: World, account: str, region: str) -> list[Key]:
    """The keys of one account and Region, in a stable order."""
    return [key for key in world.state["kms"].values() if (key.account, key.region) == (account, region)]


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
    key = own(call)
    if key.manager == "AWS":
        raise denials.refusal(call, f"kms:{call.operation}", key.arn, "no resource-based policy allows")
    if key.state not in ("Enabled", "Disabled"):
        raise AwsError("KMSInvalidStateException", f"{key.arn} is {_words(key.state)}.")
    key.state = "Enabled" if call.operation == "EnableKey" else "Disabled"


@operation("kms", "ScheduleKeyDeletion")
def schedule_deletion(call: Call) -> Mapping[str, Any]:
    key, days = own(call), call.params.get("PendingWindowInDays", 30)
    if not 7 <= days <= 30:
        raise AwsError("ValidationException", "PendingWindowInDays must be between 7 and 30")
    if key.state == "PendingDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    key.state, key.deletion = "PendingDeletion", call.world.now + timedelta(days=days)
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
        created=call.world.now, tags={tag["TagKey"]: tag["TagValue"] for tag in call.params.get("Tags", ())},
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
