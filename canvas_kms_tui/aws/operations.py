"""Owns what an allowed operation is: its IAM actions, and how its parameters name the resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call is made: what an ARN needs besides the parameters."""

    partition: str
    region: str
    account: str

    def at(self, region: str | None) -> Place:
        return self if region is None or region == self.region else Place(self.partition, region, self.account)


Namer = Callable[[Params, Place], str]


@dataclass(frozen=True, slots=True)
class Operation:
    """One boto3 operation. ``actions`` are the IAM actions that it takes, the telling one first.

    ``resource`` names the ARN of what is asked about, ``*`` where the action has no resource.
    """

    actions: tuple[str, ...]
    resource: Namer


def everything(_params: Params, _place: Place) -> str:
    return "*"


def bucket(params: Params, place: Place) -> str:
    name = str(params.get("Bucket", ""))
    if not name:
        return "*"
    return name if name.startswith("arn:") else f"arn:{place.partition}:s3:::{name}"


def s3_object(params: Params, place: Place) -> str:
    within = bucket(params, place)
    key = str(params.get("Key", ""))
    return f"{within}/object/{key}" if ":accesspoint" in within else f"{within}/{key}"


def access_point(params: Params, place: Place) -> str:
    name = str(params.get("Name", ""))
    account = params.get("AccountId") or place.account
    return name if name.startswith("arn:") else f"arn:{place.partition}:s3:{place.region}:{account}:accesspoint/{name}"


def kms_key(params: Params, place: Place) -> str:
    key_id = str(params.get("KeyId", "")) or "*"
    if key_id == "*" or key_id.startswith("arn:"):
        return key_id
    kind = "" if key_id.startswith("alias/") else "key/"
    return f"arn:{place.partition}:kms:{place.region}:{place.account}:{kind}{key_id}"


def kms_alias(params: Params, place: Place) -> str:
    return f"arn:{place.partition}:kms:{place.region}:{place.account}:{params.get('AliasName') or 'alias/*'}"


def iam_role(params: Params, place: Place) -> str:
    return f"arn:{place.partition}:iam::{place.account}:role/{params.get('RoleName', '*')}"


def iam_policy(params: Params, place: Place) -> str:
    name = params.get("PolicyName", "*")
    return str(params.get("PolicyArn") or f"arn:{place.partition}:iam::{place.account}:policy/{name}")


def given(parameter: str) -> Namer:
    """The parameter is itself the name (``PolicyArn``, ``TargetId``)."""

    def name(params: Params, _place: Place) -> str:
        return str(params.get(parameter) or "*")

    return name


def sagemaker(kind: str, *parameters: str) -> Namer:
    """``arn:…:sagemaker:…:<kind>/<parameter>/<parameter>…``; a parameter that is not given is ``*``."""

    def name(params: Params, place: Place) -> str:
        parts = "/".join(str(params.get(parameter) or "*") for parameter in parameters)
        return f"arn:{place.partition}:sagemaker:{place.region}:{place.account}:{kind}/{parts}"

    return name


def app(params: Params, place: Place) -> str:
    owner = params.get("UserProfileName") or params.get("SpaceName") or "*"
    kind, name = params.get("AppType") or "*", params.get("AppName") or "*"
    return sagemaker(f"app/{params.get('DomainId') or '*'}/{owner}/{kind}/{name}")(params, place).removesuffix("/")
