"""A policy document as numbered, coloured lines, each of which knows which statement and element it belongs to.

Short lists and objects stand on one line, as people write policies; keys and values keep the document's order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textual.content import Content

from canvas_kms_tui import hidden

KEY, TEXT, OTHER, MARK = "$text-primary", "$text-success", "$text-warning", "$foreground-muted"
#: A list or object is written on one line when that line, with its indent, has at most this many characters.
ONE_LINE = 72


@dataclass(frozen=True, slots=True)
class JsonLine:
    """``statement`` is the index in ``Statement`` (None outside); ``element`` is the path inside it.

    ``held`` are the paths of what stands inside on the same line, since short objects are not broken up.
    """

    content: Content
    statement: int | None = None
    element: tuple[str, ...] = ()
    held: tuple[tuple[str, ...], ...] = ()

    def belongs_to(self, element: tuple[str, ...]) -> bool:
        """Whether the line is (a part of) the element; names are compared as AWS does, without regard to case."""
        wanted = _folded(element)
        return any(_folded(path)[: len(wanted)] == wanted for path in (self.element, *self.held))


Piece = tuple[str, str]


def lines_of(document: Any, *, compact: bool = False) -> list[JsonLine]:
    """The lines of a parsed document (any JSON value; what is no JSON is shown as text).

    ``compact`` writes each element of a statement on one line, however long.
    """
    return [
        _line(path, pieces, value) for path, pieces, value in _value((), document, 0, (), last=True, compact=compact)
    ]


def _line(path: tuple[str | int, ...], pieces: Sequence[Piece], value: Any) -> JsonLine:
    content = Content.assemble(*pieces)
    if len(path) < 2 or path[0] != "Statement":
        return JsonLine(content)
    alone = not isinstance(path[1], int)
    index, inside = (0, path[1:]) if alone else (path[1], path[2:])
    element = tuple(map(str, inside))
    held = tuple((*element, *path) for path in _inside(value))
    return JsonLine(content, int(index), element, held)


def _inside(value: Any) -> Iterator[tuple[str, ...]]:
    if isinstance(value, Mapping):
        for name, child in value.items():
            yield (str(name),)
            yield from ((str(name), *rest) for rest in _inside(child))


def _folded(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.casefold() for name in path)


def _value(
    path: tuple[str | int, ...], value: Any, depth: int, lead: tuple[Piece, ...], *, last: bool, compact: bool
) -> Iterator[tuple[tuple[str | int, ...], list[Piece], Any]]:
    """Path, pieces, and the value where all of it stands on the line."""
    indent = ("  " * depth, "")
    end = ("" if last else ",", MARK)
    inline = list(_inline(value))
    width = 2 * depth + sum(len(text) for text, _ in (*lead, *inline))
    short = width <= ONE_LINE and not _holds_statements(path, value)
    if not _is_branch(value) or short or (compact and _is_element(path)):
        yield path, [indent, *lead, *inline, end], value
        return
    opening, closing = ("{", "}") if isinstance(value, Mapping) else ("[", "]")
    yield path, [indent, *lead, (opening, MARK)], None
    children = list(value.items() if isinstance(value, Mapping) else enumerate(value))
    for number, (name, child) in enumerate(children):
        mark = ((_quoted(str(name)), KEY), (": ", MARK)) if isinstance(value, Mapping) else ()
        yield from _value((*path, name), child, depth + 1, mark, last=number == len(children) - 1, compact=compact)
    yield path, [indent, (closing, MARK), end], None


def _holds_statements(path: tuple[str | int, ...], value: Any) -> bool:
    if not path:
        return isinstance(value, Mapping) and "Statement" in value
    return path[0] == "Statement" and len(path) <= 2


def _is_element(path: tuple[str | int, ...]) -> bool:
    """``("Statement", 3, "Action")``, or ``("Statement", "Action")`` where the statement stands alone."""
    inside = path[1:] if path[:1] == ("Statement",) else ()
    return len(inside) == (2 if inside and isinstance(inside[0], int) else 1) and not (
        len(inside) == 1 and isinstance(inside[0], int)
    )


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
    return hidden.escaped(json.dumps(text, ensure_ascii=False))
