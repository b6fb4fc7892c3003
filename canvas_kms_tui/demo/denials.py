"""What the operator may not do: the environment says it, every request is held against it.

This judges the operator of the tool by a plain list. It is no policy evaluation, and it never judges the
execution role.
"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from canvas_kms_tui.demo.call import AwsError, Call
from canvas_kms_tui.demo.world import Denial

#: S3 operation → IAM action, where the action is not the operation's own name (service authorization reference).
_S3_ACTIONS = {
    "HeadBucket": "ListBucket", "ListObjects": "ListBucket", "ListObjectsV2": "ListBucket",
    "ListBuckets": "ListAllMyBuckets", "ListObjectVersions": "ListBucketVersions",
    "HeadObject": "GetObject", "GetObjectAttributes": "GetObjectAttributes",
    "GetBucketEncryption": "GetEncryptionConfiguration", "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketCors": "GetBucketCORS", "PutBucketCors": "PutBucketCORS", "DeleteBucketCors": "PutBucketCORS",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock", "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration", "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject", "UploadPart": "PutObject", "CompleteMultipartUpload": "PutObject",
}  # fmt: skip

_S3_CONTROL_ACTIONS = {"GetPublicAccessBlock": "GetAccountPublicAccessBlock"}

_PREFIXES = {"accessanalyzer": "access-analyzer", "iam-toolbox": "iam", "s3control": "s3"}


def action_of(call: Call) -> str:
    """The IAM action of a call, ``s3:GetEncryptionConfiguration``."""
    renamed = {"s3": _S3_ACTIONS, "s3control": _S3_CONTROL_ACTIONS}.get(call.service, {})
    name = renamed.get(call.operation, call.operation)
    return f"{_PREFIXES.get(call.service, call.service)}:{name}"


def resource_of(call: Call) -> str:
    """ARN of what a call is about, ``*`` where the action takes none."""
    namer = _RESOURCES.get(call.service)
    return namer(call) if namer else "*"


def _s3(call: Call) -> str:
    bucket, key = call.params.get("Bucket"), call.params.get("Key")
    if not bucket:
        return "*"
    return f"arn:{call.partition}:s3:::{bucket}" + (f"/{key}" if key else "")


def _kms(call: Call) -> str:
    """The key's ARN, however it was named: KMS asks for rights on the key that an alias leads to."""
    named = str(call.params.get("KeyId") or call.params.get("TargetKeyId") or "")
    if not named:
        return "*"
    place = f"arn:{call.partition}:kms:{call.region}:{call.account}"
    tail = named if named.startswith("alias/") else f"key/{named}"
    given = named if named.startswith("arn:") else f"{place}:{tail}"
    for arn, key in call.world.state["kms"].items():
        if given in (f"{arn.rsplit(':', 1)[0]}:{alias}" for alias in key.aliases):
            return str(arn)
    return given


def _iam(call: Call) -> str:
    if (arn := call.params.get("PolicyArn")) and "RoleName" not in call.params:
        return str(arn)
    for member, kind in (("RoleName", "role"), ("UserName", "user"), ("PolicyName", "policy")):
        if name := call.params.get(member):
            return f"arn:{call.partition}:iam::{call.account}:{kind}/{name}"
    return "*"


def _sagemaker(call: Call) -> str:
    place = f"arn:{call.partition}:sagemaker:{call.region}:{call.account}"
    domain, profile = call.params.get("DomainId"), call.params.get("UserProfileName")
    if not domain:
        return f"{place}:domain/*"
    return f"{place}:user-profile/{domain}/{profile}" if profile else f"{place}:domain/{domain}"


def _sts(call: Call) -> str:
    return str(call.params.get("RoleArn", "*"))


_RESOURCES: dict[str, Callable[[Call], str]] = {
    "s3": _s3, "kms": _kms, "iam": _iam, "sagemaker": _sagemaker, "sts": _sts,
}  # fmt: skip


def check(call: Call) -> None:
    """Raise the service's own refusal where the caller may not make this call."""
    if call.caller.expired:
        raise AwsError(*_EXPIRED.get(call.service, _EXPIRED["*"]))
    if (call.service, call.operation) == ("sts", "GetCallerIdentity"):
        return
    action, resource = action_of(call), resource_of(call)
    for denial in call.caller.denied:
        if covers(denial, action, resource):
            raise refusal(call, action, resource, denial.because)


def refusal(call: Call, action: str, resource: str, because: str) -> AwsError:
    """The error by which a service says no, worded as AWS words it."""
    deny = because.startswith("with ")
    reason = because if deny else f"because {because} the {action} action"
    if call.service == "ec2":
        text = (
            f"You are not authorized to perform this operation. User: {call.caller.arn} is not authorized to perform: "
        )
        return AwsError("UnauthorizedOperation", f"{text}{action} {reason}", 403)
    target = f'"{resource}"' if call.service in ("s3", "s3control") and resource != "*" else resource
    text = f"User: {call.caller.arn} is not authorized to perform: {action} on resource: {target} {reason}"
    if call.service in ("s3", "s3control", "iam", "sts"):
        return AwsError("AccessDenied", text, 403)
    return AwsError("AccessDeniedException", text, 400)


_EXPIRED = {
    "*": ("ExpiredTokenException", "The security token included in the request is expired", 400),
    "s3": ("ExpiredToken", "The provided token has expired.", 400),
    "iam": ("ExpiredToken", "The security token included in the request is expired", 403),
    "sts": ("ExpiredToken", "The security token included in the request is expired", 403),
    "ec2": ("RequestExpired", "Request has expired.", 400),
}


def covers(denial: Denial, action: str, resource: str) -> bool:
    """Whether a refusal is about this action on this resource."""
    return matches(denial.action.lower(), action.lower()) and matches(denial.resource, resource)


def matches(pattern: str, text: str) -> bool:
    """``*`` and ``?`` as in AWS's patterns; square brackets mean themselves."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))
