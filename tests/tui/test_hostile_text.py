"""Text that AWS lets users write: markup, actions, wide characters, lines without end. Nothing of it runs."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from conftest import Open
from screen_text import text, until
from scripted import FIX, FakeRooms, findings

from canvas_kms_tui.findings import Evidence, Finding, Status
from canvas_kms_tui.target import Dataset

HOSTILE = [
    "[bold red]owned[/]",
    "[@click=app.quit]press me[/]",
    "[/]][[unbalanced",
    "$primary [link=file:///etc/passwd]x[/link]",
    "漢字かな交じり文" * 20,
    "e\u0301\u0302\u0303" * 40,
    "x" * 10_000,
    "👩‍👩‍👧‍👦" * 30,
    "line\nbreak\ttab",
    "",
]


def _poisoned(said: str) -> list[Finding]:
    fix = dataclasses.replace(FIX, title=said, text=said)
    evidence = (Evidence(said, said, said),)
    changed = {"summary": said, "explanation": said, "evidence": evidence, "title": said}
    return [
        dataclasses.replace(one, **changed, fixes=(fix,) if one.status is Status.FAIL else ())  # type: ignore[arg-type]
        for one in findings()
    ]


@pytest.mark.parametrize("said", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("size", [(80, 24), pytest.param((60, 20), marks=pytest.mark.slow)])
async def test_it_is_shown_as_it_is_and_breaks_nothing(
    opened: Open, rooms: FakeRooms, said: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripted.findings", lambda **_: _poisoned(said))
    async with opened(size) as pilot:
        await until(pilot, "BROKEN")
        for key in ("enter", "escape", "f", "escape", "d", "escape", "c", "G", "g"):
            await pilot.press(key)
            await pilot.pause()
        assert pilot.app.is_running
        assert all(len(line) <= size[0] for line in text(pilot.app).splitlines() if line.isascii())
    assert rooms.applied == []


async def test_markup_is_shown_as_text(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripted.findings", lambda **_: _poisoned("[bold red]owned[/]"))
    async with opened() as pilot:
        await until(pilot, "[bold red]owned[/]")


async def test_a_hostile_object_key_stays_on_its_line(opened: Open, tmp_path: Path) -> None:
    key = "[@click=app.quit]" + "漢" * 300 + ".csv"
    async with opened((80, 24), datasets=(Dataset("sales-raw", key),)) as pilot:
        shown = await until(pilot, "BROKEN")
        assert "BROKEN" in shown.splitlines()[2]
