"""What is known so far, in the order in which it is shown: groups, causes, steps, progress, verdict. Pure.

Owns the model behind the main screen. It is told what happens (``plan``, ``add``, ``step``…) and gives rows;
it knows no widget and no AWS.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from canvas_kms_tui.change import Auto
from canvas_kms_tui.findings import Diagnosis, Finding, Resolved, Said, Status, StepResult
from canvas_kms_tui.tui.words import PENDING, STATUS, WORST_FIRST, Look, brief

PROBLEMS = (Status.FAIL, Status.UNKNOWN, Status.WARN)
_CLEAR = (Status.PASS, Status.NOT_APPLICABLE)


class CauseLike(Protocol):
    """What the board needs of a cause of the catalogue."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def group(self) -> str: ...


@dataclass(frozen=True)
class Row:
    """One line of the tree. ``id`` is a finding's id, a cause's id while it is pending, or ``group:TITLE``.

    ``about`` tells the findings of one cause apart: the short name of what each is about.
    """

    id: str
    look: Look
    label: str
    note: str = ""
    about: str = ""
    group: bool = False
    folded: bool = False
    finding: Finding | None = None

    @cached_property
    def sought(self) -> str:
        """All that a filter looks through."""
        texts = [self.label, self.note, self.about, self.look.word, self.id]
        if self.finding is not None:
            texts += [self.finding.summary, self.finding.cause, self.finding.resource]
        return "\n".join(texts).casefold()


@dataclass(slots=True)
class Board:
    """Filled in while a diagnosis runs; a new diagnosis starts with a new board."""

    causes: tuple[CauseLike, ...] = ()
    findings: dict[str, Finding] = field(default_factory=dict)
    steps: dict[str, StepResult] = field(default_factory=dict)
    resolved: Resolved | None = None
    diagnosis: Diagnosis | None = None
    started: float | None = None
    ended: float | None = None
    looking: bool = False  #: evidence is still being gathered
    folds: dict[str, bool] = field(default_factory=dict)  #: what the user folded or unfolded
    _done: set[str] = field(default_factory=set)
    _rows: dict[tuple[str, bool], Row] = field(default_factory=dict)

    def plan(self, causes: Iterable[CauseLike], now: float) -> None:
        self.causes = tuple(causes)
        self.started = now

    def add(self, finding: Finding) -> None:
        self.findings[finding.id] = finding
        self._done.add(finding.cause)

    def step(self, step: StepResult) -> None:
        self.steps[step_id(step)] = step

    def finish(self, diagnosis: Diagnosis, now: float) -> None:
        self.diagnosis = diagnosis
        self.ended = now
        self.findings = {finding.id: finding for finding in diagnosis.findings}
        self.steps = {step_id(step): step for step in diagnosis.import_path}
        self.resolved = diagnosis.resolved

    @property
    def running(self) -> bool:
        return self.started is not None and self.diagnosis is None

    def progress(self) -> tuple[int, int]:
        """Causes answered, causes planned."""
        if self.diagnosis is not None:
            return len(self.causes) or len(self._done), len(self.causes) or len(self._done)
        return len(self._done), len(self.causes)

    def seconds(self, now: float) -> float:
        if self.started is None:
            return 0.0
        return (self.ended if self.ended is not None else now) - self.started

    def problems(self) -> list[Finding]:
        """Failing, unknown and warning findings, the most likely first, then by weight."""
        if not self.findings:
            return []
        from canvas_kms_tui.verdict import ranked  # the evaluator comes with it: not before the first screen is drawn

        found = ranked(list(self.findings.values()), list(self.steps.values()))
        return sorted(
            (finding for finding in found if finding.status in PROBLEMS),
            key=lambda finding: (not finding.counts, PROBLEMS.index(finding.status)),
        )

    def finding_of_step(self, step: StepResult) -> Finding | None:
        """The problem that explains a step, the weightiest first."""
        return next((finding for finding in self.problems() if step_id(step) in finding.step_ids), None)

    def finding_of_message(self, said: Said) -> Finding | None:
        """The finding that a message belongs to; else the first about a cause that it points at, in order as it is."""
        if said.finding in self.findings:
            return self.findings[said.finding]
        return next((f for cause in said.causes for f in self.findings.values() if f.cause == cause), None)

    def take(self, more: Diagnosis) -> None:
        """The same diagnosis, now with proofs or evidence filled in."""
        self.diagnosis = more
        self.findings = {finding.id: finding for finding in more.findings}

    def order(self) -> dict[str, Finding | None]:
        """Every line of the tree in its order, folded groups too: row id → its finding (None for groups)."""
        lines: dict[str, Finding | None] = {}
        for title, members in self._groups(self.ended or self.started or 0.0).items():
            lines[f"group:{title}"] = None
            lines.update((row.id, row.finding) for row in members)
        return lines

    def group_of(self, finding: Finding) -> str:
        layers = {cause.id: cause.group for cause in self.causes}
        return layers.get(finding.cause) or finding.layer or "Other"

    def fold(self, group: str, folded: bool) -> None:
        self.folds[group] = folded

    def rows(self, now: float, needle: str = "") -> list[Row]:
        """The tree's lines; with a ``needle`` only what contains it, every group unfolded."""
        rows: list[Row] = []
        sought = needle.casefold()
        for title, members in self._groups(now).items():
            kept = members if sought in title.casefold() else [row for row in members if sought in row.sought]
            if not kept:
                continue
            group = self._group_row(title, members)
            if needle:
                group = replace(group, folded=False)
            rows.append(group)
            rows.extend([] if group.folded else kept)
        return rows

    def _groups(self, now: float) -> dict[str, list[Row]]:
        by_cause: dict[str, list[Finding]] = {}
        for finding in self.findings.values():
            by_cause.setdefault(finding.cause, []).append(finding)
        groups: dict[str, list[Row]] = {}
        for cause in self.causes:
            found = by_cause.pop(cause.id, [])
            rows = [self._finding_row(f, several=len(found) > 1) for f in found] or [self._pending_row(cause, now)]
            groups.setdefault(cause.group, []).extend(rows)
        for found in by_cause.values():
            for finding in found:
                rows = [self._finding_row(finding, several=len(found) > 1)]
                groups.setdefault(finding.layer or "Other", []).extend(rows)
        return {title: sorted(rows, key=_problems_first) for title, rows in groups.items()}

    def _finding_row(self, finding: Finding, *, several: bool) -> Row:
        """Made once for each finding: rows are asked for at every letter that is typed in the filter."""
        row = self._rows.get((finding.id, several))
        if row is None or row.finding is not finding:
            about = brief(finding.resource) if several else ""
            row = Row(finding.id, STATUS[finding.status], finding.title, note_of(finding), about, finding=finding)
            self._rows[finding.id, several] = row
        return row

    def _pending_row(self, cause: CauseLike, now: float) -> Row:
        waited = self.seconds(now)
        return Row(cause.id, PENDING, cause.title, f"{waited:.0f} s" if self.running and waited >= 1 else "")

    def _group_row(self, title: str, members: Sequence[Row]) -> Row:
        known = [row.finding for row in members if row.finding is not None]
        clear = len(known) == len(members) and all(map(_is_clear, known))
        settled = len(known) == len(members) or any(finding.status in PROBLEMS for finding in known)
        look = _worst(known) if settled else PENDING
        passed = sum(map(_is_clear, known))
        return Row(
            f"group:{title}", look, title, f"{passed}/{len(members)}", group=True, folded=self.folds.get(title, clear)
        )


def with_evidence_of(old: Diagnosis, new: Diagnosis) -> Diagnosis:
    """A repeated diagnosis with the evidence of the one before: it is about the same target."""
    seen = {finding.id: finding.seen for finding in old.findings}
    findings = tuple(replace(finding, seen=seen.get(finding.id)) for finding in new.findings)
    return replace(
        new,
        findings=findings,
        timeline=old.timeline,
        opinions=old.opinions,
        affected=old.affected,
        trail_gap=old.trail_gap,
    )


def step_id(step: StepResult) -> str:
    """What findings call a step (``Finding.step_ids``)."""
    return f"{step.step}:{step.action}:{step.resource}"


def _is_clear(finding: Finding) -> bool:
    """Nothing to look at: in order, not concerned, or a named assumption."""
    return finding.status in _CLEAR or not finding.counts


def _worst(findings: Sequence[Finding]) -> Look:
    statuses = {finding.status for finding in findings if finding.counts} or {Status.PASS}
    return STATUS[next(status for status in WORST_FIRST if status in statuses)]


def _problems_first(row: Row) -> int:
    """Failing, unknown, warning, waiting; everything else keeps the catalogue's order."""
    status = row.finding.status if row.finding is not None else None
    order = (*PROBLEMS, Status.BLOCKED)
    return order.index(status) if status in order and (row.finding is None or row.finding.counts) else len(order)


def note_of(finding: Finding) -> str:
    """The few words at the right of a finding's line: what can be done, or what it waits for."""
    if finding.status is Status.BLOCKED:
        return f"waits for {finding.blocked_by.split('=')[0]}" if finding.blocked_by else "waits"
    if finding.status is Status.UNKNOWN and finding.could_not_check is not None:
        return f"needs {finding.could_not_check.action}" if finding.counts else "assumed"
    if finding.status not in PROBLEMS or not finding.fixes:
        return ""
    if any(fix.auto is Auto.YES and fix.changes and fix.proven is not False for fix in finding.fixes):
        return "f fixes"
    return "f advice" if finding.fixes[0].auto is Auto.NEVER else "f for owner"
