"""The keys of the main screen that go further: repair plan, journal, trying a request, watching, another target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from canvas_kms_tui.findings import Diagnosis
from canvas_kms_tui.tui import clipboard
from canvas_kms_tui.tui.board import Board, with_evidence_of
from canvas_kms_tui.tui.desk import Trouble
from canvas_kms_tui.tui.headline import Phase
from canvas_kms_tui.tui.links import console_link
from canvas_kms_tui.tui.messages import Silent
from canvas_kms_tui.tui.screens.main_actions import MainActions

if TYPE_CHECKING:
    from textual.timer import Timer


class MainExtras(MainActions):
    """``watch_timer`` runs while the target is watched."""

    watch_timer: Timer | None = None

    def why_not(self, key_id: str) -> str | None:
        match key_id:
            case "plan" | "journal" | "ask" | "watch" | "message" if self.phase is not Phase.DONE:
                return "The checks are still running: wait for the verdict."
            case "target" if self.desk.connection is None:
                return "There is no connection yet."
            case "target" if self.phase not in (Phase.DONE, Phase.STOPPED):
                return "The checks are still running: wait for the verdict."
            case "switch" if self.desk.session.access is None:
                return "This source of facts has one account only."
            case "switch" if self.desk.session.access is not None and self.desk.session.access.why_not:
                return self.desk.session.access.why_not
            case "switch" if self.phase is Phase.CONNECTING:
                return "The connection is being made: a moment."
            case "console" if self._link() is None:
                return "Choose a finding about a key, bucket, role or Domain first."
        return super().why_not(key_id)

    # Repair plan, journal, trying a request

    def do_plan(self) -> None:
        self.in_background(self._plan)

    async def _plan(self) -> None:
        from canvas_kms_tui.tui.screens.fix import FixScreen

        case, rooms = self.desk.opened(), await self.desk.rooms()
        self.say("Looking for the smallest set of changes…")
        ways = await self.desk.away(lambda: rooms.plan(case))
        if not ways:
            self.say("There is no set of changes of your own with which the import passes.", warn=True)
            return
        await self.after_fix(await self.app.push_screen_wait(FixScreen("repair plan for the whole import", ways)))

    def do_journal(self) -> None:
        self.in_background(self._journal)

    async def _journal(self) -> None:
        from canvas_kms_tui.tui.screens.journal import JournalScreen

        case, rooms = self.desk.opened(), await self.desk.rooms()
        entries = await self.desk.away(lambda: rooms.journal(case))
        chosen = await self.app.push_screen_wait(JournalScreen(entries))
        if chosen is not None:
            await self.take_back_this(await self.desk.away(lambda: rooms.undoable(case, chosen)))

    def do_evidence(self) -> None:
        from canvas_kms_tui.tui.screens.evidence import EvidenceScreen

        self.app.push_screen(EvidenceScreen(lambda: self.board))

    def do_ask(self) -> None:
        self.in_background(self._ask)

    async def _ask(self) -> None:
        from canvas_kms_tui.tui.screens.ask import AskScreen

        case, rooms = self.desk.opened(), await self.desk.rooms()
        questions = rooms.questions(case)
        if not questions:
            raise Trouble("No request of the import could be formed: too little could be read.")
        finding = self.selected()
        start = finding.step_ids[0] if finding is not None and finding.step_ids else ""
        await self.app.push_screen_wait(
            AskScreen(questions, lambda question: rooms.ask(case, question), case.documents, start)
        )

    # Watching

    def do_watch(self) -> None:
        if self.watch_timer is not None:
            self._stop_watching("No longer watching.")
            return
        seconds = self.desk.session.watch_seconds
        self.watch_timer = self.set_interval(seconds, self._look_again)
        self.say(f"Watching: checks again every {seconds:.0f} s, rings when the verdict turns. w ends it.")

    def _stop_watching(self, why: str = "") -> None:
        if self.watch_timer is not None:
            self.watch_timer.stop()
            self.watch_timer = None
        if why:
            self.say(why)

    def _look_again(self) -> None:
        if self.phase is Phase.DONE and self.app.screen is self:
            self.in_background(self._watched)

    async def _watched(self) -> None:
        before = self.board.diagnosis
        try:
            case = await self.desk.diagnose(Silent())
        except Trouble as trouble:
            self._stop_watching(f"No longer watching. {trouble}")
            return
        turned = before is not None and _turned(before, case.diagnosis)
        if before is not None and not turned:
            case = self.desk.case = replace(case, diagnosis=with_evidence_of(before, case.diagnosis))
        self.show_again(case.diagnosis)
        if before is not None and turned:
            self.app.bell()
            was, now = before.verdict.status.value, case.diagnosis.verdict.status.value
            self.say(f"The verdict turned: {was} → {now}", warn=now == "broken")
        self.afterwards(evidence=turned)

    # Another target

    def do_setup(self) -> None:
        self.begin(self.set_up)

    def do_target(self) -> None:
        self.in_background(self._another_target)

    async def _another_target(self) -> None:
        from canvas_kms_tui.tui.screens.pick import choose_target

        session, connection = self.desk.session, self.desk.connection
        kept = session.domain_id, session.user_profile, session.datasets
        session.domain_id = session.user_profile = session.datasets = None
        try:
            await choose_target(self)
        except Trouble:
            session.domain_id, session.user_profile, session.datasets = kept
            raise
        self.desk.target = session.target(connection) if connection is not None else None
        self.begin(self.diagnose)

    # Another account, Region or demo

    def do_switch(self) -> None:
        self.in_background(self._switch)

    async def _switch(self) -> None:
        from canvas_kms_tui.tui.screens.switch import choose_place

        desk = self.desk
        chosen = await choose_place(self)
        if chosen is None:
            return
        place, region = chosen
        self.say("Connecting… what is on the screen stays until that is done.")
        connection = await desk.switch(place, region)
        self._stop_watching()
        self.board = Board(folds=self.board.folds)
        self.begin(lambda: self.choose(connection))

    # The message that the user saw

    def do_message(self) -> None:
        self.in_background(self._message)

    async def _message(self) -> None:
        from canvas_kms_tui.tui.screens.message import MessageScreen

        case, rooms, session = self.desk.opened(), await self.desk.rooms(), self.desk.session
        screen = MessageScreen(lambda text: rooms.said(case, text), session.error_text or "")
        said = await self.app.push_screen_wait(screen)
        if said is None or self.board.diagnosis is None:
            return
        self.desk.take_message(said)
        self.board.take(replace(self.board.diagnosis, said=said))
        found = self.board.finding_of_message(said)
        if found is None:
            self.say(f"{said.text} It points at {', '.join(said.causes)}: not checked here.", warn=True)
        else:
            self.go_to_finding(found)
            in_order = found.id != said.finding
            self.say(
                f"{said.text} That is in order here; the verdict stands." if in_order else said.text, warn=in_order
            )

    # Jump mode

    def do_jump(self) -> None:
        self.run_worker(self._jump_anywhere(), group="jump", exclusive=True)

    async def _jump_anywhere(self) -> None:
        from canvas_kms_tui.tui.screens.jump import JumpScreen

        chosen = await self.app.push_screen_wait(JumpScreen(self.places()))
        if chosen is not None:
            chosen.go()

    # Console

    def do_console(self) -> None:
        link = self._link()
        if link is not None:
            path = clipboard.copy_out(self.canvas_app, link + "\n")
            self.say(f"{link} (sent to the clipboard; also in {path})")

    def _link(self) -> str | None:
        finding, connection = self.selected(), self.desk.connection
        if finding is None or connection is None:
            return None
        return console_link(finding.resource, connection.region)


def _turned(before: Diagnosis, after: Diagnosis) -> bool:
    return before.verdict.status is not after.verdict.status
