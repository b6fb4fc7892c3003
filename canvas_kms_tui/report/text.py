"""The report as one reads it in a terminal, a mail, a log: plain text without colour."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence

from canvas_kms_tui.change import Fix
from canvas_kms_tui.findings import CouldNotCheck, Diagnosis, Finding, Status, StepResult
from canvas_kms_tui.report import evidence, words
from canvas_kms_tui.report.asides import Asides
from canvas_kms_tui.report.dump import plain
from canvas_kms_tui.report.model import TOOL, Report, rfc3339

_WIDTH = 100


def as_text(report: Report) -> str:
    head = f"{TOOL} {report.version}   {report.source}   {rfc3339(report.generated_at)}\n"
    return head + "".join("\n" + diagnosis_text(diagnosis, report.asides) for diagnosis in report.diagnoses)


def diagnosis_text(diagnosis: Diagnosis, asides: Asides | None = None) -> str:
    return "\n".join(_diagnosis(diagnosis, asides or Asides())) + "\n"


def finding_text(finding: Finding) -> str:
    """One finding in full, as copied from the screen."""
    return "\n".join(_finding(finding)) + "\n"


def _diagnosis(diagnosis: Diagnosis, asides: Asides) -> Iterator[str]:
    verdict = diagnosis.verdict
    yield words.target_line(diagnosis)
    yield words.datasets_line(diagnosis)
    yield from _wrapped(
        f"{words.VERDICT_SIGN[verdict.status]} {verdict.status.value.upper()}: {verdict.headline}", "", "  "
    )
    yield ""
    yield "Resolved"
    for what, value, origin in words.resolved_rows(diagnosis):
        yield f"  {what:<18} {words.one_line(value)}" + (f"  ({words.one_line(origin)})" if origin else "")
    yield from _section("Import path", [line for step in diagnosis.import_path for line in _step(step)])
    findings = words.by_urgency(diagnosis)
    told = [finding for finding in findings if words.needs_words(finding)]
    yield from _section("Findings", _between([_findings(group) for group in words.by_gap(told)]))
    for title, status in (("Passed", Status.PASS), ("Not applicable", Status.NOT_APPLICABLE)):
        rest = [finding for finding in findings if finding.status is status and not words.needs_words(finding)]
        yield from _section(title, [line for finding in rest for line in _short(finding)])
    for title, lines in (*evidence.sections(diagnosis), *asides.sections(diagnosis)):
        yield from _section(title, [part for line in lines for part in _wrapped(line, "", "  ")])
    yield ""
    if diagnosis.accepted_unknown:
        yield f"Accepted as unknown: {words.ids(diagnosis.accepted_unknown)}"
    yield f"Causes  {words.coverage_line(diagnosis)}"
    yield f"Calls   {words.calls_line(diagnosis)}"


def _section(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield title
        yield from (f"  {line}" if line else "" for line in lines)


def _between(blocks: list[list[str]]) -> list[str]:
    return [line for block in blocks for line in [*block, ""]][:-1]


def _short(finding: Finding) -> list[str]:
    head = f"{words.SIGN[finding.status]} {finding.cause:<30} "
    what = "" if finding.resource in finding.summary else f" ({finding.resource})"
    return _wrapped(head + words.one_line(finding.summary) + what, "", " " * 33, collapse=False)


def _step(step: StepResult) -> Iterator[str]:
    sign = words.DECISION_SIGN.get(step.decision, "?")
    yield f"{sign} {step.step:<16} {step.action} on {step.resource}: {step.decision.replace('_', ' ')}"
    if step.decision == "allowed":
        return
    for decided in step.decided_by:
        where = (
            f"{decided.document}, statement {decided.statement}" if decided.statement is not None else decided.document
        )
        sid = f" ({decided.sid})" if decided.sid else ""
        yield from _wrapped(f"{where}{sid}: {decided.why}" if where else decided.why, " " * 4, " " * 6)


def _findings(group: Sequence[Finding]) -> list[str]:
    """One finding in full, or the many that wait for the same read: a line each, then the read."""
    if len(group) == 1:
        return list(_finding(group[0]))
    gap = group[0].could_not_check
    heads = [_head(finding) for finding in group]
    return [*heads, f"    {len(group)} checks wait for the same answer", *(_gap(gap) if gap else ())]


def _head(finding: Finding) -> str:
    sign = f"{words.SIGN[finding.status]} {finding.status.value.upper()}"
    return f"{sign}  {finding.cause}   {words.one_line(finding.title)}"


def _finding(finding: Finding) -> Iterator[str]:
    yield _head(finding)
    yield f"    {finding.resource}"
    yield f"    {finding.severity.value} severity, {finding.certainty.value}"
    yield from _wrapped(finding.summary)
    for seen in finding.evidence:
        yield from _wrapped(f"{seen.what}: {seen.value}  ({seen.source})", " " * 4, " " * 8)
    if finding.seen:
        yield from _wrapped(words.seen_line(finding.seen), " " * 4, " " * 8)
    if finding.blocked_by:
        yield f"    blocked by: {finding.blocked_by}"
    if finding.could_not_check:
        yield from _gap(finding.could_not_check)
    for fix in finding.fixes:
        yield from _fix(fix)


def _gap(gap: CouldNotCheck) -> Iterator[str]:
    yield from _wrapped(f"could not check: {gap.action} on {gap.resource}: {gap.reason}", " " * 4, " " * 8)
    if gap.grant is not None:
        yield f"    would be checked with: {json.dumps(plain(gap.grant))}"


def _fix(fix: Fix) -> Iterator[str]:
    yield from _wrapped(f"fix: {fix.title} ({words.who_applies(fix)})", " " * 4, " " * 8)
    for change in fix.changes:
        yield f"        {change.action} on {change.resource}; undo: {change.undo.value}"
    if told := words.proof(fix):
        yield from _wrapped(told, " " * 8, " " * 8)
    if fix.text:
        for paragraph in fix.text.splitlines():
            yield from _wrapped(paragraph, " " * 8, " " * 8)


def _wrapped(text: str, first: str = " " * 4, later: str = " " * 4, *, collapse: bool = True) -> list[str]:
    """Lines of at most 100 columns; an ARN or a URI is never broken."""
    return textwrap.wrap(
        words.one_line(text) if collapse else text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
