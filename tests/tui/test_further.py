"""Repair plan, journal, trying a request, watching, another target, console links: on scripted rooms, by keyboard."""

from __future__ import annotations

import pytest
from conftest import Open
from screen_text import until, until_gone
from scripted import KEY, FakeRooms

from canvas_kms_tui.tui.links import console_link
from canvas_kms_tui.tui.screens.ask import parse_context


async def test_the_repair_plan_is_previewed_and_applied_like_a_fix(opened: Open, rooms: FakeRooms) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("P")
        await until(pilot, "repair plan for the whole import")
        await until(pilot, "The whole import passes.")
        await pilot.press("a")
        await until(pilot, "INCOMPLETE")
    assert len(rooms.applied) == 1


async def test_an_entry_of_the_journal_is_taken_back(opened: Open, rooms: FakeRooms) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("J")
        await until(pilot, "the whole entry")
        await pilot.press("u")
        await until(pilot, "Puts back the policy that stood before")
        await pilot.press("u")
        await until(pilot, "BROKEN")
    assert rooms.undone == ["20240501T120000-1"]


async def test_the_decision_changes_while_the_action_is_typed(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("v")
        await until(pilot, "from step 1 of 2: Read")
        await pilot.press("ctrl+n")
        await until(pilot, "judged kms:Decrypt")
        await pilot.press(*["backspace"] * len("Decrypt"), *"DescribeKey")
        await until(pilot, "✓ ALLOWED")
        await pilot.press("tab", "tab", *"kms:ViaService=s3")
        await until(pilot, "(('kms:ViaService', 's3'),)")
        await pilot.press("escape")
        await until(pilot, "BROKEN")


def test_values_of_the_context_may_hold_commas() -> None:
    assert parse_context("a=1,2, b=x=y, =c") == (("a", "1,2"), ("b", "x=y,=c"))


async def test_watching_says_when_the_verdict_turns(opened: Open, rooms: FakeRooms) -> None:
    async with opened(watch_seconds=0.2) as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("w")
        await until(pilot, "Watching")
        rooms.mended = True
        await until(pilot, "INCOMPLETE")
        await until(pilot, "The verdict turned: broken → incomplete")
        await pilot.press("w")
        await until(pilot, "No longer watching")


async def test_another_target_is_chosen_without_starting_anew(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("t")
        await until(pilot, "Which SageMaker Domain?")
        await pilot.press("down", "enter")
        await until(pilot, "Which user profile of d-second?")
        await pilot.press("enter")
        await until(pilot, "Which dataset")
        await pilot.press("ctrl+s")
        await until(pilot, "d-second / ana → source not checked")
        await until(pilot, "BROKEN")


async def test_leaving_the_choice_keeps_the_target(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("t")
        await until(pilot, "Which SageMaker Domain?")
        await pilot.press("escape")
        await until_gone(pilot, "Which SageMaker Domain?")
        await until(pilot, "d-abc123 / ana")


async def test_the_same_change_as_code(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        await until(pilot, "aws kms put-key-policy")
        await pilot.press("t")
        await until(pilot, "put-key-policy `")
        await pilot.press("t")
        await until(pilot, "aws_kms_key_policy")
        await pilot.press("t")
        await until(pilot, "AWS::KMS::Key")


async def test_before_and_after_stand_side_by_side_in_a_wide_terminal(opened: Open) -> None:
    async with opened((160, 40)) as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        await until(pilot, "Nothing has been changed yet")
        await pilot.press("s")
        await until(pilot, "│ +   {")


async def test_side_by_side_says_that_it_needs_room(opened: Open) -> None:
    async with opened((80, 24)) as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("f")
        await until(pilot, "Nothing has been changed yet")
        await pilot.press("s")
        await until(pilot, "needs 120 columns")


async def test_the_console_link_is_copied(opened: Open) -> None:
    async with opened() as pilot:
        await until(pilot, "BROKEN")
        await pilot.press("o")
        await until(pilot, "console.aws.amazon.com")


@pytest.mark.parametrize(
    ("arn", "link"),
    [
        (KEY, f"https://eu-central-1.console.aws.amazon.com/kms/home?region=eu-central-1#/kms/keys/{KEY[-36:]}"),
        ("arn:aws-cn:s3:::b", "https://cn-north-1.console.amazonaws.cn/s3/buckets/b?tab=permissions"),
        ("arn:aws:s3:::b/2024/q 1.csv", "https://cn-north-1.console.aws.amazon.com/s3/object/b?prefix=2024/q%201.csv"),
        ("arn:aws-iso:s3:::b", None),
        ("arn:aws:lambda:us-east-1:1:function:f", None),
    ],
)
def test_console_links(arn: str, link: str | None) -> None:
    assert console_link(arn, "cn-north-1") == link
