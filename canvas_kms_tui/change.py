"""A change is data: one write, the document before it and the document after it.

From this one piece of data come the diff, the text for the AWS CLI, the write, the journal entry and the undo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Undo(StrEnum):
    """What undoing a change gives back."""

    EXACT = "exact"  #: the document is put back, canonically equal
    COMPENSATING = "compensating"  #: another call brings back the effect (enable → disable)
    NONE = "none"


class Auto(StrEnum):
    """Who may apply a fix (the ``auto`` column of the catalogue of causes)."""

    YES = "yes"
    OWNER = "owner"  #: shown, proven and exported only: somebody else's decision or account
    NEVER = "never"  #: applying it could widen access or lose data


#: Operations whose IAM action has another name.
_ACTIONS = {
    "PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "PutBucketCors": "s3:PutBucketCORS",
    "DeleteBucketCors": "s3:PutBucketCORS",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One write to AWS.

    Attributes:
        service: boto3 client name (``kms``).
        operation: operation name of the API model (``PutKeyPolicy``).
        parameters: the operation's parameters, as boto3 takes them.
        resource: ARN of what is altered.
        region: Region of the client that sends it; None for global services.
        document: what ``before`` and ``after`` are, in words (``key policy``); for titles and diffs.
        before: the document or settings that stand now (parsed JSON; None = absent).
        after: the same after the write.
        undo: what undoing gives back; ``undo_note`` says it in one sentence.
        confirm: text that must be typed before this is applied, or None. Always the account id, a space
            and the last eight characters of the resource's ARN: see :func:`confirmation`.
        confirm_why: why typing is asked for.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    resource: str
    document: str
    before: Any
    after: Any
    undo: Undo
    undo_note: str
    region: str | None = None
    confirm: str | None = None
    confirm_why: str = ""

    @property
    def action(self) -> str:
        """The IAM action that allows this write, ``kms:PutKeyPolicy`` (Service Authorization Reference)."""
        return _ACTIONS.get(self.operation, f"{self.service}:{self.operation}")


def confirmation(account: str, resource: str) -> str:
    """The text to type before a dangerous change: account and the last characters of the resource."""
    return f"{account} {resource[-8:]}"


@dataclass(frozen=True, slots=True)
class Fix:
    """One way to mend one finding: the changes in order, or none and a text for whoever must act.

    ``proven`` is None until the simulation has been run again with the changes made, then its answer.
    ``proof`` then says in a sentence what the simulation found. ``id`` is ``<cause>/<way>``, stable.
    ``text`` is for the human: what to do where nothing can be applied, or what to send to the owner.
    """

    id: str
    title: str
    auto: Auto
    changes: tuple[Change, ...] = field(default=())
    text: str = ""
    proven: bool | None = None
    proof: str = ""
