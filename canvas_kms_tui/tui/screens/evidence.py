"""The evidence beside the findings on a screen of its own; it fills in while CloudTrail answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from canvas_kms_tui.tui import clipboard
from canvas_kms_tui.tui.board import Board
from canvas_kms_tui.tui.evidence_page import evidence_page
from canvas_kms_tui.tui.paper import Paper
from canvas_kms_tui.tui.screens.keyed import KeyedScreen, bindings
from canvas_kms_tui.tui.widgets.detail import Detail
from canvas_kms_tui.tui.widgets.key_footer import KeyFooter

COPIED_WIDTH = 160


class EvidenceScreen(KeyedScreen[None]):
    """``board`` gives the diagnosis as it stands now."""

    CSS_PATH = "page.tcss"
    TABLE = "evidence"
    BINDINGS: ClassVar[list[BindingType]] = bindings("evidence")
    AUTO_FOCUS = "Detail"

    def __init__(self, board: Callable[[], Board]) -> None:
        super().__init__()
        self.board = board
        self._shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static(Content("Evidence"), id="title")
        yield Detail("evidence")
        yield KeyFooter(self.TABLE)

    def on_mount(self) -> None:
        self._draw()
        self.set_interval(0.5, self._draw)

    def _draw(self) -> None:
        """Again only when there is something new."""
        board = self.board()
        now = (board.diagnosis, board.looking, len(board.steps), len(self.desk.calls()))
        if now != self._shown:
            self._shown = now
            self.query_one(Detail).show(self._write, top=False)

    def _write(self, paper: Paper) -> None:
        evidence_page(paper, self.board(), self.desk.calls())

    def do_copy(self) -> None:
        paper = Paper(COPIED_WIDTH)
        self._write(paper)
        path = clipboard.copy_out(self.canvas_app, paper.content().plain + "\n")
        self.say(f"Sent to the clipboard; also in {path}")
