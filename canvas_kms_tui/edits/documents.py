"""JSON documents as AWS stores them: reading, comparing, counting and the small steps every edit is made of.

Pure. A document is the parsed JSON object; None is the absence of one. Nothing here changes what it is given.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

#: Statements that this program added are recognised by the start of their Sid.
OUR_SID = "CanvasKms"

#: KMS developer guide, "Resource quotas"; S3 user guide, "Bucket policies"; IAM user guide, "IAM quotas".
KEY_POLICY_BYTES = 32_768
BUCKET_POLICY_BYTES = 20_480
INLINE_POLICIES_CHARACTERS = 10_240
TRUST_POLICY_CHARACTERS = 2_048
MANAGED_POLICY_CHARACTERS = 6_144
ATTACHED_POLICIES = 10

_UNORDERED = ("Action", "NotAction", "Resource", "NotResource")


#: What the gateway puts in the place of a hidden character.
_MARK = "\N{REPLACEMENT CHARACTER}"


class CannotEdit(ValueError):
    """This edit must not be made; the message says why. Offer another fix."""


class TooLarge(CannotEdit):
    """The document after the change would pass AWS's limit."""

    def __init__(self, what: str, size: int, limit: int, unit: str) -> None:
        super().__init__(f"{what} would have {size:,} {unit}; AWS allows {limit:,}")
        self.size = size
        self.limit = limit


def parsed(document: Json | str | None) -> dict[str, Any] | None:
    """The document as a plain mapping, whether it came as text or parsed."""
    if document is None:
        return None
    value = json.loads(document) if isinstance(document, str) else document
    return plain(value) if isinstance(value, Mapping) else None


def plain(value: Any) -> Any:
    """A deep copy made of dict, list and scalars only."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def statements(document: Json | None) -> list[dict[str, Any]]:
    """The statements in order; a single statement object is a list of one, as AWS reads it.

    Raises:
        CannotEdit: something stands in the place of a statement that is none.
    """
    found = (document or {}).get("Statement", [])
    listed = [found] if isinstance(found, Mapping) else found
    if not isinstance(listed, (list, tuple)) or not all(isinstance(item, Mapping) for item in listed):
        raise CannotEdit("the document holds a statement that is none: edit it by hand")
    return [plain(item) for item in listed]


def with_statements(document: Json | None, new: Sequence[Json]) -> dict[str, Any]:
    """The document with these statements: every other element stays, and Version is neither added nor changed.

    A document that did not exist gets Version 2012-10-17. A single statement object stays an object.
    """
    if document is None:
        return {"Version": "2012-10-17", "Statement": [plain(item) for item in new]}
    single = isinstance(document.get("Statement"), Mapping) and len(new) == 1
    return {**plain(document), "Statement": plain(new[0]) if single else [plain(item) for item in new]}


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def as_text(document: Json) -> str:
    """The text that is sent: no white space, escapes only where AWS takes no such character (above U+00FF) or where
    it would not be seen.

    Raises:
        CannotEdit: hidden characters were replaced for display, so this is not what AWS holds.
    """
    if _MARK in json.dumps(document, ensure_ascii=False):
        raise CannotEdit("the document holds hidden characters that would be lost: edit it by hand")
    return _serialised(document)


def _serialised(document: Json) -> str:
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    if text.isprintable() and max(map(ord, text)) <= 0xFF:
        return text
    return json.dumps(document, separators=(",", ":"))


def check_bytes(what: str, document: Json, limit: int) -> None:
    """Raises TooLarge when the text that is sent has more bytes than ``limit``."""
    if (size := len(as_text(document).encode())) > limit:
        raise TooLarge(what, size, limit, "bytes")


def characters(document: Json) -> int:
    """Characters as IAM counts them: without white space. A document that was altered for display counts as shown."""
    return len(re.sub(r"\s", "", _serialised(document)))


def unique_sid(hint: str, taken: Iterable[Any]) -> str:
    """``CanvasKms`` and the hint's letters and digits, numbered where that Sid stands already."""
    used = set(map(str, taken))
    base = OUR_SID + re.sub(r"[^A-Za-z0-9]", "", hint).removeprefix(OUR_SID)
    if base not in used:
        return base
    number = 2
    while f"{base}{number}" in used:
        number += 1
    return f"{base}{number}"


def sids(document: Json | None) -> list[Any]:
    return [statement["Sid"] for statement in statements(document) if "Sid" in statement]


def is_ours(statement: Json) -> bool:
    return str(statement.get("Sid", "")).startswith(OUR_SID)


def join(first: Any, second: Any) -> Any:
    """Both lists of values in order, each value once; a single value stays a string."""
    joined = list(dict.fromkeys([*as_list(first), *as_list(second)]))
    return joined[0] if len(joined) == 1 else joined


def canonical(value: Any) -> Any:
    """One form for all spellings of the same thing, to compare and to hash.

    A list of one equals its element where AWS takes both, actions and resources have no order, an empty
    structure equals an absent one, and times are their text. The order of statements counts.
    """
    if isinstance(value, Mapping):
        return {key: made for key, item in sorted(value.items()) if not _empty(made := _element(key, item))} or None
    if isinstance(value, (list, tuple)):
        return [canonical(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def equal(first: Any, second: Any) -> bool:
    """Whether two documents are canonically equal."""
    return bool(canonical(first) == canonical(second))


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, in hex."""
    text = json.dumps(canonical(value), sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _element(key: str, item: Any) -> Any:
    if key in _UNORDERED:
        return _unordered(item)
    if key in ("Principal", "NotPrincipal") and isinstance(item, Mapping):
        return {kind: _unordered(names) for kind, names in sorted(item.items())}
    if key == "Condition" and isinstance(item, Mapping):
        return {operator: _values(keys) for operator, keys in sorted(item.items())}
    if key == "Statement":
        return [canonical(statement) for statement in as_list(item)]
    return canonical(item)


def _values(keys: Any) -> Any:
    if not isinstance(keys, Mapping):
        return canonical(keys)
    return {key: _unordered(values) for key, values in sorted(keys.items())}


def _unordered(values: Any) -> list[str]:
    return sorted(str(value).lower() if isinstance(value, bool) else str(value) for value in as_list(values))


def _empty(value: Any) -> bool:
    return value is None or value in ({}, [])
