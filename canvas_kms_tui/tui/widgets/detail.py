"""The pane beside the tree: whatever is written on its paper, laid out again when its width changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from canvas_kms_tui.tui.paper import Paper

Writer = Callable[[Paper], None]


class Detail(VerticalScroll, can_focus=True):
    """Text that scrolls with arrow and vim keys; while it has the focus long values are shown in full."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "scroll_up", show=False),
        Binding("j", "scroll_down", show=False),
        Binding("ctrl+u,ctrl+b", "page_up", show=False),
        Binding("ctrl+d,ctrl+f", "page_down", show=False),
        Binding("g", "scroll_home", show=False),
        Binding("G", "scroll_end", show=False),
    ]

    def __init__(self, identity: str) -> None:
        super().__init__(id=identity)
        self._body = Static(Content(""))
        self._write: Writer | None = None
        self._width = 0
        self._shown = Content("")

    def compose(self) -> ComposeResult:
        yield self._body

    def show(self, write: Writer, *, top: bool = True) -> None:
        """Show what ``write`` puts on a paper of our width; ``top`` starts at its beginning."""
        self._write = write
        self._lay_out()
        if top:
            self.scroll_to(y=0, animate=False)

    def on_resize(self, _: events.Resize) -> None:
        if self.scrollable_content_region.width != self._width:
            self._lay_out()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._lay_out()

    def _lay_out(self) -> None:
        self._width = self.scrollable_content_region.width
        if self._write is None or not self._width:
            return
        paper = Paper(self._width - 1, full=self.has_focus)
        self._write(paper)
        content = paper.content()
        if not content.is_same(self._shown):
            self._shown = content
            self._body.update(content)
