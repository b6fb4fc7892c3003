"""``python -m tests.bench``: every promise of speed and memory, as ratios within this one run.

Exit code 1 where one is not kept. Machines differ and so do single runs: on a busy machine run it again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.bench import bench_calls, bench_cpu, bench_fleet, bench_memory, bench_paint, bench_policy, bench_screen
from tests.bench.measure import Measure

BENCHES: dict[str, Callable[[], Iterator[Measure]]] = {
    "paint": bench_paint.measures,
    "screen": bench_screen.measures,
    "calls": bench_calls.measures,
    "cpu": bench_cpu.measures,
    "memory": bench_memory.measures,
    "fleet": bench_fleet.measures,
    "policy": bench_policy.measures,
}


def main(names: list[str]) -> int:
    kept = True
    for name in names or BENCHES:
        for measure in BENCHES[name]():
            print(measure, flush=True)
            kept = kept and measure.kept
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
