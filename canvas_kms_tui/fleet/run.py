"""One headless diagnosis: the engine, then the proof of every fix."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from canvas_kms_tui import engine
from canvas_kms_tui.causes import Cause
from canvas_kms_tui.changes.prove import prove_all
from canvas_kms_tui.evidence import DAY, ask_early, look
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Diagnosis

#: Seconds for evidence that confirms a verdict; CloudTrail takes two look-ups a second.
_PATIENCE, _PATIENCE_WITH_CHANGES = 15.0, 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is checked, and which gaps count. ``causes`` None is the whole catalogue.

    ``since`` is CloudTrail's window; where it is given, what changed in it is told as well, which takes a look-up for
    each kind of event at two a second. ``probe_role`` asks KMS as the execution role as well.
    """

    causes: Sequence[Cause] | None = None
    accept_unknown: tuple[str, ...] = ()
    strict: bool = False
    since: timedelta | None = None
    probe_role: bool = False


async def diagnose(facts: Facts, plan: Plan, observer: engine.Observer | None = None) -> Diagnosis:
    """The diagnosis of ``facts.target``, each fix proven or not.

    Raises:
        BadTarget: something that the target names does not exist.
    """
    since = plan.since or DAY
    ask_early(facts, since)
    diagnosis = await engine.diagnose(
        facts,
        causes=plan.causes,
        observer=observer,
        accept_unknown=plan.accept_unknown,
        strict=plan.strict,
    )
    return await prove_all(await with_evidence(diagnosis, facts, plan, since), facts)


async def with_evidence(
    diagnosis: Diagnosis, facts: Facts, plan: Plan, since: timedelta, *, one_of_many: bool = False
) -> Diagnosis:
    """The diagnosis with all the evidence that came in time: nobody waits longer for a confirmation.

    Of ``one_of_many`` only what CloudTrail says: AWS's opinions cost calls for each, and who else is affected the
    summary tells.
    """
    latest = diagnosis

    def keep(arrived: Diagnosis) -> None:
        nonlocal latest
        latest = arrived

    changes = plan.since is not None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_WITH_CHANGES if changes else _PATIENCE):
            await look(
                facts,
                diagnosis,
                since=since,
                what_changed=changes,
                second_opinions=not one_of_many,
                who_else=not one_of_many,
                probe_role=plan.probe_role,
                causes=plan.causes,
                arrived=keep,
            )
    return latest
