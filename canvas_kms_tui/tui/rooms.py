"""What the screens ask of the rest of the program, in one protocol; the real rooms are in ``wiring``.

Owns the words between screens and rooms. Everything async here runs on the background loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from canvas_kms_tui.change import Change, Fix
from canvas_kms_tui.findings import Diagnosis, Finding, Resolved, Said, StepResult
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.target import Target
from canvas_kms_tui.tui.board import CauseLike


class Refused(Exception):
    """Something was not done: what, to what, why, and what to do next. Nothing was written unless it says so.

    ``sides`` is the three-way difference where somebody else changed the document: what was shown against what stands,
    and what stands against what was wanted.
    """

    def __init__(self, message: str, sides: Sides = ()) -> None:
        super().__init__(message)
        self.sides = sides


class Observer(Protocol):
    def planned(self, causes: Sequence[CauseLike]) -> None: ...
    def resolved(self, resolved: Resolved) -> None: ...
    def step(self, step: StepResult) -> None: ...
    def finding(self, finding: Finding) -> None: ...
    def done(self, diagnosis: Diagnosis) -> None: ...


@dataclass(frozen=True, slots=True)
class Paperwork:
    """One document of the case: ``name`` is what findings call it, ``source`` the parsed document."""

    name: str
    source: Any


@dataclass(frozen=True, slots=True)
class Reason:
    """A statement that decides a step, or (``nearly``) would have allowed it but for one ``element``.

    ``element`` is a path inside the statement: ``("Action",)``, ``("Condition", "StringEquals", "kms:ViaService")``.
    """

    document: str
    statement: int
    why: str
    element: tuple[str, ...] = ()
    nearly: bool = False
    fits: bool = False  #: the statement's other elements are known to fit the request


@dataclass(slots=True)
class Case:
    """A finished diagnosis and what it stands on: documents, and step id → reasons. ``inner`` is the rooms' own."""

    connection: Connection
    target: Target
    diagnosis: Diagnosis
    documents: tuple[Paperwork, ...] = ()
    reasons: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
    inner: Any = None


@dataclass(frozen=True, slots=True)
class Proof:
    """The import before and after a fix, by simulation."""

    ok: bool
    text: str
    before: tuple[StepResult, ...] = ()
    after: tuple[StepResult, ...] = ()
    worse: tuple[str, ...] = ()
    others: tuple[str, ...] = ()  #: what changes for anybody else, in words
    warnings: tuple[str, ...] = ()  #: what to think of before: who else manages the resource
    said: tuple[str, ...] = ()  #: what AWS's own checks of the document say


@dataclass(frozen=True, slots=True)
class Way:
    """A fix to preview, of the finding that it mends; a plan mends several and has its proof already."""

    fix: Fix
    finding: Finding | None = None
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class DiffLine:
    """``kind`` is ``added``, ``removed``, ``same`` or ``note`` (what was left out).

    ``old`` and ``new`` are line numbers from 1, None where the line is not on that side.
    """

    kind: str
    text: str
    old: int | None = None
    new: int | None = None


#: Differences, each under its title.
Sides = Sequence[tuple[str, Sequence[DiffLine]]]


@dataclass(frozen=True, slots=True)
class Applied:
    """``entry`` names the journal entry; not ``ok``: it was begun, and the text says how far it came.

    ``made``: something stands now that was not there before, and can be taken back.
    """

    entry: str
    text: str
    ok: bool = True
    made: bool = True


@dataclass(frozen=True, slots=True)
class Undoable:
    """A journal entry that can be taken back: its title, what taking it back does, and the document's way back."""

    entry: str
    title: str
    promise: str
    changes: tuple[Change, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One entry of the journal in words; ``text`` is everything about it."""

    entry: str
    time: str
    result: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A request to judge, by the documents and for the caller of the step ``start``; ``context`` are condition keys."""

    start: str
    title: str
    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()
    role: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """``layers`` are (layer, what it says, whether it stands in the way), every layer that applies."""

    decision: str
    explanation: str
    layers: tuple[tuple[str, str, bool], ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class CallLine:
    """One read of the diagnosis in words; ``outcome`` is ``answered`` or why it was not."""

    call: str
    about: str
    outcome: str
    seconds: float


class FaqAnswer(Protocol):
    """``then`` is the guide's answer of 2022, ``now`` today's, ``here`` what it means in this account."""

    @property
    def number(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def then(self) -> str: ...
    @property
    def now(self) -> str: ...
    @property
    def here(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list to pick from: ``value`` is what is taken, ``note`` stands beside it."""

    value: str
    note: str = ""


class Rooms(Protocol):
    """Failures: CallFailed, CannotConnect, facts.Unreadable and Refused are told as they are; others are defects."""

    async def domains(self, connection: Connection) -> Sequence[Choice]: ...
    async def profiles(self, connection: Connection, domain_id: str) -> Sequence[Choice]: ...
    async def places(self, connection: Connection, below: str) -> Sequence[Choice]:
        """Buckets (``below`` is empty) or objects below ``bucket/prefix``, as S3 URIs."""
        ...

    async def recover(self, connection: Connection) -> Sequence[str]:
        """What a run that was cut off left open, looked at and said; nothing where all ended well."""
        ...

    async def public_access(self, case: Case, fix: Fix) -> Sequence[str]:
        """What AWS says of public access by the fix's documents. AWS may charge for it."""
        ...

    async def diagnose(self, connection: Connection, target: Target, observer: Observer) -> Case: ...
    async def prove_all(self, case: Case) -> Case:
        """The case with ``proven`` filled in for every fix."""
        ...

    async def evidence(self, case: Case, arrived: Callable[[Diagnosis], None]) -> Case:
        """The case with what CloudTrail and AWS's own simulation say; ``arrived`` hears of each part as it comes."""
        ...

    def said(self, case: Case, message: str) -> Said | None:
        """What a pasted message says, and which finding it belongs to. Pure and quick."""
        ...

    async def faq(self, case: Case) -> Sequence[FaqAnswer]:
        """The questions that everybody asks, answered with this account's values."""
        ...

    def calls(self, case: Case) -> Sequence[CallLine]:
        """The reads that were made up to now, the last one last."""
        ...

    async def prove(self, case: Case, finding: Finding, fix: Fix) -> Proof: ...
    def diff(self, change: Change) -> Sequence[DiffLine]: ...
    def same_as(self, change: Change) -> Mapping[str, str]:
        """The change in other tools' words: ``AWS CLI``, ``Terraform``, ``CloudFormation``."""
        ...

    async def plan(self, case: Case) -> Sequence[Way]:
        """The smallest sets of changes with which the whole import passes, the best first; none where nothing can."""
        ...

    async def journal(self, case: Case) -> Sequence[JournalLine]:
        """What was changed in this account, the newest first."""
        ...

    async def undoable(self, case: Case, entry: str) -> Undoable:
        """How one entry would be taken back; Refused where it cannot."""
        ...

    def questions(self, case: Case) -> Sequence[Question]:
        """The requests of the import, to start from."""
        ...

    def ask(self, case: Case, question: Question) -> Judged:
        """How AWS would decide a request, by the documents of the case. Pure and quick."""
        ...

    async def apply(
        self, case: Case, fix: Fix, confirmed: Mapping[str, str], progress: Callable[[str], None]
    ) -> Applied: ...
    async def last_change(self, case: Case) -> Undoable | None: ...
    async def undo(self, case: Case, entry: str, progress: Callable[[str], None]) -> Applied: ...
    async def report(self, case: Case, directory: Path) -> Path: ...
