"""The first set-up on the screen: one question at a time, with its reason and what there is to choose from.

Nothing is changed before the review. Leaving keeps the answers in a file of the user's own, for the next time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from canvas_kms_tui.setup import Account, Answers, Problem, asked
from canvas_kms_tui.setup.forever import settled
from canvas_kms_tui.setup.future import ASKED
from canvas_kms_tui.setup.steps import STEPS, Ask, Option, Step, applies, options, unread
from canvas_kms_tui.tui.desk import Trouble
from canvas_kms_tui.tui.screens.keyed import KeyedScreen, bindings
from canvas_kms_tui.tui.screens.setup_words import said, with_answer
from canvas_kms_tui.tui.widgets.key_footer import KeyFooter
from canvas_kms_tui.tui.widgets.line_view import Line, LineView


class SetupScreen(KeyedScreen[Answers | None]):
    """Gives the answers when the last question has been answered, None when it was left; ``answers`` holds them."""

    CSS_PATH = "setup.tcss"
    TABLE = "setup"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("setup"),
        Binding("up", "cursor(-1)", show=False, priority=True),
        Binding("down", "cursor(1)", show=False, priority=True),
        Binding("pageup", "cursor(-10)", show=False, priority=True),
        Binding("pagedown", "cursor(10)", show=False, priority=True),
    ]
    AUTO_FOCUS = "Input"

    def __init__(
        self, answers: Answers, account: Account, problems: tuple[Problem, ...] = (), trouble: str | None = None
    ) -> None:
        """``problems`` and ``trouble`` are what the review came to; an empty ``trouble`` only came back from it."""
        super().__init__()
        self.account, self.problems, self.trouble = account, problems, trouble
        self.answers, self._left_aside = settled(answers, account)
        self._pages = [(step, ask) for step in STEPS for ask in step.asks]
        self._page = 0
        self._warned: set[str] = set()  #: what was said once does not stand in the way a second time
        self._turn = asyncio.Lock()  #: one key after another, each on the page that it then finds

    def compose(self) -> ComposeResult:
        where = f"First set-up   {self.account.account} {self.account.region}   nothing is changed before the review"
        yield Static(Content(where), id="title")
        yield Static(id="steps")
        yield Static(id="question")
        yield Static(id="why")
        yield Input(id="typed", compact=True)
        yield LineView("choices")
        yield Static(id="problem")
        yield Static(id="sofar")
        yield KeyFooter(self.TABLE)

    def on_mount(self) -> None:
        wrong = next((problem for problem in self.problems if problem.stops), None)
        if wrong is not None:
            pages = [i for i, (step, _) in enumerate(self._pages) if step.id == wrong.step]
            self._page = next((i for i in pages if self._pages[i][1].answer == wrong.answer), pages[0])
        elif self.trouble is not None:
            self._page = len(self._pages) - 1
        self._draw(wrong.text if wrong else self.trouble or "; ".join(self._left_aside))

    @property
    def step(self) -> Step:
        return self._pages[self._page][0]

    @property
    def ask(self) -> Ask:
        return self._pages[self._page][1]

    # Drawing

    def _draw(self, problem: str = "") -> None:
        typed = self.query_one(Input)
        with self.prevent(Input.Changed):
            typed.value = ""
        typed.placeholder = "type to filter" + (f"; {self.ask.hint}" if self.ask.hint else "")
        self.query_one("#question", Static).update(Content(self.ask.question))
        self.query_one("#why", Static).update(Content(self.step.why))
        self.query_one("#steps", Static).update(self._progress())
        trouble = problem or unread(self.ask, self.account)
        self.query_one("#problem", Static).update(Content(trouble))
        self.query_one("#sofar", Static).update(Content("\n".join(said(self.answers, self.account))))
        self._list("", keep=False)
        self.dim_keys()

    def _progress(self) -> Content:
        here = STEPS.index(self.step)
        parts: list[Content] = []
        for number, step in enumerate(STEPS):
            sign = "✓" if number < here else "▸" if number == here else "·"
            style = "bold $foreground" if number == here else ""
            parts.append(Content.styled(f"{sign} {step.title}", style) if style else Content(f"{sign} {step.title}"))
        parts.append(Content("· Review"))
        whole = Content("  ").join(parts)
        if whole.cell_length <= max(self.size.width - 2, 10):
            return whole
        return Content.styled(f"▸ {here + 1} of {len(STEPS) + 1}  {self.step.title}", "bold $foreground")

    def _list(self, typed: str, *, keep: bool) -> None:
        wanted = typed.strip().casefold()
        lines = [
            self._line(option)
            for option in options(self.ask, self.answers, self.account)
            if wanted in f"{option.label} {option.value} {option.note}".casefold()
        ]
        view = self.query_one(LineView)
        view.show(lines, keep=keep)
        if not keep and not typed:
            view.go_to(view.index_of(f"={self._current()}") or 0, tell=False)

    def _line(self, option: Option) -> Line:
        mark = ("✓ " if option.value in self._chosen() else "· ") if self.ask.kind == "many" else "  "
        if option.why_not:
            shown = Content.styled(f"{mark}{option.label}", "$foreground-muted")
            return Line(shown, Content.styled(f"! {option.why_not}", "$text-warning"), f"={option.value}")
        return Line(
            Content(f"{mark}{option.label}"), Content.styled(option.note, "$foreground-muted"), f"={option.value}"
        )

    def _chosen(self) -> tuple[str, ...]:
        value = getattr(self.answers, self.ask.answer)
        return value if isinstance(value, tuple) else ()

    def _current(self) -> str:
        value = getattr(self.answers, self.ask.answer)
        if isinstance(value, bool):
            return "yes" if value else "no"
        domain = self.account.domain(value) if self.ask.answer == "domain" else None
        return domain.id if domain is not None else str(value)

    # Keys

    def on_input_changed(self, message: Input.Changed) -> None:
        self._list(message.value, keep=False)

    def action_cursor(self, by: int) -> None:
        view = self.query_one(LineView)
        if abs(by) == 1:
            view.action_move(by)
        else:
            view.action_page(1 if by > 0 else -1)

    async def on_input_submitted(self) -> None:
        await self.action_press("choose")

    async def on_line_view_chosen(self) -> None:
        await self.action_press("choose")

    def why_not(self, key_id: str) -> str | None:
        if key_id == "next" and self.ask.answer == "profiles" and not self._has_profile():
            return "At least one user profile: type a name and press enter."
        return None

    def _has_profile(self) -> bool:
        domain = self.account.domain(self.answers.domain)
        return bool(self.answers.profiles or (domain and domain.profiles))

    def _in_turn(self, work: Callable[[], Awaitable[None]]) -> None:
        async def wait() -> None:
            async with self._turn:
                await work()

        self.run_worker(wait(), group="turn")

    def do_choose(self) -> None:
        self._in_turn(self._choose)

    async def _choose(self) -> None:
        typed, line = self.query_one(Input).value.strip(), self.query_one(LineView).current
        if self.ask.free and typed and (line is None or self._means_itself(typed)):
            await self._take(typed)
        elif line is not None:
            await self._take_option(line.id.removeprefix("="))
        elif typed:
            self._tell("Nothing in the list matches what is typed.")
        else:
            await self._next()

    def _means_itself(self, typed: str) -> bool:
        """Whether what is typed is an answer of its own, not the beginning of one in the list."""
        values = {
            value for option in options(self.ask, self.answers, self.account) for value in (option.value, option.label)
        }
        return typed not in values and (self.ask.kind == "many" or ":" in typed or "/" in typed)

    async def _take_option(self, value: str) -> None:
        chosen = next((o for o in options(self.ask, self.answers, self.account) if o.value == value), None)
        if chosen is not None and chosen.why_not:
            self._tell(f"{chosen.label} will not work: {chosen.why_not}.")
            return
        await self._take(value)

    async def _take(self, value: str) -> None:
        taken, wrong = with_answer(self.answers, self.ask, value, self.account)
        if wrong:
            self._tell(wrong)
            return
        objection = ""
        if self.ask.kind != "many" or (self.ask.answer == "datasets" and value in taken.datasets):
            objection, stops = await self._objection(taken)
            if stops:
                self._tell(objection)
                return
        self.answers = taken
        if self.ask.kind == "many":
            with self.prevent(Input.Changed):
                self.query_one(Input).value = ""
            self._list("", keep=True)
        if self.ask.kind == "many" or objection:
            self._tell(objection)
            self.query_one("#sofar", Static).update(Content("\n".join(said(self.answers, self.account))))
            return
        if self.ask.answer == "domain":
            self.answers, self._left_aside = settled(self.answers, self.account)
        self._go_on("; ".join(self._left_aside) if self.ask.answer == "domain" else "")

    async def _objection(self, answers: Answers) -> tuple[str, bool]:
        """What AWS has against the answers of this page, and whether that stops; a warning is said once."""
        if self.step.id not in ASKED or (connection := self.desk.connection) is None:
            return "", False
        step, account = self.step.id, self.account
        self._tell("Looking at what stands in the account …")
        try:
            found = await self.desk.away(lambda: asked(step, answers, connection, account))
        except Trouble as trouble:
            return str(trouble), True
        self._tell("")
        for problem in found:
            if problem.answer == self.ask.answer and (problem.stops or problem.text not in self._warned):
                self._warned.add(problem.text)
                return problem.text + ("" if problem.stops else "; ctrl+s goes on all the same"), problem.stops
        return "", False

    def _tell(self, problem: str) -> None:
        self.query_one("#problem", Static).update(Content(problem))

    def do_next(self) -> None:
        """Go to the next question that is open; after the last one, to the review."""
        self._in_turn(self._next)

    async def _next(self) -> None:
        objection, _ = await self._objection(self.answers)
        if objection:
            self._tell(objection)
            return
        self._go_on()

    def _go_on(self, told: str = "") -> None:
        for page in range(self._page + 1, len(self._pages)):
            if applies(self._pages[page][1], self.answers, self.account):
                self._page = page
                self._draw(told)
                return
        self.dismiss(self.answers)

    def do_back(self) -> None:
        self._in_turn(self._back)

    async def _back(self) -> None:
        for page in range(self._page - 1, -1, -1):
            if applies(self._pages[page][1], self.answers, self.account):
                self._page = page
                self._draw()
                return
        self.do_leave()

    def do_leave(self) -> None:
        self.dismiss(None)

    def on_resize(self) -> None:
        if self.is_mounted:
            self.query_one("#steps", Static).update(self._progress())
