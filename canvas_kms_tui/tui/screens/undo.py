"""Taking back the last change: what will be put back, then ``u`` once more."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from canvas_kms_tui.tui.desk import Trouble
from canvas_kms_tui.tui.fix_page import diff_content, three_ways
from canvas_kms_tui.tui.paper import LABEL, Paper
from canvas_kms_tui.tui.rooms import Applied, DiffLine, Sides, Undoable
from canvas_kms_tui.tui.screens.keyed import KeyedScreen, bindings
from canvas_kms_tui.tui.widgets.detail import Detail
from canvas_kms_tui.tui.widgets.key_footer import KeyFooter


class UndoScreen(KeyedScreen[Applied | None]):
    """Gives what was undone, or None."""

    CSS_PATH = "fix.tcss"
    TABLE = "undo"
    BINDINGS: ClassVar[list[BindingType]] = bindings("undo")
    AUTO_FOCUS = "Detail"

    def __init__(self, undoable: Undoable) -> None:
        super().__init__()
        self.undoable = undoable
        self.undoing = False
        self.refused = ""
        self.standing: Sides = ()
        self.diffs: list[list[DiffLine]] = []

    def compose(self) -> ComposeResult:
        yield Static(Content(f"Undo: {self.undoable.title}"), id="title")
        yield Detail("preview")
        yield Static(id="progress")
        yield KeyFooter(self.TABLE)

    def on_mount(self) -> None:
        self.run_worker(self._load())

    async def _load(self) -> None:
        rooms = await self.desk.rooms()
        self.diffs = [list(rooms.diff(change)) for change in self.undoable.changes]
        self._draw()

    def _draw(self) -> None:
        self.query_one(Detail).show(self._write)
        self.dim_keys()

    def _write(self, paper: Paper) -> None:
        paper.para(self.undoable.promise, "bold")
        if self.refused:
            paper.para(self.refused, "$text-error", first="✗ ")
            three_ways(paper, self.standing)
        else:
            paper.para("u (or a) takes it back; esc leaves everything as it is.", LABEL)
        for change, lines in zip(self.undoable.changes, self.diffs, strict=True):
            paper.heading(f"{change.action}, {change.document}")
            paper.pairs([("on", change.resource, "")])
            paper.add(map(diff_content, lines), indent=1)
        paper.heading("Journal")
        paper.para(self.undoable.entry, indent=2)

    def why_not(self, key_id: str) -> str | None:
        if key_id in ("apply", "back") and self.undoing:
            return "The change is being taken back: a moment."
        return None

    def do_apply(self) -> None:
        self.run_worker(self._undo(), group="undo", exclusive=True)

    async def _undo(self) -> None:
        self.undoing = True
        self.dim_keys()
        try:
            undone = await self.desk.undo(self.undoable.entry, self._progress_from_afar)
        except Trouble as trouble:
            self.refused, self.standing = str(trouble), trouble.sides
            self.say(str(trouble), warn=True)
        else:
            self.dismiss(undone)
        finally:
            self.undoing = False
            self._draw()

    def _progress_from_afar(self, text: str) -> None:
        self.app.call_from_thread(self._progress, text)

    def _progress(self, text: str) -> None:
        if self.stands:
            self.query_one("#progress", Static).update(Content(text))
