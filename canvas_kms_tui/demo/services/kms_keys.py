"""The keys that the stand-in holds, and how an environment's file becomes them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from canvas_kms_tui.demo.times import when
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
