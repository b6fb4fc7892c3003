"""IAM Access Analyzer's word on a document before it is written; where we may not ask, "not verified".

ValidatePolicy is free. CheckNoPublicAccess may be charged, so it is asked only on request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.edits.documents import as_text
from canvas_kms_tui.gateway import CallFailed, Gateway

#: access-analyzer ValidatePolicy: policyType and validatePolicyResourceType of each document.
_KINDS = {
    "key policy": ("RESOURCE_POLICY", None),
    "bucket policy": ("RESOURCE_POLICY", "AWS::S3::Bucket"),
    "trust policy": ("RESOURCE_POLICY", "AWS::IAM::AssumeRolePolicyDocument"),
    "inline policy": ("IDENTITY_POLICY", None),
}
#: access-analyzer CheckNoPublicAccess: resourceType of each document.
_PUBLIC_KINDS = {
    "key policy": "AWS::KMS::Key",
    "bucket policy": "AWS::S3::Bucket",
    "trust policy": "AWS::IAM::AssumeRolePolicyDocument",
}
_SERIOUS = ("ERROR", "SECURITY_WARNING")


@dataclass(frozen=True, slots=True)
class Validation:
    """``verified`` False: nobody was asked, or nobody answered; ``problems`` are AWS's own sentences."""

    verified: bool
    text: str
    problems: tuple[str, ...] = ()


async def validate(gateway: Gateway, change: Change) -> Validation | None:
    """ValidatePolicy for the document after the change; None where the change writes no policy.

    Only errors and security warnings that the document before did not have count.
    """
    kind = "inline policy" if change.document.startswith("inline policy") else change.document
    if kind not in _KINDS or change.after is None:
        return None
    try:
        after = await _problems(gateway, kind, change, change.after)
        before = await _problems(gateway, kind, change, change.before) if after and change.before else ()
    except CallFailed as failure:
        return Validation(False, f"Not verified by Access Analyzer ({failure.code or failure.kind.value}).")
    new = tuple(problem for problem in after if problem not in before)
    return Validation(True, f"Access Analyzer: {new[0]}" if new else "Access Analyzer finds nothing new.", new)


def may_be_public(change: Change) -> bool:
    """Whether the change writes a document that CheckNoPublicAccess judges."""
    return change.document in _PUBLIC_KINDS and change.after is not None


async def check_no_public_access(gateway: Gateway, change: Change) -> Validation | None:
    """Whether the document after the change gives public access, in AWS's opinion; None where it writes none.

    AWS may charge for it: only for those who asked for it and know.
    """
    if not may_be_public(change):
        return None
    try:
        answer = await gateway.call(
            "accessanalyzer",
            "check_no_public_access",
            region=change.region,
            policyDocument=as_text(change.after),
            resourceType=_PUBLIC_KINDS[change.document],
        )
    except CallFailed as failure:
        return Validation(False, f"CheckNoPublicAccess: not verified ({failure.code or failure.kind.value}).")
    if answer.get("result") == "PASS":
        return Validation(True, f"CheckNoPublicAccess: the {change.document} gives no public access.")
    reasons = tuple(_reason(reason) for reason in answer.get("reasons") or ()) or ("no reason was given.",)
    return Validation(True, f"CheckNoPublicAccess: the {change.document} gives public access: {reasons[0]}", reasons)


def _reason(reason: Mapping[str, Any]) -> str:
    place = f"statement {reason['statementIndex']}: " if "statementIndex" in reason else ""
    return f"{place}{reason.get('description') or 'public access.'}"


async def _problems(gateway: Gateway, kind: str, change: Change, document: object) -> tuple[str, ...]:
    policy_type, resource_type = _KINDS[kind]
    more = {"validatePolicyResourceType": resource_type} if resource_type else {}
    answer = await gateway.call(
        "accessanalyzer",
        "validate_policy",
        region=change.region,
        policyDocument=as_text(document),  # type: ignore[arg-type]
        policyType=policy_type,
        **more,
    )
    found = answer.get("findings") or ()
    return tuple(f"{one['issueCode']}: {one['findingDetails']}" for one in found if one["findingType"] in _SERIOUS)
