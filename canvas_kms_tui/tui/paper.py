"""Text laid out for a width: headings, paragraphs, pairs, code. The detail, the previews and copies are made of it.

Everything put on a ``Paper`` is plain text with a style of our own; text from AWS is never read as markup.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual.content import Content

from canvas_kms_tui import hidden
from canvas_kms_tui.tui.words import shorten

LABEL = "$foreground-muted"
HEADING = "bold"
_COLUMN = 18  #: the widest label that stands beside its value


class Paper:
    """Lines of styled text, none wider than ``width`` cells; ``full`` folds long values instead of shortening them."""

    def __init__(self, width: int, *, full: bool = False) -> None:
        self.width = max(width, 10)
        self.full = full
        self.lines: list[Content] = []

    def content(self) -> Content:
        return Content("\n").join(self.lines)

    def blank(self) -> None:
        if self.lines and self.lines[-1].plain.strip():
            self.lines.append(Content(""))

    def line(self, *parts: str | tuple[str, str]) -> None:
        """One line; what does not fit is cut at the right with an ellipsis."""
        self.lines.append(Content.assemble(*map(_flat, parts)).truncate(self.width, ellipsis=True))

    def heading(self, text: str) -> None:
        self.blank()
        if self.full:
            self.para(text, HEADING)
        else:
            self.line((text, HEADING))

    def para(self, text: str, style: str = "", *, indent: int = 0, first: str = "") -> None:
        """Wrapped text; ``first`` stands before the first line, the others hang below it."""
        hang = " " * (indent + len(first))
        for paragraph in hidden.text(text).splitlines() or [""]:
            body = Content.styled(paragraph, style) if style else Content(paragraph)
            for number, part in enumerate(body.wrap(max(self.width - len(hang), 8))):
                lead = " " * indent + first if number == 0 and first else hang
                self.lines.append(Content(lead) + part.rstrip())
                first = first if number == 0 and not first else " " * len(first)

    def pairs(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """``label  value  note`` in columns; long values lose their middle, notes wrap below when there is no room."""
        rows = [(hidden.text(label), hidden.text(value), hidden.text(note)) for label, value, note in rows]
        column = min(max((len(label) for label, _, _ in rows), default=0), max(self.width // 3, 8))
        for label, value, note in rows:
            room = max(self.width - column - 4, 8)
            shown = self._value(f"  {shorten(label, column):<{column}}  ", value, room)
            if note and shown.cell_length + len(note) + 3 <= self.width:
                self.lines.append(shown + Content.styled(f"   {note}", LABEL))
                continue
            self.lines.append(shown)
            if note:
                self.para(note if " " in note else shorten(note, room), LABEL, indent=column + 4)

    def _value(self, lead: str, value: str, room: int) -> Content:
        """A value behind its label: the last of its lines, those before it are put on the paper."""
        value = value.replace("\n", " ")
        if not self.full:
            return Content.assemble((lead, LABEL), shorten(value, room))
        *above, last = Content(value).fold(room) or [Content("")]
        for part in above:
            self.lines.append(Content.styled(lead, LABEL) + part)
            lead = " " * cell_len(lead)
        return Content.styled(lead, LABEL) + last

    def facts(self, rows: Iterable[tuple[str, str]]) -> None:
        """Pairs, where labels are short enough for a column; what is too long for it stands above its value."""
        rows = [(hidden.text(label), hidden.text(value)) for label, value in rows]
        short = [label for label, _ in rows if len(label) <= _COLUMN]
        column = max(map(len, short), default=0)
        for label, value in rows:
            if len(label) > _COLUMN:
                self.para(label, LABEL, indent=2)
                self.para(value, indent=4)
            elif " " in value:
                self.para(value, indent=2, first=f"{label:<{column}}  ")
            else:
                room = max(self.width - column - 4, 8)
                self.lines.append(self._value(f"  {label:<{column}}  ", value, room))

    def add(self, lines: Iterable[Content], *, indent: int = 0) -> None:
        """Lines that are styled already, folded where they are too wide."""
        room = max(self.width - indent, 8)
        for line in lines:
            self.lines.extend(Content(" " * indent) + part for part in line.fold(room))


def _flat(part: str | tuple[str, str]) -> str | tuple[str, str]:
    if isinstance(part, str):
        return hidden.text(part).replace("\n", " ")
    return hidden.text(part[0]).replace("\n", " "), part[1]
