"""A change as JSON and back: what the journal and the plan files hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from canvas_kms_tui.change import Change, Undo
from canvas_kms_tui.edits.documents import digest

_TEXTS = ("service", "operation", "resource", "document", "undo_note", "region", "confirm", "confirm_why")


def to_json(change: Change) -> dict[str, Any]:
    """All fields by name, and the digests of the documents before and after."""
    values = {field.name: getattr(change, field.name) for field in fields(change)}
    return {**values, "undo": change.undo.value, "digests": digests(change)}


def from_json(values: Mapping[str, Any]) -> Change:
    """The change that :func:`to_json` wrote.

    Raises:
        ValueError: it is not one, or was edited: the digests do not fit the documents.
    """
    names = {field.name for field in fields(Change)}
    try:
        change = Change(**{name: values[name] for name in names} | {"undo": Undo(values["undo"])})
    except (KeyError, TypeError) as wrong:
        raise ValueError(f"not a change: {wrong}") from None
    if wrong_type := next((name for name in _TEXTS if not isinstance(getattr(change, name) or "", str)), None):
        raise ValueError(f"not a change: its {wrong_type} is no text")
    if not isinstance(change.parameters, Mapping):
        raise ValueError("not a change: its parameters are no object")
    if values.get("digests") != digests(change):
        raise ValueError(f"the change of {change.resource} was edited: its digests do not fit")
    return change


def digests(change: Change) -> dict[str, str]:
    """SHA-256 of the documents before and after, and of what is sent."""
    sent = [change.service, change.operation, change.parameters]
    return {"before": digest(change.before), "after": digest(change.after), "sent": digest(sent)}
