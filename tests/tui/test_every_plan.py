"""Every environment that can be mended, by the plan's one key, and taken back; every document compared."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from screen_text import text, until_gone
from test_on_the_stand_in import seated
from textual.pilot import Pilot

from canvas_kms_tui.causes import catalogue
from canvas_kms_tui.demo import environments
from canvas_kms_tui.tui.app import CanvasApp

sys.path.append(str(Path(__file__).parents[1] / "changes"))

from kinds import account_documents

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
