"""Breaking worlds and looking whether the diagnosis says what was broken."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from breaking import BREAKS, Break, shipped_breaks
from diagnosing import Diagnosed, diagnosed
from worlds import healthy

from canvas_kms_tui.causes import catalogue
from canvas_kms_tui.demo.server import RunningDemo

NOTHING = "(nothing)"


@dataclass(frozen=True)
class Outcome:
    """What was broken, what was found, and everything that was told."""

    broken: tuple[Break, ...]
    loud: dict[str, str]
    most_likely: str
    told: str

    @property
    def expected(self) -> dict[str, str]:
        return {cause: status for one in self.broken for cause, status in one.loud.items()}

    @property
    def right(self) -> bool:
        """Exactly what was broken was found, and the most likely is one of it."""
        causes = {one.cause for one in self.broken} or {NOTHING}
        return self.loud == self.expected and self.most_likely in causes


def ways() -> list[Break]:
    """Every way to break a world whose cause the program knows."""
    known = frozenset(cause.id for cause in catalogue())
    return [one for one in BREAKS if one.cause in known] + shipped_breaks(known)


def pairs(rng: random.Random, count: int) -> list[tuple[Break, Break]]:
    """Ways that can break one world at the same time."""
    found: list[tuple[Break, Break]] = []
    while len(found) < count:
        first, second = rng.sample(BREAKS, 2)
        if first.touches.isdisjoint(second.touches) and first.cause != second.cause:
            found.append((first, second))
    return found


async def outcome(demo: RunningDemo, broken: Sequence[Break], seed: int) -> Outcome:
    """Break one world in these ways and diagnose it over HTTP."""
    world = healthy(random.Random(seed))
    for one in broken:
        one.apply(world)
    demo.load(world.environment("+".join(one.name for one in broken) or "healthy"))
    async with diagnosed(demo) as found:
        return Outcome(tuple(broken), found.loud, found.most_likely or NOTHING, _told(found, seed))


def _told(found: Diagnosed, seed: int) -> str:
    return f"seed {seed}: {found.told()}"


def table(outcomes: Sequence[Outcome]) -> str:
    """Cause injected × cause reported as most likely, and how often nothing else was found."""
    counted: dict[str, Counter[str]] = {}
    exact: Counter[str] = Counter()
    for one in outcomes:
        injected = " + ".join(sorted(way.cause for way in one.broken)) or NOTHING
        counted.setdefault(injected, Counter())[one.most_likely] += 1
        exact[injected] += one.right
    width = max(len(name) for name in counted)
    lines = [f"{'injected':{width}}  exactly  reported as most likely"]
    for injected, reported in sorted(counted.items()):
        told = ", ".join(f"{cause} {number}" for cause, number in reported.most_common())
        lines.append(f"{injected:{width}}  {exact[injected]:3}/{reported.total():<3}  {told}")
    return "\n".join(lines)
