"""A gateway that answers reads as if changes had been made: the one place that knows what a write does to reads.

Nothing is sent to AWS but the reads themselves. A proof is a diagnosis over an overlay.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes.created import Created
from canvas_kms_tui.changes.creation import is_creation
from canvas_kms_tui.changes.standing import settings_member
from canvas_kms_tui.edits.documents import as_text, plain
from canvas_kms_tui.findings import CallStats
from canvas_kms_tui.gateway import CallFailed, FailureKind, Gateway, Response

_Params = Mapping[str, Any]
_Ask = Callable[[], Awaitable[Response]]

#: What S3 answers where a bucket has no such setting.
_NOT_SET = {
    "get_bucket_policy": "NoSuchBucketPolicy",
    "get_bucket_policy_status": "NoSuchBucketPolicy",
    "get_bucket_cors": "NoSuchCORSConfiguration",
    "get_bucket_tagging": "NoSuchTagSet",
    "get_public_access_block": "NoSuchPublicAccessBlockConfiguration",
    "get_bucket_encryption": "ServerSideEncryptionConfigurationNotFoundError",
    "head_object": "NoSuchKey",
    "get_object_tagging": "NoSuchKey",
    "get_object_acl": "NoSuchKey",
}

#: What the read of a bucket's document says of it: operation → the change's document, and the answer's shape.
_BUCKET_DOCUMENTS: dict[str, tuple[str, Callable[[Any], Response]]] = {
    "get_bucket_policy": ("bucket policy", lambda document: {"Policy": as_text(document)}),
    "get_bucket_encryption": (
        "default encryption",
        lambda document: {"ServerSideEncryptionConfiguration": plain(document)},
    ),
    "get_public_access_block": (
        "Block Public Access",
        lambda document: {"PublicAccessBlockConfiguration": plain(document)},
    ),
    "get_bucket_cors": ("CORS configuration", plain),
}


class Overlay:
    """Reads through ``gateway``, altered by ``changes`` in their order."""

    def __init__(self, gateway: Gateway, changes: Sequence[Change]) -> None:
        creations = any(is_creation(change) for change in changes)
        self._gateway = Created(gateway, changes) if creations else gateway
        self._changes = tuple(change for change in changes if not is_creation(change))

    def stats(self) -> CallStats:
        return self._gateway.stats()

    def now(self) -> datetime:
        return self._gateway.now()

    async def call(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        def ask() -> Awaitable[Response]:
            return self._gateway.call(service, operation, region=region, **params)

        changes = [change for change in self._changes if change.service == service]
        alter = _READS.get((service, operation))
        if service == "s3" and changes:
            return await _s3(operation, changes, params, ask)
        if alter is None or not changes:
            return await ask()
        return await alter(changes, {**params, "_region": region, "_now": self.now()}, ask)


async def _get_key_policy(changes: Sequence[Change], params: _Params, ask: _Ask) -> Response:
    document = None
    if params.get("PolicyName", "default") == "default":
        for change in changes:
            if change.document == "key policy" and _is_key(change, params):
                document = change.after
    return await ask() if document is None else {"Policy": as_text(document), "PolicyName": "default"}


async def _describe_key(changes: Sequence[Change], _params: _Params, ask: _Ask) -> Response:
    answer = await ask()
    metadata = dict(answer["KeyMetadata"])
    for change in changes:
        if change.document == "key state" and change.resource == metadata.get("Arn"):
            state = change.after["KeyState"]
            metadata = {**metadata, "KeyState": state, "Enabled": state == "Enabled"}
            metadata.pop("DeletionDate", None)
    return {**answer, "KeyMetadata": metadata}


async def _list_role_policies(changes: Sequence[Change], params: _Params, ask: _Ask) -> Response:
    answer = await ask()
    names = list(answer.get("PolicyNames") or ())
    for change in _inline(changes, params):
        name = change.parameters["PolicyName"]
        names = [other for other in names if other != name]
        if change.after is not None:
            names.append(name)
    return {**answer, "PolicyNames": names}


async def _get_role_policy(changes: Sequence[Change], params: _Params, ask: _Ask) -> Response:
    mine = [c for c in _inline(changes, params) if c.parameters["PolicyName"] == params.get("PolicyName")]
    if not mine:
        return await ask()
    if (document := mine[-1].after) is None:
        raise _not_found("iam", "get_role_policy", "NoSuchEntity", mine[-1].resource)
    names = {name: params[name] for name in ("RoleName", "PolicyName")}
    return {**names, "PolicyDocument": plain(document)}


async def _get_role(changes: Sequence[Change], params: _Params, ask: _Ask) -> Response:
    answer = await ask()
    for change in changes:
        if change.document == "trust policy" and change.parameters["RoleName"] == params.get("RoleName"):
            role = {**answer["Role"], "AssumeRolePolicyDocument": plain(change.after)}
            answer = {**answer, "Role": role}
    return answer


async def _describe_settings(changes: Sequence[Change], params: _Params, ask: _Ask) -> Response:
    answer = await ask()
    named = [name for name in ("DomainId", "UserProfileName") if name in params]
    for change in changes:
        here = [name for name in ("DomainId", "UserProfileName") if name in change.parameters]
        if here == named and all(change.parameters[name] == params[name] for name in named):
            around, member = settings_member(change)
            settings = {**(answer.get(around) or {}), member: plain(change.after)}
            answer = {**answer, around: settings, "LastModifiedTime": params["_now"]}
    return answer


async def _s3(operation: str, changes: Sequence[Change], params: _Params, ask: _Ask) -> Response:
    if operation == "list_buckets":
        return await _list_buckets(changes, ask)
    here = [change for change in changes if change.parameters["Bucket"] == params.get("Bucket")]
    created = next((change for change in here if change.operation == "CreateBucket"), None)
    if operation in _BUCKET_DOCUMENTS:
        document, shape = _BUCKET_DOCUMENTS[operation]
        if mine := [change for change in here if change.document == document]:
            return _document(operation, shape, mine[-1])
    return await ask() if created is None else _new_bucket(operation, created, params)


def _document(operation: str, shape: Callable[[Any], Response], change: Change) -> Response:
    if change.after is None:
        raise _not_found("s3", operation, _NOT_SET[operation], change.resource)
    return shape(change.after)


async def _list_buckets(changes: Sequence[Change], ask: _Ask) -> Response:
    answer = await ask()
    names = {bucket["Name"] for bucket in answer.get("Buckets") or ()}
    new = [
        {"Name": change.parameters["Bucket"]}
        for change in changes
        if change.operation == "CreateBucket" and change.parameters["Bucket"] not in names
    ]
    return {**answer, "Buckets": [*(answer.get("Buckets") or ()), *new]}


def _new_bucket(operation: str, created: Change, params: _Params) -> Response:
    """What S3 says of a bucket that was made a moment ago (S3 user guide, defaults since April 2023)."""
    if operation in _NOT_SET:
        raise _not_found("s3", operation, _NOT_SET[operation], created.resource)
    region = created.after["Region"]
    answers: dict[str, Response] = {
        "head_bucket": {"BucketRegion": region},
        "get_bucket_location": {"LocationConstraint": None if region == "us-east-1" else region},
        "list_objects_v2": {"KeyCount": 0, "IsTruncated": False, "Prefix": params.get("Prefix", "")},
        "get_bucket_ownership_controls": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
        "get_bucket_request_payment": {"Payer": "BucketOwner"},
    }
    return answers[operation]


def _inline(changes: Sequence[Change], params: _Params) -> list[Change]:
    return [
        change
        for change in changes
        if "PolicyName" in change.parameters and change.parameters["RoleName"] == params.get("RoleName")
    ]


def _is_key(change: Change, params: _Params) -> bool:
    """By ARN where it is one; an id is told apart by Region, since replicas share theirs."""
    asked = str(params.get("KeyId", ""))
    if asked.startswith("arn:"):
        return asked == change.resource
    return asked == change.parameters["KeyId"] and params["_region"] in (None, change.region)


def _not_found(service: str, operation: str, code: str, resource: str) -> CallFailed:
    return CallFailed(FailureKind.NOT_FOUND, service, operation, code=code, resource=resource, status=404)


_READS: dict[tuple[str, str], Callable[[Sequence[Change], _Params, _Ask], Awaitable[Response]]] = {
    ("kms", "get_key_policy"): _get_key_policy,
    ("kms", "describe_key"): _describe_key,
    ("iam", "list_role_policies"): _list_role_policies,
    ("iam", "get_role_policy"): _get_role_policy,
    ("iam", "get_role"): _get_role,
    ("sagemaker", "describe_user_profile"): _describe_settings,
    ("sagemaker", "describe_domain"): _describe_settings,
}
