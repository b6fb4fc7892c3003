"""The report as JUnit XML, for pipelines: a finding is a test case; fail is a failure, a gap that counts an error."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from canvas_kms_tui.findings import Diagnosis, Finding, Status
from canvas_kms_tui.report import words
from canvas_kms_tui.report.asides import Asides
from canvas_kms_tui.report.model import Report, rfc3339
from canvas_kms_tui.report.text import finding_text

#: What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(report: Report) -> str:
    root = ElementTree.Element("testsuites", name="canvas-kms-tui")
    suites = [_suite(root, diagnosis, report) for diagnosis in report.diagnoses]
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def suite_xml(diagnosis: Diagnosis, report: Report) -> str:
    """One ``testsuite`` as it stands within a report."""
    root = ElementTree.Element("testsuites")
    suite = _suite(root, diagnosis, report)
    ElementTree.indent(root)
    return "  " + ElementTree.tostring(suite, encoding="unicode").strip() + "\n"


def _suite(root: ElementTree.Element, diagnosis: Diagnosis, report: Report) -> ElementTree.Element:
    target = diagnosis.target
    suite = ElementTree.SubElement(root, "testsuite", name=_text(f"{target.domain_id}/{target.user_profile}"))
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (
        ("account", target.account),
        ("region", target.region),
        ("verdict", diagnosis.verdict.status.value),
        ("headline", diagnosis.verdict.headline),
        ("source", report.source),
        *(("accepted_unknown", cause) for cause in diagnosis.accepted_unknown),
    ):
        ElementTree.SubElement(properties, "property", name=name, value=_text(value))
    cases = [_case(suite, finding, diagnosis, report.asides) for finding in diagnosis.findings]
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("tests", str(len(cases)))
    suite.set("time", f"{diagnosis.calls.seconds:.3f}")
    suite.set("timestamp", rfc3339(report.generated_at))
    return suite


def _case(suite: ElementTree.Element, finding: Finding, diagnosis: Diagnosis, asides: Asides) -> ElementTree.Element:
    case = ElementTree.SubElement(suite, "testcase", classname=finding.cause, name=_text(finding.resource), time="0")
    message = _text(words.one_line(finding.summary))
    if suppression := asides.of(finding):
        why = f"suppressed until {suppression.until}: {suppression.reason}"
        ElementTree.SubElement(case, "skipped", message=_text(why))
        return case
    match finding.status:
        case Status.FAIL:
            _told(case, "failure", finding, message)
        case Status.UNKNOWN if finding.counts and finding.cause not in diagnosis.accepted_unknown:
            _told(case, "error", finding, message)
        case Status.UNKNOWN:
            why = "accepted as unknown" if finding.cause in diagnosis.accepted_unknown else "assumed"
            ElementTree.SubElement(case, "skipped", message=f"{why}: {message}")
        case Status.BLOCKED | Status.NOT_APPLICABLE:
            ElementTree.SubElement(case, "skipped", message=message)
        case Status.WARN:
            ElementTree.SubElement(case, "system-out").text = _text(finding_text(finding))
        case Status.PASS:
            pass
    return case


def _told(case: ElementTree.Element, tag: str, finding: Finding, message: str) -> None:
    element = ElementTree.SubElement(case, tag, message=message, type=finding.severity.value)
    element.text = _text(finding_text(finding))


def _text(text: str) -> str:
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
