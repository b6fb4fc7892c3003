"""Trying a request: action, resource and context of a step are changed, the decision changes with every letter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input, Static

from canvas_kms_tui.tui.jsontext import lines_of
from canvas_kms_tui.tui.pages import excerpt
from canvas_kms_tui.tui.paper import LABEL, Paper
from canvas_kms_tui.tui.rooms import Judged, Paperwork, Question
from canvas_kms_tui.tui.screens.keyed import KeyedScreen, bindings
from canvas_kms_tui.tui.widgets.detail import Detail
from canvas_kms_tui.tui.widgets.key_footer import KeyFooter
from canvas_kms_tui.tui.words import DECISION

FIELDS = ("action", "resource", "context")


class AskScreen(KeyedScreen[None]):
    """``judge`` is pure and quick; it is asked with every letter."""

    CSS_PATH = "ask.tcss"
    TABLE = "ask"
    BINDINGS: ClassVar[list[BindingType]] = bindings("ask")
    AUTO_FOCUS = "#action"

    def __init__(
        self,
        questions: Sequence[Question],
        judge: Callable[[Question], Judged],
        documents: Sequence[Paperwork],
        start: str = "",
    ) -> None:
        super().__init__()
        self.questions = list(questions)
        self.judge = judge
        self.documents = {document.name: document for document in documents}
        self.index = next((i for i, question in enumerate(questions) if question.start == start), 0)

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        for name in FIELDS:
            field = Input(id=name, compact=True, select_on_focus=False)
            field.border_title = name
            yield field
        yield Detail("answer")
        yield KeyFooter(self.TABLE)

    def on_mount(self) -> None:
        self._start()

    def _start(self) -> None:
        question = self.questions[self.index]
        title = f"Try a request   from step {self.index + 1} of {len(self.questions)}: {question.title}"
        self.query_one("#title", Static).update(Content(title))
        self.query_one("#action", Input).value = question.action
        self.query_one("#resource", Input).value = question.resource
        context = ", ".join(f"{key}={value}" for key, value in question.context)
        self.query_one("#context", Input).value = context
        self._draw()

    def on_input_changed(self) -> None:
        self._draw()

    def _asked(self) -> Question:
        action, resource, context = (self.query_one(f"#{name}", Input).value.strip() for name in FIELDS)
        return replace(self.questions[self.index], action=action, resource=resource, context=parse_context(context))

    def _draw(self) -> None:
        asked = self._asked()
        judged = self.judge(asked)
        self.query_one(Detail).show(lambda paper: self._write(paper, asked, judged))

    def _write(self, paper: Paper, asked: Question, judged: Judged) -> None:
        look = DECISION[judged.decision]
        paper.line((f" {look.symbol} {look.word.upper()} ", f"reverse {look.style}"))
        paper.para(judged.explanation)
        paper.para(asked.role, LABEL, first="as ")
        paper.heading("Each layer for itself")
        rows = [(layer, says, "stands in the way" if blocks else "") for layer, says, blocks in judged.layers]
        paper.pairs(rows)
        for reason in judged.reasons[:2]:
            document = self.documents.get(reason.document)
            if document is not None:
                paper.heading(f"Statement {reason.statement} of the {reason.document}")
                paper.lines.extend(excerpt(lines_of(document.source, compact=True), reason, paper.width))
        paper.blank()
        paper.para("Judged by the documents that were read for this step; nothing is sent to AWS.", LABEL)

    def do_next(self) -> None:
        self._turn(1)

    def do_previous(self) -> None:
        self._turn(-1)

    def _turn(self, by: int) -> None:
        self.index = (self.index + by) % len(self.questions)
        self._start()


def parse_context(text: str) -> tuple[tuple[str, str], ...]:
    """``key=value, key=value``; a part without ``=`` goes on with the value before it (values may hold commas)."""
    pairs: list[tuple[str, str]] = []
    for part in text.split(","):
        key, mark, value = part.strip().partition("=")
        if mark and key:
            pairs.append((key, value))
        elif part.strip() and pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]},{part.strip()}")
    return tuple(pairs)
