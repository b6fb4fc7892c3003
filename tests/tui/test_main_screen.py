"""The main screen on scripted rooms, through the keyboard."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import golden
import pytest
from conftest import Open
from screen_text import text, until, until_gone
from scripted import FakeRooms, connection, finding

from canvas_kms_tui.findings import Status, Verdict, VerdictStatus
from canvas_kms_tui.gateway import CannotConnect, Connection
from canvas_kms_tui.tui.screens.main import MainScreen
from canvas_kms_tui.tui.widgets.cause_tree import CauseTree


def release_of(event: threading.Event) -> Callable[[], Awaitable[None]]:
    """Waits on the background loop for an event of the screen's."""

    async def wait() -> None:
        await asyncio.to_thread(event.wait, 10)

    return wait


SIZES = [(120, 36), (80, 24), (60, 20), (200, 60)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_finished_diagnosis_looks_as_it_did(opened: Open, size: tuple[int, int]) -> None:
    async with opened(size) as pilot:
        await until(pilot, "BROKEN")
        await until(pilot, "proven" if size[1] > 30 else "FAIL")
        golden.check(f"main-{size[0]}x{size[1]}", text(pilot.app))


async def test_findings_appear_while_the_rest_is_still_being_checked(opened: Open, rooms: FakeRooms) -> None:
    release = threading.Event()
    rooms.gate = release_of(release)
    async with opened() as pilot:
        shown = await until(pilot, "5 of 8 checked")
        assert "CHECKING" in shown
        assert "The key policy lets the role use the key" in shown
        assert "· The bucket takes uploads from the browser" in shown
        release.set()
        await until(pilot, "BROKEN")


async def test_the_cursor_starts_on_the_most_likely_cause(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        row = pilot.app.screen.query_one(CauseTree).row
        assert row is not None
        assert row.id.startswith("key-policy-omits-role=")


async def test_n_goes_to_the_next_problem_and_round_again(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("n")
        assert "UNKNOWN" in await until(pilot, "s3:GetBucketCORS")
        await pilot.press("n")
        await until(pilot, "FAIL")
        await pilot.press("N")
        await until(pilot, "UNKNOWN")


async def test_an_unknown_says_which_statement_to_grant(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("n")
        shown = await until(pilot, "Grant this to your own role")
        assert '"Action": "s3:GetBucketCORS"' in shown


async def test_the_filter_answers_letter_by_letter_and_escape_shows_all(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("slash", *"uploads")
        shown = await until(pilot, "The bucket takes uploads")
        assert "The key is enabled" not in shown
        await pilot.press("escape")
        await until(pilot, "The key is enabled")


async def test_a_clear_group_is_folded_until_it_is_opened(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        assert "SageMaker can assume" not in text(pilot.app)
        await pilot.press("g", "enter")
        await until(pilot, "    ✓ SageMaker can assume")
        await pilot.press("h")
        await until_gone(pilot, "    ✓ SageMaker can assume")


async def test_a_key_that_cannot_be_used_says_why(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("g", "f")
        await until(pilot, "There is no fix here")


async def test_a_failing_step_leads_to_its_cause(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("G", "right_square_bracket")
        await until(pilot, "FAIL")


async def test_enter_shows_the_whole_finding_and_escape_goes_back(opened: Open) -> None:
    async with opened((80, 24)) as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("enter")
        shown = await until(pilot, "Decided by statement 1")
        assert "Buckets" not in shown
        await pilot.press("escape")
        await until(pilot, "Buckets")


async def test_copying_writes_a_file_too(opened: Open, state: Path) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("c")
        await until(pilot, "Sent to the clipboard")
        copied = state / "copied.txt"
        assert "key-policy-omits-role" in copied.read_text()
        assert copied.stat().st_mode & 0o077 == 0


async def test_exporting_says_where_the_report_is(opened: Open, rooms: FakeRooms) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("e")
        await until(pilot, "Report written")
        assert rooms.reports == 1


async def test_no_connection_is_a_calm_sentence_and_r_tries_again(opened: Open) -> None:
    tries: list[int] = []

    async def connect() -> Connection:
        tries.append(1)
        if len(tries) == 1:
            raise CannotConnect("No credentials were found: run aws sso login, or set AWS_PROFILE.", 4)
        return connection()

    async with opened(connect=connect) as pilot:
        await until(pilot, "STOPPED")
        assert "aws sso login" in text(pilot.app)
        await pilot.press("r")
        await until(pilot, "BROKEN")


async def test_leaving_without_a_connection_gives_its_exit_code(opened: Open) -> None:
    async def connect() -> Connection:
        raise CannotConnect("No credentials were found.", 4)

    async with opened(connect=connect) as pilot:
        await until(pilot, "STOPPED")
        await pilot.press("q")
    assert pilot.app.return_value == 4


async def test_a_defect_in_the_rooms_is_reported_and_the_screen_stays(opened: Open, rooms: FakeRooms) -> None:
    async def broken() -> None:
        raise ZeroDivisionError("arn:aws:iam::222233334444:role/Secret")

    rooms.gate = broken
    async with opened() as pilot:
        await until(pilot, "A defect of this program")


async def test_a_healthy_import_shows_what_it_uses_step_by_step(opened: Open, rooms: FakeRooms) -> None:
    rooms.mended = True
    rooms.verdict = Verdict(VerdictStatus.HEALTHY, None, "Nothing stands in the way of the import.")
    async with opened() as pilot:
        await until(pilot, "HEALTHY")


async def test_five_hundred_findings_are_filtered_in_one_go(opened: Open, rooms: FakeRooms) -> None:
    rooms.more = [finding("key-disabled", Status.WARN, f"number {i}", resource=f"r{i}") for i in range(500)]
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("slash", *"r499")
        shown = await until(pilot, "r499 ")
        assert "r498" not in shown


async def test_quitting_does_not_wait_for_a_hanging_call(opened: Open) -> None:
    async def connect() -> Connection:
        await asyncio.sleep(3600)
        raise AssertionError

    async with opened(connect=connect) as pilot:
        await until(pilot, "Connecting")
        await pilot.press("q")
    assert not pilot.app.is_running


async def test_the_screen_is_the_apps_own(opened: Open) -> None:
    async with opened() as pilot:
        assert isinstance(pilot.app.screen, MainScreen)


async def test_a_value_is_whole_while_its_pane_has_the_focus(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        assert "…" in _detail(await until(pilot, "proven"))
        await pilot.press("tab")
        await until(pilot, "▌")
        assert "…" not in _detail(text(pilot.app))
        await pilot.press("tab")
        await until_gone(pilot, "▌")
        assert "…" in _detail(text(pilot.app))


def _detail(shown: str) -> str:
    """The right half of the lines below the path."""
    return "\n".join(line.partition("▏")[2] or line.partition("▌")[2] for line in shown.splitlines())


async def test_a_smaller_terminal_keeps_the_cursor_in_sight(opened: Open, rooms: FakeRooms) -> None:
    rooms.more = [finding("key-disabled", Status.WARN, f"number {i}", resource=f"r{i}") for i in range(40)]
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        tree = pilot.app.screen.query_one(CauseTree)
        await pilot.press(*["j"] * 25)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert 0 <= tree.cursor - tree.scroll_offset.y < tree.size.height
