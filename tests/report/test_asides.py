"""Suppressed findings do not count but are told in every report; an earlier dump says what is new and what is fixed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from sample import KEY, diagnosis, everything, finding

from canvas_kms_tui.findings import Status, VerdictStatus
from canvas_kms_tui.fleet import compare, suppress
from canvas_kms_tui.fleet.exits import Exit, exit_code
from canvas_kms_tui.report import FORMATS, Report, render
from canvas_kms_tui.report.asides import Asides, Suppression
from canvas_kms_tui.report.dump import schema_text

REASON = "agreed with the owners"
FAILED = Suppression("role-denied-kms", KEY, REASON, date(2027, 1, 31))
GAP = everything().diagnoses[0].findings[1]
KNOWN = ["role-denied-kms", "cors-missing"]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_what_is_suppressed_and_why(name):
    text = " ".join(render(name, replace(everything(), asides=Asides([FAILED]))).split())
    assert REASON in text
    assert "2027-01-31" in text


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("junit", "ocsf")])
def test_a_comparison_is_told(name):
    before = {("210987654321", "us-gov-west-1", "d-abc", "ana"): frozenset({("key-not-found", KEY, "fail")})}
    asides = Asides(compared=compare.compare(before, everything().diagnoses))
    assert "key-not-found" in render(name, replace(everything(), asides=asides))
    assert "key-not-found" not in render(name, everything())


def test_the_dump_with_both_fits_the_schema():
    compared = compare.compare({}, everything().diagnoses)
    dump = json.loads(render("json", replace(everything(), asides=Asides([FAILED], compared))))
    jsonschema.Draft202012Validator(json.loads(schema_text())).validate(dump)
    assert dump["diagnoses"][0]["compared"]["fixed"] == []
    assert len(dump["diagnoses"][0]["compared"]["new"]) == 4


def test_a_suppression_that_fits_nothing_is_not_told():
    other = replace(FAILED, resource="arn:aws:kms:::other")
    assert REASON not in render("json", replace(everything(), asides=Asides([other])))


@pytest.mark.parametrize(
    ("findings", "status", "fail_on", "suppressed", "code"),
    [
        ([finding("role-denied-kms", Status.FAIL)], VerdictStatus.BROKEN, ("fail",), [], Exit.FOUND),
        ([finding("role-denied-kms", Status.FAIL)], VerdictStatus.BROKEN, ("fail",), [FAILED], Exit.CLEAN),
        ([finding("a", Status.WARN)], VerdictStatus.WARNINGS, ("fail",), [], Exit.CLEAN),
        ([finding("a", Status.WARN)], VerdictStatus.WARNINGS, ("warn",), [], Exit.FOUND),
        ([finding("a", Status.FAIL)], VerdictStatus.BROKEN, ("warn",), [], Exit.FOUND),
        ([GAP], VerdictStatus.INCOMPLETE, ("fail",), [], Exit.INCOMPLETE),
        ([GAP], VerdictStatus.INCOMPLETE, ("fail",), [replace(FAILED, cause=GAP.cause)], Exit.CLEAN),
        ([replace(GAP, counts=False)], VerdictStatus.HEALTHY, ("fail",), [], Exit.CLEAN),
        ([finding("role-denied-kms", Status.FAIL), GAP], VerdictStatus.BROKEN, ("fail",), [FAILED], Exit.INCOMPLETE),
        ([finding("a", Status.PASS)], VerdictStatus.HEALTHY, ("warn",), [], Exit.CLEAN),
    ],
)
def test_the_exit_code_counts_what_is_not_suppressed(findings, status, fail_on, suppressed, code):
    assert exit_code([diagnosis(*findings, status=status)], fail_on, Asides(suppressed)) is code


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "suppress.toml"
    file.write_text(text)
    return file


GOOD = '[[suppress]]\ncause = "cors-missing"\nresource = "arn:aws:s3:::b"\nreason = "r"\nuntil = 2027-01-31\n'


def test_a_file_of_suppressions_is_read(tmp_path):
    (one,) = suppress.load(written(tmp_path, GOOD), KNOWN)
    assert one == Suppression("cors-missing", "arn:aws:s3:::b", "r", date(2027, 1, 31))


def test_a_suppression_holds_through_its_last_day():
    valid, over = suppress.still_valid([FAILED], date(2027, 1, 31))
    assert (valid, over) == ([FAILED], [])
    assert suppress.still_valid([FAILED], date(2027, 2, 1)) == ([], [FAILED])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[suppress", "suppress.toml: "),
        ("x = 1", "only [[suppress]] entries"),
        (GOOD.replace('reason = "r"\n', ""), "suppress 1: reason must be a text"),
        (GOOD.replace("2027-01-31", '"soon"'), "suppress 1: until must be a date"),
        (GOOD.replace("cors-missing", "cors"), "no cause 'cors'"),
        (GOOD + "who = 1\n", "who is not known"),
    ],
)
def test_a_file_that_cannot_be_meant_is_told_with_its_place(tmp_path, text, says):
    with pytest.raises(suppress.BadSuppressions, match=r"suppress\.toml") as bad:
        suppress.load(written(tmp_path, text), KNOWN)
    assert says in str(bad.value)


def test_an_earlier_dump_is_compared_by_target(tmp_path):
    file = tmp_path / "old.json"
    file.write_text(render("json", everything()))
    old = compare.load(file)
    now = diagnosis(finding("role-denied-kms", Status.FAIL), finding("key-disabled", Status.FAIL))
    (compared,) = compare.compare(old, [now]).values()
    assert compared.new == (("key-disabled", KEY, "fail"),)
    assert compared.unchanged == (("role-denied-kms", KEY, "fail"),)
    assert {row[0] for row in compared.fixed} == {"key-policy-omits-role", "key-policy-condition", "cors-missing"}


@pytest.mark.parametrize("text", ["", "[]", '{"diagnoses": [1]}'])
def test_a_file_that_is_no_dump_is_refused(tmp_path, text):
    file = tmp_path / "old.json"
    file.write_text(text)
    with pytest.raises(compare.BadBaseline, match="is no dump"):
        compare.load(file)


def test_a_run_without_either_is_told_as_before():
    assert Report("demo", []).asides.sections(everything().diagnoses[0]) == []
