"""Owns wildcards, policy variables and the comparison of ARNs.

Matching is done chunk by chunk between the stars, leftmost first, so that ``*a*a*a*b`` costs no more than one
walk over the text: nothing here backtracks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

Matcher = Callable[[str], bool]
#: A stretch between two stars; ``None`` inside stands for one arbitrary character (``?``).
Chunk = tuple[str | None, ...]

ARN_PARTS: Final = 6


class Variable(NamedTuple):
    """A policy variable ``${key}`` or ``${key, 'default'}``; ``key`` is lower case, ``name`` as written."""

    key: str
    default: str | None
    name: str


def always(_text: str) -> bool:
    return True


# --- globs ------------------------------------------------------------------------------------------------------


def split_glob(pattern: str) -> list[Chunk]:
    """The chunks between the stars of ``pattern``: one more than there are stars."""
    return [_chunk(piece) for piece in pattern.split("*")]


def _chunk(piece: str) -> Chunk:
    if "?" not in piece:
        return (piece,) if piece else ()
    parts: list[str | None] = []
    for index, text in enumerate(piece.split("?")):
        if index:
            parts.append(None)
        if text:
            parts.append(text)
    return tuple(parts)


def _length(chunk: Chunk) -> int:
    return sum(1 if part is None else len(part) for part in chunk)


def _matches_at(chunk: Chunk, text: str, position: int) -> bool:
    for part in chunk:
        if part is None:
            if position >= len(text):
                return False
            position += 1
        elif text.startswith(part, position):
            position += len(part)
        else:
            return False
    return True


def _find(chunk: Chunk, text: str, start: int, end: int) -> int:
    """Leftmost position of ``chunk`` within ``text[start:end]``, or -1."""
    if not chunk:
        return start
    first = chunk[0]
    if len(chunk) == 1 and first is not None:
        return text.find(first, start, end)
    last = end - _length(chunk)
    while start <= last:
        if first is not None:
            start = text.find(first, start, end)
            if start < 0 or start > last:
                return -1
        if _matches_at(chunk, text, start):
            return start
        start += 1
    return -1


def match_chunks(chunks: Sequence[Chunk], text: str) -> bool:
    """Whether ``text`` as a whole matches the glob whose chunks these are."""
    head = chunks[0]
    if not _matches_at(head, text, 0):
        return False
    position = _length(head)
    if len(chunks) == 1:
        return position == len(text)
    tail = chunks[-1]
    end = len(text) - _length(tail)
    if end < position or not _matches_at(tail, text, end):
        return False
    for chunk in chunks[1:-1]:
        found = _find(chunk, text, position, end)
        if found < 0:
            return False
        position = found + _length(chunk)
    return True


def is_glob(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def compile_glob(pattern: str) -> Matcher:
    """A test for texts that match ``pattern`` as a whole (``*`` any run, ``?`` any one character)."""
    if not is_glob(pattern):
        return pattern.__eq__
    if pattern == "*":
        return always
    if "?" not in pattern and pattern.find("*") == len(pattern) - 1:
        prefix = pattern[:-1]
        return lambda text: text.startswith(prefix)
    chunks = split_glob(pattern)
    return lambda text: match_chunks(chunks, text)


# --- ARNs -------------------------------------------------------------------------------------------------------


def compile_arn(pattern: str) -> Matcher:
    """A test for ARNs: part by part, the resource part taking all that is left, colons and slashes included.

    IAM user guide, "Using wildcards in resource ARNs": a ``*`` at the end of a part may reach beyond its colon;
    so a pattern with fewer than six parts is compared as one text.
    """
    parts = pattern.split(":", ARN_PARTS - 1)
    if len(parts) < ARN_PARTS or not any(is_glob(part) for part in parts[:-1]):
        return compile_glob(pattern)
    tests = [compile_glob(part) for part in parts]
    return lambda text: _by_parts(tests, text)


def _by_parts(tests: Sequence[Matcher], text: str) -> bool:
    parts = text.split(":", ARN_PARTS - 1)
    return len(parts) == ARN_PARTS and all(test(part) for test, part in zip(tests, parts, strict=True))


def arn_account(arn: str) -> str | None:
    """The account part of an ARN, or None where it is empty or the text is no ARN (S3 names no account)."""
    parts = arn.split(":", ARN_PARTS - 1)
    return (parts[4] or None) if len(parts) == ARN_PARTS and parts[0] == "arn" else None


def arn_partition(arn: str) -> str | None:
    parts = arn.split(":", 2)
    return parts[1] if len(parts) == 3 and parts[0] == "arn" else None


# --- policy variables -------------------------------------------------------------------------------------------

_LITERALS: Final = {"*": "*", "?": "?", "$": "$"}


def split_variables(text: str) -> tuple[str | Variable | tuple[str], ...] | None:
    """The pieces of a text with policy variables, or None where it has none.

    A plain ``str`` piece still holds wildcards; a one-tuple is literal text (``${*}``). IAM user guide, "IAM policy
    elements: Variables and tags".
    """
    if "${" not in text:
        return None
    pieces: list[str | Variable | tuple[str]] = []
    rest = text
    while True:
        before, opening, after = rest.partition("${")
        inner, closing, remainder = after.partition("}")
        if not opening or not closing:
            pieces.append(rest)
            break
        if before:
            pieces.append(before)
        pieces.append(_variable(inner))
        rest = remainder
        if not rest:
            break
    return tuple(pieces)


def _variable(inner: str) -> Variable | tuple[str]:
    if inner in _LITERALS:
        return (_LITERALS[inner],)
    key, comma, default = inner.partition(",")
    default = default.strip()
    if comma and len(default) >= 2 and default[0] == default[-1] == "'":
        return Variable(key.strip().lower(), default[1:-1], key.strip())
    return Variable(inner.strip().lower(), None, inner.strip())


def chunks_of(pieces: Sequence[str | tuple[str]]) -> list[Chunk]:
    """Chunks of a resolved text: plain pieces carry wildcards, one-tuples are literal."""
    chunks: list[list[str | None]] = [[]]
    for piece in pieces:
        if isinstance(piece, tuple):
            chunks[-1].append(piece[0])
            continue
        first, *others = split_glob(piece)
        chunks[-1].extend(first)
        chunks.extend(list(other) for other in others)
    return [tuple(part for part in chunk if part != "") for chunk in chunks]


def literal_of(pieces: Sequence[str | tuple[str]]) -> str:
    """The resolved text for operators that know no wildcards."""
    return "".join(piece if isinstance(piece, str) else piece[0] for piece in pieces)


def arn_pieces_match(pieces: Sequence[str | tuple[str]], text: str) -> bool:
    """:func:`compile_arn` for a resolved text with variables."""
    parts: list[list[str | tuple[str]]] = [[]]
    for piece in pieces:
        if isinstance(piece, tuple):
            parts[-1].append(piece)
            continue
        first, *others = piece.split(":", ARN_PARTS - len(parts))
        parts[-1].append(first)
        parts.extend([other] for other in others)
    if len(parts) < ARN_PARTS:
        return match_chunks(chunks_of(pieces), text)
    found = text.split(":", ARN_PARTS - 1)
    return len(found) == ARN_PARTS and all(
        match_chunks(chunks_of(part), value) for part, value in zip(parts, found, strict=True)
    )


def globs_overlap(one: str, other: str) -> bool:
    """Whether some text matches both globs. Costs the product of the lengths."""
    width = len(other) + 1
    reached = [False] * width
    reached[0] = True
    _spread(reached, other)
    for character in one:
        reached = _advance(reached, character, other)
        if True not in reached:
            return False
    return reached[-1]


def _spread(reached: list[bool], other: str) -> None:
    """A star of the other glob may match nothing."""
    for index, character in enumerate(other):
        if reached[index] and character == "*":
            reached[index + 1] = True


def _advance(reached: list[bool], character: str, other: str) -> list[bool]:
    following = list(reached) if character == "*" else [False] * len(reached)
    for index, theirs in enumerate(other):
        if character == "*":
            following[index + 1] |= following[index]
        elif theirs == "*":
            following[index] |= reached[index]
        elif reached[index] and (theirs in (character, "?") or character == "?"):
            following[index + 1] = True
    _spread(following, other)
    return following
