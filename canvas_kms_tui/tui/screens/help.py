"""The keys of one screen, in words, from the table of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from canvas_kms_tui.findings import Status
from canvas_kms_tui.tui import keys
from canvas_kms_tui.tui.desk import Trouble
from canvas_kms_tui.tui.paper import LABEL, Paper
from canvas_kms_tui.tui.rooms import FaqAnswer
from canvas_kms_tui.tui.screens.keyed import KeyedScreen, bindings
from canvas_kms_tui.tui.widgets.detail import Detail
from canvas_kms_tui.tui.widgets.key_footer import KeyFooter
from canvas_kms_tui.tui.words import STATUS

SAYS = {
    Status.PASS: "checked, and in order",
    Status.FAIL: "this breaks the import",
    Status.WARN: "may give trouble, or could not be told for sure",
    Status.UNKNOWN: "you may not read what is needed: neither in order nor broken; the detail names the permission",
    Status.BLOCKED: "cannot be judged before something else is mended",
    Status.NOT_APPLICABLE: "does not concern this import",
}


class HelpScreen(KeyedScreen[None]):
    CSS_PATH = "page.tcss"
    TABLE = "help"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("help")]
    AUTO_FOCUS = "Detail"

    def __init__(self, table: str) -> None:
        super().__init__()
        self.about = table
        self.answers: Sequence[FaqAnswer] = ()

    def compose(self) -> ComposeResult:
        yield Static(Content(f"Keys: {keys.TITLES[self.about].lower()}"), id="title")
        yield Detail("keys")
        yield KeyFooter(self.TABLE)

    def on_mount(self) -> None:
        self.query_one(Detail).show(self._write)
        if self.desk.case is not None:
            self.run_worker(self._ask(), group="faq", exclusive=True)

    async def _ask(self) -> None:
        try:
            self.answers = await self.desk.faq()
        except Trouble as trouble:
            self.say(str(trouble), warn=True)
        if self.stands:
            self.query_one(Detail).show(self._write, top=False)

    def _write(self, paper: Paper) -> None:
        if self.desk.case is not None:
            paper.para(
                "Below the keys: signs, and six questions answered with this account's values (G goes there).", LABEL
            )
        for key in keys.SCREENS[self.about]:
            names = " ".join(keys.SHOWN.get(name, name) for name in key.keys)
            paper.para(key.help, indent=1, first=f"{names:<11}")
        paper.heading("Moving")
        for names, says in keys.MOVING:
            paper.para(says, indent=1, first=f"{names:<18}")
        paper.heading("Signs")
        for status, says in SAYS.items():
            look = STATUS[status]
            paper.para(says, indent=1, first=f"{look.symbol} {look.word:<9}")
        if self.answers:
            paper.heading("Questions that everybody asks, answered with this account's values")
        for answer in self.answers:
            _answer(paper, answer)


def _answer(paper: Paper, answer: FaqAnswer) -> None:
    paper.para(answer.text, "bold", indent=1, first=f"{answer.number}  ")
    paper.para(answer.then, LABEL, indent=4, first="2022  ")
    paper.para(answer.now, indent=4, first="now   ")
    for line in answer.here:
        paper.para(line, "$text-primary", indent=4, first="here  ")
