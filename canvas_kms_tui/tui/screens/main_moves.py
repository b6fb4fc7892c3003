"""Moving about on the main screen: open, fold, next problem, failing steps, filter."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.geometry import Offset

from canvas_kms_tui.findings import Finding
from canvas_kms_tui.tui.board import Board
from canvas_kms_tui.tui.screens.keyed import KeyedScreen
from canvas_kms_tui.tui.widgets.cause_tree import CauseTree
from canvas_kms_tui.tui.widgets.detail import Detail
from canvas_kms_tui.tui.widgets.path_line import PathLine

if TYPE_CHECKING:
    from canvas_kms_tui.tui.screens.jump import Place
    from canvas_kms_tui.tui.widgets.filter_field import FilterField


class MainMoves(KeyedScreen[None]):
    """Nothing here changes the diagnosis."""

    board: Board
    needle: str

    @abstractmethod
    def draw(self, *, top: bool = False) -> None: ...
    @abstractmethod
    def go_to_finding(self, finding: Finding) -> None: ...

    def selected(self) -> Finding | None:
        row = self.query_one(CauseTree).row
        return row.finding if row is not None else None

    def do_open(self) -> None:
        row = self.query_one(CauseTree).row
        if row is not None and row.group:
            self.do_fold()
        elif not self.has_class("-zoomed"):
            self.add_class("-zoomed")
            self.query_one("#detail", Detail).focus()
            self.draw()

    def do_fold(self) -> None:
        tree = self.query_one(CauseTree)
        if tree.row is not None and tree.row.group:
            tree.action_fold(not tree.row.folded)

    def do_back(self) -> None:
        if self.has_class("-zoomed"):
            self.remove_class("-zoomed")
            self.draw()
        elif self.query("#filter"):
            self.needle = ""
            self.query("#filter").remove()
            self.draw()
        self.query_one(CauseTree).focus()

    def do_next(self) -> None:
        self._jump(1)

    def do_previous(self) -> None:
        self._jump(-1)

    def do_step_next(self) -> None:
        self._jump_step(1)

    def do_step_previous(self) -> None:
        self._jump_step(-1)

    def _jump(self, by: int) -> None:
        """To the next problem in the order of the tree; with a filter, to the next match. Goes round."""
        order, wanted = self.board.order(), self._stops()
        places = [place for place, row_id in enumerate(order) if row_id in wanted]
        if not places:
            self.say("There is no problem to go to.")
            return
        row = self.query_one(CauseTree).row
        here = next((place for place, row_id in enumerate(order) if row is not None and row_id == row.id), -1)
        ahead = [place for place in places if (place > here if by > 0 else place < here)] or places
        finding = list(order.values())[ahead[0] if by > 0 else ahead[-1]]
        if finding is not None:
            self.go_to_finding(finding)

    def _stops(self) -> set[str]:
        if self.needle:
            return {row.id for row in self.query_one(CauseTree).rows if row.finding is not None}
        return {finding.id for finding in self.board.problems()}

    def _jump_step(self, by: int) -> None:
        failing = [step for step in self.board.steps.values() if step.decision != "allowed"]
        explained = [found for step in failing if (found := self.board.finding_of_step(step)) is not None]
        if not explained:
            self.say("No step of the import is known to fail.")
            return
        here = self.selected()
        index = explained.index(here) + by if here in explained else 0
        self.go_to_finding(explained[index % len(explained)])

    def places(self) -> Sequence[Place]:
        """Where jump mode can go: stations of the path, lines of the tree, the detail."""
        from canvas_kms_tui.tui.screens.jump import Place

        line, tree, detail = self.query_one(PathLine), self.query_one(CauseTree), self.query_one("#detail", Detail)
        found = [
            Place(line.content_region.offset + Offset(column, 0), partial(line.stop_at, number))
            for number, column in line.columns()
        ]
        if tree.display:
            top, height = tree.scroll_offset.y, tree.content_region.height
            found += [
                Place(tree.content_region.offset + Offset(0, row - top), partial(tree.jump_to, row))
                for row in range(top, min(top + height, len(tree.lines)))
            ]
        return [*found, Place(detail.content_region.offset, detail.focus)]

    # Filter

    async def do_filter(self) -> None:
        from canvas_kms_tui.tui.widgets.filter_field import FilterField

        for field in self.query("#filter"):
            field.focus()
            return
        field = FilterField(self.needle, "text to look for; esc shows everything")
        await self.mount(field, before="KeyFooter")
        field.focus()

    def on_filter_field_typed(self, message: FilterField.Typed) -> None:
        self.needle = message.text
        self.draw()

    def on_filter_field_left(self) -> None:
        self.query_one(CauseTree).focus()
