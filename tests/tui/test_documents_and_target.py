"""Documents, help and the choice of a target, on scripted rooms, through the keyboard."""

from __future__ import annotations

import pytest
from conftest import Open
from screen_text import text, until
from scripted import FakeRooms

from canvas_kms_tui.target import Dataset
from canvas_kms_tui.tui.app import CanvasApp


async def test_d_opens_the_deciding_document_at_its_statement(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("d")
        shown = await until(pilot, "2 of 2")
        marked = [line for line in shown.splitlines() if "┃" in line]
        assert any("ReadersOnly" in line for line in marked)
        assert not any("Admins" in line for line in marked)


async def test_search_in_a_document_goes_to_the_match(opened: Open) -> None:
    async with opened((80, 24)) as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("d")
        await until(pilot, "ReadersOnly")
        await pilot.press("slash", *"Admins", "enter")
        await pilot.pause()
        await pilot.press("escape", "escape")
        await until(pilot, "BROKEN")


async def test_tab_shows_the_next_document(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("d", "tab")
        await until(pilot, "trust policy of")


@pytest.mark.parametrize("opener", [(), ("f",), ("d",)])
async def test_question_mark_shows_the_keys_of_the_screen(opened: Open, opener: tuple[str, ...]) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press(*opener)
        await pilot.pause(0.1)
        await pilot.press("question_mark")
        shown = await until(pilot, "Moving")
        assert "Leave at once." in shown


async def test_the_palette_finds_a_key_by_name(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("ctrl+p", *"policy")
        await until(pilot, "Open the policy that decides")
        await pilot.press("enter")
        await until(pilot, "2 of 2")


async def test_what_was_not_given_is_chosen_from_lists(opened: Open) -> None:
    async with opened(domain_id=None, user_profile=None, datasets=None) as pilot:
        shown = await until(pilot, "Which SageMaker Domain?")
        assert "[red]marketing[/red]" in shown
        await pilot.press(*"marketing", "enter")
        await until(pilot, "Which user profile of d-second?")
        await pilot.press("down", "enter")
        await until(pilot, "Which dataset would not import?")
        await pilot.press("enter")
        await until(pilot, "s3://sales-raw/2024/q1.csv")
        await pilot.press("enter")
        await until(pilot, "BROKEN")
        app = pilot.app
        assert isinstance(app, CanvasApp)
        session = app.desk.session
        assert (session.domain_id, session.user_profile) == ("d-second", "ben")
        assert session.datasets == (Dataset("sales-raw", "2024/q1.csv"),)


async def test_a_location_can_be_typed_whole(opened: Open) -> None:
    async with opened(datasets=None) as pilot:
        await until(pilot, "Which dataset would not import?")
        await pilot.press(*"s3://Bad", "enter")
        await until(pilot, "is no bucket name")
        pilot.app.screen.query_one("Input").value = "s3://other/x.csv"  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, "s3://other/x.csv")


async def test_the_dataset_can_be_skipped(opened: Open) -> None:
    async with opened(datasets=None) as pilot:
        await until(pilot, "Which dataset would not import?")
        await pilot.press("ctrl+s")
        await until(pilot, "source not checked")


async def test_leaving_the_choice_stops_and_says_so(opened: Open, rooms: FakeRooms) -> None:
    async with opened(domain_id=None) as pilot:
        await until(pilot, "Which SageMaker Domain?")
        await pilot.press("escape")
        await until(pilot, "Nothing was chosen")
        await pilot.press("r")
        await until(pilot, "Which SageMaker Domain?")
        assert "STOPPED" not in text(pilot.app)
