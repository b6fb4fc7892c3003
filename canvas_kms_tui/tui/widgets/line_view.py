"""A list of lines with a cursor: the one way in which trees, choices, documents and diffs are shown and moved through.

Owns scrolling, cursor, mouse and vim keys. A line is ``Content`` on the left and, where there is room, at the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual

NOTHING = Content("")


@dataclass(frozen=True, slots=True)
class Line:
    """``id`` names the line in messages; a line without one is skipped by the cursor when ``skip`` is set."""

    left: Content
    right: Content = NOTHING
    id: str = ""
    skip: bool = False
    style: str = ""


class LineView(ScrollView, can_focus=True):
    """Shows lines; posts :class:`Moved` when the cursor comes to another line and :class:`Chosen` on enter."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"line-view--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup,ctrl+u,ctrl+b", "page(-1)", show=False),
        Binding("pagedown,ctrl+d,ctrl+f", "page(1)", show=False),
        Binding("home,g", "end(False)", show=False),
        Binding("end,G", "end(True)", show=False),
    ]

    @dataclass
    class Moved(Message):
        view: LineView
        id: str

        @property
        def control(self) -> LineView:
            return self.view

    @dataclass
    class Chosen(Message):
        view: LineView
        id: str

        @property
        def control(self) -> LineView:
            return self.view

    def __init__(self, identity: str, *, cursor: bool = True) -> None:
        super().__init__(id=identity)
        self.lines: Sequence[Line] = ()
        self.cursor = 0
        self.has_cursor = cursor

    @property
    def room(self) -> int:
        """Cells of a line."""
        return self.scrollable_content_region.width

    @property
    def current(self) -> Line | None:
        return self.lines[self.cursor] if 0 <= self.cursor < len(self.lines) else None

    def show(self, lines: Sequence[Line], *, keep: bool = True) -> None:
        """Replace the lines; the cursor stays on the line with the same id, and in its place on the screen."""
        here = self.current.id if keep and self.current is not None else ""
        above = self.cursor - self.scroll_offset.y
        self.lines = lines
        found = self.index_of(here) if here else None
        self.cursor = found if found is not None else min(self.cursor, max(len(self.lines) - 1, 0)) if keep else 0
        if not keep:
            self.scroll_to(y=0, animate=False)
        self._measure()
        if keep and self.has_cursor and above >= 0:
            self.scroll_to(y=self.cursor - min(above, max(self.size.height - 1, 0)), animate=False, force=True)

    def index_of(self, line_id: str) -> int | None:
        return next((index for index, line in enumerate(self.lines) if line.id == line_id), None)

    def go_to(self, index: int, *, tell: bool = True) -> None:
        """Put the cursor on a line and scroll it into view."""
        if not self.lines:
            return
        index = max(0, min(index, len(self.lines) - 1))
        moved = index != self.cursor
        self.cursor = index
        self.refresh()
        self.scroll_to_region(Region(0, index, 1, 1), animate=False, force=True)
        if moved and tell:
            self.post_message(self.Moved(self, self.lines[index].id))

    def on_resize(self, _: events.Resize) -> None:
        self._measure()
        if self.has_cursor:
            self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)

    def _measure(self) -> None:
        self.virtual_size = Size(self.room, len(self.lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.room
        base = self.visual_style
        if index >= len(self.lines):
            return Strip.blank(width, base.rich_style)
        line = self.lines[index]
        content = _across(line.left, line.right, width)
        if line.style:
            content = content.stylize_before(line.style)
        if self.has_cursor and index == self.cursor:
            content = content.stylize(self._cursor_style())
        strips = Visual.to_strips(self, content, width, 1, base, pad=True)
        return strips[0].adjust_cell_length(width, base.rich_style) if strips else Strip.blank(width, base.rich_style)

    def _cursor_style(self) -> Style:
        """Only background and emphasis: what a line's colours say stays."""
        style = Style.from_styles(self.get_component_styles("line-view--cursor"))
        return Style(background=style.background, bold=style.bold, reverse=style.reverse)

    def action_move(self, by: int) -> None:
        if not self.has_cursor:
            self.scroll_relative(y=by, animate=False)
            return
        index = self.cursor + by
        while 0 <= index < len(self.lines) and self.lines[index].skip:
            index += by
        if 0 <= index < len(self.lines):
            self.go_to(index)
        else:
            self.scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        step = by * max(self.size.height - 1, 1)
        if self.has_cursor:
            self.go_to(self.cursor + step)
        else:
            self.scroll_relative(y=step, animate=False)

    def action_end(self, last: bool) -> None:
        if self.has_cursor:
            self.go_to(len(self.lines) - 1 if last else 0)
        else:
            self.scroll_to(y=self.max_scroll_y if last else 0, animate=False)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or not self.has_cursor:
            return
        index = offset.y + self.scroll_offset.y
        if index >= len(self.lines) or self.lines[index].skip:
            return
        again = index == self.cursor
        self.go_to(index)
        if event.chain > 1 or (again and self.choose_on_second_click):
            self.post_message(self.Chosen(self, self.lines[index].id))

    @property
    def choose_on_second_click(self) -> bool:
        """Whether a click on the line that already has the cursor chooses it."""
        return False


def _across(left: Content, right: Content, width: int) -> Content:
    """``left`` and ``right`` at the two ends of a line; where both do not fit, a third is the right one's at least."""
    if right:
        right = right.truncate(max(width - left.cell_length - 1, width // 3), ellipsis=True)
    room = max(width - right.cell_length - (1 if right else 0), 0)
    fitted = left.truncate(room, ellipsis=True)
    gap = " " * (width - fitted.cell_length - right.cell_length)
    return fitted + gap + right
