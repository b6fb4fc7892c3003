"""What the detail says: a finding, a group, the import step by step. Text for a ``Paper``, of any width."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from textual.content import Content

from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.findings import CouldNotCheck, Diagnosis, Finding, Resolved, Status, StepResult
from canvas_kms_tui.tui.board import Board, CauseLike, step_id
from canvas_kms_tui.tui.jsontext import JsonLine, lines_of
from canvas_kms_tui.tui.paper import LABEL, Paper
from canvas_kms_tui.tui.rooms import Case, Paperwork, Reason
from canvas_kms_tui.tui.words import CERTAINTY, DECISION, STATUS, count, name_of

DECIDING = "$text-error"
FITTING = "$text-success"
#: What a statement says about a request; the rest (Sid, Effect) fits nothing and fails nothing.
_ELEMENTS = frozenset({"principal", "notprincipal", "action", "notaction", "resource", "notresource", "condition"})
_STATEMENTS = 2  #: deciding statements shown with a finding


def finding_page(paper: Paper, finding: Finding, board: Board, case: Case | None) -> None:
    """The whole of one finding, the most useful first."""
    look = STATUS[finding.status]
    sure = CERTAINTY[finding.certainty] if finding.status in (Status.FAIL, Status.WARN) else ""
    paper.para(finding.title, "bold", first=f"{look.symbol} {look.word}  ")
    paper.lines[0] = paper.lines[0].stylize(look.style, 0, len(look.symbol) + len(look.word) + 1)
    seen = str(finding.seen) if finding.seen is not None else ""
    paper.line((" · ".join(filter(None, (finding.cause, finding.severity.value, sure, seen))), LABEL))
    paper.para(finding.summary)
    if finding.could_not_check is not None:
        _could_not_check(paper, finding.could_not_check, said=finding.summary)
    _blocked(paper, finding)
    for reason in deciding(finding, case)[:_STATEMENTS]:
        _statement(paper, reason, case.documents if case else ())
    _fixes(paper, finding)
    if finding.evidence or finding.resource:
        paper.heading("Seen")
        paper.facts([("on", finding.resource), *((e.what, e.value) for e in finding.evidence)])
        calls = dict.fromkeys(e.source for e in finding.evidence if e.source)
        if calls:
            paper.para(", ".join(calls), LABEL, indent=2, first="from  ")
    if finding.explanation:
        paper.heading("Why this matters to the import")
        paper.para(finding.explanation, indent=2)
    _steps(paper, [step for step in board.steps.values() if step_id(step) in finding.step_ids])


def _could_not_check(paper: Paper, missing: CouldNotCheck, *, said: str) -> None:
    paper.heading("Could not be checked")
    paper.pairs([("asked", missing.action, ""), ("of", missing.resource, "")])
    if missing.reason not in said:
        paper.para(missing.reason, indent=2)
    if missing.grant is None:
        return
    paper.heading("Grant this to your own role; r checks again, c copies it")
    paper.add((line.content for line in lines_of(missing.grant)), indent=2)


def _blocked(paper: Paper, finding: Finding) -> None:
    if finding.blocked_by:
        paper.heading("Waits for")
        paper.para(f"{finding.blocked_by}: mend that first; then this can be judged.", indent=2)


def _fixes(paper: Paper, finding: Finding) -> None:
    if not finding.fixes:
        return
    paper.heading("Fix" if len(finding.fixes) == 1 else f"Fix, {len(finding.fixes)} ways")
    for fix in finding.fixes:
        paper.para(fix.title, first="• ", indent=2)
        paper.para(_how(fix), LABEL, indent=4)


def _how(fix: Fix) -> str:
    if fix.proven is False:
        return f"Simulated: does not mend the import. {fix.proof}".strip()
    if fix.auto is Auto.YES and fix.changes:
        actions = ", ".join(dict.fromkeys(change.action for change in fix.changes))
        proven = "proven by simulation" if fix.proven else "proof on preview"
        return f"f previews {count(len(fix.changes), 'change')} ({actions}); {proven}"
    if fix.changes:
        return "f shows the change to send to the owner; this program does not apply it"
    return fix.text


def deciding(finding: Finding, case: Case | None) -> list[Reason]:
    """The statements that decide: the finding's own first, then those of the failing steps that it explains."""
    if case is None or finding.status is Status.PASS:
        return []
    found = [Reason(*finding.statement, "")] if finding.statement is not None else []
    for explained in finding.step_ids:
        found += case.reasons.get(explained, ())
    names = {document.name for document in case.documents}
    best: dict[tuple[str, int], Reason] = {}
    for reason in found:
        at = (reason.document, reason.statement)
        if reason.document in names and (at not in best or not best[at].why):
            best[at] = reason
    return list(best.values())


def _statement(paper: Paper, reason: Reason, documents: Sequence[Paperwork]) -> None:
    document = next(document for document in documents if document.name == reason.document)
    lead = "Nearly allowed" if reason.nearly else "Decided"
    paper.heading(f"{lead} by statement {reason.statement} of the {reason.document}")
    paper.lines.extend(excerpt(lines_of(document.source, compact=True), reason, paper.width))
    legend = "✓ fits the request, ✗ does not; " if reason.fits else ""
    paper.para(f"{legend}d opens the whole document", LABEL, indent=2)


def excerpt(lines: Sequence[JsonLine], reason: Reason, width: int) -> list[Content]:
    """The lines of one statement, marked, without line numbers."""
    at = [number for number, line in enumerate(lines) if line.statement == reason.statement]
    if not at:
        return []
    outer = len(lines[at[0]].content.plain) - len(lines[at[0]].content.plain.lstrip())
    statement = [replace(line, content=line.content[outer:]) for line in lines[at[0] : at[-1] + 1]]
    return [part for parts in marked(statement, reason, width, digits=0) for part in parts]


def marked(lines: Sequence[JsonLine], reason: Reason | None, width: int, digits: int = 3) -> list[list[Content]]:
    """Every line as it is shown: the statement with a bar, its elements with a hook where they fit the request, with a
    cross where they do not, and the reason below that."""
    inside = [n for n, line in enumerate(lines) if reason is not None and line.statement == reason.statement]
    element = reason.element if reason is not None else ()
    failing = {number for number in inside if element and lines[number].belongs_to(element)}
    last = max(failing or inside, default=-1)
    shown: list[list[Content]] = []
    for number, line in enumerate(lines):
        fits = reason is not None and reason.fits and number in inside and _is_element(line)
        mark = "✗" if number in failing else "✓" if fits else "┃" if number in inside else " "
        parts = numbered(number, line.content, width, mark=mark, digits=digits)
        if number == last and reason is not None and reason.why:
            parts += _note(reason.why, width, digits + 1)
        shown.append(parts)
    return shown


def _is_element(line: JsonLine) -> bool:
    paths = (line.element, *line.held)
    return any(path[0].casefold() in _ELEMENTS for path in paths if path)


def _note(text: str, width: int, indent: int) -> list[Content]:
    note = Content.styled(f"↑ {text}", f"bold {DECIDING}")
    return [Content(" " * indent) + part.rstrip() for part in note.wrap(max(width - indent, 8))]


def numbered(number: int, line: Content, width: int, *, mark: str = " ", digits: int = 3) -> list[Content]:
    """A document's line with its number and mark, going on below where it is too wide."""
    bar = (f"{mark} ", f"bold {FITTING if mark == '✓' else DECIDING}")
    first = Content.assemble((f"{number + 1:>{digits}} " if digits else "", LABEL), bar)
    below = Content.assemble((f"{'↪':>{digits}} " if digits else "", LABEL), bar)
    room = max(width - first.cell_length, 8)
    return [(below if index else first) + part for index, part in enumerate(_hanging(line, room))]


def _hanging(line: Content, room: int) -> list[Content]:
    """A line of code broken where it has blanks, going on two columns deeper than it began."""
    if line.cell_length <= room:
        return [line]
    indent = len(line.plain) - len(line.plain.lstrip()) + 4
    if indent > room // 2:
        return line.fold(room)
    head, *rest = line[indent - 4 :].wrap(room - indent)
    return [Content(" " * (indent - 4)) + head, *(Content(" " * indent) + part for part in rest)]


def _steps(paper: Paper, steps: Sequence[StepResult]) -> None:
    if steps:
        paper.heading("Steps of the import that it explains")
    for step in steps:
        step_lines(paper, step)


def step_lines(paper: Paper, step: StepResult) -> None:
    look = DECISION[step.decision]
    paper.line("  ", (f"{look.symbol} ", look.style), f"{step.title}  ", (look.word, look.style))
    paper.pairs([("    asks", step.action, ""), ("    of", step.resource, "")])
    for decider in step.decided_by:
        paper.para(decider.why or decider.document, LABEL, indent=4)
    if step.assuming:
        paper.para(f"assuming that no {' or '.join(step.assuming)} denies: you may not read them", LABEL, indent=4)


def group_page(paper: Paper, title: str, board: Board) -> None:
    """A group: its members in words."""
    paper.line((title, "bold"))
    paper.blank()
    for cause in board.causes:
        if cause.group == title:
            _member(paper, cause, [f for f in board.findings.values() if f.cause == cause.id])


def _member(paper: Paper, cause: CauseLike, found: Sequence[Finding]) -> None:
    for finding in found:
        look = STATUS[finding.status]
        paper.para(f"{finding.title}. {finding.summary}", first=f"{look.symbol} ")
    if not found:
        paper.para(cause.title, LABEL, first="· ")


def healthy_page(paper: Paper, diagnosis: Diagnosis, board: Board) -> None:
    """What the import uses and how each of its steps would be decided."""
    resolved_lines(paper, diagnosis.resolved)
    paper.heading("The import, step by step")
    for step in board.steps.values():
        step_lines(paper, step)


def resolved_lines(paper: Paper, resolved: Resolved) -> None:
    """Role, location and keys that the import uses, each with where it is set."""
    paper.heading("What the import uses")
    rows = (
        ("role", resolved.execution_role),
        ("copies to", resolved.artifact_location),
        ("copy's key", resolved.artifact_key),
        ("Domain key", resolved.domain_key),
    )
    paper.pairs([(label, sourced.value or "none", sourced.origin) for label, sourced in rows])
    paper.pairs([("source key", name_of(key) if key else "none", uri) for uri, key in resolved.source_keys])


def grant_text(missing: CouldNotCheck) -> str:
    """The statement that would let us look, as JSON to send to an administrator."""
    return json.dumps(missing.grant, indent=2) + "\n"


def finding_markdown(finding: Finding) -> str:
    """A finding for a ticket."""
    parts = [f"### {STATUS[finding.status].word}: {finding.title} (`{finding.cause}`)", finding.summary]
    parts.append("\n".join(f"- {e.what}: `{e.value}` ({e.source})" for e in finding.evidence))
    if finding.could_not_check is not None and finding.could_not_check.grant is not None:
        parts.append(f"```json\n{grant_text(finding.could_not_check)}```")
    parts += [finding.explanation, *(f"Fix: {fix.title}. {fix.text}".strip() for fix in finding.fixes)]
    return "\n\n".join(part for part in parts if part) + "\n"
