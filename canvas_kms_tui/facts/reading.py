"""Owns what a failed read means: an absence, or something that we could not find out and why."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from canvas_kms_tui.findings import CouldNotCheck
from canvas_kms_tui.gateway import CallFailed, FailureKind
from canvas_kms_tui.policy import Unread

T = TypeVar("T")

#: Error codes that say "this is not configured": facts, not failures (S3 and IAM API references, Errors).
NORMAL_ABSENCES = frozenset(
    {
        "NoSuchBucketPolicy",
        "NoSuchCORSConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "NoSuchTagSet",
        "NoSuchAccessPointPolicy",
        "OwnershipControlsNotFoundError",
        "ServerSideEncryptionConfigurationNotFoundError",
        "NoSuchEntity",
    }
)

_REASONS = {
    FailureKind.DENIED: "{caller} may not make this call",
    FailureKind.NOT_FOUND: "AWS says that it is not there",
    FailureKind.THROTTLED: "AWS kept throttling the call",
    FailureKind.EXPIRED: "the credentials expired or are not valid",
    FailureKind.UNREACHABLE: "the service did not answer",
    FailureKind.NOT_RECORDED: "the case file does not hold this call",
    FailureKind.REJECTED: "AWS refused the request",
}


class Unreadable(Exception):
    """A fact that could not be found out. ``why`` is what the user is told; ``kind`` the class of the failure."""

    def __init__(self, why: CouldNotCheck, kind: FailureKind) -> None:
        super().__init__(why.reason)
        self.why = why
        self.kind = kind

    @classmethod
    def because(cls, failure: CallFailed) -> Unreadable:
        reason = _REASONS[failure.kind].format(caller="the caller")
        detail = ": ".join(part for part in (failure.code, failure.message) if part)
        grant = None
        if failure.kind is FailureKind.DENIED:
            actions = failure.action.split(",")
            grant = {
                "Effect": "Allow",
                "Action": actions[0] if len(actions) == 1 else actions,
                "Resource": _granted_on(failure.resource),
            }
        return cls(
            CouldNotCheck(failure.action, failure.resource, f"{reason} ({detail})" if detail else reason, grant),
            failure.kind,
        )


def _granted_on(resource: str) -> str:
    """KMS judges a call by an alias against the key behind it, which an alias does not tell."""
    head, alias, _ = resource.partition(":alias/")
    return f"{head}:key/*" if alias and ":kms:" in head else resource


async def known(question: Awaitable[T]) -> T | Unreadable:
    """The answer, or the reason why there is none, as a value."""
    try:
        return await question
    except Unreadable as unreadable:
        return unreadable


async def known_or_unread(question: Awaitable[T], note: str) -> T | Unread:
    """The answer, or an unread layer for the evaluator that carries the reason."""
    try:
        return await question
    except Unreadable as unreadable:
        return Unread(note, unreadable.why)
