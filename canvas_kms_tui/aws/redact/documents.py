"""Owns where the names are in a case: which members stay as they are, which are policies, which are AWS's sentences."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

Rewrite = Callable[[str], str]

#: Members whose values are AWS's own words.
STAYING_MEMBERS: Final = frozenset(
    [
        "service",
        "operation",
        "kind",
        "action",
        "code",
        "status",
        "region",
        "case_version",
        "partition",
        "use_case",
        "Status",
        "KeyState",
        "policyType",
        "validatePolicyResourceType",
        "findingType",
        "issueCode",
        "KeyUsage",
        "KeySpec",
        "Origin",
        "KeyManager",
        "CustomerMasterKeySpec",
        "EncryptionAlgorithms",
        "ExpirationModel",
        "MultiRegionKeyType",
        "Region",
        "AuthMode",
        "AppNetworkAccessType",
        "AppType",
        "StorageClass",
        "ArchiveStatus",
        "ServerSideEncryption",
        "SSEAlgorithm",
        "SSECustomerAlgorithm",
        "ContentType",
        "Payer",
        "LocationConstraint",
        "BucketRegion",
        "BucketLocationType",
        "Type",
        "VpcEndpointType",
        "State",
        "ServiceName",
        "Operations",
        "NetworkOrigin",
        "Permission",
        "URI",
        "ObjectOwnership",
        "AllowedMethods",
        "AllowedHeaders",
        "AllowedOrigins",
        "ExposeHeaders",
        "FeatureSet",
        "AttributeKey",
        "EventName",
        "eventName",
        "eventSource",
        "errorCode",
        "awsRegion",
        "eventTime",
        "type",
        "invokedBy",
        "EvalDecision",
        "EvalActionName",
        "Restore",
        "VersionId",
        "DefaultVersionId",
        "Filter",
        "AppType",
        "NotebookOutputOption",
        "ExecutionRoleIdentityConfig",
        "PolicyType",
        "policyType",
        "AttachmentType",
        "OwnershipType",
        "AvailabilityZone",
        "DestinationCidrBlock",
        "PermissionsBoundaryType",
        "operations",
        "Action",
        "NotAction",
        "Effect",
        "Version",
        "ActionNames",
        "x-amz-bucket-region",
        "MaxKeys",
        "SharingType",
        "recorded_at",
        "$time",
    ]
)
#: Members that are AWS's sentences: only the names in them are replaced.
SENTENCES: Final = frozenset({"message", "errorMessage", "FailureReason", "error_text", "findingDetails"})
#: Members that may be a JSON document as text.
_DOCUMENTS: Final = frozenset({"Policy", "Content", "PolicyDocument", "Document", "CloudTrailEvent", "policyDocument"})
_CONDITIONS_ON_AWS_WORDS: Final = frozenset(
    [
        "kms:grantoperations",
        "kms:keyspec",
        "kms:keyusage",
        "kms:keyorigin",
        "kms:encryptionalgorithm",
        "kms:encryptioncontextkeys",
        "kms:grantconstrainttype",
        "aws:principaltype",
        "s3:authtype",
        "s3:signatureversion",
        "s3:signatureage",
        "s3:tlsversion",
        "s3:x-amz-acl",
        "s3:x-amz-storage-class",
        "s3:x-amz-server-side-encryption",
        "aws:securetransport",
        "aws:calledvia",
    ]
)
_STYLES: Final[tuple[dict[str, Any], ...]] = (
    {"separators": (",", ":")},
    {},
    {"indent": 2},
    {"indent": 2, "separators": (",", " : ")},
    {"indent": 4},
    {"indent": 1},
)


class Walker:
    """Rewrites every text of a tree, each by its place: a name, a sentence, or not at all."""

    def __init__(self, name: Rewrite, sentence: Rewrite) -> None:
        self._name = name
        self._sentence = sentence

    def tree(self, value: Any, member: str = "") -> Any:
        if isinstance(value, Mapping):
            if value.get("AttributeKey") == "EventName":  # a look-up in CloudTrail by AWS's own name of an event
                return dict(value)
            return {self._key(key, member): self._member(key, item, member) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.tree(item, member) for item in value]
        return self._text(value, member) if isinstance(value, str) else value

    def _member(self, key: str, item: Any, member: str) -> Any:
        if member == "Filters" and key == "Name":
            return item
        if member != "Condition":
            return self.tree(item, key)
        # Under Condition stand operators, under them condition keys; what a key is compared with follows the key.
        return self.tree(item, "Action" if key.lower() in _CONDITIONS_ON_AWS_WORDS else member)

    def _key(self, key: str, member: str) -> str:
        """Keys are AWS's words, but for the tag that a condition key names and a caller's encryption context."""
        if member == "Condition" and "/" in key:
            kind, _, tag = key.partition("/")
            return f"{kind}/{self._name(tag)}"
        if member in ("EncryptionContextEquals", "EncryptionContextSubset", "encryptionContext"):
            return key if key.startswith("aws:") else self._name(key)
        return key

    def _text(self, text: str, member: str) -> str:
        if member in STAYING_MEMBERS:
            return text
        if member in SENTENCES:
            return self._sentence(text)
        if member in _DOCUMENTS and text.lstrip()[:1] in ("{", "["):
            return self._document(text)
        return self._name(text)

    def _document(self, text: str) -> str:
        """A JSON text, rewritten and written out as it was; one that is none, or has a key twice, word by word."""
        try:
            parsed = json.loads(text, object_pairs_hook=_once)
        except (ValueError, RecursionError):
            return self._sentence(text)
        for style in _STYLES:
            if json.dumps(parsed, ensure_ascii=False, **style) == text:
                return json.dumps(self.tree(parsed), ensure_ascii=False, **style)
        return json.dumps(self.tree(parsed), ensure_ascii=False)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found
