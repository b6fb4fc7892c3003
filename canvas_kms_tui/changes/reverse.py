"""The way back: for every change that was made, the changes that undo it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import ceil
from typing import Any

from canvas_kms_tui.change import Change, Undo
from canvas_kms_tui.changes import creation
from canvas_kms_tui.changes.carry import carried, without_document
from canvas_kms_tui.edits.principals import without_deleted

#: kms ScheduleKeyDeletion: PendingWindowInDays is 7 to 30.
_SHORTEST, _LONGEST = 7, 30

#: Where a document was absent before, this operation takes it away again.
_DELETES = {
    "PutRolePolicy": "DeleteRolePolicy",
    "PutBucketPolicy": "DeleteBucketPolicy",
    "PutBucketEncryption": "DeleteBucketEncryption",
    "PutBucketCors": "DeleteBucketCors",
}
_PUTS = {"DeleteBucketPolicy": "PutBucketPolicy"}


def reverse_all(made: Sequence[Change]) -> tuple[Change, ...]:
    """What undoes these changes, last one first. A bucket that was created takes its settings with it."""
    created = {change.parameters["Bucket"] for change in made if change.operation == "CreateBucket"}
    return tuple(
        back
        for change in reversed(made)
        if change.operation == "CreateBucket" or change.parameters.get("Bucket") not in created
        if (back := reverse(change)) is not None
    )


def reverse(change: Change) -> Change | None:
    """What undoes one change; None where nothing may (Block Public Access is never taken off again)."""
    if change.undo is Undo.NONE or change.operation == "PutPublicAccessBlock":
        return None
    change = replace(change, before=_takable(change))
    back = replace(
        change, before=change.after, after=change.before, confirm=None, confirm_why="", undo_note="This is an undo."
    )
    if change.operation in creation.UNDONE_BY:
        operation, taken = creation.back(change, change.after)
        return replace(back, operation=operation, parameters=taken)
    operation, parameters = _operation(change)
    return replace(back, operation=operation, parameters=parameters)


def _takable(change: Change) -> Any:
    """What stood before. AWS takes no policy back that names deleted identities; they meant nobody."""
    is_policy = change.undo is Undo.COMPENSATING and "Statement" in (change.before or {})
    return without_deleted(change.before) if is_policy else change.before


def _operation(change: Change) -> tuple[str, Mapping[str, Any]]:
    if change.service == "sagemaker":
        return change.operation, _settings(change)
    if change.operation in ("EnableKey", "CancelKeyDeletion", "CreateBucket"):
        return _compensating(change)
    if change.before is None:
        return _DELETES[change.operation], without_document(change)
    operation = _PUTS.get(change.operation, change.operation)
    return operation, carried(change, operation, change.before)


def _compensating(change: Change) -> tuple[str, Mapping[str, Any]]:
    if change.operation == "EnableKey":
        return "DisableKey", dict(change.parameters)
    if change.operation == "CancelKeyDeletion":
        return "ScheduleKeyDeletion", {**change.parameters, "PendingWindowInDays": _days_left(change.before)}
    return "DeleteBucket", {"Bucket": change.after["Bucket"], "ExpectedBucketOwner": change.after["Account"]}


def _days_left(state: Mapping[str, Any]) -> int:
    if not (date := state.get("DeletionDate")):
        return _LONGEST
    left = datetime.fromisoformat(str(date)) - datetime.now(UTC)
    return max(_SHORTEST, min(_LONGEST, ceil(left.total_seconds() / 86_400)))


def _settings(change: Change) -> Mapping[str, Any]:
    """The settings as they were. A structure that we brought in is sent empty: leaving it out might keep it."""
    brought: dict[str, Any] = {key: {} for key in change.after or {} if key not in (change.before or {})}
    return carried(change, change.operation, {**brought, **(change.before or {})})
