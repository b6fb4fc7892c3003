"""``python tests/generated [COUNT] [SEED]``: break COUNT worlds per way and print the confusion table."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from confusion import Outcome, outcome, pairs, table, ways

from canvas_kms_tui.demo import environments, server


async def main(count: int, seed: int) -> int:
    rng = random.Random(seed)
    broken = [(way,) for way in ways() for _ in range(count)] + [()] * count * 5 + pairs(rng, count * 20)
    found: list[Outcome] = []
    with server.start(environments.load("healthy")) as demo:
        for ways_together in broken:
            found.append(await outcome(demo, ways_together, rng.randrange(10**6)))
            if not found[-1].right:
                print(f"expected {found[-1].expected}\n{found[-1].told}\n", file=sys.stderr)
    print(table(found))
    wrong = sum(not one.right for one in found)
    print(f"\n{len(found) - wrong} of {len(found)} exactly as broken")
    return 1 if wrong else 0


if __name__ == "__main__":
    arguments = [int(text) for text in sys.argv[1:3]]
    raise SystemExit(asyncio.run(main(*(arguments + [2, 20251][len(arguments) :]))))
