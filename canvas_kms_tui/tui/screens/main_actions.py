"""What the keys of the main screen do, and the flows that they start."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable

from canvas_kms_tui.findings import Diagnosis, Finding
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.tui import clipboard, pages
from canvas_kms_tui.tui.board import Board
from canvas_kms_tui.tui.desk import Trouble
from canvas_kms_tui.tui.headline import Phase
from canvas_kms_tui.tui.messages import Herald
from canvas_kms_tui.tui.rooms import Applied, Case, Undoable, Way
from canvas_kms_tui.tui.screens.main_moves import MainMoves
from canvas_kms_tui.tui.widgets.cause_tree import CauseTree


class MainActions(MainMoves):
    """The doing half of the main screen; the showing half is ``MainScreen``."""

    phase: Phase
    trouble: str
    run_number: int

    @abstractmethod
    def begin(self, work: Callable[[], Awaitable[None]]) -> None: ...

    # Flows

    async def open_source(self) -> None:
        """Connect, choose what is left open, diagnose."""
        self.phase = Phase.CONNECTING
        self.draw()
        connection = await self.desk.connect()
        await self.tell_what_was_left_open()
        if self.desk.session.setup:
            self.desk.session.setup = False
            await self.set_up()
            return
        await self.choose(connection)

    async def choose(self, connection: Connection) -> None:
        """Choose what is left open, diagnose."""
        if self.desk.target is None:
            self.phase = Phase.CHOOSING
            self.draw()
            from canvas_kms_tui.tui.screens.pick import choose_target

            await choose_target(self)
            self.desk.target = self.desk.session.target(connection)
        await self.diagnose()

    async def tell_what_was_left_open(self) -> None:
        """After a crash between journal and write: what stands. It stays until it has been read."""
        if texts := await self.desk.recover():
            from canvas_kms_tui.tui.screens.notice import NoticeScreen

            self.app.push_screen(NoticeScreen("An earlier run was cut off while it changed something", texts))

    async def set_up(self) -> None:
        """The first set-up; then what stands is diagnosed, or what was shown before is shown again."""
        from canvas_kms_tui.tui.screens.setup_flow import set_up

        before, self.phase = self.phase, Phase.CHOOSING
        self.draw()
        if await set_up(self, self.looking):
            await self.diagnose()
        elif self.desk.case is not None:
            self.phase = before
            self.draw()
        else:
            raise Trouble("The set-up was left; its answers are kept. S goes on with it, t chooses a target.")

    def looking(self, text: str) -> None:
        """Say what the program is at while nothing else can be shown."""
        self.trouble = text
        self.draw()

    async def diagnose(self) -> None:
        self.workers.cancel_group(self, "afterwards")
        self.run_number += 1
        self.board = Board(folds=self.board.folds)
        self.phase, self.desk.case = Phase.CHECKING, None
        self.remove_class("-zoomed")
        tree = self.query_one(CauseTree)
        tree.touched = False
        tree.focus()
        self.draw()
        case = await self.desk.diagnose(Herald(self.post_message, self.run_number))
        self.phase = Phase.DONE
        self._remember(case)
        self.show_again(case.diagnosis)
        self.afterwards()

    def _remember(self, case: Case) -> None:
        """Only real accounts: a demo or a case file leaves no trace."""
        if case.connection.source == "live":
            from canvas_kms_tui.tui.kept import remember

            remember(case.target)

    def show_again(self, diagnosis: Diagnosis) -> None:
        """Show a finished diagnosis."""
        self.board.finish(diagnosis, self.desk.session.clock())
        self.draw(top=True)

    def afterwards(self, *, evidence: bool = True) -> None:
        """Proofs, then evidence: only a new diagnosis stops them, whatever other key is pressed meanwhile."""
        self.run_worker(self._afterwards(self.board, evidence), group="afterwards", exclusive=True)

    async def _afterwards(self, board: Board, evidence: bool) -> None:
        try:
            board.take((await self.desk.prove_all()).diagnosis)
            board.looking = evidence
            self.draw()
            if evidence:
                herald = Herald(self.post_message, self.run_number)
                board.take((await self.desk.evidence(herald.evidence)).diagnosis)
        except Trouble as trouble:
            self.say(str(trouble), warn=True)
        except Exception as error:  # noqa: BLE001 - a defect must not take the verdict with it
            self.say(self.canvas_app.defect(error), warn=True)
        finally:
            board.looking = False
            if self.stands:
                self.draw()

    async def preview(self, finding: Finding) -> None:
        from canvas_kms_tui.tui.screens.fix import FixScreen

        ways = [Way(fix, finding) for fix in finding.fixes]
        await self.after_fix(await self.app.push_screen_wait(FixScreen(finding.title, ways)))

    async def after_fix(self, applied: Applied | None) -> None:
        if applied is not None:
            back = "; u takes it back" if applied.made else ""
            self.say(f"{applied.text} Journal entry {applied.entry}{back}.", warn=not applied.ok)
            await self.diagnose()

    async def take_back(self) -> None:
        undoable = await self.desk.last_change()
        if undoable is None:
            self.say("Nothing has been applied to this account that could be taken back.", warn=True)
            return
        await self.take_back_this(undoable)

    async def take_back_this(self, undoable: Undoable) -> None:
        from canvas_kms_tui.tui.screens.undo import UndoScreen

        undone = await self.app.push_screen_wait(UndoScreen(undoable))
        if undone is not None:
            self.app.clear_notifications()  # what was said of the change is no longer so
            self.say(f"Taken back. {undone.text}" if undone.ok else undone.text, warn=not undone.ok)
            await self.diagnose()

    async def write_report(self) -> None:
        case, rooms = self.desk.opened(), await self.desk.rooms()
        try:
            path = await self.desk.away(lambda: rooms.report(case, self.desk.session.out))
        except OSError as failed:
            raise Trouble(f"The report could not be written: {failed}") from failed
        self.say(f"Report written: {path}; beside it, as .jsonl, its requests for --evaluate")

    # Keys

    def why_not(self, key_id: str) -> str | None:
        finding = self.selected()
        match key_id:
            case "fix" | "undo" | "export" if self.phase is not Phase.DONE:
                return "The checks are still running: wait for the verdict."
            case "fix" if finding is None or not finding.fixes:
                return "There is no fix here: choose a line marked ‘f fixes’ (n goes to the next problem)."
            case "undo" if (reason := self.desk.why_no_writing()) is not None:
                return reason
            case "document" if self.phase is not Phase.DONE or self.desk.case is None:
                return "The documents are read with the checks: wait for the verdict."
            case "document" if not self.desk.opened().documents:
                return "No policy document could be read."
            case "copy" if finding is None:
                return "Choose a cause first: its finding is what is copied."
            case "again" if self.phase in (Phase.CONNECTING, Phase.CHOOSING, Phase.CHECKING):
                return "The checks are running already."
        return None

    def do_fix(self) -> None:
        finding = self.selected()
        if finding is not None:
            self.in_background(lambda: self.preview(finding))

    def do_undo(self) -> None:
        self.in_background(self.take_back)

    def do_again(self) -> None:
        self.begin(self.diagnose if self.desk.target is not None else self.open_source)

    def do_export(self) -> None:
        self.in_background(self.write_report)

    def do_copy(self) -> None:
        finding = self.selected()
        if finding is None:
            return
        if finding.could_not_check is not None and finding.could_not_check.grant is not None:
            text = pages.grant_text(finding.could_not_check)
        else:
            text = pages.finding_markdown(finding)
        path = clipboard.copy_out(self.canvas_app, text)
        self.say(f"Sent to the clipboard; also in {path}")

    def do_document(self) -> None:
        from canvas_kms_tui.tui.screens.document import DocumentScreen

        case, finding = self.desk.opened(), self.selected()
        reasons = pages.deciding(finding, case) if finding else []
        self.app.push_screen(DocumentScreen(case.documents, reasons))

    def in_background(self, work: Callable[[], Awaitable[None]]) -> None:
        """Like ``begin``, but what goes wrong is only said: the diagnosis on the screen still stands."""

        async def guarded() -> None:
            try:
                await work()
            except Trouble as trouble:
                self.say(str(trouble), warn=True)

        self.begin(guarded)
