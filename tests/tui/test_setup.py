"""The first set-up on the screen, by keyboard alone, on the stand-in."""

from __future__ import annotations

import stat
from pathlib import Path

import golden
import pytest
from screen_text import text, until, until_gone
from test_on_the_stand_in import seated
from textual.pilot import Pilot

from canvas_kms_tui.demo import environments
from canvas_kms_tui.gateway import CallFailed, FailureKind
from canvas_kms_tui.setup import Answers, load, save
from canvas_kms_tui.tui.screens import setup_flow

pytestmark = pytest.mark.xdist_group("tui-stand-in")

SIZES = [(80, 24), (120, 36)]
SOURCE = "s3://acme-sales-data-111122223333/2025/churn.csv"


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANVAS_KMS_TUI_STATE_DIR", str(tmp_path))


async def enter(pilot: Pilot[int], typed: str) -> None:
    await pilot.press(*["space" if letter == " " else letter for letter in typed], "enter")
    await pilot.pause()


QUESTIONS = (
    "Which Domain shall Canvas run in?",
    "How do users sign in",
    "Which execution role",
    "Which of AWS's own policies",
    "encrypts the Domain's volumes",
    "encrypts Canvas' data",
    "Where shall Canvas keep",
    "refuse every other key",
    "upload files from the browser",
    "Which data will be imported",
    "reach the internet",
    "Which VPC",
    "Which subnets",
    "Which user profiles",
)


async def to_question(pilot: Pilot[int], wanted: str, start: str = QUESTIONS[0]) -> None:
    """Take what is proposed until there."""
    await until(pilot, start, seconds=30)
    for question in QUESTIONS[QUESTIONS.index(start) + 1 : QUESTIONS.index(wanted) + 1]:
        await pilot.press("ctrl+s")
        await until(pilot, question)


async def to_the_review(pilot: Pilot[int]) -> None:
    """Take what is proposed everywhere; name a dataset and a user."""
    await until(pilot, QUESTIONS[0], seconds=30)
    for question in QUESTIONS[1:4]:
        await pilot.press("enter")
        await until(pilot, question)
    await to_question(pilot, "Which data will be imported", start=QUESTIONS[3])
    await enter(pilot, SOURCE)
    await to_question(pilot, "Which user profiles", start="Which data will be imported")
    await enter(pilot, "ana")
    await until(pilot, "is created")
    await pilot.press("ctrl+s")
    await until(pilot, "Simulated before anything is created", seconds=60)


@pytest.mark.parametrize("size", SIZES)
async def test_an_empty_account_becomes_a_healthy_import(tmp_path: Path, size: tuple[int, int]) -> None:
    async with seated("empty-account", tmp_path, size, setup=True, domain_id=None, user_profile=None) as seat:
        pilot = seat.pilot
        await until(pilot, "Which Domain shall Canvas run in?", seconds=30)
        golden.check(f"setup-{size[0]}x{size[1]}", text(pilot.app))
        await to_the_review(pilot)
        golden.check(f"setup-review-{size[0]}x{size[1]}", text(pilot.app))
        await pilot.press("a")
        await until(pilot, "To go on, type")
        await enter(pilot, "111122223333 canvas")
        await until(pilot, "enter diagnoses what stands now", seconds=120)
        await pilot.press("enter")
        shown = await until(pilot, "HEALTHY", seconds=60)
        assert "Nothing stands in the way" in shown


async def test_nothing_is_written_before_the_text_is_typed(tmp_path: Path) -> None:
    async with seated("empty-account", tmp_path, setup=True, domain_id=None, user_profile=None) as seat:
        await to_the_review(seat.pilot)
        await seat.pilot.press("a")
        await until(seat.pilot, "To go on, type")
        await enter(seat.pilot, "yes")
        await until(seat.pilot, "That is not the text above")
        await seat.pilot.press("escape")
        await until_gone(seat.pilot, "To go on, type")
        assert not [each for each in seat.demo.requests() if each["operation"].startswith(("Create", "Put", "Attach"))]


async def test_leaving_keeps_the_answers_for_the_user_alone(tmp_path: Path) -> None:
    async with seated("empty-account", tmp_path, setup=True, domain_id=None, user_profile=None) as seat:
        await until(seat.pilot, "Which Domain shall Canvas run in?", seconds=30)
        await enter(seat.pilot, "marketing")
        await until(seat.pilot, "How do users sign in")
        await seat.pilot.press("ctrl+l")
        await until(seat.pilot, "its answers are kept")
    kept = next((tmp_path / "setup").glob("*.toml"))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert load(kept).domain == "marketing"
    async with seated("empty-account", tmp_path, setup=True, domain_id=None, user_profile=None) as seat:
        await until(seat.pilot, "create marketing", seconds=30)


async def test_a_wrong_answer_is_said_where_it_is_given(tmp_path: Path) -> None:
    async with seated("empty-account", tmp_path, setup=True, domain_id=None, user_profile=None) as seat:
        pilot = seat.pilot
        await until(pilot, "Which Domain shall Canvas run in?", seconds=30)
        await enter(pilot, "no/such")
        await until(pilot, "is no name")
        await pilot.press("ctrl+u")
        await enter(pilot, "canvas")
        await until(pilot, "How do users sign in")
        await pilot.press("enter")
        await until(pilot, "Which execution role")
        await enter(pilot, "NightlyReports")
        await until(pilot, "does not trust sagemaker.amazonaws.com")
        assert "Which execution role" in text(pilot.app)


async def test_where_no_domain_is_found_a_key_sets_one_up(tmp_path: Path) -> None:
    async with seated("empty-account", tmp_path, domain_id=None, user_profile=None) as seat:
        await until(seat.pilot, "S sets one up", seconds=30)
        await seat.pilot.press("S")
        await until(seat.pilot, "Which Domain shall Canvas run in?", seconds=30)


async def test_a_domain_that_lacks_only_its_key_is_recognised(tmp_path: Path) -> None:
    async with seated("data-key-missing", tmp_path) as seat:
        pilot = seat.pilot
        await until(pilot, "48 of 48 checked", seconds=60)
        await pilot.press("S")
        for question in ("Which Domain", "Which execution role", "encrypts Canvas' data"):
            await until(pilot, question, seconds=30)
            await pilot.press("ctrl+s")
        shown = await until(pilot, "Where shall Canvas keep")
        assert "of the Domain for volumes" in shown
        for question in ("refuse every other key", "upload files", "Which data", "Which user profiles"):
            await pilot.press("ctrl+s")
            await until(pilot, question)
        await pilot.press("ctrl+s")
        shown = await until(pilot, "What is made, in this order", seconds=60)
        assert "create" not in shown.split("What is made")[1].split("The import as")[0]


async def test_data_that_is_not_there_is_refused_at_its_question(tmp_path: Path) -> None:
    async with seated("empty-account", tmp_path, setup=True, domain_id=None, user_profile=None) as seat:
        pilot = seat.pilot
        await to_question(pilot, "Which data will be imported")
        await enter(pilot, "s3://acme-sales/2025/churn.csv")
        shown = await until(pilot, "there is no bucket 'acme-sales'")
        assert "Which data will be imported" in shown
        await pilot.press("ctrl+u")
        await enter(pilot, SOURCE)
        shown = await until(pilot, f"✓ {SOURCE}")
        assert "there is no bucket" not in shown


async def test_a_closed_way_to_s3_is_said_at_the_network(tmp_path: Path) -> None:
    without = {"network": {"endpoints": {"vpce-0c0ffee0c0ffee001": None}}}
    closed = environments.load("empty-account").moved(overrides=without)
    async with seated(closed, tmp_path, (80, 24), setup=True, domain_id=None, user_profile=None) as seat:
        pilot = seat.pilot
        await to_question(pilot, "reach the internet")
        await pilot.press("down", "enter")
        shown = await until(pilot, "has no endpoint for S3")
        assert "reach the internet" in shown
        await pilot.press("up", "enter")
        await until(pilot, "Which VPC")


async def test_trouble_on_the_way_to_the_review_comes_back_to_the_questions(tmp_path: Path, monkeypatch) -> None:
    async with seated("empty-account", tmp_path, setup=True, domain_id=None, user_profile=None) as seat:
        pilot = seat.pilot
        await to_question(pilot, "Which user profiles")
        await enter(pilot, "ana")
        await until(pilot, "is created")

        async def refused(*_: object) -> None:
            raise CallFailed(FailureKind.UNREACHABLE, "s3", "head_bucket", code="", message="")

        monkeypatch.setattr(setup_flow, "prepare", refused)
        await pilot.press("ctrl+s")
        shown = await until(pilot, "AWS cannot be reached", seconds=30)
        assert "Which user profiles" in shown
        assert "✓ ana" in shown
        monkeypatch.undo()


async def test_answers_that_a_chosen_domain_cannot_follow_are_said_and_left_aside(tmp_path: Path) -> None:
    lacking = environments.load("data-key-missing")
    kept = tmp_path / "setup" / f"demo-{lacking.account}-{lacking.region}.toml"
    save(Answers(domain="canvas", auth_mode="SSO", storage_key="aws-managed"), kept)
    async with seated(lacking, tmp_path, setup=True) as seat:
        await until(seat.pilot, "Which Domain", seconds=60)
        await enter(seat.pilot, "analytics")
        shown = await until(seat.pilot, "which can never be changed")
        assert "Which execution role" in shown
        assert "auth_mode: 'SSO', but users of" in shown
