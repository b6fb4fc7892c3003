"""Owns which characters no text may hold that somebody else wrote: what moves a cursor, hides, or turns reading round.

Every such character becomes a visible mark instead of disappearing: a policy that names ``Canv<zero width>as``
does not match ``Canvas`` for AWS, so it must not match for us either.
"""

from __future__ import annotations

import json
import re

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


def escaped(written: str) -> str:
    """JSON text with whatever would not be seen as JSON escapes it: nothing hides and nothing is lost."""
    if not _HIDDEN.search(written):
        return written
    return _HIDDEN.sub(lambda found: json.dumps(found[0])[1:-1], written)
