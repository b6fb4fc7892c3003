"""Owns what text from AWS may hold: nothing that moves a cursor, hides, or turns the reading order round.

Every such character becomes a visible mark instead of disappearing: a policy that names ``Canv<zero width>as``
does not match ``Canvas`` for AWS, so it must not match for us either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MARK = "\N{REPLACEMENT CHARACTER}"

#: Unicode categories Cc (but newline and tab), Cf, Cs, Zl, Zp, and the fillers that render as nothing.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def text(raw: str) -> str:
    """``raw`` with every hidden character replaced by a mark; newline and tab stay.

    A line that ends as on Windows ends in a newline then: policies are written there too, and this is white space of
    their JSON.
    """
    if raw.isascii() and raw.isprintable():
        return raw
    raw = raw.replace("\r\n", "\n")
    return _HIDDEN.sub(MARK, raw) if _HIDDEN.search(raw) else raw


def is_altered(value: Any) -> bool:
    """True where a text carries the mark: it is not what AWS holds, so it must never be written back."""
    if isinstance(value, str):
        return MARK in value
    if isinstance(value, Mapping):
        return any(is_altered(key) or is_altered(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return any(is_altered(item) for item in value)
    return False


class Cleaner:
    """Cleans responses, and remembers what each altered text was, so that it can be asked for by its real name."""

    def __init__(self) -> None:
        self._originals: dict[str, str] = {}

    def tree(self, value: Any) -> Any:
        """A copy of ``value`` with all its texts cleaned, the keys of mappings too."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {self.tree(key): self.tree(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.tree(item) for item in value]
        return value

    def restored(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """``params`` with the texts that came out of :meth:`tree` as AWS knows them (an object's key)."""
        if not self._originals:
            return dict(params)
        return {
            name: self._originals.get(value, value) if isinstance(value, str) else value
            for name, value in params.items()
        }

    def _text(self, raw: str) -> str:
        cleaned = text(raw)
        if cleaned is not raw:
            self._originals.setdefault(cleaned, raw)
        return cleaned
