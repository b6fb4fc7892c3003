"""The fix preview: what would be changed, the proof, the way back. Only here can anything be applied, by ``a``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from canvas_kms_tui.change import Fix
from canvas_kms_tui.findings import Finding
from canvas_kms_tui.tui import clipboard
from canvas_kms_tui.tui.desk import Trouble
from canvas_kms_tui.tui.fix_page import Preview, confirmations, fix_page, why_not_apply
from canvas_kms_tui.tui.paper import Paper
from canvas_kms_tui.tui.rooms import Applied, Proof, Rooms
from canvas_kms_tui.tui.screens.confirm import ConfirmScreen
from canvas_kms_tui.tui.screens.keyed import KeyedScreen, bindings
from canvas_kms_tui.tui.widgets.detail import Detail
from canvas_kms_tui.tui.widgets.key_footer import KeyFooter


class FixScreen(KeyedScreen[Applied | None]):
    """Gives what was applied, or None. Several fixes are several ways; one is shown at a time."""

    CSS_PATH = "fix.tcss"
    TABLE = "fix"
    BINDINGS: ClassVar[list[BindingType]] = bindings("fix")
    AUTO_FOCUS = "Detail"

    def __init__(self, finding: Finding, fixes: Sequence[Fix]) -> None:
        super().__init__()
        self.finding = finding
        self.fixes = list(fixes)
        self.index = 0
        self.proofs: dict[str, Proof] = {}
        self.applying = False
        self._rooms: Rooms | None = None

    @property
    def fix(self) -> Fix:
        return self.fixes[self.index]

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        yield Detail("preview")
        yield Static(id="progress")
        yield KeyFooter(self.TABLE)

    def on_mount(self) -> None:
        self.run_worker(self._load(), group="proof", exclusive=True)

    async def _load(self) -> None:
        self._rooms = await self.desk.rooms()
        self._draw()
        fix = self.fix
        if not fix.changes or fix.id in self.proofs:
            return
        try:
            proof = await self.desk.prove(self.finding, fix)
        except Trouble as trouble:
            proof = Proof(False, f"It could not be simulated: {trouble}")
        self.proofs[fix.id] = proof
        self.fixes[self.fixes.index(fix)] = replace(fix, proven=proof.ok, proof=proof.text)
        self._draw(top=False)

    def _draw(self, *, top: bool = True) -> None:
        rooms = self._rooms
        if rooms is None or not self.is_attached:
            return
        of = f"Fix {self.index + 1} of {len(self.fixes)}" if len(self.fixes) > 1 else "Fix"
        self.query_one("#title", Static).update(Content(f"{of} for: {self.finding.title}"))
        fix = self.fix
        preview = Preview(
            fix,
            self.proofs.get(fix.id),
            self.why_not("apply"),
            [rooms.diff(change) for change in fix.changes],
            [rooms.as_cli(change) for change in fix.changes],
        )
        connection = self.desk.opened().connection
        self.query_one(Detail).show(lambda paper: fix_page(paper, preview, connection), top=top)
        self.dim_keys()

    def why_not(self, key_id: str) -> str | None:
        match key_id:
            case "apply" | "back" if self.applying:
                return "The change is being made: a moment."
            case "apply":
                return why_not_apply(self.fix, self.proofs.get(self.fix.id), self.desk.why_no_writing())
            case "other" if len(self.fixes) == 1:
                return "There is one way only."
            case "copy" if not self.fix.changes and not self.fix.text:
                return "There is nothing to copy."
        return None

    def do_apply(self) -> None:
        self.run_worker(self._apply(), group="apply", exclusive=True)

    async def _apply(self) -> None:
        confirmed: dict[str, str] = {}
        for change in confirmations(self.fix):
            typed = await self.app.push_screen_wait(ConfirmScreen(change))
            if typed is None:
                self.say("Nothing was changed.")
                return
            confirmed[change.resource] = typed
        self.applying = True
        self.dim_keys()
        self._progress("Making the change…")
        try:
            applied = await self.desk.apply(self.fix, confirmed, self._progress_from_afar)
        except Trouble as trouble:
            self._progress("")
            self.proofs[self.fix.id] = Proof(False, str(trouble))
            self.say(str(trouble), warn=True)
        else:
            self.dismiss(applied)
        finally:
            self.applying = False
            self._draw()

    def _progress_from_afar(self, text: str) -> None:
        self.app.call_from_thread(self._progress, text)

    def _progress(self, text: str) -> None:
        if self.is_attached:
            self.query_one("#progress", Static).update(Content(text))

    async def do_other(self) -> None:
        self.index = (self.index + 1) % len(self.fixes)
        self.run_worker(self._load(), group="proof", exclusive=True)

    def do_copy(self) -> None:
        path = clipboard.copy_out(self.canvas_app, self._commands())
        self.say(f"Copied, if your terminal allows it; also written to {path}")

    def do_export(self) -> None:
        rooms = self._rooms
        if rooms is None:
            return
        paper = Paper(100)
        preview = Preview(
            self.fix,
            self.proofs.get(self.fix.id),
            None,
            [rooms.diff(change) for change in self.fix.changes],
            [rooms.as_cli(change) for change in self.fix.changes],
        )
        fix_page(paper, preview, self.desk.opened().connection)
        name = self.fix.id.replace("/", "-")
        path = clipboard.write_private(self.desk.session.out / f"fix-{name}.txt", paper.content().plain + "\n")
        self.say(f"Written: {path}")

    def _commands(self) -> str:
        if self._rooms is None or not self.fix.changes:
            return self.fix.text + "\n"
        return "\n\n".join(self._rooms.as_cli(change) for change in self.fix.changes) + "\n"
