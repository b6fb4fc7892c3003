"""Text and Markdown: everything is told, and hostile text stays text."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from sample import diagnosis, everything, finding

from canvas_kms_tui.facts.terms import Origin
from canvas_kms_tui.findings import CouldNotCheck, Evidence, Resolved, Severity, Sourced, Status
from canvas_kms_tui.report import Report, render, words
from canvas_kms_tui.report.markdown import code, escape, finding_markdown
from canvas_kms_tui.report.text import finding_text

HOSTILE = [
    "<script>alert(1)</script>",
    "[click](javascript:alert(1))",
    "![x](http://x/y.png)",
    "`code` ``more``",
    "*bold* _under_ ~~gone~~",
    "| a | b |\n|---|---|",
    "# heading",
    "- list",
    "1. list",
    "=====",
    "> quote",
    "</details></summary>",
    "&lt;b&gt;",
    "two\n\nparagraphs",
    "a\\",
    '=HYPERLINK("http://x/y","z")',
    "+1-1",
]


def show(text: str) -> str:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_every_finding_is_told_passes_too(name):
    text = render(name, everything())
    for each in everything().diagnoses[0].findings:
        assert each.cause in text


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_what_was_accepted_as_unknown_is_told(name):
    assert "Accepted as unknown: " in render(name, everything())


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_an_unknown_names_the_permission_and_the_statement_to_ask_for(name):
    text = render(name, everything())
    assert "kms:GetKeyPolicy" in text
    assert '"Effect": "Allow"' in text


def test_the_text_has_the_verdict_before_the_findings():
    text = render("text", everything())
    assert text.index("BROKEN: Most likely") < text.index("Findings") < text.index("Passed")


def test_the_most_likely_cause_comes_first():
    worst = finding("z-other", Status.FAIL, severity=Severity.CRITICAL)
    likely = finding("a-likely", Status.FAIL, severity=Severity.LOW)
    one = diagnosis(worst, likely)
    one = replace(one, verdict=replace(one.verdict, most_likely="a-likely"))
    text = render("text", Report("demo", [one]))
    assert text.index("FAIL  a-likely") < text.index("FAIL  z-other")


def test_an_arn_is_never_broken_over_two_lines():
    arn = "arn:aws:iam::111122223333:role/" + "long-name-" * 12
    one = finding("a", Status.FAIL, evidence=(Evidence("role", arn, "iam:GetRole"),))
    assert arn in finding_text(one)


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_shows_as_it_is(text):
    shown = show(escape(text))
    assert shown.count("<") == 2, shown
    assert shown.startswith("<p>")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_code_span_holds_any_text(text):
    shown = show("x " + code(text))
    assert shown.startswith("<p>x <code>")
    assert shown.count("<") == 4, shown


def test_nobody_is_mentioned():
    assert "@someone" not in escape("cc @someone")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_finding_opens_no_element(text):
    one = finding("a", Status.FAIL, title=text, summary=text, evidence=(Evidence(text, text, text),), resource=text)
    shown = show(finding_markdown(one))
    for element in ("<script", "<a ", "<img", "<table", "<blockquote", "<hr", "<h1", "<em", "<details", "</details"):
        assert element not in shown


def test_a_report_too_long_for_a_ticket_leaves_the_folded_parts_out_and_says_so():
    passes = [finding(f"cause-{number}", Status.PASS, summary="s" * 100) for number in range(400)]
    failed = finding("the-cause", Status.FAIL)
    text = render("markdown", Report("demo", [diagnosis(failed, *passes)]))
    assert len(text) <= 60_000
    assert "the-cause" in text
    assert "left out for length" in text


def test_even_failures_alone_stay_within_the_limit_and_end_with_a_whole_finding():
    gap = everything().diagnoses[0].findings[1].could_not_check
    failures = [
        finding(f"cause-{number}", Status.UNKNOWN, summary="s" * 500, could_not_check=gap) for number in range(200)
    ]
    text = render("markdown", Report("demo", [diagnosis(*failures)]))
    assert 55_000 < len(text) <= 60_000
    shown = show(text)
    assert "<em>Cut here" in shown
    assert shown.count("<pre>") == shown.count("<h3>") == text.count("\n### ")


def test_the_documents_after_a_fix_are_left_out_before_a_finding_is():
    failed = everything().diagnoses[0].findings[0]
    (fix,) = failed.fixes
    long = replace(fix.changes[0], after={"Statement": ["x" * 40_000]})
    findings = [replace(failed, cause=f"cause-{number}", fixes=(replace(fix, changes=(long,)),)) for number in range(3)]
    text = render("markdown", Report("demo", [diagnosis(*findings)]))
    assert len(text) <= 60_000
    assert "Cut here" not in text
    assert all(each.cause in text for each in findings)
    assert "documents after each fix are left out for length" in text


@pytest.mark.parametrize("name", ["text", "markdown", "html", "json"])
def test_each_format_tells_the_same_numbers(name):
    text = render(name, everything())
    coverage = everything().diagnoses[0].coverage()
    if name == "json":
        assert json.loads(text)["diagnoses"][0]["coverage"] == coverage
        return
    (told,) = re.findall(r"(\d+) planned: ([^.\n]+)", text.replace("\\", ""))
    assert int(told[0]) == coverage["planned"]
    said = {each.partition(" ")[2].replace(" ", "_"): int(each.partition(" ")[0]) for each in told[1].split(", ")}
    assert said == {status: count for status, count in coverage.items() if status != "planned" and count}


def test_checks_that_wait_for_the_same_answer_are_told_together():
    gap = CouldNotCheck("kms:GetKeyPolicy", "arn:aws:kms:us-east-1:111122223333:key/1", "refused", {"Effect": "Allow"})
    waiting = [
        finding(cause, Status.UNKNOWN, could_not_check=gap) for cause in ("role-denied-kms", "key-policy-omits-role")
    ]
    text = render("text", Report("live", [diagnosis(*waiting)]))
    assert text.count("could not check: kms:GetKeyPolicy") == 1
    assert "2 checks wait for the same answer" in text
    assert all(f"UNKNOWN  {each.cause}" in text for each in waiting)


def test_a_key_that_could_not_be_read_is_not_said_to_be_none():
    unread = Sourced(None, Origin.UNREAD)
    shown = replace(diagnosis(), resolved=Resolved(unread, unread, unread, unread))
    rows = words.resolved_rows(shown)
    assert {value for _, value, _ in rows} == {"not known"}
