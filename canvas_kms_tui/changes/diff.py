"""The difference that a change makes, line by line, as typed data: screens colour it, reports print it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes.errors import Stale

_CONTEXT = 3
_END = "\n"


class Kind(StrEnum):
    CONTEXT = "context"
    ADDED = "added"
    REMOVED = "removed"
    GAP = "gap"  #: unchanged lines that are left out; ``text`` says how many


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a diff. ``old`` and ``new`` are line numbers from 1, None where the line is not on that side."""

    kind: Kind
    text: str
    old: int | None = None
    new: int | None = None

    def __str__(self) -> str:
        sign = {Kind.CONTEXT: " ", Kind.ADDED: "+", Kind.REMOVED: "-", Kind.GAP: "@"}[self.kind]
        return f"{sign} {self.text}"


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """Why an undo or a write is refused: what was shown against what stands, and what was wanted against it."""

    shown_to_standing: tuple[Line, ...]
    standing_to_wanted: tuple[Line, ...]


def diff(change: Change, *, context: int | None = _CONTEXT) -> tuple[Line, ...]:
    """The lines of the document before and after; ``context`` None shows every line."""
    return lines(change.before, change.after, context=context)


def three_way(stale: Stale) -> ThreeWay:
    return ThreeWay(lines(stale.shown, stale.standing), lines(stale.standing, stale.wanted))


def three_way_text(stale: Stale) -> str:
    """The three-way difference for a terminal."""
    found = three_way(stale)
    parts = (("shown", "what stands", found.shown_to_standing), ("what stands", "wanted", found.standing_to_wanted))
    return "\n".join(f"{old} → {new}:\n{''.join(f'  {line}{_END}' for line in shown)}" for old, new, shown in parts)


def lines(before: Any, after: Any, *, context: int | None = _CONTEXT) -> tuple[Line, ...]:
    """The difference of two documents, printed as JSON in the order that they have."""
    old, new = pretty(before, like=None), pretty(after, like=before)
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    made: list[Line] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            same = zip(range(i1, i2), range(j1, j2), strict=True)
            made += [Line(Kind.CONTEXT, old[i], i + 1, j + 1) for i, j in same]
        else:
            made += [Line(Kind.REMOVED, old[i], i + 1, None) for i in range(i1, i2)]
            made += [Line(Kind.ADDED, new[j], None, j + 1) for j in range(j1, j2)]
    return tuple(made if context is None else _near(made, context))


def pretty(document: Any, *, like: Any) -> list[str]:
    """JSON in lines; keys stand in the order of ``like`` where it has them. An absent document has no lines."""
    if document is None:
        return []
    ordered = _ordered(document, like)
    lines = json.dumps(ordered, indent=2, ensure_ascii=False, default=str).split(_END)
    return [line if line.isprintable() else "".join(map(_seen, line)) for line in lines]


def _seen(character: str) -> str:
    """What hides, or turns the reading order round, is shown as JSON escapes it."""
    return character if character.isprintable() else json.dumps(character)[1:-1]


def _ordered(document: Any, like: Any) -> Any:
    if isinstance(document, Mapping):
        known = like if isinstance(like, Mapping) else {}
        keys = [key for key in known if key in document] + [key for key in document if key not in known]
        return {key: _ordered(document[key], known.get(key)) for key in keys}
    if isinstance(document, (list, tuple)):
        known_items = list(like) if isinstance(like, (list, tuple)) else []
        pairs = [*known_items, *[None] * len(document)]
        return [_ordered(item, other) for item, other in zip(document, pairs, strict=False)]
    return document


def _near(made: Sequence[Line], context: int) -> list[Line]:
    """Only the lines within ``context`` of a change; what is left out becomes one gap."""
    changed = [index for index, line in enumerate(made) if line.kind is not Kind.CONTEXT]
    keep = {near for index in changed for near in range(index - context, index + context + 1)}
    shown: list[Line] = []
    left_out = 0
    for index, line in enumerate(made):
        if index in keep:
            shown += [_gap(left_out)] if left_out else []
            shown.append(line)
            left_out = 0
        else:
            left_out += 1
    return shown + ([_gap(left_out)] if left_out else [])


def _gap(count: int) -> Line:
    return Line(Kind.GAP, "1 unchanged line" if count == 1 else f"{count} unchanged lines")
