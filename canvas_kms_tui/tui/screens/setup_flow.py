"""The way through a set-up on the screen: questions, review, making, and the diagnosis of what stands then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.setup import Account, Answers, BadAnswers, Made, Problem, Setup, load, look, prepare, save
from canvas_kms_tui.target import BadTarget
from canvas_kms_tui.tui.clipboard import state_directory
from canvas_kms_tui.tui.desk import Trouble
from canvas_kms_tui.tui.screens.setup import SetupScreen
from canvas_kms_tui.tui.screens.setup_review import SetupReview

if TYPE_CHECKING:
    from canvas_kms_tui.tui.screens.main_actions import MainActions


async def set_up(screen: MainActions, looking: Callable[[str], None]) -> bool:
    """Ask, review, make. True when there is something to diagnose: the session then has its target.

    Raises:
        Trouble: the account cannot be looked at.
    """
    desk = screen.desk
    connection = desk.connection
    if connection is None:
        raise Trouble("There is no connection.")
    kept = _kept(connection)
    answers, problems = _begun(kept, screen), tuple[Problem, ...]()
    trouble: str | None = None
    while True:
        looking("Looking at what stands in the account")
        account = await desk.away(lambda: look(connection))
        questions = SetupScreen(answers, account, problems, trouble)
        chosen = await screen.app.push_screen_wait(questions)
        answers = questions.answers
        _keep(answers, kept, screen)
        if chosen is None:
            return False
        try:
            reviewed = await _reviewed(screen, answers, connection, account, looking)
        except Trouble as stopped:
            problems, trouble = (), str(stopped)
            continue
        if isinstance(reviewed, Made):
            _aim(screen, reviewed)
            return True
        problems, trouble = reviewed, ""


async def _reviewed(
    screen: MainActions, answers: Answers, connection: Connection, account: Account, looking: Callable[[str], None]
) -> Made | tuple[Problem, ...]:
    """What was made; or, where the review was not reached or was left, what is wrong with the answers.

    Raises:
        Trouble: AWS does not answer.
    """
    now: Account | None = account
    while True:
        looking("Simulating what would be made" if now else "Looking at what stands in the account")
        setup = await _prepared(screen, answers, connection, now)
        if setup.stopped:
            return setup.problems
        made = await screen.app.push_screen_wait(SetupReview(setup))
        if made is None or made.ok:
            return made or setup.problems
        now = None  # go on from what stands then


async def _prepared(screen: MainActions, answers: Answers, connection: Connection, account: Account | None) -> Setup:
    try:
        return await screen.desk.away(lambda: prepare(answers, connection, account))
    except BadTarget as bad:
        raise Trouble(str(bad), 2) from bad


def _aim(screen: MainActions, made: Made) -> None:
    session, target = screen.desk.session, made.target
    session.domain_id, session.user_profile = target.domain_id, target.user_profile
    session.datasets = tuple(target.datasets)
    screen.desk.target = target


def _kept(connection: Connection) -> Path:
    """The file of the answers: one for each account and Region, a demo's apart."""
    name = f"{connection.source}-{connection.caller.account}-{connection.region}.toml"
    return state_directory() / "setup" / name


def _begun(kept: Path, screen: MainActions) -> Answers:
    """The answers of last time, or what the session knows already."""
    if kept.exists():
        try:
            return load(kept)
        except BadAnswers as bad:
            screen.say(f"The answers of last time are left aside: {kept} {bad}", warn=True)
    session = screen.desk.session
    answers = Answers()
    if session.domain_id:
        answers = answers.with_(domain=session.domain_id)
    if session.datasets:
        answers = answers.with_(datasets=tuple(dataset.uri for dataset in session.datasets))
    return answers


def _keep(answers: Answers, kept: Path, screen: MainActions) -> None:
    try:
        save(answers, kept)
    except OSError as failed:
        screen.say(f"The answers could not be kept in {kept}: {failed.strerror}", warn=True)
