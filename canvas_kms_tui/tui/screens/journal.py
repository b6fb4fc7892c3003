"""What was changed in this account, the newest first; an entry can be taken back from here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from canvas_kms_tui.tui import clipboard
from canvas_kms_tui.tui.rooms import JournalLine
from canvas_kms_tui.tui.screens.keyed import KeyedScreen, bindings
from canvas_kms_tui.tui.widgets.detail import Detail
from canvas_kms_tui.tui.widgets.key_footer import KeyFooter
from canvas_kms_tui.tui.widgets.line_view import Line, LineView


class JournalScreen(KeyedScreen[str | None]):
    """Gives the entry to take back, or None."""

    CSS_PATH = "journal.tcss"
    TABLE = "journal"
    BINDINGS: ClassVar[list[BindingType]] = bindings("journal")
    AUTO_FOCUS = "LineView"

    def __init__(self, entries: Sequence[JournalLine]) -> None:
        super().__init__()
        self.entries = {entry.entry: entry for entry in entries}

    def compose(self) -> ComposeResult:
        yield Static(Content("Journal: what was changed in this account"), id="title")
        yield LineView("entries")
        yield Detail("entry")
        yield KeyFooter(self.TABLE)

    def on_mount(self) -> None:
        lines = [
            Line(Content(f"{entry.time[:19]}  {entry.title}"), Content.styled(entry.result, "$foreground-muted"), key)
            for key, entry in self.entries.items()
        ]
        self.query_one(LineView).show(lines, keep=False)
        self.call_after_refresh(self._draw)

    def on_line_view_moved(self) -> None:
        self._draw()

    async def on_line_view_chosen(self) -> None:
        await self.action_press("choose")

    def _draw(self) -> None:
        entry = self._current()
        said = entry.text if entry is not None else "Nothing has been changed from here."
        self.query_one(Detail).show(lambda paper: paper.para(said))
        self.dim_keys()

    def _current(self) -> JournalLine | None:
        line = self.query_one(LineView).current
        return self.entries.get(line.id) if line is not None else None

    def why_not(self, key_id: str) -> str | None:
        if key_id in ("choose", "copy") and self._current() is None:
            return "The journal is empty."
        if key_id == "choose":
            return self.desk.why_no_writing()
        return None

    def do_choose(self) -> None:
        entry = self._current()
        if entry is not None:
            self.dismiss(entry.entry)

    def do_copy(self) -> None:
        entry = self._current()
        if entry is not None:
            path = clipboard.copy_out(self.canvas_app, entry.text)
            self.say(f"Sent to the clipboard; also in {path}")
