"""The last line: the keys of the screen, at most nine, as many as fit; those that cannot be used now are dim."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from canvas_kms_tui.tui import keys


class KeyFooter(Widget):
    """A click on a key presses it."""

    @dataclass
    class Pressed(Message):
        key_id: str

    def __init__(self, table: str) -> None:
        super().__init__()
        self.table = table
        self.dim: frozenset[str] = frozenset()

    def show_dim(self, dim: frozenset[str]) -> None:
        if dim != self.dim:
            self.dim = dim
            self.refresh()

    def render(self) -> Content:
        parts: list[str | tuple[str, str]] = []
        for number, key in enumerate(keys.footer(self.table, self.size.width)):
            off = key.id in self.dim
            parts.append("  " if number else "")
            parts.append((key.shown, "$foreground-muted" if off else "bold $footer-key-foreground"))
            parts.append((f" {key.label}", "$foreground-muted" if off else ""))
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        position = 0
        for key in keys.footer(self.table, self.size.width):
            end = position + len(key.shown) + len(key.label) + 1
            if offset is not None and position <= offset.x < end:
                self.post_message(self.Pressed(key.id))
                return
            position = end + 2
