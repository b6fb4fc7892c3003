"""S3 access points: what they lead to, from where, and their own policies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from canvas_kms_tui.demo.call import AwsError, Call, operation
from canvas_kms_tui.demo.services.paging import page
from canvas_kms_tui.demo.times import when

_ALL_BLOCKED = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)


def _declared(call: Call) -> dict[str, Mapping[str, Any]]:
    """The access points of the account and Region that were asked about, by name."""
    document, found = call.world.document, {}
    for name, entry in document.get("access_points", {}).items():
        place = (entry.get("account", document["account"]), entry.get("region", document["region"]))
        if place == (call.params["AccountId"], call.region):
            found[name] = entry
    return found


def _one(call: Call) -> tuple[str, Mapping[str, Any]]:
    name = str(call.params["Name"]).rsplit("/", 1)[-1]
    entry = _declared(call).get(name)
    if call.params["AccountId"] != call.account and not (entry or {}).get("operator_may"):
        raise AwsError("AccessDenied", "Access Denied", 403)
    if entry is None:
        raise AwsError("NoSuchAccessPoint", "The specified accesspoint does not exist", 404)
    return name, entry


def _arn(call: Call, name: str) -> str:
    return f"arn:{call.partition}:s3:{call.region}:{call.params['AccountId']}:accesspoint/{name}"


def _origin(entry: Mapping[str, Any]) -> dict[str, Any]:
    vpc = entry.get("vpc")
    return {"NetworkOrigin": "VPC", "VpcConfiguration": {"VpcId": vpc}} if vpc else {"NetworkOrigin": "Internet"}


@operation("s3control", "GetPublicAccessBlock")
def get_account_public_access_block(call: Call) -> Mapping[str, Any]:
    """The account's own setting, where the file declares one (``account_public_access_block``)."""
    if call.params["AccountId"] != call.account:
        raise AwsError("AccessDenied", "Access Denied", 403)
    declared = call.world.document.get("account_public_access_block")
    if declared is None:
        raise AwsError(
            "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found", 404
        )
    return {"PublicAccessBlockConfiguration": {name: declared.get(name, False) for name in _ALL_BLOCKED}}


@operation("s3control", "GetAccessPoint")
def get_access_point(call: Call) -> Mapping[str, Any]:
    name, entry = _one(call)
    owner = call.world.document["buckets"].get(entry["bucket"], {}).get("account", call.account)
    return {
        "Name": name, "Bucket": entry["bucket"], "BucketAccountId": owner, "AccessPointArn": _arn(call, name),
        "Alias": f"{name}-alias-s3alias", "PublicAccessBlockConfiguration": _ALL_BLOCKED, **_origin(entry),
        "CreationDate": when(entry.get("created"), call.world.now, "-60d"), "Endpoints": {},
    }  # fmt: skip


@operation("s3control", "GetAccessPointPolicy")
def get_access_point_policy(call: Call) -> Mapping[str, Any]:
    _, entry = _one(call)
    if "policy" not in entry:
        raise AwsError("NoSuchAccessPointPolicy", "The specified accesspoint does not have a policy", 404)
    policy = entry["policy"]
    return {"Policy": policy if isinstance(policy, str) else json.dumps(policy)}


@operation("s3control", "GetAccessPointPolicyStatus")
def get_access_point_policy_status(call: Call) -> Mapping[str, Any]:
    _one(call)
    return {"PolicyStatus": {"IsPublic": False}}


@operation("s3control", "ListAccessPoints")
def list_access_points(call: Call) -> Mapping[str, Any]:
    items = [
        {"Name": name, "Bucket": entry["bucket"], "AccessPointArn": _arn(call, name), **_origin(entry)}
        for name, entry in _declared(call).items()
        if call.params.get("Bucket") in (None, entry["bucket"])
    ]
    part, token = page(items, call.params.get("MaxResults"), call.params.get("NextToken"), default=1000)
    return {"AccessPointList": part, **({"NextToken": token} if token else {})}
