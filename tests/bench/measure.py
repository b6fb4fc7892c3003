"""One measured promise."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """``value`` against ``limit``, both in ``unit``; ``how`` says what was divided by what, with the raw figures."""

    name: str
    value: float
    limit: float
    unit: str
    how: str
    at_least: bool = False

    @property
    def kept(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        sign, bound = ("ok  ", "at least" if self.at_least else "at most") if self.kept else ("MISS", "should be")
        return f"{sign} {self.name:<44} {self.value:6.2f} {self.unit:<3} ({bound} {self.limit:g}; {self.how})"


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def middle(work: Callable[[], float], times: int = 7) -> float:
    """The median of several runs."""
    return statistics.median(work() for _ in range(times))
