"""IAM Access Analyzer's word on a document before it is written; where we may not ask, "not verified"."""

from __future__ import annotations

from dataclasses import dataclass

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
