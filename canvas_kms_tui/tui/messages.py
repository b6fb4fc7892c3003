"""What background work tells the screens. It never touches a widget: it posts these, and handlers own all changes.

``run`` is the number of the diagnosis: what an overtaken one still says is not listened to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.message import Message

from canvas_kms_tui.findings import Diagnosis, Finding, Resolved, StepResult
from canvas_kms_tui.tui.board import CauseLike


@dataclass
class Planned(Message):
    run: int
    causes: Sequence[CauseLike]


@dataclass
class ResolvedNow(Message):
    run: int
    resolved: Resolved


@dataclass
class StepDecided(Message):
    run: int
    step: StepResult


@dataclass
class FindingCame(Message):
    run: int
    finding: Finding


@dataclass
class EvidenceCame(Message):
    run: int
    diagnosis: Diagnosis


class Silent:
    """An observer for a diagnosis that nobody watches step by step."""

    def planned(self, causes: Sequence[CauseLike]) -> None: ...
    def resolved(self, resolved: Resolved) -> None: ...
    def step(self, step: StepResult) -> None: ...
    def finding(self, finding: Finding) -> None: ...
    def done(self, diagnosis: Diagnosis) -> None: ...


class Herald:
    """The engine's observer: says everything on by posting messages, which is safe from any thread."""

    def __init__(self, post: Callable[[Message], object], run: int) -> None:
        self._post = post
        self._run = run

    def planned(self, causes: Sequence[CauseLike]) -> None:
        self._post(Planned(self._run, tuple(causes)))

    def resolved(self, resolved: Resolved) -> None:
        self._post(ResolvedNow(self._run, resolved))

    def step(self, step: StepResult) -> None:
        self._post(StepDecided(self._run, step))

    def finding(self, finding: Finding) -> None:
        self._post(FindingCame(self._run, finding))

    def evidence(self, diagnosis: Diagnosis) -> None:
        self._post(EvidenceCame(self._run, diagnosis))

    def done(self, diagnosis: Diagnosis) -> None:
        """Nothing: whoever asked for the diagnosis is given it."""
