"""The last look at every line before it goes to the terminal: nothing in it may move, hide or turn round.

What AWS says is cleaned where it comes in; this holds whatever else reaches a screen (a paste, a file's name).
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from canvas_kms_tui import hidden


class Visible(LineFilter):
    """Marks hidden characters that take a cell; those that take none go, so that the line keeps its width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [_visible(segment) for segment in segments]


def _visible(segment: Segment) -> Segment:
    text = segment.text
    if (text.isascii() and text.isprintable()) or hidden.text(text) == text:
        return segment
    kept = "".join(hidden.text(letter) if cell_len(letter) else "" for letter in text if letter not in "\n\t")
    return Segment(kept, segment.style, segment.control)
