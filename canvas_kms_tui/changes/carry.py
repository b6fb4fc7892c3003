"""How a change's parameters carry its document: the one table from which a document is put into a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes.standing import settings_member
from canvas_kms_tui.edits.documents import (
    BUCKET_POLICY_BYTES,
    KEY_POLICY_BYTES,
    as_text,
    check_bytes,
    plain,
)

#: Which parameter carries the document, and whether as text.
CARRIERS = {
    "PutKeyPolicy": ("Policy", True),
    "CreatePolicy": ("PolicyDocument", True),
    "PutRolePolicy": ("PolicyDocument", True),
    "UpdateAssumeRolePolicy": ("PolicyDocument", True),
    "PutBucketPolicy": ("Policy", True),
    "PutBucketEncryption": ("ServerSideEncryptionConfiguration", False),
    "PutBucketCors": ("CORSConfiguration", False),
    "PutPublicAccessBlock": ("PublicAccessBlockConfiguration", False),
}
_LIMITS = {"PutKeyPolicy": KEY_POLICY_BYTES, "PutBucketPolicy": BUCKET_POLICY_BYTES}


def carried(change: Change, operation: str, document: Any) -> Mapping[str, Any]:
    """The parameters of ``operation`` with this document in place of the change's own."""
    if change.service == "sagemaker":
        around, member = settings_member(change)
        return {**change.parameters, around: {member: plain(document)}}
    kept = without_document(change)
    if operation not in CARRIERS:
        return kept
    name, as_string = CARRIERS[operation]
    return {**kept, name: as_text(document) if as_string else plain(document)}


def without_document(change: Change) -> dict[str, Any]:
    carrier = CARRIERS.get(change.operation, ("", False))[0]
    return {name: value for name, value in change.parameters.items() if name != carrier}


def with_after(change: Change, after: Any) -> Change:
    """The same change with another document after it.

    Raises:
        TooLarge: it would pass AWS's limit.
    """
    if limit := _LIMITS.get(change.operation):
        check_bytes(f"the {change.document} of {change.resource}", after, limit)
    return replace(change, after=plain(after), parameters=carried(change, change.operation, after))


def is_consistent(change: Change) -> bool:
    """Whether what is sent is the document that is shown."""
    if change.after is None or (change.operation not in CARRIERS and change.service != "sagemaker"):
        return True
    return dict(change.parameters) == dict(carried(change, change.operation, change.after))
