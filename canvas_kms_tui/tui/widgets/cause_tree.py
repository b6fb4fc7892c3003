"""The tree of causes: groups that fold, a status symbol and word for each cause, and what can be done at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, overload

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from canvas_kms_tui.tui.board import Row
from canvas_kms_tui.tui.widgets.line_view import Line, LineView


class CauseTree(LineView):
    """Shows the board's rows. Which groups are folded is the board's; this posts :class:`Folded`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "fold(True)", show=False),
        Binding("right,l", "fold(False)", show=False),
    ]

    @dataclass
    class Folded(Message):
        group: str
        folded: bool

    def __init__(self, identity: str) -> None:
        super().__init__(identity)
        self.rows: Sequence[Row] = ()
        self.touched = False  #: the user has moved; the cursor is no longer ours to place

    def show_rows(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.show(_Lines(rows))

    def index_of(self, line_id: str) -> int | None:
        return next((index for index, row in enumerate(self.rows) if row.id == line_id), None)

    @property
    def row(self) -> Row | None:
        return self.rows[self.cursor] if 0 <= self.cursor < len(self.rows) else None

    def action_move(self, by: int) -> None:
        self.touched = True
        super().action_move(by)

    def action_page(self, by: int) -> None:
        self.touched = True
        super().action_page(by)

    def action_end(self, last: bool) -> None:
        self.touched = True
        super().action_end(last)

    def jump_to(self, index: int) -> None:
        self.touched = True
        self.focus()
        self.go_to(index)

    def action_fold(self, fold: bool) -> None:
        """Fold the group under the cursor; from a cause, folding goes to its group first."""
        self.touched = True
        row = self.row
        if row is None:
            return
        if row.group:
            self.post_message(self.Folded(row.label, fold))
        elif fold:
            self.go_to(max(index for index in range(self.cursor) if self.rows[index].group))

    @property
    def choose_on_second_click(self) -> bool:
        return True


class _Lines(Sequence[Line]):
    """A line is made when it is shown: of 500 findings a screen shows thirty."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> list[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | list[Line]:
        if isinstance(index, slice):
            return [_line(row) for row in self.rows[index]]
        return _line(self.rows[index])


def _line(row: Row) -> Line:
    if row.group:
        mark = "▸" if row.folded else "▾"
        return Line(
            Content.assemble((f"{mark} ", "$foreground-muted"), (row.label, "bold")),
            Content.assemble((f"{row.note} ", "$foreground-muted"), (f"{row.look.symbol} ", row.look.style)),
            row.id,
        )
    quiet = row.look.style if row.look.word in ("N/A", "BLOCKED", "NOT YET") else ""
    return Line(
        Content.assemble("    ", (row.look.symbol, row.look.style), " ", (row.label, quiet)),
        Content.assemble((f"{row.about} " if row.about else "", "$foreground-muted"), _note(row)),
        row.id,
    )


def _note(row: Row) -> tuple[str, str]:
    return (f"{row.note} " if row.note else "", "$text-primary" if row.note.startswith("f ") else "$foreground-muted")
