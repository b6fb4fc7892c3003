"""One headless diagnosis: the engine, then the proof of every fix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from canvas_kms_tui import engine
from canvas_kms_tui.causes import Cause
from canvas_kms_tui.changes.prove import prove_all
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Diagnosis


@dataclass(frozen=True, slots=True)
class Plan:
    """What is checked, and which gaps count. ``causes`` None is the whole catalogue."""

    causes: Sequence[Cause] | None = None
    accept_unknown: tuple[str, ...] = ()
    strict: bool = False


async def diagnose(facts: Facts, plan: Plan, observer: engine.Observer | None = None) -> Diagnosis:
    """The diagnosis of ``facts.target``, each fix proven or not.

    Raises:
        BadTarget: something that the target names does not exist.
    """
    diagnosis = await engine.diagnose(
        facts,
        causes=plan.causes,
        observer=observer,
        accept_unknown=plan.accept_unknown,
        strict=plan.strict,
    )
    return await prove_all(diagnosis, facts)
