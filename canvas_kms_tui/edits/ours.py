"""Our own statements in somebody else's document: one that stands grows, before a second one is added."""

from __future__ import annotations

from typing import Any

from canvas_kms_tui.edits.documents import Json, equal, is_ours, join, sids, statements, unique_sid, with_statements


def with_our_statement(document: dict[str, Any] | None, statement: Json) -> dict[str, Any]:
    """The document in which one statement of ours grows by this one, or with it at the end under a Sid of its own."""
    standing = statements(document)
    for index, ours in enumerate(standing):
        if is_ours(ours) and (grown := _grown(ours, statement)) is not None:
            return with_statements(document, [*standing[:index], grown, *standing[index + 1 :]])
    hint = str(statement.get("Sid") or "Allow")
    new = {**statement, "Sid": unique_sid(hint, sids(document))}
    return with_statements(document, [*standing, {"Sid": new.pop("Sid"), **new}])


def _grown(ours: Json, new: Json) -> dict[str, Any] | None:
    """Our statement with the new one's actions, or with its resources, when all else is the same."""
    for element in ("Action", "Resource"):
        if element in ours and element in new and _same_but(element, ours, new):
            return {**ours, element: join(ours[element], new[element])}
    return None


def _same_but(element: str, first: Json, second: Json) -> bool:
    ignored = ("Sid", element)
    return equal(
        {key: value for key, value in first.items() if key not in ignored},
        {key: value for key, value in second.items() if key not in ignored},
    )
