"""The real rooms behind the screens: engine, proofs, changes, reports. Imported on the background loop."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from canvas_kms_tui import engine, faq, report
from canvas_kms_tui.causes import Cause, Group, catalogue
from canvas_kms_tui.change import Auto, Change, Fix
from canvas_kms_tui.changes import (
    Advice,
    Entry,
    Event,
    Journal,
    Line,
    RepairPlan,
    Stale,
    advise,
    apply,
    as_cli,
    as_cloudformation,
    as_powershell,
    as_terraform,
    check_no_public_access,
    diff,
    journal_text,
    prove,
    prove_all,
    recover,
    repair,
    three_way,
    undo,
    ways_back,
)
from canvas_kms_tui.changes import Proof as Proven
from canvas_kms_tui.changes import Refused as ChangeRefused
from canvas_kms_tui.evidence import DAY, look
from canvas_kms_tui.facts import Facts, Unreadable, choices, known
from canvas_kms_tui.findings import Diagnosis, Finding, Said
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.import_path import ImportPath, Step
from canvas_kms_tui.policy import Document, Layers
from canvas_kms_tui.said import said_of
from canvas_kms_tui.target import BadTarget, Target
from canvas_kms_tui.tui import playground
from canvas_kms_tui.tui.clipboard import write_private
from canvas_kms_tui.tui.reasons import reasons
from canvas_kms_tui.tui.rooms import (
    Applied,
    CallLine,
    Case,
    Choice,
    DiffLine,
    FaqAnswer,
    JournalLine,
    Judged,
    Observer,
    Paperwork,
    Proof,
    Question,
    Refused,
    Undoable,
    Way,
)
from canvas_kms_tui.tui.session import Session

Listed = TypeVar("Listed")
_KINDS = {"added": "added", "removed": "removed", "gap": "note"}


class RealRooms:
    """One for each session; remembers which journal entries are this session's own."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._journal = Journal(session.journal)
        self._own: list[str] = []
        self._steps: tuple[Step, ...] = ()

    # Choosing

    async def domains(self, connection: Connection) -> Sequence[Choice]:
        found = await _readable(choices.domains(connection.gateway))
        return [Choice(domain.id, f"{domain.name}  {domain.status}") for domain in found]

    async def profiles(self, connection: Connection, domain_id: str) -> Sequence[Choice]:
        return [Choice(name) for name in await _readable(choices.profiles(connection.gateway, domain_id))]

    async def places(self, connection: Connection, below: str) -> Sequence[Choice]:
        if not below:
            return [Choice(f"s3://{name}/") for name in await _readable(choices.buckets(connection.gateway))]
        bucket, _, prefix = below.removeprefix("s3://").partition("/")
        keys = await _readable(choices.objects(connection.gateway, bucket, prefix))
        return [Choice(f"s3://{bucket}/{key}") for key in keys]

    # Diagnosing

    async def diagnose(self, connection: Connection, target: Target, observer: Observer) -> Case:
        facts = Facts(connection.gateway, target)
        session = self._session
        try:
            diagnosis = await engine.diagnose(
                facts,
                causes=self._causes(),
                observer=_InTreeOrder(observer),
                accept_unknown=session.accept_unknown,
                strict=session.strict,
            )
        except BadTarget as bad:
            raise Refused(str(bad)) from bad
        steps = await known(ImportPath(facts).steps())
        self._steps = steps = () if isinstance(steps, Unreadable) else steps
        return Case(connection, target, diagnosis, tuple(_papers(steps)), reasons(steps), facts)

    async def evidence(self, case: Case, arrived: Callable[[Diagnosis], None]) -> Case:
        session = self._session
        causes = self._causes() if session.only or session.skip else None
        found = await look(case.inner, case.diagnosis, since=session.since or DAY, causes=causes, arrived=arrived)
        return dataclasses.replace(case, diagnosis=found)

    def said(self, case: Case, message: str) -> Said | None:
        return said_of(message, case.diagnosis.findings)

    async def faq(self, case: Case) -> Sequence[FaqAnswer]:
        return await faq.answered(case.inner, case.diagnosis)

    def calls(self, case: Case) -> Sequence[CallLine]:
        return [
            CallLine(f"{call.service}:{_camel(call.operation)}", call.about, call.outcome, call.seconds)
            for call in case.inner.calls.log
        ]

    def _causes(self) -> tuple[Cause, ...]:
        only, skip = self._session.only, self._session.skip
        return tuple(c for c in catalogue() if (not only or c.id in only) and c.id not in skip)

    def questions(self, case: Case) -> Sequence[Question]:
        return playground.questions(self._steps)

    def ask(self, case: Case, question: Question) -> Judged:
        return playground.ask(self._steps, question)

    # Changing

    async def prove_all(self, case: Case) -> Case:
        diagnosis = await prove_all(case.diagnosis, case.inner)
        return dataclasses.replace(case, diagnosis=diagnosis)

    async def prove(self, case: Case, finding: Finding, fix: Fix) -> Proof:
        proof = await prove(case.diagnosis, case.inner, fix, finding)
        return _proof(proof, await advise(case.connection, fix.changes))

    async def public_access(self, case: Case, fix: Fix) -> Sequence[str]:
        answers = [await check_no_public_access(case.connection.gateway, change) for change in fix.changes]
        return [answer.text for answer in answers if answer is not None]

    async def recover(self, connection: Connection) -> Sequence[str]:
        found = await recover(connection, self._journal)
        return [f"{one.text} Journal entry {one.entry.id}: {one.entry.header.title}." for one in found]

    async def plan(self, case: Case) -> Sequence[Way]:
        best = await repair(case.diagnosis, case.inner)
        found = [best, *best.alternatives] if best is not None else []
        return [_way(plan, await advise(case.connection, plan.changes)) for plan in found]

    def diff(self, change: Change) -> Sequence[DiffLine]:
        return _lines(diff(change))

    def same_as(self, change: Change) -> Mapping[str, str]:
        return {
            "AWS CLI": as_cli(change),
            "PowerShell": as_powershell(change),
            "Terraform": as_terraform(change),
            "CloudFormation": as_cloudformation(change),
        }

    async def apply(
        self, case: Case, fix: Fix, confirmed: Mapping[str, str], progress: Callable[[str], None]
    ) -> Applied:
        try:
            outcome = await apply(
                fix,
                connection=case.connection,
                journal=self._journal,
                confirmed=confirmed,
                progress=lambda event: progress(_stage(event)),
                target=str(case.target),
            )
        except ChangeRefused as refused:
            raise _refused(refused) from refused
        self._own.append(outcome.entry_id)
        made = bool(self._journal.entry(outcome.entry_id).made)
        return Applied(outcome.entry_id, outcome.text, outcome.ok, made)

    async def last_change(self, case: Case) -> Undoable | None:
        try:
            entries = self._journal.entries()
        except ChangeRefused:
            return None  # the journal's own screen says why
        for entry in reversed(entries):
            if self._is_ours(entry, case.connection) and entry.made and not entry.undone_by:
                return _undoable(entry)
        return None

    async def journal(self, case: Case) -> Sequence[JournalLine]:
        account = case.connection.caller.account
        try:
            found = self._journal.entries()
        except ChangeRefused as refused:
            return [JournalLine("", "", "damaged", str(refused), str(refused))]
        entries = [entry for entry in reversed(found) if entry.header.account == account]
        return [
            JournalLine(entry.id, entry.time, entry.result, entry.header.title, journal_text([entry]))
            for entry in entries
        ]

    async def undoable(self, case: Case, entry: str) -> Undoable:
        try:
            return _undoable(self._journal.entry(entry))
        except ChangeRefused as refused:
            raise _refused(refused) from refused

    def _is_ours(self, entry: Entry, connection: Connection) -> bool:
        """A demo's account begins anew each time: only what this session did can be taken back there."""
        header = entry.header
        if header.undo_of is not None or header.account != connection.caller.account:
            return False
        return entry.id in self._own or (connection.source == "live" and header.source == "live")

    async def undo(self, case: Case, entry: str, progress: Callable[[str], None]) -> Applied:
        try:
            outcome = await undo(
                entry,
                connection=case.connection,
                journal=self._journal,
                progress=lambda event: progress(_stage(event)),
            )
        except ChangeRefused as refused:
            raise _refused(refused) from refused
        return Applied(outcome.entry_id, outcome.text, outcome.ok)

    # Telling

    async def report(self, case: Case, directory: Path) -> Path:
        """Markdown for a ticket, under a name of its own; beside it the requests, as lines for ``--evaluate``."""
        written = report.Report(case.connection.source, [case.diagnosis])
        target = case.target
        name = f"canvas-kms-{target.domain_id}-{target.user_profile}-{datetime.now(UTC):%Y%m%dT%H%M%S}.md"
        path = directory / name
        path.write_text(report.render("markdown", written), encoding="utf-8")
        write_private(path.with_suffix(".jsonl"), playground.as_lines(self._steps))
        return path


class _InTreeOrder:
    """Says everything on; the plan in the order of the tree's groups."""

    def __init__(self, observer: Observer) -> None:
        self.resolved, self.step, self.finding, self.done = (
            observer.resolved,
            observer.step,
            observer.finding,
            observer.done,
        )
        self._planned = observer.planned

    def planned(self, causes: Sequence[Cause]) -> None:
        groups = list(Group)
        self._planned(sorted(causes, key=lambda cause: groups.index(Group(cause.group))))


def _camel(operation: str) -> str:
    return "".join(word.title() for word in operation.split("_"))


def _stage(event: Event) -> str:
    return f"{event.stage} {event.text}".strip()


def _refused(refused: Exception) -> Refused:
    text = str(refused)
    sides: list[tuple[str, list[DiffLine]]] = []
    if isinstance(refused, Stale):
        found = three_way(refused)
        sides = [
            ("What was shown → what stands now", _lines(found.shown_to_standing)),
            ("What stands now → what was wanted", _lines(found.standing_to_wanted)),
        ]
    return Refused(text[:1].upper() + text[1:], sides)


def _lines(found: Iterable[Line]) -> list[DiffLine]:
    return [DiffLine(_KINDS.get(line.kind, "same"), line.text, line.old, line.new) for line in found]


def _proof(proof: Proven, advice: Advice) -> Proof:
    return Proof(
        proof.ok, proof.text, proof.before, proof.after, proof.worse, proof.others, advice.warnings, advice.said
    )


def _way(plan: RepairPlan, advice: Advice) -> Way:
    """A plan as one fix; what it leaves for others is said in its text."""
    left = "; ".join(finding.title for finding in plan.left)
    text = f"This leaves to others: {left}." if left else ""
    proof = _proof(plan.proof, advice)
    fix = Fix("repair-plan", plan.title, Auto.YES, plan.changes, text, proof.ok, proof.text)
    return Way(fix, None, proof)


def _undoable(entry: Entry) -> Undoable:
    try:
        back = ways_back(entry)
    except ChangeRefused as refused:
        raise _refused(refused) from refused
    promise = " ".join(dict.fromkeys(record.change.undo_note for record in entry.made if record.change.undo_note))
    return Undoable(entry.id, entry.header.title, promise, back)


def _papers(steps: Sequence[Step]) -> Iterator[Paperwork]:
    """Every document that the steps were judged by, each once, in the order of the import."""
    seen: set[str] = set()
    for step in steps:
        for document in _documents(step.layers):
            if document.name not in seen:
                seen.add(document.name)
                yield Paperwork(document.name, document.source)


def _documents(layers: Layers | None) -> Iterator[Document]:
    """The documents of all layers, the resource's own first: it is what most often decides."""
    if layers is None:
        return
    named = (layers.resource, layers.identity, layers.boundary, layers.session, layers.scps, layers.rcps)
    yield from _flat(named)
    yield from _flat(layers.endpoint)


def _flat(part: object) -> Iterator[Document]:
    if isinstance(part, Document):
        yield part
    elif isinstance(part, (tuple, list)):
        for inner in part:
            yield from _flat(inner)


async def _readable(question: Awaitable[list[Listed]]) -> list[Listed]:
    try:
        return await question
    except Unreadable as unreadable:
        why = unreadable.why
        raise Refused(f"{why.action} on {why.resource}: {why.reason}.") from unreadable
