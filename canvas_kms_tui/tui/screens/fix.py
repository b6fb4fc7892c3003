"""The fix preview: what would be changed, the proof, the way back. Only here can anything be applied, by ``a``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.tui import clipboard
from canvas_kms_tui.tui.desk import Trouble
from canvas_kms_tui.tui.fix_page import (
    TOOLS,
    TWO_SIDES,
    Preview,
    confirmations,
    fix_page,
    preferred_tool,
    why_not_apply,
)
from canvas_kms_tui.tui.paper import Paper
from canvas_kms_tui.tui.rooms import Applied, Proof, Rooms, Sides, Way
from canvas_kms_tui.tui.screens.confirm import ConfirmScreen
from canvas_kms_tui.tui.screens.keyed import KeyedScreen, bindings
from canvas_kms_tui.tui.screens.notice import NoticeScreen
from canvas_kms_tui.tui.widgets.detail import Detail
from canvas_kms_tui.tui.widgets.key_footer import KeyFooter

SAVED_WIDTH = 100
#: The documents that can give access to everybody.
PUBLIC = ("key policy", "bucket policy", "trust policy")


def usefulness(way: Way) -> int:
    """What can be applied comes first, what the simulation refutes comes last; else the cause's own order."""
    fix = way.fix
    if fix.proven is False:
        return 2
    return 0 if fix.auto is Auto.YES and fix.changes else 1


class FixScreen(KeyedScreen[Applied | None]):
    """Gives what was applied, or None. Several ways mend the same; one is shown at a time."""

    CSS_PATH = "fix.tcss"
    TABLE = "fix"
    BINDINGS: ClassVar[list[BindingType]] = bindings("fix")
    AUTO_FOCUS = "Detail"

    def __init__(self, subject: str, ways: Sequence[Way]) -> None:
        super().__init__()
        self.subject = subject
        self.ways = sorted(ways, key=usefulness)
        self.index = 0
        self.tool = TOOLS[0]
        self.sides = False
        self.applying = False
        self.refused = ""
        self.standing: Sides = ()
        self._rooms: Rooms | None = None

    @property
    def way(self) -> Way:
        return self.ways[self.index]

    @property
    def fix(self) -> Fix:
        return self.way.fix

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        yield Detail("preview")
        yield Static(id="progress")
        yield KeyFooter(self.TABLE)

    def on_mount(self) -> None:
        self.run_worker(self._load(), group="proof", exclusive=True)

    async def _load(self) -> None:
        self._rooms = await self.desk.rooms()
        way, index = self.way, self.index
        self._show_first(way.proof)
        self._draw()
        if not way.fix.changes or way.proof is not None or way.finding is None:
            return
        try:
            proof = await self.desk.prove(way.finding, way.fix)
        except Trouble as trouble:
            proof = Proof(False, f"It could not be simulated: {trouble}")
        self.ways[index] = replace(way, proof=proof, fix=replace(way.fix, proven=proof.ok, proof=proof.text))
        self._show_first(proof)
        self._draw(top=False)

    def _show_first(self, proof: Proof | None) -> None:
        if proof is not None and proof.warnings:
            self.tool = preferred_tool(proof.warnings)

    def _preview(self, rooms: Rooms) -> Preview:
        way = self.way
        return Preview(
            way.fix,
            way.proof,
            self.refused or self.why_not("apply"),
            [rooms.diff(change) for change in way.fix.changes],
            [rooms.same_as(change) for change in way.fix.changes],
            self.tool,
            self.sides,
            self.standing,
        )

    def _draw(self, *, top: bool = True) -> None:
        if self._rooms is None or not self.stands:
            return
        of = f" {self.index + 1} of {len(self.ways)}" if len(self.ways) > 1 else ""
        self.query_one("#title", Static).update(Content(f"Fix{of}   {self.subject}"))
        preview, connection = self._preview(self._rooms), self.desk.opened().connection
        self.query_one(Detail).show(lambda paper: fix_page(paper, preview, connection), top=top)
        self.dim_keys()

    def why_not(self, key_id: str) -> str | None:
        match key_id:
            case "apply" | "back" | "other" if self.applying:
                return "The change is being made: a moment."
            case "apply":
                return why_not_apply(self.fix, self.way.proof, self.desk.why_no_writing())
            case "other" if len(self.ways) == 1:
                return "There is one way only."
            case "same_as" if not self.fix.changes:
                return "There is no change to show as code."
            case "public" if self.way.proof is None:
                return "The simulation is still running: wait for the proof."
            case "public" if not any(change.document in PUBLIC for change in self.fix.changes):
                return "Nothing here can give public access: it writes no resource policy."
            case "sides" if self.size.width < TWO_SIDES:
                return "Side by side needs 120 columns."
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
        self.applying, self.refused, self.standing = True, "", ()
        self.dim_keys()
        self._progress("Making the change…")
        try:
            applied = await self.desk.apply(self.fix, confirmed, self._progress_from_afar)
        except Trouble as trouble:
            self.refused, self.standing = str(trouble), trouble.sides
            self.say(self.refused, warn=True)
        else:
            self.dismiss(applied)
        finally:
            self.applying = False
            self._progress("")
            self._draw()

    def _progress_from_afar(self, text: str) -> None:
        self.app.call_from_thread(self._progress, text)

    def _progress(self, text: str) -> None:
        if self.stands:
            self.query_one("#progress", Static).update(Content(text))

    def do_other(self) -> None:
        self.index = (self.index + 1) % len(self.ways)
        self.refused, self.standing = "", ()
        self.run_worker(self._load(), group="proof", exclusive=True)

    def do_same_as(self) -> None:
        self.tool = TOOLS[(TOOLS.index(self.tool) + 1) % len(TOOLS)]
        self._draw(top=False)
        self.query_one(Detail).scroll_end(animate=False)

    def do_public(self) -> None:
        self.run_worker(self._public(), group="public", exclusive=True)

    async def _public(self) -> None:
        way, index = self.way, self.index
        told = "Access Analyzer checks the new policies with CheckNoPublicAccess. AWS may charge for each check."
        asked = NoticeScreen("Check for public access?", [told], question="Ask it?")
        if way.proof is None or not await self.app.push_screen_wait(asked):
            return
        try:
            said = await self.desk.public_access(way.fix)
        except Trouble as trouble:
            said = [str(trouble)]
        self.ways[index] = replace(way, proof=replace(way.proof, said=tuple(dict.fromkeys([*way.proof.said, *said]))))
        self._draw(top=False)

    def do_sides(self) -> None:
        self.sides = not self.sides
        self._draw(top=False)

    def do_copy(self) -> None:
        if self._rooms is None:
            return
        text = self._preview(self._rooms).commands if self.fix.changes else self.fix.text
        path = clipboard.copy_out(self.canvas_app, text + "\n")
        self.say(f"Sent to the clipboard; also in {path}")

    def do_export(self) -> None:
        if self._rooms is None:
            return
        paper = Paper(SAVED_WIDTH)
        fix_page(paper, self._preview(self._rooms), self.desk.opened().connection)
        name = self.fix.id.replace("/", "-")
        try:
            path = clipboard.write_private(self.desk.session.out / f"fix-{name}.txt", paper.content().plain + "\n")
        except OSError as failed:
            self.say(f"It could not be written: {failed}", warn=True)
        else:
            self.say(f"Written: {path}")
