"""Where the checks stop: at esc, and when a login has run out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from conftest import Open
from screen_text import text, until
from scripted import FakeRooms, connection
from test_main_screen import release_of

from canvas_kms_tui.gateway import CannotConnect, Connection, SignIn
from canvas_kms_tui.tui import Session
from canvas_kms_tui.tui.app import CanvasApp

WANTED = SignIn("the SSO login of profile work has expired", ("aws", "sso", "login", "--profile", "work"))


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that were run while the screen stood aside."""
    run: list[list[str]] = []

    @contextmanager
    def aside(self: CanvasApp) -> Iterator[None]:
        run.append(["suspended"])
        yield
        run.append(["resumed"])

    def done(command: Any, **_: Any) -> Any:
        run.append(list(command))
        return type("Done", (), {"returncode": 0})

    monkeypatch.setattr(CanvasApp, "suspend", aside)
    monkeypatch.setattr("subprocess.run", done)
    return run


async def test_esc_stops_the_checks_and_keeps_what_was_found(opened: Open, rooms: FakeRooms) -> None:
    release = threading.Event()
    rooms.gate = release_of(release)
    async with opened() as pilot:
        shown = await until(pilot, "5 of 8 checked")
        assert "esc stops" in shown
        await pilot.press("escape")
        shown = await until(pilot, "STOPPED")
        assert "The key policy lets the role use the key" in shown
        assert "r tries again" in shown
        rooms.gate = None
        release.set()
        await pilot.press("r")
        await until(pilot, "BROKEN")


async def test_what_is_waited_for_is_shown_while_it_is(opened: Open, rooms: FakeRooms) -> None:
    release = threading.Event()
    rooms.gate = release_of(release)
    async with opened() as pilot:
        await until(pilot, "5 of 8 checked")
        assert isinstance(pilot.app, CanvasApp)
        pilot.app.desk.session.told("KMS is throttling, waiting 2 s", 2)
        assert "esc stops" in await until(pilot, "KMS is throttling, waiting 2 s")
        release.set()
        assert "throttling" not in await until(pilot, "BROKEN")


async def test_an_expired_login_is_renewed_and_the_program_goes_on(opened: Open, commands: list[list[str]]) -> None:
    tries = 0

    async def connect() -> Connection:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise CannotConnect(f"{WANTED.why}; run: aws sso login --profile work", sign_in=WANTED)
        return connection()

    async with opened(connect=connect) as pilot:
        shown = await until(pilot, "enter runs")
        assert "The SSO login of profile work has expired." in shown
        assert "aws sso login --profile work" in shown
        await pilot.press("enter")
        await until(pilot, "BROKEN")
    assert commands == [["suspended"], list(WANTED.command), ["resumed"]]
    assert tries == 2


async def test_who_does_not_sign_in_reads_what_to_run(opened: Open, commands: list[list[str]]) -> None:
    async def connect() -> Connection:
        raise CannotConnect(f"{WANTED.why}; run: aws sso login --profile work", sign_in=WANTED)

    async with opened(connect=connect) as pilot:
        await until(pilot, "enter runs")
        await pilot.press("escape")
        assert "aws sso login --profile work" in await until(pilot, "STOPPED")
    assert commands == []


@pytest.mark.parametrize(("key", "answer"), [("enter", True), ("escape", False)])
async def test_a_login_that_runs_out_halfway_holds_the_checks_until_it_is_answered(
    opened: Open,
    rooms: FakeRooms,
    commands: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    answer: bool,
) -> None:
    answers: list[bool] = []
    undisturbed = rooms.diagnose

    async def diagnose(*asked: Any) -> Any:
        await release_of(started)()
        answers.append(await session[0].sign_in(WANTED))
        return await undisturbed(*asked)

    monkeypatch.setattr(rooms, "diagnose", diagnose)
    session: list[Session] = []
    started = threading.Event()
    async with opened() as pilot:
        assert isinstance(pilot.app, CanvasApp)
        session.append(pilot.app.desk.session)
        started.set()
        await until(pilot, "enter runs")
        assert answers == []
        await pilot.press(key)
        await until(pilot, "BROKEN")
        assert "enter runs" not in text(pilot.app)
    assert answers == [answer]
    assert ([list(WANTED.command)] == commands[1:2]) is answer


async def test_a_command_that_fails_says_so_and_can_be_tried_again(
    opened: Open, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(command: Any, **_: Any) -> Any:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("subprocess.run", failing)

    async def connect() -> Connection:
        raise CannotConnect("expired", sign_in=WANTED)

    async with opened(connect=connect) as pilot:
        await until(pilot, "enter runs")
        await pilot.press("enter")
        await until(pilot, "install the AWS CLI")
