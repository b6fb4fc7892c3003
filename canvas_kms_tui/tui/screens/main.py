"""The main screen: verdict, path of the import, tree of causes, detail. Owns the diagnosis as the user sees it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from canvas_kms_tui.findings import Finding
from canvas_kms_tui.tui import evidence_page, headline, messages, pages
from canvas_kms_tui.tui.board import Board, step_id
from canvas_kms_tui.tui.desk import Trouble
from canvas_kms_tui.tui.paper import Paper
from canvas_kms_tui.tui.screens import main_stops
from canvas_kms_tui.tui.screens.keyed import bindings
from canvas_kms_tui.tui.widgets.cause_tree import CauseTree
from canvas_kms_tui.tui.widgets.detail import Detail
from canvas_kms_tui.tui.widgets.key_footer import KeyFooter
from canvas_kms_tui.tui.widgets.line_view import LineView
from canvas_kms_tui.tui.widgets.path_line import PathLine
from canvas_kms_tui.tui.widgets.verdict_bar import VerdictBar


class MainScreen(main_stops.MainStops):
    """Starts connecting as soon as it has been drawn."""

    CSS_PATH = "main.tcss"
    TABLE = "main"
    BINDINGS: ClassVar[list[BindingType]] = bindings("main")
    AUTO_FOCUS = "CauseTree"

    def __init__(self) -> None:
        super().__init__()
        self.board = Board()
        self.needle = ""
        self.phase = headline.Phase.CONNECTING
        self.trouble = ""
        self.run_number = 0
        self._drawing = False

    def compose(self) -> ComposeResult:
        yield VerdictBar("verdict")
        yield PathLine("path")
        with Container(id="body"):
            yield CauseTree("tree")
            yield Detail("detail")
            yield Detail("aside")
        yield KeyFooter(self.TABLE)

    def on_mount(self) -> None:
        self.desk.session.ask_to_sign_in = self.ask_to_sign_in
        self.draw()
        self.set_interval(0.5, self._tick)
        self.call_after_refresh(self.begin, self.open_source)

    def begin(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do ``work`` in the background; only one such work at a time."""
        self.run_worker(self._guarded(work), group="work", exclusive=True)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Trouble as trouble:
            self.stopped(str(trouble))
        except Exception as error:  # noqa: BLE001 - a defect must not take the terminal with it
            self.stopped(self.canvas_app.defect(error))

    def stopped(self, reason: str) -> None:
        self.phase, self.trouble = headline.Phase.STOPPED, reason
        self.draw()

    def _tick(self) -> None:
        if self.phase in (headline.Phase.CONNECTING, headline.Phase.CHECKING):
            self.draw()

    # What background work says

    def on_planned(self, message: messages.Planned) -> None:
        if self._listens(message.run):
            self.board.plan(message.causes, self.desk.session.clock())
            self.draw_soon()

    def on_resolved_now(self, message: messages.ResolvedNow) -> None:
        if self._listens(message.run):
            self.board.resolved = message.resolved
            self.draw_soon()

    def on_step_decided(self, message: messages.StepDecided) -> None:
        if self._listens(message.run):
            self.board.step(message.step)
            self.draw_soon()

    def on_finding_came(self, message: messages.FindingCame) -> None:
        if self._listens(message.run):
            self.board.add(message.finding)
            self.draw_soon()

    def on_evidence_came(self, message: messages.EvidenceCame) -> None:
        if message.run == self.run_number and self.board.diagnosis is not None:
            self.board.take(message.diagnosis)
            self.draw_soon()

    def _listens(self, run: int) -> bool:
        return run == self.run_number and self.board.diagnosis is None

    # Drawing

    def draw_soon(self) -> None:
        """Draw once for all the messages that are waiting."""
        if not self._drawing:
            self._drawing = True
            self.call_later(self._draw_now)

    def _draw_now(self) -> None:
        self._drawing = False
        self.draw()

    def draw(self, *, top: bool = False) -> None:
        if not self.stands:
            return
        now = self.desk.session.clock()
        zoomed = self.has_class("-zoomed")
        said = headline.verdict(self.desk, self.board, self.phase, self.trouble, now, zoomed=zoomed)
        self.query_one(VerdictBar).show(said)
        self.query_one(PathLine).show(self.board.steps.values())
        tree = self.query_one(CauseTree)
        tree.show_rows(self.board.rows(now, self.needle))
        if not tree.touched:
            self._place_cursor(tree)
        self.draw_detail(top=top)
        self._draw_aside()
        self.dim_keys()

    def _place_cursor(self, tree: CauseTree) -> None:
        """Until the user moves, the cursor is on what matters most."""
        problems = self.board.problems()
        index = tree.index_of(problems[0].id) if problems else 0
        if index is not None:
            tree.go_to(index, tell=False)

    def draw_detail(self, *, top: bool = True) -> None:
        row, board = self.query_one(CauseTree).row, self.board
        detail = self.query_one("#detail", Detail)
        if row is None:
            detail.show(lambda paper: None)
        elif row.finding is not None:
            finding = row.finding
            detail.show(lambda paper: self._write_finding(paper, finding), top=top)
        elif board.diagnosis is not None and not board.problems() and not self.query_one(CauseTree).touched:
            diagnosis = board.diagnosis
            detail.show(lambda paper: pages.healthy_page(paper, diagnosis, board), top=top)
        elif row.group:
            detail.show(lambda paper: pages.group_page(paper, row.label, board), top=top)
        else:
            detail.show(lambda paper: paper.para(row.label), top=top)

    def _write_finding(self, paper: Paper, finding: Finding) -> None:
        pages.finding_page(paper, finding, self.board, self.desk.case)
        steps = [step for step in self.board.steps.values() if step_id(step) in finding.step_ids]
        evidence_page.beside(paper, finding, self.board.diagnosis, steps)

    def _draw_aside(self) -> None:
        """The third column of a very wide terminal."""
        if self.has_class("-broad"):
            calls = self.desk.calls()
            self.query_one("#aside", Detail).show(
                lambda paper: evidence_page.evidence_page(paper, self.board, calls), top=False
            )

    # The tree

    @on(LineView.Moved, "#tree")
    def _moved(self) -> None:
        self.draw_detail()
        self.dim_keys()

    @on(LineView.Chosen, "#tree")
    async def _chosen(self) -> None:
        await self.action_press("open")

    def on_cause_tree_folded(self, message: CauseTree.Folded) -> None:
        self.board.fold(message.group, message.folded)
        self.draw()

    def on_path_line_stopped(self, message: PathLine.Stopped) -> None:
        steps = [self.board.steps[step] for step in message.steps]
        found = next((f for step in steps if (f := self.board.finding_of_step(step)) is not None), None)
        if found is not None:
            self.go_to_finding(found)

    def go_to_finding(self, finding: Finding) -> None:
        """Put the cursor on a finding, unfolding its group."""
        tree = self.query_one(CauseTree)
        tree.touched = True
        if tree.index_of(finding.id) is None:
            self.board.fold(self.board.group_of(finding), False)
            tree.show_rows(self.board.rows(self.desk.session.clock(), self.needle))
        index = tree.index_of(finding.id)
        if index is not None:
            tree.go_to(index, tell=False)
        self.draw_detail()
        self.dim_keys()
