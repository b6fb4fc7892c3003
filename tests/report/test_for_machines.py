"""HTML, JUnit and OCSF: read by tools that are not ours, with the dump's numbers; hostile text stays text."""

from __future__ import annotations

import json
from dataclasses import replace

import html5lib
import pytest
from junitparser import JUnitXml
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from sample import diagnosis, everything, finding
from test_for_humans import HOSTILE

from canvas_kms_tui.findings import Evidence, Status
from canvas_kms_tui.report import Report, render


def hostile(text: str) -> Report:
    one = finding("a", Status.FAIL, title=text, summary=text, evidence=(Evidence(text, text, text),), resource=text)
    return Report("demo", [diagnosis(one)])


def parsed(text: str):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def test_the_html_is_valid_and_tells_every_finding():
    text = render("html", everything())
    parsed(text)
    for each in everything().diagnoses[0].findings:
        assert each.cause in text
    assert "Accepted as unknown" in text


def test_the_html_needs_no_network_and_runs_nothing():
    tree = parsed(render("html", everything()))
    assert not [element.tag for element in tree.iter() if element.tag in ("script", "link", "img", "iframe")]
    assert not [element for element in tree.iter() if "src" in element.attrib or "href" in element.attrib]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_in_html(text):
    tree = parsed(render("html", hostile(text)))
    plain = parsed(render("html", hostile("plain")))
    assert [each.tag for each in tree.iter()] == [each.tag for each in plain.iter()]
    assert " ".join(text.split()) in " ".join("".join(tree.itertext()).split())


@pytest.mark.parametrize("said", ["=1+1", "@SUM(A1:A9)", "+1", "-1"])
def test_a_spreadsheet_that_opens_the_html_takes_no_cell_for_a_formula(said):
    text = render("html", hostile(said))
    assert 'td { mso-number-format: "\\@"; }' in text
    assert said in {"".join(cell.itertext()) for cell in parsed(text).iter("td")}


def test_junit_counts_as_the_dump_does():
    suites = JUnitXml.fromstring(render("junit", everything()).encode())
    coverage = everything().diagnoses[0].coverage()
    assert suites.tests == coverage["planned"]
    assert suites.failures == coverage["fail"]
    assert suites.errors == coverage["unknown"]
    assert suites.skipped == coverage["blocked"] + coverage["not_applicable"]


@pytest.mark.parametrize("kept", [{"counts": False}, {}])
def test_a_gap_that_does_not_count_is_skipped_in_junit(kept):
    gap = replace(everything().diagnoses[0].findings[1], **kept)
    one = diagnosis(gap, accepted=() if kept else (gap.cause,))
    suites = JUnitXml.fromstring(render("junit", Report("demo", [one])).encode())
    assert (suites.errors, suites.skipped) == (0, 1)


@pytest.mark.parametrize("text", [*HOSTILE, "]]>", "\x00\x1b[31m\ud800\ufffe", "\"quoted\" & 'so'"])
def test_hostile_text_is_text_in_junit(text):
    suites = JUnitXml.fromstring(render("junit", hostile(text)).encode("utf-8"))
    assert suites.failures == 1


def test_every_finding_is_an_ocsf_compliance_finding():
    events = json.loads(render("ocsf", everything()))
    for event in events:
        ComplianceFinding.model_validate(event)
    assert [event["status_code"] for event in events] == [
        each.status.value for each in everything().diagnoses[0].findings
    ]


@pytest.mark.parametrize("text", [*HOSTILE, "\x00\x1b[31m\ud800"])
def test_hostile_text_is_text_in_ocsf(text):
    (event,) = json.loads(render("ocsf", hostile(text)))
    ComplianceFinding.model_validate(event)
    assert event["unmapped"]["finding"]["summary"] == text


def test_a_finding_keeps_its_ocsf_id_from_run_to_run():
    later = replace(everything(), version="9")
    ids = [
        [event["finding_info"]["uid"] for event in json.loads(render("ocsf", each))] for each in (everything(), later)
    ]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0])
