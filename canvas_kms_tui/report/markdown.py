"""The report as a ticket wants it: verdict, why, fix and proof in sight, everything else folded away.

Whatever comes from AWS or from the user stands in a code span or is escaped, so that it can neither format nor
link nor mention anybody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from canvas_kms_tui import hidden
from canvas_kms_tui.change import Change, Fix
from canvas_kms_tui.findings import Diagnosis, Finding, StepResult
from canvas_kms_tui.report import evidence, words
from canvas_kms_tui.report.asides import Asides
from canvas_kms_tui.report.dump import plain
from canvas_kms_tui.report.model import TOOL, Report, rfc3339

#: The trackers in use take 65,536 characters at most.
LIMIT = 60_000

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&$])")
_LIST_OR_RULE = re.compile(r"^(\d+(?=[.)])|(?=[-+=]))")


_CUT = "\n\n*Cut here: too long for a ticket. The JSON report holds all.*\n"
#: What only we begin a line with, outside of every code block and folded part.
_BEGINNINGS = ("\n### ", "\n## ", "\n---\n")


def as_markdown(report: Report) -> str:
    """At most 60,000 characters: folded parts are left out, with a line that says so, before anything else is."""
    text = _assemble(report, folded=True)
    if len(text) > LIMIT:
        text = _assemble(report, folded=False)
    return text if len(text) <= LIMIT else _cut(text)


def _cut(text: str) -> str:
    """As many whole findings as there is room for."""
    kept = text[: LIMIT - len(_CUT)]
    whole = max(kept.rfind(beginning) for beginning in _BEGINNINGS)
    return (kept[:whole] if whole > 0 else kept).rstrip() + _CUT


def _assemble(report: Report, *, folded: bool) -> str:
    parts = [diagnosis_markdown(diagnosis, report.asides, folded=folded) for diagnosis in report.diagnoses]
    return "\n---\n\n".join(parts) + "\n" + foot(report)


def foot(report: Report) -> str:
    return f"*{TOOL} {report.version}, {report.source}, {rfc3339(report.generated_at)}*\n"


def escape(text: str) -> str:
    """Text that shows as it is, in one line; the comment after ``@`` keeps trackers from mentioning people."""
    shown = _LIST_OR_RULE.sub(r"\1\\", _SPECIAL.sub(r"\\\1", words.one_line(text)))
    return shown.replace("@", "@<!-- -->")


def code(text: str) -> str:
    """A code span that holds the text whatever backticks are in it."""
    text = words.one_line(text)
    if not text:
        return ""
    fence = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def block(text: str, language: str = "") -> str:
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


def finding_markdown(finding: Finding) -> str:
    """One finding in full, as copied from the screen."""
    return "\n".join(_finding(finding, folded=True)).rstrip() + "\n"


def diagnosis_markdown(diagnosis: Diagnosis, asides: Asides, *, folded: bool) -> str:
    """One diagnosis; ``folded`` with what passed in folds."""
    verdict = diagnosis.verdict
    lines = [
        f"## {words.VERDICT_SIGN[verdict.status]} {escape(verdict.headline)}",
        "",
        f"**{verdict.status.value.capitalize()}.** Domain {code(diagnosis.target.domain_id)}, "
        f"user profile {code(diagnosis.target.user_profile)}, account {code(diagnosis.target.account)}, "
        f"Region {code(diagnosis.target.region)}",
        "",
        "Dataset: "
        + (", ".join(code(each.uri) for each in diagnosis.target.datasets) or "none given, source not checked"),
        "",
    ]
    findings = words.by_urgency(diagnosis)
    for finding in findings:
        if words.needs_words(finding):
            lines += [*_finding(finding, folded=folded), ""]
    if diagnosis.accepted_unknown:
        lines += [f"Accepted as unknown: {', '.join(code(name) for name in diagnosis.accepted_unknown)}", ""]
    for title, told in (*evidence.sections(diagnosis), *asides.sections(diagnosis)):
        lines += [f"**{title}**", "", *(f"- {escape(line)}" for line in told), ""]
    rest = [finding for finding in findings if not words.needs_words(finding)]
    if folded:
        lines += _folded("Which role, location and keys", _resolved(diagnosis))
        lines += _folded("The import, step by step", [_step(step) for step in diagnosis.import_path])
        lines += _folded(f"{len(rest)} more causes: passed or not applicable", [_short(finding) for finding in rest])
    else:
        lines += [
            f"*{len(rest)} causes that passed or do not apply, the import's steps and the documents after each fix are "
            "left out for length.*",
            "",
        ]
    lines += [f"Causes {escape(words.coverage_line(diagnosis))}. Calls {escape(words.calls_line(diagnosis))}.", ""]
    return "\n".join(lines)


def _folded(title: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    return ["<details>", f"<summary>{title}</summary>", "", *lines, "", "</details>", ""]


def _resolved(diagnosis: Diagnosis) -> list[str]:
    rows = words.resolved_rows(diagnosis)
    return [f"- {what}: {code(value)}" + (f" ({escape(origin)})" if origin else "") for what, value, origin in rows]


def _step(step: StepResult) -> str:
    sign = words.DECISION_SIGN.get(step.decision, "?")
    decision = escape(step.decision.replace("_", " "))
    line = f"- {sign} {escape(step.step)}: {code(step.action)} on {code(step.resource)}: **{decision}**"
    why = [escape(decided.why) for decided in step.decided_by if decided.why]
    return line + (f": {'; '.join(why)}" if why and step.decision != "allowed" else "")


def _short(finding: Finding) -> str:
    return f"- {words.SIGN[finding.status]} {code(finding.cause)} {escape(finding.summary)} ({code(finding.resource)})"


def _finding(finding: Finding, *, folded: bool) -> Iterator[str]:
    yield f"### {words.SIGN[finding.status]} {escape(finding.title)}"
    yield ""
    yield (
        f"{code(finding.cause)} **{escape(finding.status.value)}**, {finding.severity.value} severity, "
        f"{finding.certainty.value}; {code(finding.resource)}"
    )
    yield ""
    yield escape(finding.summary)
    yield ""
    for seen in finding.evidence:
        yield f"- {escape(seen.what)}: {code(seen.value)} ({escape(seen.source)})"
    if finding.seen:
        yield f"- {escape(words.seen_line(finding.seen))}"
    if finding.blocked_by:
        yield f"- blocked by {code(finding.blocked_by)}"
    if gap := finding.could_not_check:
        yield f"- could not check {code(gap.action)} on {code(gap.resource)}: {escape(gap.reason)}"
        if gap.grant is not None:
            yield from (
                "",
                "This statement would let it be checked:",
                "",
                block(json.dumps(plain(gap.grant), indent=2), "json"),
            )
    for fix in finding.fixes:
        yield from _fix(fix, folded=folded)


def _fix(fix: Fix, *, folded: bool) -> Iterator[str]:
    yield ""
    yield f"**Fix:** {escape(fix.title)} ({words.who_applies(fix)})"
    if told := words.proof(fix):
        yield from ("", escape(told))
    if fix.text:
        yield from ("", *(escape(line) for line in fix.text.splitlines()))
    for change in fix.changes:
        yield from ("", *(_change(change) if folded else _short_change(change)))


def _change(change: Change) -> Iterator[str]:
    yield "<details>"
    yield f"<summary>{change.action}: the {_html(change.document)} after it</summary>"
    yield ""
    yield f"On {code(change.resource)}. Undo: {change.undo.value}" + (
        f", {escape(change.undo_note)}" if change.undo_note else ""
    )
    yield ""
    yield block(hidden.escaped(json.dumps(plain(change.after), indent=2, ensure_ascii=False)), "json")
    yield ""
    yield "</details>"


def _short_change(change: Change) -> Iterator[str]:
    yield f"- {code(change.action)} on {code(change.resource)}; undo: {change.undo.value}"


def _html(text: str) -> str:
    return words.one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
