"""Several fixes as one set of changes: two edits of the same document become one, each kept as it was proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes.carry import with_after
from canvas_kms_tui.edits.documents import canonical, equal, is_ours, plain, statements, with_statements
from canvas_kms_tui.edits.ours import with_our_statement

_ABSENT = object()


class Conflict(ValueError):
    """Two changes want different things of the same part of a document."""


def merged(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes in order, those of one document merged into the first of them, duplicates left out.

    Raises:
        Conflict: two of them cannot both be made.
        TooLarge: the merged document would pass AWS's limit.
    """
    made: list[Change] = []
    for change in changes:
        index = next((i for i, other in enumerate(made) if _same_place(other, change)), None)
        if index is None:
            made.append(change)
        elif not _is_duplicate(made[index], change):
            made[index] = _joined(made[index], change)
    return tuple(made)


def _same_place(first: Change, second: Change) -> bool:
    return _place(first) == _place(second)


def _place(change: Change) -> tuple[object, ...]:
    """What a change writes to. Two steps of one key's state are two places."""
    step = change.operation if change.document == "key state" else change.parameters.get("PolicyArn", "")
    return change.resource, change.document, change.parameters.get("UserProfileName"), step


def _is_duplicate(first: Change, second: Change) -> bool:
    return equal(first.after, second.after)


def _joined(first: Change, second: Change) -> Change:
    if not equal(first.before, second.before):
        raise Conflict(f"two changes of the {first.document} of {first.resource} start from different documents")
    if first.operation != second.operation:
        raise Conflict(f"{first.operation} and {second.operation} of {first.resource} cannot both be made")
    if "Statement" in (first.after or {}):
        after: Any = _policies(first.before, first.after, second.after)
    else:
        after = _three_way(first.before, first.after, second.after)
    both = with_after(first, after)
    return replace(
        both,
        confirm=first.confirm or second.confirm,
        confirm_why=first.confirm_why or second.confirm_why,
    )


def _policies(before: Any, first: Any, second: Any) -> dict[str, Any]:
    """Statements that stood are compared place by place; what the second adds at the end comes after the first's."""
    old, one, two = statements(before), statements(first), statements(second)
    if len(one) < len(old) or len(two) < len(old):
        raise Conflict("a statement is removed by one change while another edits the same policy")
    stood = [_three_way(was, a, b) for was, a, b in zip(old, one, two, strict=False)]
    document = with_statements(first, [*stood, *one[len(old) :]])
    for added in two[len(old) :]:
        document = _added(document, added)
    return document


def _added(document: dict[str, Any], statement: Mapping[str, Any]) -> dict[str, Any]:
    if is_ours(statement):
        return with_our_statement(document, statement)
    return with_statements(document, [*statements(document), statement])


def _three_way(before: Any, first: Any, second: Any) -> Any:
    """What both changed: mappings key by key, lists of values by union, anything else only where one changed it."""
    if canonical(first) == canonical(before):
        return plain(second)
    if canonical(second) == canonical(before) or canonical(first) == canonical(second):
        return plain(first)
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        old = before if isinstance(before, Mapping) else {}
        keys = list(dict.fromkeys([*first, *second]))
        joined = {key: _part(old, first, second, key) for key in keys}
        return {key: value for key, value in joined.items() if value is not _ABSENT}
    if isinstance(first, list) and isinstance(second, list):
        known = {str(canonical(item)) for item in first}
        return plain([*first, *(item for item in second if str(canonical(item)) not in known)])
    raise Conflict(f"two changes want different values: {first!r} and {second!r}")


def _part(before: Mapping[str, Any], first: Mapping[str, Any], second: Mapping[str, Any], key: str) -> Any:
    was, a, b = (document.get(key, _ABSENT) for document in (before, first, second))
    if a is _ABSENT or b is _ABSENT:
        kept = b if a is _ABSENT else a
        gone_in_one = was is not _ABSENT
        return _ABSENT if gone_in_one and canonical(kept) == canonical(was) else plain(kept)
    return _three_way(None if was is _ABSENT else was, a, b)
