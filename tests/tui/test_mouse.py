"""The main journey with the mouse alone, on scripted rooms."""

from __future__ import annotations

from conftest import Open
from screen_text import text, until, until_gone
from scripted import FakeRooms
from textual.pilot import Pilot


async def click_on(pilot: Pilot[int], wanted: str) -> None:
    """Click where the screen shows a text."""
    for y, line in enumerate(text(pilot.app).splitlines()):
        if wanted in line:
            await pilot.click(offset=(line.index(wanted), y))
            return
    raise AssertionError(f"{wanted!r} is not on the screen:\n{text(pilot.app)}")


async def test_fix_apply_green_undo(opened: Open, rooms: FakeRooms) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await click_on(pilot, "The bucket takes")
        await until(pilot, "Grant this to your own role")
        await click_on(pilot, "The key policy lets")
        await until(pilot, "Decided by statement 1")
        await click_on(pilot, "f Fix")
        await until(pilot, "Nothing has been changed yet")
        await click_on(pilot, "a Apply")
        await until(pilot, "INCOMPLETE")
        await click_on(pilot, "u Undo")
        await until(pilot, "Puts back the policy that stood before")
        await click_on(pilot, "u Undo it")
        await until(pilot, "BROKEN")
    assert rooms.undone == ["20240501T120000-1"]


async def test_a_red_station_leads_to_its_cause(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await click_on(pilot, "The bucket takes")
        await until(pilot, "UNKNOWN")
        await click_on(pilot, "decrypt →")
        await until(pilot, "FAIL")


async def test_a_second_click_unfolds_a_group(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await click_on(pilot, "Who asks")
        await pilot.pause()
        await click_on(pilot, "Who asks")
        await until(pilot, "    ✓ SageMaker can assume")


async def test_a_click_outside_the_keys_does_nothing(opened: Open, rooms: FakeRooms) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.click(offset=(110, 35))
        await until_gone(pilot, "STOPPED")
    assert rooms.applied == []
