"""From the finding to the fix and back, on scripted rooms, through the keyboard."""

from __future__ import annotations

import golden
import pytest
from conftest import Open
from screen_text import text, until
from scripted import ACCOUNT, FIX, KEY, OWNERS, FakeRooms, change, connection

from canvas_kms_tui.change import Auto, Fix, confirmation
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.tui.rooms import DiffLine, Proof


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_the_preview_looks_as_it_did(opened: Open, size: tuple[int, int]) -> None:
    async with opened(size) as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        await until(pilot, "Nothing has been changed yet")
        golden.check(f"fix-{size[0]}x{size[1]}", text(pilot.app))


async def test_fix_apply_green_undo(opened: Open, rooms: FakeRooms) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        await until(pilot, "Nothing has been changed yet")
        await pilot.press("a")
        shown = await until(pilot, "INCOMPLETE")
        assert "journal 20240501T120000-1" in shown
        assert "✗" not in shown
        await pilot.press("u")
        await until(pilot, "Puts back the policy that stood before")
        await pilot.press("u")
        await until(pilot, "BROKEN")
    assert rooms.undone == ["20240501T120000-1"]


async def test_leaving_the_preview_changes_nothing(opened: Open, rooms: FakeRooms) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f", "enter", "space", "escape")
        await until(pilot, "BROKEN")
    assert rooms.applied == []


async def test_a_only_applies_in_the_preview(opened: Open, rooms: FakeRooms) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("a")
        await pilot.pause(0.1)
    assert rooms.applied == []


async def test_a_dangerous_change_wants_the_text_typed(opened: Open, rooms: FakeRooms) -> None:
    rooms.fixes = (Fix("key-disabled/enable", "Enable the key", Auto.YES, (change(confirm=True),)),)
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        await until(pilot, "Nothing has been changed yet")
        await pilot.press("a")
        await until(pilot, "To go on, type")
        await pilot.press(*"yes", "enter")
        await until(pilot, "That is not the text above")
        assert rooms.applied == []
        for _ in "yes":
            await pilot.press("backspace")
        await pilot.press(*confirmation(ACCOUNT, KEY).replace(" ", "␠"))
        pilot.app.screen.query_one("#typed").value = confirmation(ACCOUNT, KEY)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, "INCOMPLETE")
    assert rooms.applied == [{KEY: confirmation(ACCOUNT, KEY)}]


async def test_somebody_elses_fix_is_shown_and_not_applied(opened: Open, rooms: FakeRooms) -> None:
    rooms.fixes = (OWNERS,)
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        await until(pilot, "somebody else's decision")
        await pilot.press("a")
        await pilot.pause(0.1)
    assert rooms.applied == []


async def test_a_fix_that_the_simulation_refutes_is_not_applied(opened: Open, rooms: FakeRooms) -> None:
    rooms.proof = Proof(False, "The copy would still be refused.", worse=("the nightly job",))
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        shown = await until(pilot, "would no longer work: the nightly job")
        assert "would still be refused" in shown
        await pilot.press("a")
        await until(pilot, "would not mend the import")
    assert rooms.applied == []


async def test_read_only_offers_no_apply(opened: Open, rooms: FakeRooms) -> None:
    async with opened(read_only=True) as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        await until(pilot, "This session is read-only")
        await pilot.press("a")
        await pilot.pause(0.1)
    assert rooms.applied == []


async def test_a_source_without_a_writer_says_so(opened: Open, rooms: FakeRooms) -> None:
    async def connect() -> Connection:
        return connection(writer=None, no_writer="A case file cannot be written to.")

    async with opened(connect=connect) as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        await until(pilot, "A case file cannot be written to.")


async def test_a_refusal_is_told_and_nothing_is_green(opened: Open, rooms: FakeRooms) -> None:
    rooms.refuse = "The key policy changed since it was shown; nothing was written."
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        await until(pilot, "Nothing has been changed yet")
        await pilot.press("a")
        await until(pilot, "changed since it was shown")
        await pilot.press("escape")
        await until(pilot, "BROKEN")


async def test_tab_shows_the_other_way(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        await until(pilot, "Fix 1 of 2")
        await pilot.press("tab")
        await until(pilot, "Fix 2 of 2")
        await until(pilot, OWNERS.title)
        await pilot.press("tab")
        await until(pilot, FIX.title)


async def test_undo_with_nothing_applied_says_so(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("u")
        await until(pilot, "Nothing has been applied")


SIDES = (
    ("What was shown → what stands now", (DiffLine("added", '"Sid": "SomebodyElse"'),)),
    ("What stands now → what was wanted", (DiffLine("removed", '"Sid": "SomebodyElse"'),)),
)


async def test_a_refused_fix_shows_what_somebody_else_changed(opened: Open, rooms: FakeRooms) -> None:
    rooms.refuse, rooms.sides = "The key policy changed since it was shown; nothing was written.", SIDES
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        await until(pilot, "Nothing has been changed yet")
        await pilot.press("a")
        shown = await until(pilot, "What stands now → what was wanted")
        assert '- "Sid": "SomebodyElse"' in shown


async def test_a_refused_undo_shows_the_three_way_difference(opened: Open, rooms: FakeRooms) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        await until(pilot, "Nothing has been changed yet")
        await pilot.press("a")
        await until(pilot, "INCOMPLETE")
        rooms.refuse, rooms.sides = "The key policy changed since it was shown; nothing was written.", SIDES
        await pilot.press("u")
        await until(pilot, "Puts back the policy that stood before")
        await pilot.press("u")
        shown = await until(pilot, "What stands now → what was wanted")
        assert '+ "Sid": "SomebodyElse"' in shown
    assert rooms.undone == []


async def test_what_an_earlier_run_left_open_is_told_at_the_start_until_it_is_read(
    opened: Open, rooms: FakeRooms
) -> None:
    rooms.left_open = ["The program ended while writing the key policy; the change stands and can be undone."]
    async with opened() as pilot:
        await until(pilot, "the change stands and can be undone")
        await pilot.press("enter")
        await until(pilot, "BROKEN")


async def test_public_access_is_asked_only_after_a_yes(opened: Open, rooms: FakeRooms) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        await until(pilot, "Nothing has been changed yet")
        await pilot.press("p")
        await until(pilot, "AWS may charge")
        await pilot.press("escape")
        await until(pilot, "Nothing has been changed yet")
        assert rooms.charged == 0
        await pilot.press("p")
        await until(pilot, "AWS may charge")
        await pilot.press("y")
        await until(pilot, "gives no public access")
    assert rooms.charged == 1


async def test_where_a_tool_manages_the_resource_its_code_is_shown_first(opened: Open, rooms: FakeRooms) -> None:
    drift = "The key is probably managed by CloudFormation stack lake: a direct edit will drift."
    rooms.proof = Proof(True, "Every failing step then passes.", warnings=(drift,))
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        await until(pilot, "a direct edit will drift")
        await until(pilot, "The same as CloudFormation")
