"""The import as a line of stations that light up: browse → read → decrypt → copy → encrypt → read back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from canvas_kms_tui.findings import StepResult
from canvas_kms_tui.tui.board import step_id
from canvas_kms_tui.tui.words import DECISION, PENDING, Look

#: Shown before the first step has been decided, so that the line says from the start what an import does.
STATIONS = ("read", "decrypt", "copy", "encrypt", "read back")
_SHORT = {"read back": "back", "app storage": "app"}
_WORST_FIRST = ("explicitly_denied", "implicitly_denied", "unknown")


@dataclass(frozen=True, slots=True)
class Station:
    name: str
    look: Look
    steps: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return cell_len(self.name) + 2


def stations(steps: Iterable[StepResult]) -> list[Station]:
    """The steps gathered by their group, each with the look of its worst decision."""
    groups: dict[str, list[StepResult]] = {}
    for step in steps:
        groups.setdefault(step.group or step.title, []).append(step)
    if not groups:
        return [Station(name, PENDING) for name in STATIONS]
    return [Station(name, look_of(members), tuple(map(step_id, members))) for name, members in groups.items()]


def look_of(steps: Sequence[StepResult]) -> Look:
    for decision in _WORST_FIRST:
        if any(step.decision == decision for step in steps):
            return DECISION[decision]
    return DECISION["allowed"]


def path_content(steps: Iterable[StepResult], width: int) -> Content:
    """One line; where it is too wide the arrows lose their air, then names a word, then their ends."""
    whole = stations(steps)
    stops = [replace(stop, name=_SHORT.get(stop.name, stop.name)) for stop in whole]
    for tried, arrow in ((whole, " → "), (whole, "→"), (stops, "→")):
        if sum(stop.width for stop in tried) + len(arrow) * (len(tried) - 1) <= width:
            return _joined(tried, arrow)
    room = max((width - len(stops) + 1) // max(len(stops), 1) - 2, 2)
    cut = [replace(stop, name=stop.name[:room]) for stop in stops]
    return _joined(cut, "→").truncate(width, ellipsis=True)


def _joined(stops: Sequence[Station], arrow: str) -> Content:
    drawn = [Content.assemble((stop.look.symbol, stop.look.style), " ", stop.name) for stop in stops]
    return Content.styled(arrow, "$foreground-muted").join(drawn)


class PathLine(Widget):
    """A click on a station posts :class:`Stopped` with its steps."""

    @dataclass
    class Stopped(Message):
        steps: tuple[str, ...]

    def __init__(self, identity: str) -> None:
        super().__init__(id=identity)
        self.steps: tuple[StepResult, ...] = ()

    def show(self, steps: Iterable[StepResult]) -> None:
        steps = tuple(steps)
        if steps != self.steps:
            self.steps = steps
            self.refresh()

    def render(self) -> Content:
        return path_content(self.steps, self.size.width)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        drawn = self.render().plain[: offset.x + 1]
        self.stop_at(drawn.count("→"))

    def stop_at(self, index: int) -> None:
        """As a click on the station does."""
        stops = stations(self.steps)
        if index < len(stops) and stops[index].steps:
            self.post_message(self.Stopped(stops[index].steps))

    def columns(self) -> list[tuple[int, int]]:
        """Each station that has steps, and the cell at which it begins."""
        drawn = self.render().plain
        starts = [0, *(cell_len(drawn[: at + 1]) for at, letter in enumerate(drawn) if letter == "→")]
        return [(number, start) for number, start in enumerate(starts) if number < len(stations(self.steps))]
