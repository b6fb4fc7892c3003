"""How long a run takes from 1 to 5,000 accounts: a model from measured figures, held against a simulation.

    python -m tests.bench.fleet_model

A place (one account, one Region) waits for AWS in a chain of calls, then sends one call for each profile as fast as
the SageMaker budget of its account lets it; each diagnosis takes the processor of the worker that has the place.
Workers take :data:`PLACES_EACH` places at once.
"""

from __future__ import annotations

import heapq
import math
import random
import sys
from dataclasses import dataclass

from canvas_kms_tui.aws.rate import _LIMITS
from canvas_kms_tui.fleet.local import PLACES_EACH

RATE, BURST = _LIMITS["sagemaker"]


@dataclass(frozen=True, slots=True)
class Figures:
    """Measured: seconds of a call, calls one after another before the first profile, CPU of a place and a diagnosis."""

    call: float = 0.1
    chain: int = 12
    cpu_place: float = 0.25
    cpu_each: float = 0.02
    start: float = 2.0


@dataclass(frozen=True, slots=True)
class Fleet:
    accounts: int
    profiles: int = 200
    processes: int = 2


def waiting(fleet: Fleet, figures: Figures) -> float:
    """Seconds that a place takes where nothing but AWS is waited for."""
    return figures.call * figures.chain + max(figures.call, (fleet.profiles - BURST) / RATE)


def model(fleet: Fleet, figures: Figures = Figures()) -> float:
    """Seconds: the slower of waiting and computing; a processor begins when its first place has its answers."""
    cpu = figures.cpu_place + figures.cpu_each * fleet.profiles
    processors = min(fleet.processes, fleet.accounts)
    slots = min(processors * PLACES_EACH, fleet.accounts)
    busy = math.ceil(fleet.accounts / processors) * cpu
    idle = math.ceil(fleet.accounts / slots) * waiting(fleet, figures)
    return figures.start + max(idle, figures.call * figures.chain + busy)


def simulate(fleet: Fleet, figures: Figures = Figures(), seed: int = 0) -> float:
    """The same event by event: calls of varying length, one processor for each worker, a slot freed by each place."""
    chance = random.Random(seed)
    free_cpu = [figures.start] * fleet.processes
    slots = [(figures.start, each, worker) for each in range(PLACES_EACH) for worker in range(fleet.processes)]
    heapq.heapify(slots)
    events: list[tuple[float, int, int, int]] = []  # when, order, worker, profiles that are left (-1: chain is over)
    left, order, end = fleet.accounts, 0, figures.start
    arrivals: dict[int, list[float]] = {}
    while left or events:
        if left and slots and (not events or slots[0][0] <= events[0][0]):
            begun, _, worker = heapq.heappop(slots)
            left, order = left - 1, order + 1
            ready = begun + sum(_call(figures, chance) for _ in range(figures.chain))
            arrivals[order] = [
                ready + _call(figures, chance) + max(0.0, (number - BURST) / RATE) for number in range(fleet.profiles)
            ]
            heapq.heappush(events, (ready, order, worker, -1))
            continue
        when, place, worker, number = heapq.heappop(events)
        work = figures.cpu_place if number < 0 else figures.cpu_each
        free_cpu[worker] = max(free_cpu[worker], when) + work
        end = max(end, free_cpu[worker])
        if number + 1 < fleet.profiles:
            heapq.heappush(events, (max(when, arrivals[place][number + 1]), place, worker, number + 1))
        else:
            del arrivals[place]
            heapq.heappush(slots, (free_cpu[worker], 0, worker))
    return end


def _call(figures: Figures, chance: random.Random) -> float:
    """Mostly near the mean, sometimes three times as long."""
    return figures.call * (chance.uniform(0.7, 1.1) if chance.random() < 0.95 else 3.0)


def main() -> int:
    print("accounts  processes   targets     model  simulated  ratio")
    worst = 1.0
    for accounts in (1, 10, 60, 300, 1000, 5000):
        for processes in (2, 16):
            fleet = Fleet(accounts, processes=processes)
            by_model, by_events = model(fleet), simulate(fleet)
            ratio = by_model / by_events
            worst = max(worst, ratio, 1 / ratio)
            row = f"{accounts:8,} {processes:10} {accounts * fleet.profiles:9,}"
            print(f"{row} {by_model:8,.0f} s {by_events:8,.0f} s {ratio:6.2f}")
    print(f"worst: {worst:.2f} (at most 1.25)")
    return 0 if worst <= 1.25 else 1


if __name__ == "__main__":
    sys.exit(main())
