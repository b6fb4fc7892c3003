"""What is said of undo is so: offered only where something stands, and told once it is done."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Open
from screen_text import until, until_gone
from scripted import FakeRooms

from canvas_kms_tui.tui.rooms import Applied


async def test_a_change_that_was_not_written_offers_no_way_back(
    opened: Open, rooms: FakeRooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: Any) -> Applied:
        return Applied("20240501T120000-1", "AWS refused; the key policy stands as before.", ok=False, made=False)

    monkeypatch.setattr(rooms, "apply", refused)
    async with opened() as pilot:
        await until(pilot, "f fixes")
        await pilot.press("f")
        await until(pilot, "Nothing has been changed yet")
        await pilot.press("a")
        shown = await until(pilot, "stands as before")
        assert "takes it back" not in shown
        assert "takes back the change" not in shown


async def test_after_undo_only_the_undo_is_told(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "f fixes")
        await pilot.press("f")
        await until(pilot, "Nothing has been changed yet")
        await pilot.press("a")
        await until(pilot, "u takes it back")
        await pilot.press("u")
        await until(pilot, "Undo:")
        await pilot.press("u")
        await until(pilot, "Taken back.")
        await until_gone(pilot, "u takes it back")
