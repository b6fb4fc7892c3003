"""The policy documents of the case, one at a time, with search; the deciding statement is marked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from canvas_kms_tui.tui import clipboard
from canvas_kms_tui.tui.jsontext import lines_of
from canvas_kms_tui.tui.pages import marked
from canvas_kms_tui.tui.rooms import Paperwork, Reason
from canvas_kms_tui.tui.screens.keyed import KeyedScreen, bindings
from canvas_kms_tui.tui.widgets.key_footer import KeyFooter
from canvas_kms_tui.tui.widgets.line_view import Line, LineView

if TYPE_CHECKING:
    from canvas_kms_tui.tui.widgets.filter_field import FilterField

FOUND = "on $warning-muted"


class DocumentScreen(KeyedScreen[None]):
    """Opens at the first of the ``reasons``; they are documents of the case."""

    CSS_PATH = "document.tcss"
    TABLE = "document"
    BINDINGS: ClassVar[list[BindingType]] = bindings("document")
    AUTO_FOCUS = "LineView"

    def __init__(self, documents: Sequence[Paperwork], reasons: Sequence[Reason]) -> None:
        super().__init__()
        self.documents = list(documents)
        self.reasons = {reason.document: reason for reason in reversed(reasons)}
        names = [document.name for document in documents]
        self.index = names.index(reasons[0].document) if reasons else 0
        self.needle = ""

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        yield LineView("text")
        yield KeyFooter(self.TABLE)

    def on_mount(self) -> None:
        self.call_after_refresh(self._draw, fresh=True)

    def on_resize(self) -> None:
        line = self.query_one(LineView).current
        unmoved = line is not None and line.id.startswith("marked")
        self.call_after_refresh(self._draw, fresh=unmoved)

    def _draw(self, *, fresh: bool = False) -> None:
        document = self.documents[self.index]
        title = f"{document.name}   ({self.index + 1} of {len(self.documents)})"
        self.query_one("#title", Static).update(Content(title))
        view = self.query_one(LineView)
        reason = self.reasons.get(document.name)
        lines = _folded(document, reason, self.needle, view.room)
        view.show(lines, keep=not fresh)
        if fresh and reason is not None:
            first = next((i for i, line in enumerate(lines) if line.id.startswith("marked")), 0)
            view.go_to(min(first + view.size.height // 2, len(lines) - 1))
            view.go_to(first)
        self.dim_keys()

    def why_not(self, key_id: str) -> str | None:
        match key_id:
            case "other" | "other_back" if len(self.documents) == 1:
                return "This is the only document."
            case "next" | "previous" if not self.needle:
                return "Search first: / and a text."
        return None

    def do_other(self) -> None:
        self._turn(1)

    def do_other_back(self) -> None:
        self._turn(-1)

    def _turn(self, by: int) -> None:
        self.index = (self.index + by) % len(self.documents)
        self._draw(fresh=True)

    def do_copy(self) -> None:
        text = json.dumps(self.documents[self.index].source, indent=2, ensure_ascii=False, default=str) + "\n"
        path = clipboard.copy_out(self.canvas_app, text)
        self.say(f"Sent to the clipboard; also in {path}")

    def do_back(self) -> None:
        if self.query("#filter"):
            self.needle = ""
            self.query("#filter").remove()
            self._draw()
            self.query_one(LineView).focus()
        else:
            self.dismiss(None)

    async def do_search(self) -> None:
        from canvas_kms_tui.tui.widgets.filter_field import FilterField

        for field in self.query("#filter"):
            field.focus()
            return
        field = FilterField(self.needle, "text to find; enter goes to it, n to the next")
        await self.mount(field, before="KeyFooter")
        field.focus()

    def on_filter_field_typed(self, message: FilterField.Typed) -> None:
        self.needle = message.text
        self._draw()
        self._find(0)

    def on_filter_field_left(self) -> None:
        self.query_one(LineView).focus()

    def do_next(self) -> None:
        self._find(1)

    def do_previous(self) -> None:
        self._find(-1)

    def _find(self, by: int) -> None:
        view, needle = self.query_one(LineView), self.needle.casefold()
        hits = [i for i, line in enumerate(view.lines) if needle and needle in line.left.plain.casefold()]
        if not hits:
            return
        ahead = [i for i in hits if (i >= view.cursor if by == 0 else i > view.cursor if by > 0 else i < view.cursor)]
        view.go_to((ahead[0] if by >= 0 else ahead[-1]) if ahead else hits[0 if by >= 0 else -1])


def _folded(document: Paperwork, reason: Reason | None, needle: str, width: int) -> list[Line]:
    """The document's lines for a width; a long line goes on below, without a number."""
    lines = lines_of(document.source)
    if needle:
        lines = [replace(line, content=_highlight(line.content, needle)) for line in lines]
    shown: list[Line] = []
    for number, (line, parts) in enumerate(zip(lines, marked(lines, reason, width, digits=4), strict=True)):
        decides = reason is not None and line.statement == reason.statement
        head, *rest = parts
        shown.append(Line(head, id=f"{'marked' if decides else 'line'}-{number}"))
        shown.extend(Line(part, id=f"more-{number}-{i}") for i, part in enumerate(rest))
    return shown


def _highlight(content: Content, needle: str) -> Content:
    text, wanted = content.plain.casefold(), needle.casefold()
    at = text.find(wanted)
    while at >= 0:
        content = content.stylize(FOUND, at, at + len(wanted))
        at = text.find(wanted, at + len(wanted))
    return content
