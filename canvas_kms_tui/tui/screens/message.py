"""Pasting what the user saw: it is understood while it is typed, and enter goes to the cause that it points at."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input, Static

from canvas_kms_tui.findings import Said
from canvas_kms_tui.tui.paper import LABEL, Paper
from canvas_kms_tui.tui.screens.keyed import KeyedScreen, bindings
from canvas_kms_tui.tui.widgets.detail import Detail
from canvas_kms_tui.tui.widgets.key_footer import KeyFooter

EXAMPLE = "An error occurred (AccessDenied) when calling the PutObject operation: …"


class MessageField(Input):
    """Takes a message of several lines as one: Textual's own field keeps the first line only."""

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.insert_text_at_cursor(" ".join(event.text.split()))


class MessageScreen(KeyedScreen[Said | None]):
    """``understand`` is pure and quick; it is asked with every letter. Gives what was understood, or None."""

    CSS_PATH = "page.tcss"
    TABLE = "message"
    BINDINGS: ClassVar[list[BindingType]] = bindings("message")
    AUTO_FOCUS = "Input"

    def __init__(self, understand: Callable[[str], Said | None], before: str = "") -> None:
        super().__init__()
        self.understand = understand
        self.before = before
        self.said: Said | None = None

    def compose(self) -> ComposeResult:
        yield Static(Content("What did the user see? Paste the error message"), id="title")
        yield MessageField(self.before, placeholder=EXAMPLE, compact=True)
        yield Detail("understood")
        yield KeyFooter(self.TABLE)

    def on_mount(self) -> None:
        self._draw()

    def on_input_changed(self) -> None:
        self._draw()

    def _draw(self) -> None:
        self.said = self.understand(self.query_one(Input).value)
        self.query_one(Detail).show(self._write)
        self.dim_keys()

    def _write(self, paper: Paper) -> None:
        said = self.said
        if said is None:
            paper.para("From Canvas, a notebook, a log or CloudTrail; it stays on this machine.", LABEL)
            return
        paper.para(said.text, first=f"{said.about}: ")
        if said.layer:
            paper.para(said.layer.replace("_", " "), LABEL, first="layer that it names  ")
        if said.causes:
            paper.para(", ".join(said.causes), LABEL, first="causes that it points at  ")
        paper.blank()
        paper.para(self.why_not("choose") or "enter goes to the finding.", "bold")

    def why_not(self, key_id: str) -> str | None:
        if key_id != "choose" or (self.said is not None and self.said.causes):
            return None
        return "Paste a message first." if self.said is None else "It points at no cause: the verdict says more."

    async def on_input_submitted(self) -> None:
        await self.action_press("choose")

    def do_choose(self) -> None:
        self.dismiss(self.said)
