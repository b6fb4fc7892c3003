"""One thing that is wrong with an answer, at the step where it is given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """``step`` is the step's id, ``answer`` the answer's name in the file; one that does not stop is a warning."""

    step: str
    answer: str
    text: str
    stops: bool = True

    def __str__(self) -> str:
        return f"{self.answer}: {self.text}"
