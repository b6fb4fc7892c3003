"""Choosing what to look at: Domain, user profile, dataset, one list after another; type to filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.target import BadTarget, Dataset
from canvas_kms_tui.tui.desk import Trouble
from canvas_kms_tui.tui.kept import Kept, locations_of, targets_of
from canvas_kms_tui.tui.rooms import Choice
from canvas_kms_tui.tui.screens.keyed import KeyedScreen, bindings
from canvas_kms_tui.tui.widgets.key_footer import KeyFooter
from canvas_kms_tui.tui.widgets.line_view import Line, LineView

if TYPE_CHECKING:
    from canvas_kms_tui.tui.screens.main_actions import MainActions

Free = Callable[[str], str | None]
SKIPPED = ""


class PickScreen(KeyedScreen[str | None]):
    """Gives the value that was chosen or typed, ``""`` when skipped, None when left.

    ``free`` makes a value of what is typed and not in the list: None where it is meant as a filter, BadTarget where it
    cannot be meant. ``skip`` says what skipping means (empty = it cannot be skipped).
    """

    CSS_PATH = "pick.tcss"
    TABLE = "pick"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("pick"),
        Binding("up", "cursor(-1)", show=False, priority=True),
        Binding("down", "cursor(1)", show=False, priority=True),
    ]
    AUTO_FOCUS = "Input"

    def __init__(
        self, question: str, choices: Sequence[Choice], *, hint: str = "", free: Free | None = None, skip: str = ""
    ) -> None:
        super().__init__()
        self.question, self.choices, self.hint, self.free, self.skip = question, list(choices), hint, free, skip

    def compose(self) -> ComposeResult:
        yield Static(Content(self.question), id="question")
        yield Static(Content(self.hint), id="hint")
        yield Input(placeholder="type to filter" + (", or the whole of it" if self.free else ""), compact=True)
        yield LineView("choices")
        yield KeyFooter(self.TABLE)

    def on_mount(self) -> None:
        self._draw("")
        self.dim_keys()

    def on_input_changed(self, message: Input.Changed) -> None:
        self._draw(message.value)

    def _draw(self, typed: str) -> None:
        wanted = typed.strip().casefold()
        kept = [c for c in self.choices if wanted in f"{c.value} {c.note}".casefold()]
        lines = [
            Line(Content(f"  {choice.value}"), Content.styled(choice.note, "$foreground-muted"), f"={choice.value}")
            for choice in kept
        ]
        self.query_one(LineView).show(lines, keep=False)

    def action_cursor(self, by: int) -> None:
        self.query_one(LineView).action_move(by)

    def why_not(self, key_id: str) -> str | None:
        if key_id == "skip" and not self.skip:
            return "This one is needed."
        return None

    def on_input_submitted(self) -> None:
        self.do_choose()

    def on_line_view_chosen(self) -> None:
        self.do_choose()

    def do_choose(self) -> None:
        line, typed = self.query_one(LineView).current, self.query_one(Input).value.strip()
        try:
            free = self.free(typed) if self.free is not None else None
        except BadTarget as bad:
            self.say(str(bad), warn=True)
            return
        if free is not None:
            self.dismiss(free)
        elif line is not None:
            self.dismiss(line.id.removeprefix("="))
        else:
            self.say("Nothing in the list matches what is typed.", warn=True)

    def do_skip(self) -> None:
        self.dismiss(SKIPPED)


async def choose_target(screen: MainActions) -> None:
    """Ask for whatever the session leaves open; what there is only one of is taken.

    Raises:
        Trouble: a list may not be read, is empty, or the question was left without an answer.
    """
    session, desk = screen.desk.session, screen.desk
    rooms, connection = await desk.rooms(), desk.connection
    if connection is None:
        raise Trouble("There is no connection.")
    if session.domain_id is None:
        await _domain(screen, await desk.away(lambda: rooms.domains(connection)), connection)
    if session.user_profile is None:
        domain = str(session.domain_id)
        found = await desk.away(lambda: rooms.profiles(connection, domain))
        session.user_profile = await _one(screen, f"Which user profile of {domain}?", found, "whose import failed")
    if session.datasets is None:
        session.datasets = await _dataset(screen)


async def _domain(screen: MainActions, found: Sequence[Choice], connection: Connection) -> None:
    """A Domain, or one of the last targets as a whole."""
    session, account = screen.desk.session, connection.caller.account
    recent = {last.label: last for last in _recent(connection)} if session.user_profile is None else {}
    last = [Choice(label, "last time" if number == 0 else "before") for number, label in enumerate(recent)]
    where = f"Domains of {account} in {connection.region}"
    chosen = await _one(screen, "Which SageMaker Domain?", [*last, *found], where)
    if chosen not in recent:
        session.domain_id = chosen
        return
    kept = recent[chosen]
    session.domain_id, session.user_profile = kept.domain_id, kept.user_profile
    if session.datasets is None:
        session.datasets = tuple(map(Dataset.parse, kept.datasets))


def _recent(connection: Connection) -> Sequence[Kept]:
    return targets_of(connection.caller.account, connection.region) if connection.source == "live" else ()


def s3_location(typed: str) -> str | None:
    """What is typed, where it is meant as a whole location."""
    return Dataset.parse(typed).uri if "://" in typed else None


async def _one(screen: MainActions, question: str, choices: Sequence[Choice], of: str) -> str:
    if not choices:
        raise Trouble(
            f"{question} There is none to choose from ({of}). s switches account or Region, S sets one up.", 2
        )
    if len(choices) == 1:
        return choices[0].value
    chosen = await screen.app.push_screen_wait(PickScreen(question, choices, hint=of))
    if not chosen:
        raise Trouble("Nothing was chosen.", 2)
    return chosen


async def _dataset(screen: MainActions) -> tuple[Dataset, ...]:
    """Walk down from the buckets to an object; the source may be skipped."""
    desk, below = screen.desk, ""
    rooms, connection = await desk.rooms(), desk.connection
    assert connection is not None

    async def listed(place: str) -> Sequence[Choice]:
        try:
            return await desk.away(lambda: rooms.places(connection, place))
        except Trouble as trouble:
            screen.say(f"{trouble} Type the location instead.", warn=True)
            return ()

    recent = locations_of(connection.caller.account) if connection.source == "live" else ()
    known = [Choice(uri, "recent") for uri in recent]
    while True:
        choices = [*([] if below else known), *(c for c in await listed(below) if below or c.value not in recent)]
        question = f"Which object of {below}?" if below else "Which dataset would not import?"
        hint = "a bucket, or the whole s3://bucket/key" if not below else "an object; ^s checks the whole prefix"
        skip = "the source is not checked" if not below else "the whole prefix"
        chosen = await screen.app.push_screen_wait(
            PickScreen(question, choices, hint=hint, free=s3_location, skip=skip)
        )
        if chosen is None:
            if not below:
                raise Trouble("Nothing was chosen.", 2)
            below = ""
        elif chosen == SKIPPED:
            return (Dataset.parse(below),) if below else ()
        elif (dataset := Dataset.parse(chosen)).is_prefix and not below:
            below = dataset.uri
        else:
            return (dataset,)
