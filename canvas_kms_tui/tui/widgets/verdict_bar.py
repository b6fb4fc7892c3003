"""The top of the main screen: what is looked at, and in one sentence what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.widget import Widget

from canvas_kms_tui.tui.paper import Paper
from canvas_kms_tui.tui.words import Look, concise, shorten

_GAP = "   "
SENTENCE = 3  #: lines that the verdict may take


@dataclass(frozen=True, slots=True)
class Verdict:
    """``hints`` say what to do next, as many as fit; ``progress`` stands at the right of the first line."""

    where: str
    what: str
    look: Look
    sentence: str
    hints: tuple[str, ...] = ()
    progress: str = ""


class VerdictBar(Widget):
    def __init__(self, identity: str) -> None:
        super().__init__(id=identity)
        self.verdict: Verdict | None = None

    def show(self, verdict: Verdict) -> None:
        if verdict != self.verdict:
            self.verdict = verdict
            self.refresh(layout=True)

    def render(self) -> Content:
        if self.verdict is None:
            return Content("")
        return verdict_content(self.verdict, self.size.width)


def verdict_content(verdict: Verdict, width: int) -> Content:
    """Target, the sentence (at most three lines), the hint."""
    paper = Paper(width)
    room = paper.width - len(verdict.progress) - 2
    where = shorten(verdict.where, room)
    gap = " " * (paper.width - len(where) - len(verdict.progress))
    paper.line((where, "$foreground-muted"), gap, (verdict.progress, "$foreground-muted"))
    paper.line(shorten(verdict.what, paper.width))
    lead = Content.styled(f" {verdict.look.symbol} {verdict.look.word} ", verdict.look.style) + "  "
    lines = (lead + Content.styled(verdict.sentence, "bold")).wrap(paper.width)
    if len(lines) > SENTENCE:
        lines = (lead + Content.styled(concise(verdict.sentence), "bold")).wrap(paper.width)
    paper.lines.extend(_at_most(lines, SENTENCE))
    if verdict.hints:
        paper.line((_fitting(verdict.hints, paper.width), "$foreground-muted"))
    return paper.content()


def _at_most(lines: list[Content], number: int) -> list[Content]:
    if len(lines) <= number:
        return lines
    last = lines[number - 1].rstrip()
    return [*lines[: number - 1], last.truncate(max(last.cell_length - 1, 0)) + "…"]


def _fitting(hints: tuple[str, ...], width: int) -> str:
    while len(hints) > 1 and len(_GAP.join(hints)) > width:
        hints = hints[:-1]
    return _GAP.join(hints)
