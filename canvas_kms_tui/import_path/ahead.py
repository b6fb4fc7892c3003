"""Owns asking early: what judging the steps will surely need is asked as soon as it is known what to ask for.

The steps of an import wait for the role's policies, which take four reads one after another; the policies of keys and
buckets need not wait for them. Every question is memoised, so nothing is read twice, and nothing that the steps would
not read. Answers and failures are for whoever asks later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from canvas_kms_tui.facts import Facts, Unreadable
from canvas_kms_tui.facts.terms import Key
from canvas_kms_tui.import_path.obstacles import key_obstacle
from canvas_kms_tui.import_path.resolve import KeyUse, Resolution
from canvas_kms_tui.target import BadTarget


async def read_ahead(facts: Facts, resolution: Resolution) -> None:
    """Ask; returns when everything was answered or could not be."""
    keys: list[Awaitable[Any]] = [resolution.artifact_key(), resolution.domain_key(), resolution.source_keys()]
    sources = {dataset.bucket for dataset in facts.target.datasets if not dataset.is_access_point}
    await asyncio.gather(
        *(_quietly(_of_keys(facts, resolution, part)) for part in keys),
        *(_quietly(_of_bucket(facts, name)) for name in sources),
        _quietly(_of_artifact(facts)),
    )


async def _quietly(question: Awaitable[Any]) -> None:
    try:
        await question
    except (Unreadable, BadTarget):
        return


async def _of_keys(facts: Facts, resolution: Resolution, question: Awaitable[Any]) -> None:
    role, found = await asyncio.gather(resolution.role_arn(), question)
    uses = found if isinstance(found, tuple) else (found,) if found else ()
    await asyncio.gather(*(_of_key(facts, role, use) for use in uses))


async def _of_key(facts: Facts, role: str, use: KeyUse) -> None:
    """Policies and grants, unless the key itself settles the matter."""
    managed = isinstance(use.key, Key) and use.key.is_aws_managed
    if use.arn is None or managed or key_obstacle(use, use.arn.split(":")[3], facts.target.account):
        return
    await asyncio.gather(facts.keys.policies(use.arn), facts.keys.grants(use.arn, role))


async def _of_artifact(facts: Facts) -> None:
    artifact = await facts.canvas.artifact()
    await _of_bucket(facts, artifact.bucket)


async def _of_bucket(facts: Facts, name: str) -> None:
    if not name.startswith("arn:"):
        await asyncio.gather(facts.buckets.bucket(name), facts.buckets.policy_layer(name))
