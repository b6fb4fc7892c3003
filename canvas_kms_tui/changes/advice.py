"""What is to be known of changes besides their proof: who else manages the resources, and Access Analyzer's word."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes.managed import drift
from canvas_kms_tui.changes.refusals import shut_out
from canvas_kms_tui.changes.validate import check_no_public_access, validate
from canvas_kms_tui.gateway import Connection


@dataclass(frozen=True, slots=True)
class Advice:
    """In sentences, each once. ``warnings`` are to be thought of before, ``said`` is what was found in order or not.

    ``managed`` are the resources for which code is the preferred way: a tool manages them, as their tags say.
    """

    warnings: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    managed: frozenset[str] = frozenset()


async def advise(connection: Connection, changes: Sequence[Change], *, public_access: bool = False) -> Advice:
    """Ask for every change. ``public_access`` asks CheckNoPublicAccess too, for which AWS may charge."""
    gateway = connection.gateway
    drifts, validations, public = await asyncio.gather(
        asyncio.gather(*(drift(gateway, change) for change in changes)),
        asyncio.gather(*(validate(gateway, change) for change in changes)),
        asyncio.gather(*(check_no_public_access(gateway, change) for change in changes if public_access)),
    )
    answers = [answer for answer in (*validations, *public) if answer is not None]
    bad = [answer.text for answer in answers if answer.problems]
    good = [answer.text for answer in answers if not answer.problems]
    managed = frozenset(change.resource for change, said in zip(changes, drifts, strict=True) if "managed by" in said)
    return Advice(_each_once([*shut_out(changes, connection.writes_as), *drifts, *bad]), _each_once(good), managed)


def _each_once(sentences: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in sentences if one))
