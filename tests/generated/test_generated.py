"""Worlds broken at random, with a fixed seed: what was broken is found, alone; two things broken are both found.

``python tests/generated COUNT SEED`` breaks more of them and prints the confusion table.
"""

from __future__ import annotations

import random

import pytest
from confusion import outcome, pairs, ways

SEED = 20250
WAYS = [way for way in ways() if "everything" not in way.touches]
PAIRS = pairs(random.Random(SEED), 16)


SEEDS = [pytest.param(SEED + i, marks=() if i < 4 else pytest.mark.slow) for i in range(12)]


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_world_that_nobody_broke_is_healthy(seed, fresh_demo):
    found = await outcome(fresh_demo("healthy"), (), seed)
    assert found.right, found.told


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_the_broken_thing_is_most_likely_and_alone(way, fresh_demo):
    found = await outcome(fresh_demo("healthy"), (way,), SEED)
    assert found.right, f"expected {found.expected}\n{found.told}"


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: "+".join(way.name for way in pair))
async def test_two_broken_things_are_both_found(pair, fresh_demo):
    found = await outcome(fresh_demo("healthy"), pair, SEED)
    assert found.right, f"expected {found.expected}\n{found.told}"
