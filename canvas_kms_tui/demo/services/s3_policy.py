"""Bucket policies: written with the checks that PutBucketPolicy makes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.s3.models import FakeBucket

from canvas_kms_tui.demo.call import AwsError, Call, operation
from canvas_kms_tui.demo.services import iam
from canvas_kms_tui.demo.services.s3_access import bucket_of

_LIMIT = 20_480  # bytes, white space not counted
_UNIQUE_ID = re.compile(r"^A[A-Z]{3}[A-Z0-9]{12,}$")
_IDENTITY = re.compile(r"^arn:aws[a-z-]*:iam::(\d{12}):(?:user|role)/")
_ELEMENTS = frozenset(
    ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")
)


@operation("s3", "PutBucketPolicy")
def put_bucket_policy(call: Call) -> None:
    bucket, text = bucket_of(call), call.params["Policy"]
    policy = _parsed(text)
    for statement in _statements(policy):
        _check_elements(statement)
        _check_principals(call, statement)
        _check_resources(bucket, statement)
    block = bucket.public_access_block
    if block and block.block_public_policy and any(_public(statement) for statement in _statements(policy)):
        raise AwsError("AccessDenied", "Access Denied: public policies are prevented by BlockPublicPolicy", 403)
    bucket.policy = text.encode()


def _malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicy", message)


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        policy = json.loads(text)
    except ValueError:
        raise _malformed("This policy contains invalid Json") from None
    if not isinstance(policy, dict) or "Statement" not in policy:
        raise _malformed("Missing required field Statement")
    if len(json.dumps(policy, separators=(",", ":"), ensure_ascii=False).encode()) > _LIMIT:
        raise AwsError("PolicyTooLarge", "Policy exceeds the maximum allowed document size.")
    return policy


def _statements(policy: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = policy["Statement"]
    yield from found if isinstance(found, list) else [found]


def _check_elements(statement: Any) -> None:
    if not isinstance(statement, dict):
        raise _malformed("Invalid policy syntax.")
    for wanted in (("Effect",), ("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource")):
        if not any(name in statement for name in wanted):
            raise _malformed(f"Missing required field {wanted[0]}")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise _malformed(f"Invalid effect: {statement['Effect']}")
    if unknown := set(statement) - _ELEMENTS:
        raise _malformed(f"Unknown field {min(unknown)}")


def _check_principals(call: Call, statement: Mapping[str, Any]) -> None:
    named = statement.get("Principal", statement.get("NotPrincipal"))
    for principal in _listed(named.get("AWS", [])) if isinstance(named, dict) else _listed(named):
        found = _IDENTITY.match(principal)
        stale = _UNIQUE_ID.match(principal) is not None
        if stale or (found and found[1] == call.world.account and not iam.exists(call.world, principal)):
            raise AwsError("MalformedPolicy", "Invalid principal in policy", members={"Detail": principal})


def _check_resources(bucket: FakeBucket, statement: Mapping[str, Any]) -> None:
    base = f"arn:{bucket.partition}:s3:::{bucket.name}"
    for resource in _listed(statement.get("Resource", statement.get("NotResource"))):
        if resource != base and not resource.startswith(f"{base}/") and "*" not in resource.split("/")[0]:
            raise AwsError("MalformedPolicy", "Policy has invalid resource", members={"Detail": resource})


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _public(statement: Mapping[str, Any]) -> bool:
    """Plainly public: an Allow to everybody with no Condition at all (AWS looks closer)."""
    principal = statement.get("Principal")
    everybody = principal == "*" or (isinstance(principal, dict) and "*" in _listed(principal.get("AWS", [])))
    return statement["Effect"] == "Allow" and everybody and not statement.get("Condition")
