"""Every environment that can be mended, by the plan's one key, and taken back; every document compared."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from screen_text import text, until_gone
from test_on_the_stand_in import Seat, seated, stand_in
from textual.pilot import Pilot

from canvas_kms_tui import edits
from canvas_kms_tui.causes import catalogue
from canvas_kms_tui.demo import environments
from canvas_kms_tui.tui.app import CanvasApp

sys.path.append(str(Path(__file__).parents[1] / "changes"))

import kinds
from kinds import KINDS, account_documents

pytestmark = pytest.mark.xdist_group("tui-stand-in")

#: What CloudTrail has to say first is not waited for here.
_LATE = {"stale-principal"}
SAMPLE = ("key-pending-deletion",)


def plannable() -> list[str]:
    """Every environment with a fix of our own for something that is wrong there."""
    ours = {cause.id for cause in catalogue() if cause.auto == "yes"} - _LATE
    found = {name.name: environments.load(name.name).expect.get("findings", {}) for name in environments.names()}
    return [
        name
        for name, expected in found.items()
        if ours & {cause for cause, status in expected.items() if status in ("fail", "warn")}
    ]


async def until_one_of(pilot: Pilot[int], *wanted: str) -> str:
    """The screen as soon as it shows one of the texts."""
    end = time.monotonic() + 90
    while not any(one in text(pilot.app) for one in wanted):
        assert time.monotonic() < end, f"none of {wanted}:\n{text(pilot.app)}"
        await pilot.pause(0.05)
    return text(pilot.app)


async def type_what_is_asked_for(pilot: Pilot[int]) -> None:
    shown = await until_one_of(pilot, "To go on, type", "takes back the change")
    while "To go on, type" in shown:
        asked = shown.split("To go on, type")[1].splitlines()[0].split("│")[0].strip()
        await pilot.press(*["space" if letter == " " else letter for letter in asked], "enter")
        await until_gone(pilot, "To go on, type")
        shown = await until_one_of(pilot, "To go on, type", "takes back the change")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in SAMPLE else pytest.mark.slow) for name in plannable()]
)
async def test_the_plan_is_applied_by_one_key_and_every_document_comes_back(name: str, tmp_path: Path) -> None:
    local = environments.load(name).target.local_upload
    async with seated(name, tmp_path, local_upload=local) as seat:
        pilot, app = seat.pilot, seat.pilot.app
        assert isinstance(app, CanvasApp)

        async def documents() -> dict[str, object]:
            return await app.desk.background.run(lambda: account_documents(seat.connection[0], seat.demo))

        await until_one_of(pilot, "BROKEN", "WARNINGS", "INCOMPLETE")
        before = await documents()
        await pilot.press("P")
        shown = await until_one_of(pilot, "Nothing has been changed yet", "There is no set of changes")
        if "There is no set" in shown:
            pytest.skip("nothing here is ours to change")
        await pilot.press("a")
        await type_what_is_asked_for(pilot)
        assert await documents() != before
        await pilot.press("u")
        await until_one_of(pilot, "takes it back; esc leaves")
        await pilot.press("u")
        await until_gone(pilot, "takes it back; esc leaves", seconds=60)
        assert await documents() == before


async def meddle(seat: Seat) -> None:
    """Somebody else adds a statement to the key policy."""
    demo, (connection,) = seat.demo, seat.connection

    async def add() -> None:
        (change,) = await KINDS["key policy"][1](connection, demo)
        new = edits.add_statement(change.before, {**change.before["Statement"][0], "Sid": "SomebodyElse"})
        writer = await connection.writer()
        sent = {**change.parameters, "Policy": edits.documents.as_text(new)}
        await writer.send("kms", "put_key_policy", region=change.region, **sent)

    app = seat.pilot.app
    assert isinstance(app, CanvasApp)
    await app.desk.background.run(add)


async def test_what_somebody_else_changed_meanwhile_is_shown_three_ways(tmp_path: Path) -> None:
    async with seated("role-denied-kms", tmp_path) as seat:
        pilot = seat.pilot
        await until_one_of(pilot, "BROKEN")
        await pilot.press("f")
        await until_one_of(pilot, "Nothing has been changed yet")
        await meddle(seat)
        await pilot.press("a")
        shown = await until_one_of(pilot, "What was shown → what stands now")
        assert "changed since it was shown; nothing was written" in " ".join(shown.split())
        assert "SomebodyElse" in shown


async def test_a_run_that_was_killed_before_the_write_is_told_at_the_next_start(tmp_path: Path) -> None:
    demo = stand_in()
    demo.load(environments.load("role-denied-kms"))
    here = Path(kinds.__file__).parent
    killed = await asyncio.to_thread(
        subprocess.run,
        [
            sys.executable,
            here / "killed.py",
            "role-denied-kms",
            demo.endpoint_url,
            tmp_path / "journal",
            "key policy",
            "journalled",
        ],
        env={**os.environ, "PYTHONPATH": str(here)},
    )
    assert killed.returncode < 0
    journal = tmp_path / "journal"
    for file in journal.glob("*.jsonl"):  # the screens here are a demo's, and look after a demo's entries
        file.write_text(file.read_text().replace('"source":"live"', '"source":"demo"'))
    async with seated("role-denied-kms", tmp_path) as seat:
        shown = await until_one_of(seat.pilot, "An earlier run was cut off")
        assert "before" in shown.split("An earlier run was cut off")[1]
        await seat.pilot.press("enter")
        await until_one_of(seat.pilot, "BROKEN")
        await seat.pilot.press("J")
        await until_one_of(seat.pilot, "not written")
