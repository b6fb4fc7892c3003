"""The report as one HTML file: no script, no network, light and dark, good on paper.

On paper what is folded on the screen is printed too. Cells are declared to be text, so that a spreadsheet that opens
the file takes none for a formula.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from string import Template

from canvas_kms_tui import hidden
from canvas_kms_tui.change import Change, Fix
from canvas_kms_tui.findings import Diagnosis, Finding, StepResult
from canvas_kms_tui.report import evidence, words
from canvas_kms_tui.report.asides import Asides
from canvas_kms_tui.report.dump import plain
from canvas_kms_tui.report.model import TOOL, Report, rfc3339

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<style>
:root { --ink: #1b1f24; --dim: #57606a; --paper: #fff; --box: #f6f8fa; --line: #d0d7de;
  --fail: #b42318; --warn: #8a5a00; --pass: #1a7f37; --unknown: #6639ba; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9198a1; --paper: #0d1117; --box: #161b22;
  --line: #30363d; --fail: #ff8178; --warn: #e3b341; --pass: #56d364; --unknown: #d2a8ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; color: var(--ink); background: var(--paper);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; } h3 { font-size: 1rem; margin: 0; }
code, pre { font: 13px/1.45 ui-monospace, monospace; } pre { white-space: pre-wrap; background: var(--box);
  border: 1px solid var(--line); padding: .75rem; }
article { border: 1px solid var(--line); border-left-width: .4rem; padding: .75rem 1rem; margin: .75rem 0; }
table { border-collapse: collapse; width: 100%; } td, th { border-bottom: 1px solid var(--line); padding: .3rem .5rem;
  text-align: left; vertical-align: top; overflow-wrap: break-word; } td:last-child { min-width: 9rem; }
td { mso-number-format: "\\@"; }
@media screen and (max-width: 48rem) { body { padding: .75rem; } td { overflow-wrap: anywhere; }
  td:last-child { min-width: 5rem; } }
.dim { color: var(--dim); }
.fail { border-left-color: var(--fail); } .warn { border-left-color: var(--warn); }
.unknown, .blocked, .incomplete { border-left-color: var(--unknown); } .pass { border-left-color: var(--pass); }
b.fail, b.broken, td.explicitly_denied, td.implicitly_denied { color: var(--fail); }
b.warn, b.warnings { color: var(--warn); } b.pass, b.healthy, td.allowed { color: var(--pass); }
b.unknown, b.blocked, b.incomplete, td.unknown { color: var(--unknown); }
@media print { :root { --ink: #000; --dim: #444; --paper: #fff; --box: #fff; --line: #999; --fail: #000; --warn: #000;
  --pass: #000; --unknown: #000; } body { font-size: 9.5pt; max-width: none; padding: 0; }
  code, pre { font-size: 8pt; } tr { break-inside: avoid; } h2, h3, summary { break-after: avoid; }
  article, pre { box-decoration-break: clone; }
  details::details-content { content-visibility: visible; block-size: auto; } }
</style>
</head>
<body>
$body
<footer class="dim">$foot</footer>
</body>
</html>
""")


def as_html(report: Report) -> str:
    return page(report, "\n".join(diagnosis_html(diagnosis, report.asides) for diagnosis in report.diagnoses))


def page(report: Report, body: str) -> str:
    """The whole file around a body of markup."""
    foot = f"{TOOL} {report.version}, {report.source}, {rfc3339(report.generated_at)}"
    return _PAGE.substitute(title="Canvas import diagnosis", body=_writable(body), foot=escape(foot))


def diagnosis_html(diagnosis: Diagnosis, asides: Asides) -> str:
    """The section of one diagnosis."""
    return "\n".join(_diagnosis(diagnosis, asides))


def _writable(text: str) -> str:
    """Lone surrogates cannot be encoded."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _diagnosis(diagnosis: Diagnosis, asides: Asides) -> Iterator[str]:
    verdict = diagnosis.verdict
    sign = f"{words.VERDICT_SIGN[verdict.status]} {verdict.status.value.capitalize()}"
    yield "<section>"
    yield f'<h1><b class="{verdict.status.value}">{sign}</b> {escape(verdict.headline)}</h1>'
    yield f"<p>{escape(words.target_line(diagnosis))}<br>{escape(words.datasets_line(diagnosis))}</p>"
    findings = words.by_urgency(diagnosis)
    told = [finding for finding in findings if words.needs_words(finding)]
    if told:
        yield "<h2>Findings</h2>"
    for finding in told:
        yield from _finding(finding)
    if diagnosis.accepted_unknown:
        yield f"<p>Accepted as unknown: {_codes(diagnosis.accepted_unknown)}</p>"
    for title, lines in (*evidence.sections(diagnosis), *asides.sections(diagnosis)):
        yield f"<h2>{escape(title)}</h2><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
    yield "<h2>What the import uses</h2>"
    yield from table(
        ("", "", "from"),
        ((what, _code(value), escape(origin)) for what, value, origin in words.resolved_rows(diagnosis)),
    )
    yield "<h2>The import, step by step</h2>"
    yield from _steps(diagnosis)
    yield f"<h2>{len(findings) - len(told)} more: passed or not applicable</h2>"
    rest = (finding for finding in findings if not words.needs_words(finding))
    rows = (
        (f"{words.SIGN[each.status]} {_code(each.cause)}", escape(each.summary), _code(each.resource)) for each in rest
    )
    yield from table(("cause", "", "resource"), rows)
    sums = f"Causes {words.coverage_line(diagnosis)}. Calls {words.calls_line(diagnosis)}."
    yield f'<p class="dim">{escape(sums)}</p>'
    yield "</section>"


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    """Cells are markup already."""
    yield "<table><tr>" + "".join(f"<th>{escape(name)}</th>" for name in head) + "</tr>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>"
    yield "</table>"


def _steps(diagnosis: Diagnosis) -> Iterator[str]:
    yield "<table><tr><th>step</th><th>action</th><th>resource</th><th>decision</th><th>why</th></tr>"
    for step in diagnosis.import_path:
        decision = f'<td class="{escape(step.decision)}">{escape(step.decision.replace("_", " "))}</td>'
        cells = f"<td>{escape(step.step)}</td><td>{_code(step.action)}</td><td>{_code(step.resource)}</td>"
        yield f"<tr>{cells}{decision}<td>{_why(step)}</td></tr>"
    yield "</table>"


def _why(step: StepResult) -> str:
    if step.decision == "allowed":
        return ""
    return "<br>".join(escape(decided.why) for decided in step.decided_by)


def _finding(finding: Finding) -> Iterator[str]:
    status = finding.status.value
    yield f'<article class="{status}">'
    yield f'<h3><b class="{status}">{words.SIGN[finding.status]} {status.upper()}</b> {escape(finding.title)}</h3>'
    how = f"{finding.severity.value} severity, {finding.certainty.value}"
    yield f'<p class="dim">{_code(finding.cause)}, {escape(how)}, {_code(finding.resource)}</p>'
    yield f"<p>{escape(finding.summary)}</p>"
    if finding.evidence:
        rows = ((escape(seen.what), _code(seen.value), escape(seen.source)) for seen in finding.evidence)
        yield from table(("seen", "", "source"), rows)
    if finding.seen:
        yield f"<p>{escape(words.seen_line(finding.seen))}</p>"
    if finding.blocked_by:
        yield f"<p>Blocked by {_code(finding.blocked_by)}</p>"
    if gap := finding.could_not_check:
        yield f"<p>Could not check {_code(gap.action)} on {_code(gap.resource)}: {escape(gap.reason)}</p>"
        if gap.grant is not None:
            yield f"<p>This statement would let it be checked:</p>{_json(gap.grant)}"
    for fix in finding.fixes:
        yield from _fix(fix)
    yield "</article>"


def _fix(fix: Fix) -> Iterator[str]:
    yield f"<p><b>Fix:</b> {escape(fix.title)} ({escape(words.who_applies(fix))})</p>"
    if told := words.proof(fix):
        yield f"<p>{escape(told)}</p>"
    if fix.text:
        yield f"<pre>{escape(fix.text)}</pre>"
    for change in fix.changes:
        yield from _change(change)


def _change(change: Change) -> Iterator[str]:
    yield f"<details><summary>{_code(change.action)}: the {escape(change.document)} after it</summary>"
    yield f"<p>On {_code(change.resource)}. Undo: {change.undo.value}. {escape(change.undo_note)}</p>"
    yield f"{_json(change.after)}</details>"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>" if text else ""


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(_code(name) for name in names)


def _json(value: object) -> str:
    return f"<pre>{escape(hidden.escaped(json.dumps(plain(value), indent=2, ensure_ascii=False)))}</pre>"
