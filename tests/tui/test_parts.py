"""The parts behind the screens that need no screen: keys, words, board, documents as lines, reports of defects."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from scripted import CAUSES, DOCUMENT, POLICY, finding, findings, steps
from textual.content import Content

from canvas_kms_tui.findings import Status
from canvas_kms_tui.tui import crash, keys
from canvas_kms_tui.tui.board import Board
from canvas_kms_tui.tui.jsontext import lines_of
from canvas_kms_tui.tui.pages import excerpt
from canvas_kms_tui.tui.paper import Paper
from canvas_kms_tui.tui.rooms import Reason
from canvas_kms_tui.tui.widgets.path_line import path_content
from canvas_kms_tui.tui.words import name_of, shorten

SCREEN_CLASSES = {
    "main": ("main", "MainScreen"),
    "fix": ("fix", "FixScreen"),
    "undo": ("undo", "UndoScreen"),
    "document": ("document", "DocumentScreen"),
    "journal": ("journal", "JournalScreen"),
    "ask": ("ask", "AskScreen"),
    "pick": ("pick", "PickScreen"),
    "evidence": ("evidence", "EvidenceScreen"),
    "message": ("message", "MessageScreen"),
    "setup": ("setup", "SetupScreen"),
    "setup_review": ("setup_review", "SetupReview"),
    "help": ("help", "HelpScreen"),
}


@pytest.mark.parametrize("table", keys.SCREENS)
def test_every_key_of_the_table_does_something_on_its_screen(table: str) -> None:
    module, name = SCREEN_CLASSES[table]
    screen = getattr(importlib.import_module(f"canvas_kms_tui.tui.screens.{module}"), name)
    missing = [key.id for key in keys.SCREENS[table] if not hasattr(screen, f"do_{key.id}")]
    assert missing == []


@pytest.mark.parametrize("table", keys.SCREENS)
def test_no_key_means_two_things_on_one_screen(table: str) -> None:
    names = [name for key in keys.SCREENS[table] for name in key.keys]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("width", [20, 40, 60, 78, 118, 198])
@pytest.mark.parametrize("table", keys.SCREENS)
def test_the_footer_has_at_most_nine_keys_and_fits(table: str, width: int) -> None:
    shown = keys.footer(table, width)
    assert len(shown) <= 9
    assert len("  ".join(f"{key.shown} {key.label}" for key in shown)) <= width


def test_all_nine_keys_of_the_main_screen_are_seen_at_eighty_columns() -> None:
    assert len(keys.footer("main", 78)) == 9


def test_the_table_of_keys_is_markdown_for_the_readme() -> None:
    assert "| `f` | Preview the fix" in keys.as_markdown()


@given(st.text(), st.integers(min_value=0, max_value=60))
def test_a_shortened_text_never_exceeds_its_width(text: str, width: int) -> None:
    assert cell_len(shorten(text, width)) <= max(width, 0)


def test_a_long_arn_loses_its_middle_and_keeps_both_ends() -> None:
    short = shorten("arn:aws:kms:eu-central-1:222233334444:key/5a1ce000-12ab", 30)
    assert short.startswith("arn:aws:kms")
    assert short.endswith("e000-12ab")
    assert len(short) == 30


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:iam::222233334444:role/service-role/Exec", "Exec"),
        ("arn:aws-cn:s3:::sales/2024/q1.csv", "sales/2024/q1.csv"),
        ("sales", "sales"),
    ],
)
def test_the_name_in_an_arn(arn: str, name: str) -> None:
    assert name_of(arn) == name


def test_every_line_of_a_policy_knows_its_statement() -> None:
    lines = lines_of(POLICY)
    second = [line.content.plain.strip() for line in lines if line.statement == 1]
    assert second[0] == "{"
    assert any("ReadersOnly" in text for text in second)
    assert not any("Admins" in text for text in second)


def test_a_single_statement_object_is_statement_nought() -> None:
    lines = lines_of({"Statement": {"Effect": "Allow", "Action": "s3:*"}})
    assert {line.statement for line in lines if "Action" in line.content.plain} == {0}


def test_the_lines_of_a_document_are_its_json() -> None:
    import json

    assert json.loads("\n".join(line.content.plain for line in lines_of(POLICY))) == POLICY


def test_an_excerpt_marks_the_deciding_statement_only() -> None:
    shown = [line.plain for line in excerpt(lines_of(POLICY), Reason(DOCUMENT, 1, ""), 60)]
    assert [line for line in shown if "┃" in line and "Admins" in line] == []
    assert any("┃" in line and "ReadersOnly" in line for line in shown)
    assert all(cell_len(line) <= 60 for line in shown)


def test_the_element_that_does_not_fit_is_crossed_with_what_was_asked() -> None:
    reason = Reason(DOCUMENT, 1, "does not name kms:Decrypt", ("Action",), nearly=True)
    shown = [line.plain for line in excerpt(lines_of(POLICY, compact=True), reason, 80)]
    crossed = [line for line in shown if "✗" in line]
    assert len(crossed) == 1
    assert "kms:DescribeKey" in crossed[0]
    assert shown[shown.index(crossed[0]) + 1].strip() == "↑ does not name kms:Decrypt"


def test_a_condition_inside_a_short_line_is_found_by_operator_and_key() -> None:
    condition = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
    lines = lines_of({"Statement": [{"Effect": "Allow", "Condition": condition}]})
    crossed = [line for line in lines if line.belongs_to(("Condition", "stringequals", "KMS:ViaService"))]
    assert len(crossed) == 1


def test_a_statement_that_is_not_there_gives_no_excerpt() -> None:
    assert excerpt(lines_of(POLICY), Reason(DOCUMENT, 7, ""), 60) == []


def _board(*, mended: bool = False) -> Board:
    board = Board()
    board.plan(CAUSES, 0.0)
    for one in findings(mended=mended):
        board.add(one)
    for step in steps(mended=mended):
        board.step(step)
    return board


def test_a_cause_without_an_answer_is_pending_and_says_for_how_long() -> None:
    board = Board()
    board.plan(CAUSES, 0.0)
    row = next(row for row in board.rows(3.0) if not row.group)
    assert row.note == "3 s"
    assert board.progress() == (0, len(CAUSES))


def test_the_problem_that_explains_a_step_is_found() -> None:
    board = _board()
    decrypt = next(step for step in board.steps.values() if step.step == "decrypt-source")
    found = board.finding_of_step(decrypt)
    assert found is not None
    assert found.cause == "key-policy-omits-role"


def test_a_filter_looks_into_folded_groups_and_summaries() -> None:
    rows = _board().rows(0.0, "neither names")
    assert [row.finding.cause for row in rows if row.finding] == ["key-policy-omits-role"]


def test_a_cause_with_several_resources_has_one_line_for_each() -> None:
    board = _board()
    board.add(finding("key-disabled", Status.WARN, resource="arn:aws:kms:eu-central-1:222233334444:key/second"))
    about = [row.about for row in board.rows(0.0) if row.finding and row.finding.cause == "key-disabled"]
    assert sorted(about) == ["5a1ce000", "second"]


def test_an_assumption_does_not_make_its_group_look_uncertain() -> None:
    board = _board(mended=True)
    board.findings = {one.id: one for one in [finding("cors-missing", Status.UNKNOWN, counts=False)]}
    (group,) = [row for row in board.rows(0.0) if row.id == "group:Buckets"]
    assert group.look.symbol == "✓"
    assert group.folded


@pytest.mark.parametrize("width", [20, 40, 60, 118])
def test_the_path_fits_its_line(width: int) -> None:
    assert path_content(steps(), width).cell_length <= width


def test_paper_never_writes_beyond_its_width() -> None:
    paper = Paper(40)
    paper.heading("x" * 90)
    paper.para("word " * 30, first="first  ", indent=2)
    paper.pairs([("label" * 20, "value" * 30, "note " * 20)])
    paper.add([Content("y" * 120)], indent=3)
    assert max(line.cell_length for line in paper.lines) <= 40


def test_a_defect_report_names_nobody(state: Path) -> None:
    try:
        raise ValueError(f"{DOCUMENT} and s3://secret/x of 222233334444")
    except ValueError as error:
        path = crash.write_report(error)
    written = path.read_text()
    assert path.parent == state
    assert "ValueError" in written
    assert "222233334444" not in written
    assert "secret" not in written.replace("s3://secret/x of 222233334444", "")
