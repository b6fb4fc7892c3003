"""Something to be read before one goes on: a notice, or a question that is answered by y."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class NoticeScreen(ModalScreen[bool]):
    """Gives whether the question was answered by yes; a notice without a question gives False."""

    CSS_PATH = "notice.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,n", "answer(False)", "Leave"),
        Binding("y", "answer(True)", "Yes"),
        Binding("enter", "answer(False)", "Go on"),
    ]

    def __init__(self, title: str, texts: Sequence[str], *, question: str = "") -> None:
        super().__init__()
        self.heading, self.texts, self.question = title, texts, question

    def compose(self) -> ComposeResult:
        ends = f"{self.question}   y yes   esc no" if self.question else "enter goes on"
        with Vertical(id="dialog"):
            yield Static(Content.styled(self.heading, "bold"))
            for text in self.texts:
                yield Static(Content(text))
            yield Static(Content.styled(ends, "$foreground-muted"), id="says")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer and bool(self.question))
