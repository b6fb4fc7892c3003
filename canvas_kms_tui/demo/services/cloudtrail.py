"""CloudTrail: the events that the environment declares, and those that are made while it runs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from canvas_kms_tui.demo import denials
from canvas_kms_tui.demo.call import AwsError, Call, operation
from canvas_kms_tui.demo.services.paging import page
from canvas_kms_tui.demo.times import when
from canvas_kms_tui.demo.world import World, seeder

#: Where the events of global services (IAM, STS, Organizations) are found.
_GLOBAL_REGION = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_GLOBAL = ("iam", "organizations")
_READS = ("Get", "List", "Describe", "Head", "Lookup", "Simulate", "Check", "Validate", "AssumeRole")
#: S3 data events are not management events: LookupEvents never shows them.
_DATA = ("PutObject", "CopyObject", "DeleteObject", "DeleteObjects", "UploadPart", "CreateMultipartUpload",
         "CompleteMultipartUpload", "PutObjectTagging")  # fmt: skip


@seeder
def seed(world: World, document: Mapping[str, Any]) -> None:
    world.state["trail"] = []
    for entry in document.get("cloudtrail", ()):
        actor = entry.get("actor", document["operator"]["arn"])
        region = entry.get("region", _region(document["partition"], entry["source"], document["region"]))
        event = _event(world, actor, entry["source"], entry["event"], region, when(entry["time"], world.now))
        extra = {"errorCode": "error_code", "errorMessage": "error_message", "requestParameters": "request",
                 "responseElements": "response", "additionalEventData": "additional"}  # fmt: skip
        event |= {name: entry[own] for name, own in extra.items() if own in entry}
        event["resources"] = [{"ARN": arn, "accountId": arn.split(":")[4]} for arn in entry.get("resources", ())]
        event["userAgent"] = event["sourceIPAddress"] = entry.get("from", "s3.amazonaws.com")
        world.state["trail"].append(event)


def _region(partition: str, source: str, region: str) -> str:
    return _GLOBAL_REGION.get(partition, region) if source.split(".")[0] in _GLOBAL else region


def _event(world: World, actor: str, source: str, name: str, region: str, time: datetime) -> dict[str, Any]:
    return {
        "eventVersion": "1.11", "userIdentity": _identity(actor), "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": source, "eventName": name, "awsRegion": region, "requestParameters": None,
        "responseElements": None, "eventID": str(uuid.uuid4()), "readOnly": name.startswith(_READS),
        "eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": world.account,
        "eventCategory": "Management",
    }  # fmt: skip


def _identity(actor: str) -> dict[str, Any]:
    """userIdentity of an actor given as a session, role or user ARN (a role gets the session SageMaker gives it)."""
    partition, account, tail = actor.split(":")[1], actor.split(":")[4], actor.split(":", 5)[5]
    if tail.startswith("user/"):
        return {"type": "IAMUser", "arn": actor, "accountId": account, "userName": tail.rsplit("/", 1)[-1]}
    if tail.startswith("role/"):
        role_arn, role, session = actor, tail.rsplit("/", 1)[-1], "SageMaker"
    else:
        _, role, session = tail.split("/", 2)
        role_arn = f"arn:{partition}:iam::{account}:role/{role}"
    issuer = {"type": "Role", "arn": role_arn, "accountId": account, "userName": role}
    return {
        "type": "AssumedRole", "arn": f"arn:{partition}:sts::{account}:assumed-role/{role}/{session}",
        "accountId": account, "sessionContext": {"sessionIssuer": issuer},
    }  # fmt: skip


def record(call: Call, error: AwsError | None) -> None:
    """Keep the event of a write (or of the use of a key), done or refused."""
    if call.operation.startswith(_READS) or call.operation in _DATA:
        return
    source = f"{call.service}.amazonaws.com"
    region = _region(call.partition, source, call.region)
    event = _event(call.world, call.caller.arn, source, call.operation, region, call.world.clock())
    event["requestParameters"] = _request(call)
    if call.service == "kms" and (arn := denials.resource_of(call)) != "*":
        event["resources"] = [{"ARN": arn, "accountId": arn.split(":")[4]}]
    if error is not None:
        event["errorCode"] = error.code.removesuffix("Exception") if "AccessDenied" in error.code else error.code
        event["errorMessage"] = error.message
    call.world.state["trail"].append(event)


def _request(call: Call) -> dict[str, Any]:
    """The parameters as CloudTrail spells them: small first letters, and S3's bucketName."""
    spelled = {name[0].lower() + name[1:]: value for name, value in call.params.items()}
    if call.service == "s3" and "bucket" in spelled:
        spelled = {"bucketName": spelled.pop("bucket"), **spelled}
    found: dict[str, Any] = json.loads(json.dumps(spelled, default=str))
    return found


_ATTRIBUTES: dict[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "EventName": lambda event: [event["eventName"]],
    "EventSource": lambda event: [event["eventSource"]],
    "EventId": lambda event: [event["eventID"]],
    "ReadOnly": lambda event: [str(event["readOnly"]).lower()],
    "Username": lambda event: [_username(event)],
    "ResourceName": lambda event: [resource["ResourceName"] for resource in _resources(event)],
    "ResourceType": lambda event: [resource["ResourceType"] for resource in _resources(event)],
}


def _username(event: Mapping[str, Any]) -> str:
    identity = event["userIdentity"]
    return str(identity.get("userName") or identity["arn"].rsplit("/", 1)[-1])


def _resources(event: Mapping[str, Any]) -> list[dict[str, str]]:
    kinds = {"kms": "AWS::KMS::Key", "s3": "AWS::S3::Bucket", "iam": "AWS::IAM::Role"}
    kind = kinds.get(event["eventSource"].split(".")[0], "AWS::Unknown")
    found = [{"ResourceType": kind, "ResourceName": resource["ARN"]} for resource in event.get("resources", ())]
    named = event.get("requestParameters") or {}
    plain = [named.get(member) for member in ("roleName", "bucketName", "userProfileName", "domainId")]
    return found + [{"ResourceType": kind, "ResourceName": name} for name in plain if name]


@operation("cloudtrail", "LookupEvents")
def lookup_events(call: Call) -> Mapping[str, Any]:
    """Newest first, by one attribute and a window, 50 at most on a page."""
    asked = call.params.get("LookupAttributes", [])
    if len(asked) > 1:
        raise AwsError("InvalidLookupAttributesException", "You can specify only one lookup attribute.")
    events = [event for event in call.world.state["trail"] if event["awsRegion"] == call.region]
    for attribute in asked:
        values = _ATTRIBUTES[attribute["AttributeKey"]]
        events = [event for event in events if attribute["AttributeValue"] in values(event)]
    since, until = call.params.get("StartTime"), call.params.get("EndTime")
    events = [event for event in events if _within(event, since, until)]
    events.sort(key=lambda event: str(event["eventTime"]), reverse=True)
    size = min(int(call.params.get("MaxResults", 50)), 50)
    part, token = page(events, size, call.params.get("NextToken"), default=50, refusal="InvalidNextTokenException")
    return {"Events": [_shown(event) for event in part], **({"NextToken": token} if token else {})}


def _within(event: Mapping[str, Any], since: datetime | None, until: datetime | None) -> bool:
    """moto's parser gives times without a zone, and means UTC."""
    time = datetime.fromisoformat(event["eventTime"]).replace(tzinfo=None)
    return (since is None or time >= since) and (until is None or time <= until)


def _shown(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "EventId": event["eventID"], "EventName": event["eventName"], "EventSource": event["eventSource"],
        "ReadOnly": str(event["readOnly"]).lower(), "EventTime": datetime.fromisoformat(event["eventTime"]),
        "Username": _username(event), "Resources": _resources(event), "CloudTrailEvent": json.dumps(event),
    }  # fmt: skip
