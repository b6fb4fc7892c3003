"""The whole way on the stand-in, over HTTP with real boto3, through the keyboard alone."""

from __future__ import annotations

import atexit
import functools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from screen_text import text, until
from textual.pilot import Pilot

from canvas_kms_tui.aws.live import connect
from canvas_kms_tui.aws.options import ConnectOptions, Credentials
from canvas_kms_tui.demo import environments, server
from canvas_kms_tui.demo.server import RunningDemo
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.policy.lines import evaluate_lines
from canvas_kms_tui.tui import Session
from canvas_kms_tui.tui.app import CanvasApp

pytestmark = pytest.mark.xdist_group("tui-stand-in")


@dataclass
class Seat:
    """A running app in front of a running stand-in."""

    pilot: Pilot[int]
    demo: RunningDemo
    connection: list[Connection]

    async def ask(self, service: str, operation: str, **params: Any) -> Any:
        """Ask the stand-in behind the app's back."""
        app = self.pilot.app
        assert isinstance(app, CanvasApp)
        gateway = self.connection[0].gateway
        return await app.desk.background.run(lambda: gateway.call(service, operation, **params))


@functools.cache
def stand_in() -> RunningDemo:
    """One for all tests here: they run in one process."""
    demo = server.start(environments.load("healthy"))
    atexit.register(demo.stop)
    return demo


@asynccontextmanager
async def seated(
    wanted: str | environments.Environment, tmp_path: Path, size: tuple[int, int] = (120, 36), **more: Any
) -> AsyncIterator[Seat]:
    environment = environments.load(wanted) if isinstance(wanted, str) else wanted
    demo = stand_in()
    demo.load(environment)
    opened: list[Connection] = []

    async def open_source() -> Connection:
        fake = environment.credentials
        keys = Credentials(fake.access_key_id, fake.secret_access_key, fake.session_token)
        at = {"region": environment.region, "endpoint_url": demo.endpoint_url}
        opened.append(await connect(ConnectOptions(**at, isolated=keys, source="demo")))
        return opened[0]

    target = environment.target
    session = Session(
        connect=open_source,
        domain_id=target.domain_id,
        user_profile=target.user_profile,
        datasets=tuple(target.datasets),
        journal=tmp_path / "journal",
        out=tmp_path,
    )
    app = CanvasApp(session)
    for setting, value in more.items():
        setattr(session, setting, value)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Seat(pilot, demo, opened)
    app.desk.close()


def path(pilot: Pilot[int]) -> str:
    """The line of stations."""
    return next(line for line in text(pilot.app).splitlines() if "read back" in line)


async def apply_fix(pilot: Pilot[int], *, green: bool = True) -> None:
    """Press f, a, type what is asked for, and wait for the new verdict."""
    await pilot.press("f")
    preview = await until(pilot, "Nothing has been changed yet", seconds=30)
    await pilot.press("a")
    if "once you have typed" in preview:
        shown = await until(pilot, "To go on, type")
        asked = shown.split("To go on, type")[1].splitlines()[0].strip(" │")
        await pilot.press(*["space" if letter == " " else letter for letter in asked.split("│")[0].strip()], "enter")
    shown = await until(pilot, "takes back the change", seconds=60)
    assert "STOPPED" not in shown
    assert ("✗" not in path(pilot)) is green


FIXABLE = ["role-denied-kms", "bucket-policy-requires-other-key", "default-bucket-missing"]
ALSO_FIXABLE = ["key-policy-omits-role", "canvas-prefix-denied", "source-object-key-denied"]


@pytest.mark.parametrize("name", [*FIXABLE, *(pytest.param(name, marks=pytest.mark.slow) for name in ALSO_FIXABLE)])
async def test_two_keys_turn_the_import_green_and_two_more_bring_it_back(name: str, tmp_path: Path) -> None:
    async with seated(name, tmp_path) as seat:
        pilot = seat.pilot
        await until(pilot, "BROKEN", seconds=30)
        await apply_fix(pilot)
        await pilot.press("u")
        await until(pilot, "takes it back; esc leaves", seconds=30)
        await pilot.press("u")
        await until(pilot, "BROKEN", seconds=60)


async def test_two_causes_are_mended_one_after_the_other(tmp_path: Path) -> None:
    async with seated("two-causes", tmp_path) as seat:
        await until(seat.pilot, "BROKEN", seconds=30)
        await apply_fix(seat.pilot, green=False)
        await apply_fix(seat.pilot)


async def test_undoing_a_key_policy_puts_back_the_very_document(tmp_path: Path) -> None:
    async with seated("key-policy-omits-role", tmp_path) as seat:
        pilot = seat.pilot
        await until(pilot, "BROKEN", seconds=30)
        app = pilot.app
        assert isinstance(app, CanvasApp)
        assert app.desk.case is not None
        key = app.desk.case.diagnosis.resolved.artifact_key.value
        before = await seat.ask("kms", "get_key_policy", KeyId=key, PolicyName="default")
        await apply_fix(pilot)
        changed = await seat.ask("kms", "get_key_policy", KeyId=key, PolicyName="default")
        assert len(json.loads(changed["Policy"])["Statement"]) == len(json.loads(before["Policy"])["Statement"]) + 1
        await pilot.press("u")
        await until(pilot, "takes it back; esc leaves", seconds=30)
        await pilot.press("u")
        await until(pilot, "BROKEN", seconds=60)
        after = await seat.ask("kms", "get_key_policy", KeyId=key, PolicyName="default")
        assert json.loads(after["Policy"]) == json.loads(before["Policy"])


async def test_a_healthy_import_is_healthy(tmp_path: Path) -> None:
    async with seated("healthy", tmp_path, (80, 24)) as seat:
        shown = await until(seat.pilot, "HEALTHY", seconds=30)
        assert "✗" not in shown


async def test_what_the_operator_may_not_read_is_unknown_and_names_the_permission(tmp_path: Path) -> None:
    async with seated("operator-denied", tmp_path) as seat:
        await until(seat.pilot, "INCOMPLETE", seconds=30)
        await seat.pilot.press("n")
        await until(seat.pilot, "Grant this to your own role")


async def test_the_target_is_chosen_where_it_is_not_given(tmp_path: Path) -> None:
    async with seated("healthy", tmp_path, datasets=None) as seat:
        await until(seat.pilot, "Which dataset would not import?", seconds=30)
        await seat.pilot.press("ctrl+s")
        await until(seat.pilot, "source not checked", seconds=30)


async def test_the_report_is_written_as_markdown(tmp_path: Path) -> None:
    async with seated("key-policy-omits-role", tmp_path) as seat:
        await until(seat.pilot, "BROKEN", seconds=30)
        await seat.pilot.press("e")
        await until(seat.pilot, "Report written", seconds=30)
    (report,) = tmp_path.glob("*.md")  # noqa: ASYNC240 - a test may wait for a disk
    assert "key-policy-omits-role" in report.read_text()
    answers = [json.loads(line) for line in evaluate_lines(report.with_suffix(".jsonl").read_text().splitlines())]
    decided = {answer["id"].split(":")[0]: answer["decision"] for answer in answers}
    assert decided["read"] == "allowed"
    assert decided["encrypt-copy"] == "implicitly_denied"


async def test_the_deciding_statement_is_marked_inside_its_document(tmp_path: Path) -> None:
    async with seated("bucket-policy-requires-other-key", tmp_path) as seat:
        await until(seat.pilot, "BROKEN", seconds=30)
        await seat.pilot.press("d")
        shown = await until(seat.pilot, "┃", seconds=30)
        assert "bucket policy" in shown.splitlines()[0]
