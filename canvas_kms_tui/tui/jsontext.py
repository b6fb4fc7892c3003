"""A policy document as numbered, coloured lines, each of which knows which statement and element it belongs to.

Short lists and objects stand on one line, as people write policies; keys and values keep the document's order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textual.content import Content

KEY, TEXT, OTHER, MARK = "$text-primary", "$text-success", "$text-warning", "$foreground-muted"
#: A list or object is written on one line when that line, with its indent, has at most this many characters.
ONE_LINE = 72


@dataclass(frozen=True, slots=True)
class JsonLine:
    """``statement`` is the index in ``Statement`` (None outside); ``element`` is ``Action``, ``Condition``…"""

    content: Content
    statement: int | None = None
    element: str | None = None


Piece = tuple[str, str]


def lines_of(document: Any) -> list[JsonLine]:
    """The lines of a parsed document (any JSON value; what is no JSON is shown as text)."""
    return [
        JsonLine(Content.assemble(*pieces), *_place(path)) for path, pieces in _value((), document, 0, (), last=True)
    ]


def _place(path: tuple[str | int, ...]) -> tuple[int | None, str | None]:
    if len(path) >= 1 and path[0] == "Statement":
        index = path[1] if len(path) > 1 and isinstance(path[1], int) else None
        element = str(path[2]) if len(path) > 2 else None
        if index is None and len(path) > 1:
            return 0, str(path[1])
        return index, element
    return None, None


def _value(
    path: tuple[str | int, ...], value: Any, depth: int, lead: tuple[Piece, ...], *, last: bool
) -> Iterator[tuple[tuple[str | int, ...], list[Piece]]]:
    indent = ("  " * depth, "")
    end = ("" if last else ",", MARK)
    inline = list(_inline(value))
    width = 2 * depth + sum(len(text) for text, _ in (*lead, *inline))
    if not _is_branch(value) or (width <= ONE_LINE and not _holds_statements(path, value)):
        yield path, [indent, *lead, *inline, end]
        return
    opening, closing = ("{", "}") if isinstance(value, Mapping) else ("[", "]")
    yield path, [indent, *lead, (opening, MARK)]
    children = list(value.items() if isinstance(value, Mapping) else enumerate(value))
    for number, (name, child) in enumerate(children):
        mark = ((_quoted(str(name)), KEY), (": ", MARK)) if isinstance(value, Mapping) else ()
        yield from _value((*path, name), child, depth + 1, mark, last=number == len(children) - 1)
    yield path, [indent, (closing, MARK), end]


def _holds_statements(path: tuple[str | int, ...], value: Any) -> bool:
    if not path:
        return isinstance(value, Mapping) and "Statement" in value
    return path[0] == "Statement" and len(path) <= 2


def _is_branch(value: Any) -> bool:
    return (isinstance(value, Mapping) or (isinstance(value, Sequence) and not isinstance(value, str))) and bool(value)


def _inline(value: Any) -> Iterator[Piece]:
    if isinstance(value, Mapping):
        yield "{", MARK
        for number, (name, child) in enumerate(value.items()):
            yield (", " if number else ""), MARK
            yield _quoted(str(name)), KEY
            yield ": ", MARK
            yield from _inline(child)
        yield "}", MARK
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield "[", MARK
        for number, child in enumerate(value):
            yield (", " if number else ""), MARK
            yield from _inline(child)
        yield "]", MARK
    elif isinstance(value, str):
        yield _quoted(value), TEXT
    else:
        yield json.dumps(value, default=str), OTHER


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
