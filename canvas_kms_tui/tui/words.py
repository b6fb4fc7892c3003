"""How a status, a decision or a long name is put into words, symbols and colours: one table for every widget.

A status is always a symbol and a word beside its colour, so that it survives NO_COLOR and colour blindness.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from canvas_kms_tui.findings import Certainty, Status, VerdictStatus

_ARN = re.compile(r"\barn:aws[a-z-]*:\S*[\w/*]")
_KEY_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


@dataclass(frozen=True, slots=True)
class Look:
    """``style`` is a Textual style that names theme variables only."""

    symbol: str
    word: str
    style: str


STATUS: dict[Status, Look] = {
    Status.PASS: Look("✓", "PASS", "$text-success"),
    Status.FAIL: Look("✗", "FAIL", "bold $text-error"),
    Status.WARN: Look("!", "WARN", "$text-warning"),
    Status.UNKNOWN: Look("?", "UNKNOWN", "$text-accent"),
    Status.BLOCKED: Look("-", "BLOCKED", "$foreground-muted"),
    Status.NOT_APPLICABLE: Look("○", "N/A", "$foreground-muted"),
}
PENDING = Look("·", "NOT YET", "$foreground-muted")
RUNNING = Look("…", "CHECKING", "bold $text on $primary")

VERDICT: dict[VerdictStatus, Look] = {
    VerdictStatus.BROKEN: Look("✗", "BROKEN", "bold $text on $error"),
    VerdictStatus.HEALTHY: Look("✓", "HEALTHY", "bold $text on $success"),
    VerdictStatus.INCOMPLETE: Look("?", "INCOMPLETE", "bold $text on $accent"),
    VerdictStatus.WARNINGS: Look("!", "WARNINGS", "bold $text on $warning"),
}
STOPPED = Look("✗", "STOPPED", "bold $text on $error")

DECISION: dict[str, Look] = {
    "allowed": Look("✓", "allowed", "$text-success"),
    "implicitly_denied": Look("✗", "not allowed", "bold $text-error"),
    "explicitly_denied": Look("✗", "denied", "bold $text-error"),
    "unknown": Look("?", "unknown", "$text-accent"),
}

CERTAINTY: dict[Certainty, str] = {
    Certainty.CERTAIN: "",
    Certainty.LIKELY: "likely",
    Certainty.POSSIBLE: "possible",
}

#: The order in which a group or station takes the look of its worst member.
WORST_FIRST = (
    Status.FAIL,
    Status.UNKNOWN,
    Status.WARN,
    Status.BLOCKED,
    Status.PASS,
    Status.NOT_APPLICABLE,
)


def shorten(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells, its middle replaced by ``…``; ends are what tells ARNs apart."""
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return "…"[:width]
    tail = (width - 1) // 2
    head = width - 1 - tail
    return set_cell_size(text, head).rstrip() + "…" + _last_cells(text, tail)


def _last_cells(text: str, width: int) -> str:
    taken = 0
    for index in range(len(text) - 1, -1, -1):
        taken += cell_len(text[index])
        if taken > width:
            return text[index + 1 :]
    return text


def name_of(arn: str) -> str:
    """The part of an ARN that a human would say: a role's, key's or bucket's name."""
    if not arn.startswith("arn:"):
        return arn
    rest = arn.split(":", 5)[-1]
    return rest if arn.split(":")[2] == "s3" else rest.rsplit("/", 1)[-1]


def brief(arn: str) -> str:
    """A name short enough for the end of a line: eight characters of a key's id, the ends of anything else."""
    name = name_of(arn)
    return name[:8] if ":kms:" in arn and "alias/" not in arn else shorten(name, 20)


def concise(sentence: str) -> str:
    """The sentence with every ARN and every key's id by its brief name, for where the whole does not fit."""
    sentence = _ARN.sub(lambda found: brief(found.group()), sentence)
    return _KEY_ID.sub(lambda found: found.group()[:8], sentence)


def count(number: int, thing: str) -> str:
    """``1 change``, ``2 changes``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
