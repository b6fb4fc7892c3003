"""A report on twelve thousand targets can be read: the summary first, bounded lines and examples, whole counts."""

from __future__ import annotations

import json

import pytest

from canvas_kms_tui.findings import CallStats
from canvas_kms_tui.report import Report, many
from canvas_kms_tui.report.summary import Repair, Row, Summary

KEY = "arn:aws:kms:eu-west-1:111122223333:key/k"
REPAIR = Repair("one", "Let the role use the key", "key-policy-omits-role", "key policy", KEY)
FRAME = Report("live", ())
HOSTILE = "</li><script>alert(1)</script> | `x` [bold]"


def _filled(count: int) -> tuple[Summary, many.Gathered]:
    summary, gathered = Summary(), many.Gathered()
    for number in range(count):
        verdict = ("broken", "healthy", "incomplete")[number % 3]
        row = Row(f"{number % 60:012d}", "eu-west-1", "d-1", f"user-{number}", verdict, None, f"{HOSTILE} {number}")
        repairs = [REPAIR] if verdict == "broken" else []
        loud = {"key-policy-omits-role": "fail"} if verdict == "broken" else {}
        summary.add(row, loud, repairs, CallStats(1))
        parts = {name: f"EXAMPLE {name}\n" for name in many.HUMAN}
        gathered.add(row, f"{verdict} {number % 30}", parts)
    return summary, gathered


@pytest.fixture(scope="module")
def filled() -> tuple[Summary, many.Gathered]:
    return _filled(12_000)


@pytest.mark.parametrize("name", many.HUMAN)
def test_a_report_for_humans_is_bounded_and_its_counts_are_whole(filled, name):
    text = "".join(many.assemble(name, FRAME, *filled, lambda: ()))
    assert len(text) < {"text": 400_000, "markdown": 60_001, "html": 600_000}[name]
    assert "12,000 targets in 60 accounts: 4000 broken, 4000 healthy, 4000 incomplete." in text
    assert "repairs 4000 of 4000 broken" in text
    assert f"EXAMPLE {name}" in text
    assert "not listed here" in text


def test_hostile_text_stays_text(filled):
    assert "<script>" not in "".join(many.assemble("html", FRAME, *filled, lambda: ()))
    assert "<script>" not in "".join(many.assemble("markdown", FRAME, *filled, lambda: ()))


def test_the_worst_come_first(filled):
    verdicts = [row.verdict for row in filled[1].shown()]
    assert len(verdicts) == many.ROWS
    assert verdicts == sorted(verdicts, key=["broken", "incomplete", "warnings"].index)


def test_a_stream_of_pieces_is_one_document(filled):
    pieces = ['{"a":1}', '{"a":2}']
    dump = json.loads("".join(many.assemble("json", FRAME, *filled, lambda: pieces)))
    assert dump["diagnoses"] == [{"a": 1}, {"a": 2}]
    assert list(dump)[-2:] == ["summary", "diagnoses"]
    assert json.loads("".join(many.assemble("ocsf", FRAME, *filled, lambda: pieces))) == dump["diagnoses"]
    assert json.loads("".join(many.assemble("json", FRAME, Summary(), many.Gathered(), lambda: ())))["diagnoses"] == []


def test_the_change_that_repairs_most_is_found_among_very_many():
    summary = Summary()
    for number in range(30_000):
        row = Row("1", "eu-west-1", "d-1", str(number), "broken", None, "x")
        own = Repair(f"own-{number}", "own", "key-disabled", "key state", f"arn:{number}")
        summary.add(row, {}, [REPAIR, own], CallStats())
    assert summary.best()[0] == (REPAIR, 30_000)
    assert len(summary.repairs) <= 20_001
