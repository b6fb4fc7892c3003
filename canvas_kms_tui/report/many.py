"""The report of many diagnoses: made in pieces by those who diagnose, put together as a stream with the summary first.

What machines read holds every diagnosis. What humans read holds the summary, a line for each target that is not
healthy, and one example in full of each kind of trouble, so that a report on twelve thousand targets can be read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from canvas_kms_tui.findings import VerdictStatus
from canvas_kms_tui.report import html, junit, markdown, ocsf, text, words
from canvas_kms_tui.report.dump import as_jsonl, diagnosis_data, head_data
from canvas_kms_tui.report.model import TOOL, Report, rfc3339
from canvas_kms_tui.report.summary import Row, Summary, counted

#: Lines of targets, and examples in full, of the reports for humans.
ROWS, EXAMPLES = 1_000, 20
HUMAN = ("text", "markdown", "html")
_ORDER = {status.value: place for place, status in enumerate(VerdictStatus)}
_COUNTS = ("tests", "failures", "errors", "skipped")
_SUITE_HEAD = re.compile(r"<testsuite\b[^>]*>")


@dataclass(slots=True)
class Gathered:
    """What the reports for humans show of the targets; bounded, however many there are."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    examples: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, row: Row, kind: str, parts: dict[str, str]) -> None:
        """``kind`` is the same for targets with the same trouble."""
        if row.verdict == VerdictStatus.HEALTHY.value:
            return
        rows = self.rows.setdefault(row.verdict, [])
        if len(rows) < ROWS:
            rows.append(row)
        if kind not in self.examples and len(self.examples) < EXAMPLES:
            self.examples[kind] = {name: parts[name] for name in HUMAN if name in parts}

    def shown(self) -> list[Row]:
        """The worst first, at most :data:`ROWS`."""
        order = sorted(self.rows, key=lambda verdict: _ORDER[verdict])
        return [row for verdict in order for row in self.rows[verdict]][:ROWS]


def part(name: str, own: Report) -> str:
    """The piece of one diagnosis in a format; "" where the format needs none of it."""
    diagnosis = own.diagnoses[0]
    if name in HUMAN and diagnosis.verdict.status is VerdictStatus.HEALTHY:
        return ""
    match name:
        case "jsonl":
            return as_jsonl(own)
        case "json":
            return json.dumps(diagnosis_data(diagnosis, own.asides), separators=(",", ":"))
        case "junit":
            return junit.suite_xml(diagnosis, own)
        case "ocsf":
            return ",\n".join(json.dumps(event, separators=(",", ":")) for event in ocsf.events(own))
        case "text":
            return text.diagnosis_text(diagnosis, own.asides)
        case "markdown":
            return markdown.diagnosis_markdown(diagnosis, own.asides, folded=False)
        case _:
            return html.diagnosis_html(diagnosis, own.asides)


Parts = Callable[[], Iterable[str]]


def assemble(name: str, frame: Report, summary: Summary, gathered: Gathered, parts: Parts) -> Iterator[str]:
    """The whole report in chunks. ``parts`` gives every piece of the format, each time from the first."""
    match name:
        case "jsonl":
            yield from parts()
        case "json":
            head = json.dumps({**head_data(frame), "summary": summary.data()}, indent=2)
            yield from _listed(head.removesuffix("\n}") + ',\n  "diagnoses": [\n', parts(), "\n  ]\n}\n")
        case "ocsf":
            yield from _listed("[\n", parts(), "\n]\n")
        case "junit":
            yield from _junit(summary, parts)
        case "text":
            yield _text(frame, summary, gathered)
        case "markdown":
            yield _markdown(frame, summary, gathered)
        case _:
            yield _html(frame, summary, gathered)


def _listed(head: str, parts: Iterable[str], tail: str) -> Iterator[str]:
    yield head
    first = True
    for each in parts:
        if each:
            yield each if first else ",\n" + each
            first = False
    yield tail


def _junit(summary: Summary, parts: Parts) -> Iterator[str]:
    sums = dict.fromkeys(_COUNTS, 0)
    for each in parts():
        head = _SUITE_HEAD.search(each)
        for count in _COUNTS:
            found = re.search(rf' {count}="(\d+)"', head[0]) if head else None
            sums[count] += int(found[1]) if found else 0
    counts = " ".join(f'{name}="{value}"' for name, value in sums.items())
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="{TOOL}" {counts}>\n'
    headline = escape(summary.headline()).replace("--", "- -")
    yield f"  <!-- {headline} -->\n"
    yield from parts()
    yield "</testsuites>\n"


def _where(row: Row) -> str:
    return f"{row.account} {row.region} {row.domain_id} / {row.user_profile}"


def _more(summary: Summary, gathered: Gathered) -> str:
    shown = len(gathered.shown())
    troubled = summary.targets - summary.verdicts[VerdictStatus.HEALTHY.value]
    healthy = f"{counted(summary.verdicts[VerdictStatus.HEALTHY.value], 'target')} healthy, not listed here"
    hidden = f"{counted(troubled - shown, 'more target')} in trouble, not listed here; " if troubled > shown else ""
    return f"{hidden}{healthy}. The JSON and JSONL reports hold every diagnosis."


def _text(frame: Report, summary: Summary, gathered: Gathered) -> str:
    lines = [f"{TOOL} {frame.version}   {frame.source}   {rfc3339(frame.generated_at)}", "", summary.headline(), ""]
    for title, told in summary.sections():
        lines += [title, *(f"  {line}" for line in told), ""]
    lines.append("Targets")
    lines += [
        f"  {words.VERDICT_SIGN[VerdictStatus(row.verdict)]} {_where(row)}: {words.one_line(row.headline)}"
        for row in gathered.shown()
    ]
    lines += [f"  {_more(summary, gathered)}", ""]
    examples = [parts["text"] for parts in gathered.examples.values() if "text" in parts]
    if examples:
        lines += ["One example of each kind of trouble", ""]
    return "\n".join(lines) + "\n" + "\n".join(examples)


def _markdown(frame: Report, summary: Summary, gathered: Gathered) -> str:
    """Within the size that trackers take: summary, then lines, then examples as long as there is room."""
    lines = [f"## {markdown.escape(summary.headline())}", ""]
    for title, told in summary.sections():
        lines += [f"**{title}**", "", *(f"- {markdown.escape(line)}" for line in told), ""]
    tail = f"\n{markdown.escape(_more(summary, gathered))}\n\n{markdown.foot(frame)}"
    room = markdown.LIMIT - len(tail) - len("\n".join(lines)) - 200
    if room < 0:
        return "\n".join(lines)[: markdown.LIMIT - len(tail) - 200].rpartition("\n")[0] + "\n" + tail
    signs = {status.value: sign for status, sign in words.VERDICT_SIGN.items()}
    rows = [
        f"- {signs[row.verdict]} {markdown.code(_where(row))} {markdown.escape(row.headline)}"
        for row in gathered.shown()
    ]
    taken = _fitting(rows, room // 2)
    lines += ["**Targets**", "", *taken, ""]
    if len(taken) < len(rows):
        lines += [f"*{counted(len(rows) - len(taken), 'more line')} left out for length.*", ""]
    examples = [f"---\n\n{parts['markdown']}" for parts in gathered.examples.values() if "markdown" in parts]
    lines += _fitting(examples, room - sum(len(each) + 1 for each in taken) - 200)
    return "\n".join(lines) + tail


def _fitting(pieces: Sequence[str], room: int) -> list[str]:
    taken = []
    for piece in pieces:
        room -= len(piece) + 1
        if room < 0:
            break
        taken.append(piece)
    return taken


def _html(frame: Report, summary: Summary, gathered: Gathered) -> str:
    body = ["<section>", f"<h1>{escape(summary.headline())}</h1>"]
    for title, told in summary.sections():
        body.append(f"<h2>{escape(title)}</h2><ul>{''.join(f'<li>{escape(line)}</li>' for line in told)}</ul>")
    body.append("<h2>Targets</h2>")
    cells = (
        (
            f'<b class="{row.verdict}">{words.VERDICT_SIGN[VerdictStatus(row.verdict)]} {row.verdict}</b>',
            escape(f"{row.account} {row.region}"),
            escape(f"{row.domain_id} / {row.user_profile}"),
            escape(row.headline),
        )
        for row in gathered.shown()
    )
    body += html.table(("verdict", "account", "target", ""), cells)
    body += [f'<p class="dim">{escape(_more(summary, gathered))}</p>', "</section>"]
    examples = [parts["html"] for parts in gathered.examples.values() if "html" in parts]
    if examples:
        body.append("<h2>One example of each kind of trouble</h2>")
    return html.page(frame, "\n".join([*body, *examples]))
