"""Owns recognising a message: what a user, a log or CloudTrail said, and which causes and layer that points at. Pure.

The wording of refusals: IAM user guide, "Troubleshoot access denied error messages"; KMS API reference, Decrypt and
GenerateDataKey, Errors; S3 user guide, "Troubleshoot access denied (403 Forbidden) errors".
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from canvas_kms_tui.policy import Layer
from canvas_kms_tui.sayings import SAYINGS, About

__all__ = ["About", "Recognised", "recognise"]


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a message says.

    Attributes:
        about: whether KMS is concerned at all.
        causes: ids of the catalogue that the words point at, the most likely first; () where they point at none.
        layer: the layer of policies that the words name, a value of :class:`policy.Layer`, or "".
        text: one sentence for the user.
        action, resource, principal: what was refused to whom, where the message says so.
        policy_arn: ARN of the denying policy, authorization_id, encoded: AWS's own handles on the refusal, or "".
    """

    about: About
    causes: tuple[str, ...]
    text: str
    layer: str = ""
    action: str = ""
    resource: str = ""
    principal: str = ""
    policy_arn: str = ""
    authorization_id: str = ""
    encoded: str = field(default="", repr=False)


_LAYERS = {
    "identity-based policy": Layer.IDENTITY_POLICY,
    "resource-based policy": Layer.RESOURCE_POLICY,
    "permissions boundary": Layer.PERMISSIONS_BOUNDARY,
    "session policy": Layer.SESSION_POLICY,
    "VPC endpoint policy": Layer.VPC_ENDPOINT_POLICY,
    "service control policy": Layer.SERVICE_CONTROL_POLICY,
    "resource control policy": Layer.RESOURCE_CONTROL_POLICY,
}
_NAMED = "|".join(_LAYERS)
_SILENT = re.compile(rf"because no ({_NAMED}) allows", re.IGNORECASE)
_EXPLICIT = re.compile(rf"with an explicit deny in an? ({_NAMED})", re.IGNORECASE)
_ELSEWHERE = re.compile(r"does not exist in this Region, no resource-based policies allow access", re.IGNORECASE)
_PUBLIC = re.compile(r"prevented by the (RestrictPublicBuckets|IgnorePublicAcls) setting", re.IGNORECASE)
_REFUSED = re.compile(
    r"(?:not (?:authorized|permitted|allowed) to perform|(?:does not have|doesn't have|lacks|missing)"
    r"(?: the| required)?(?: permissions?)?(?: to| for)?):?\s*[\"'`]?((?:kms|s3|sts|sagemaker|iam):[A-Za-z0-9*]+)",
    re.IGNORECASE,
)
_WHO = re.compile(r"User:\s*(arn:\S+?)\s+is not authorized", re.IGNORECASE)
_ON = re.compile(r"\bon (?:the )?resource:?\s*\"?(arn:[^\s\",]+)", re.IGNORECASE)
_POLICY = re.compile(r"explicit deny in an? [A-Za-z -]+?(?: policy| boundary):?\s*\(?(arn:[^\s),]+)", re.IGNORECASE)
_ID = re.compile(r"authorization[ -]?id:?\s*\"?([0-9a-zA-Z-]{8,})", re.IGNORECASE)
_ENCODED = re.compile(r"Encoded authorization failure message:\s*([A-Za-z0-9_\-+/=]{20,})", re.IGNORECASE)

_QUOTES = str.maketrans("‘’“”", "''\"\"")

_GUARDS = {
    Layer.PERMISSIONS_BOUNDARY: ("permissions-boundary",),
    Layer.SESSION_POLICY: (),
    Layer.VPC_ENDPOINT_POLICY: ("vpc-endpoint",),
    Layer.SERVICE_CONTROL_POLICY: ("scp-denied",),
    Layer.RESOURCE_CONTROL_POLICY: ("rcp-denied",),
}


def recognise(message: str) -> Recognised:
    """What a message says; about UNCLEAR where nothing in it is known. How it was wrapped or escaped does not count."""
    message = _plain(message)
    refused = _refusal(message)
    if refused:
        return refused
    for saying in SAYINGS:
        if saying.pattern.search(message):
            return _with_handles(message, Recognised(saying.about, saying.causes, saying.text))
    return _vague(message)


def _plain(message: str) -> str:
    """As one line, without the escapes of JSON and XML, and with straight quotes."""
    text = html.unescape(message).replace('\\"', '"').replace("\\n", " ")
    return " ".join(text.translate(_QUOTES).split())


def _refusal(message: str) -> Recognised | None:
    """A refusal in IAM's words, or None."""
    action = _found(_REFUSED, message)
    silent, explicit = _SILENT.search(message), _EXPLICIT.search(message)
    if not (action or silent or explicit or _ELSEWHERE.search(message)):
        return None
    resource = _found(_ON, message)
    layer = _layer(silent or explicit)
    about = About.KMS if action.startswith("kms:") or ":kms:" in resource else About.PERMISSIONS
    if _ELSEWHERE.search(message):
        text = "The key policy of another account does not let the role in (or there is no such key there)."
        return _with_handles(
            message, Recognised(About.KMS, ("cross-account", "key-not-found"), text, "resource_policy")
        )
    if _PUBLIC.search(message):
        text = "Block Public Access refuses what only a public policy or access list allows."
        return _with_handles(message, Recognised(About.OTHER, ("public-policy-restricted",), text))
    causes = _causes(action, resource, layer, explicit=bool(explicit), message=message)
    return _with_handles(message, Recognised(about, causes, _sentence(action, layer, bool(explicit)), layer))


def _layer(named: re.Match[str] | None) -> str:
    if named is None:
        return ""
    return next(str(layer) for words, layer in _LAYERS.items() if words.lower() == named.group(1).lower())


def _causes(action: str, resource: str, layer: str, *, explicit: bool, message: str) -> tuple[str, ...]:
    if layer and Layer(layer) in _GUARDS:
        return _GUARDS[Layer(layer)]
    service, _, operation = action.partition(":")
    if service == "sts":
        return ("trust-policy",)
    if service == "s3":
        return _s3_causes(operation, resource, layer, explicit=explicit)
    if operation in ("CreateGrant", "DescribeKey"):
        return ("domain-key-grant-denied",)
    return _kms_causes(layer, explicit=explicit, by_ciphertext="associated with this ciphertext" in message)


def _kms_causes(layer: str, *, explicit: bool, by_ciphertext: bool) -> tuple[str, ...]:
    first = ("source-object-key-denied",) if by_ciphertext else ()
    last = () if by_ciphertext else ("source-object-key-denied", "bucket-default-key-denied")
    if layer == Layer.IDENTITY_POLICY:
        return (*first, "role-denied-kms", "encryption-context-mismatch", *last)
    if layer == Layer.RESOURCE_POLICY and explicit:
        return (*first, "key-policy-explicit-deny", "encryption-context-mismatch", *last)
    if layer == Layer.RESOURCE_POLICY:
        conditional = ("key-policy-condition", "encryption-context-mismatch", "stale-principal")
        return (*first, "key-policy-omits-role", *conditional, *last)
    return (*first, "role-denied-kms", "key-policy-omits-role", "key-policy-condition", *last)


def _s3_causes(operation: str, resource: str, layer: str, *, explicit: bool) -> tuple[str, ...]:
    by_policy = layer == Layer.RESOURCE_POLICY and explicit
    if operation == "PutObject" or "/Canvas/" in resource:
        pinned = ("bucket-policy-requires-other-key", "bucket-policy-requires-sse") if by_policy else ()
        return (*pinned, "canvas-prefix-denied")
    if operation == "CreateBucket":
        return ("default-bucket-missing",)
    return ("source-policy-explicit-deny",) if by_policy else ("role-denied-source", "canvas-prefix-denied")


def _sentence(action: str, layer: str, explicit: bool) -> str:
    what = action or "the request"
    if not layer:
        return f"AWS refused {what}; the message does not say which policy."
    words = layer.replace("_", " ")
    how = "denies it explicitly" if explicit else "does not allow it (or allows it only under a condition)"
    return f"AWS refused {what}: the {words} {how}. It names one layer even where several deny."


def _vague(message: str) -> Recognised:
    if re.search(r"access\s*denied|forbidden|\b403\b", message, re.IGNORECASE):
        text = "AccessDenied without a reason: it may come from S3 or from KMS behind it."
        return _with_handles(message, Recognised(About.PERMISSIONS, (), text))
    if re.search(r"\bkms\b|customer managed key|encryption key", message, re.IGNORECASE):
        text = "The message speaks of KMS, but not of what is wrong."
        return _with_handles(message, Recognised(About.KMS, (), text))
    return _with_handles(message, Recognised(About.UNCLEAR, (), "Nothing in the message is about KMS."))


def _with_handles(message: str, found: Recognised) -> Recognised:
    return Recognised(
        about=found.about,
        causes=found.causes,
        text=found.text,
        layer=found.layer,
        action=_found(_REFUSED, message),
        resource=_found(_ON, message),
        principal=_found(_WHO, message),
        policy_arn=_found(_POLICY, message),
        authorization_id=_found(_ID, message),
        encoded=_found(_ENCODED, message),
    )


def _found(pattern: re.Pattern[str], message: str) -> str:
    match = pattern.search(message)
    return match.group(1).rstrip(".;") if match else ""
