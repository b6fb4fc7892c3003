"""The review of a set-up: the changes, the proof, what can never be changed; and its making, piece by piece."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from canvas_kms_tui.changes import Event, Journal, Refused
from canvas_kms_tui.setup import Made, Setup, make, words
from canvas_kms_tui.setup.run import in_pieces
from canvas_kms_tui.setup.telling import proof, request
from canvas_kms_tui.tui import clipboard
from canvas_kms_tui.tui.desk import Trouble
from canvas_kms_tui.tui.paper import LABEL, Paper
from canvas_kms_tui.tui.screens.keyed import KeyedScreen, bindings
from canvas_kms_tui.tui.widgets.detail import Detail
from canvas_kms_tui.tui.widgets.key_footer import KeyFooter


class SetupReview(KeyedScreen[Made | None]):
    """Gives what was made, or None when it was left."""

    CSS_PATH = "setup.tcss"
    TABLE = "setup_review"
    BINDINGS: ClassVar[list[BindingType]] = bindings("setup_review")
    AUTO_FOCUS = "Detail"

    def __init__(self, setup: Setup) -> None:
        super().__init__()
        self.setup = setup
        self.made: Made | None = None
        self._done: set[int] = set()
        self._at: int | None = None

    def compose(self) -> ComposeResult:
        yield Static(Content(f"Review   {self.setup.title}   nothing has been changed yet"), id="title")
        yield Detail("review")
        yield Static(id="doing")
        yield KeyFooter(self.TABLE)

    def on_mount(self) -> None:
        self.call_after_refresh(self._draw)
        self.dim_keys()

    def _draw(self) -> None:
        self.query_one(Detail).show(self._page, top=False)

    def _page(self, paper: Paper) -> None:
        setup = self.setup
        if not setup.changes:
            paper.para("Everything stands already: there is nothing to make.", "bold")
        paper.para(proof(setup), "" if setup.proven else "$text-error")
        for problem in setup.problems:
            paper.para(str(problem), "$text-warning", first="! ")
        for change in setup.changes:
            if change.confirm:
                paper.para(change.confirm_why, "$text-warning", first="! ")
        paper.heading("What is made, in this order")
        for number, piece in enumerate(in_pieces(setup.changes)):
            sign = "✓" if number in self._done else "…" if number == self._at else "·"
            paper.para(words(piece), first=f"{sign} {number + 1:>2} ", indent=1)
            paper.line((f"      {', '.join(change.action for change in piece)}", LABEL))
        if setup.diagnosis is not None:
            paper.heading("The import as it would then be")
            for step in setup.diagnosis.import_path:
                paper.line(f"  {'✓' if step.decision == 'allowed' else '✗'} {step.action} on {step.resource}")
        if self.made is not None:
            paper.heading("Made" if self.made.ok else "Stopped")
            paper.para(self.made.text, "" if self.made.ok else "$text-error")

    def why_not(self, key_id: str) -> str | None:
        if key_id == "apply":
            if self._at is not None:
                return "It is being made."
            if self.made is not None and self.made.ok:
                return "It has been made: enter diagnoses it."
            if not self.setup.changes:
                return "There is nothing to make: everything stands. enter diagnoses it."
            if not self.setup.proven:
                return "It is not proven: go back and change the answers."
            return self.desk.why_no_writing()
        if key_id == "back" and self._at is not None:
            return "It is being made; ctrl+q leaves, and the next start goes on."
        return None

    async def do_apply(self) -> None:
        if self.made is not None and not self.made.ok:
            self.dismiss(self.made)
            return
        self.run_worker(self._make(), exclusive=True)

    async def _make(self) -> None:
        typed = []
        for change in self.setup.changes:
            if change.confirm:
                from canvas_kms_tui.tui.screens.confirm import ConfirmScreen

                answer = await self.app.push_screen_wait(ConfirmScreen(change))
                if answer is None:
                    return
                typed.append(answer)
        connection = self.desk.connection
        assert connection is not None
        self._at = 0
        self.dim_keys()
        try:
            self.made = await self.desk.away(
                lambda: make(
                    self.setup,
                    connection=connection,
                    journal=Journal(self.desk.session.journal),
                    typed=typed,
                    progress=lambda event: self.app.call_from_thread(self._heard, event),
                )
            )
        except (Trouble, Refused) as stopped:
            self.say(str(stopped), warn=True)
        finally:
            self._at = None
            self.query_one("#doing", Static).update(Content(""))
            self.dim_keys()
        if self.made is not None:
            self._done = {number for number, outcome in enumerate(self.made.outcomes) if outcome.ok}
            done = "enter diagnoses what stands now" if self.made.ok else "a goes on from what stands"
            self.query_one("#title", Static).update(Content(f"{self.setup.title}   {done}"))
        self._draw()

    def _heard(self, event: Event) -> None:
        self._at = event.index
        self._done |= set(range(event.index))
        self.query_one("#doing", Static).update(Content(f"{event.index + 1}: {event.stage} {event.text}"))
        self._draw()

    def do_choose(self) -> None:
        """Diagnose what stands: after it was made, or where everything stood already."""
        if self.made is not None and self.made.ok:
            self.dismiss(self.made)
        elif not self.setup.changes and self.setup.target is not None:
            self.dismiss(Made(self.setup.target, ()))
        else:
            self.say("Nothing has been made yet: a makes it.", warn=True)

    def do_copy(self) -> None:
        path = clipboard.copy_out(self.canvas_app, request(self.setup))
        self.say(f"Copied; also in {path}")
