"""Owns the order in which the parts arrive, and the diagnosis that grows with them."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from canvas_kms_tui.causes import Cause, catalogue
from canvas_kms_tui.evidence.affected import affected
from canvas_kms_tui.evidence.analyzer import with_analysis
from canvas_kms_tui.evidence.handles import has_handles, with_handles
from canvas_kms_tui.evidence.opinions import opinions, with_organization
from canvas_kms_tui.evidence.probes import probes
from canvas_kms_tui.evidence.seen import with_seen
from canvas_kms_tui.evidence.timeline import timeline
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.trail import USES
from canvas_kms_tui.findings import Diagnosis, Finding, Status
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.verdict import verdict_of

DAY = timedelta(hours=24)
Arrived = Callable[[Diagnosis], None]
_Part = Callable[[Diagnosis], Awaitable[Diagnosis]]


def ask_early(facts: Facts, since: timedelta = DAY) -> None:
    """Begin to ask CloudTrail; :func:`look` finds the answers. Call it before the checks start."""
    for name in USES:
        facts.trail.lookup("EventName", name, since)


async def look(
    facts: Facts,
    diagnosis: Diagnosis,
    *,
    since: timedelta = DAY,
    what_changed: bool = True,
    second_opinions: bool = True,
    who_else: bool = True,
    probe_role: bool = False,
    causes: Sequence[Cause] | None = None,
    arrived: Arrived | None = None,
) -> Diagnosis:
    """The diagnosis with evidence; ``facts`` are those that it was made from.

    ``since`` is CloudTrail's window. ``arrived`` hears of each diagnosis as parts come in: what AWS tells of the
    message that was pasted, where it has a handle; refusals that were seen and the causes that show only there; AWS's
    own opinions; dry runs as the execution role where ``probe_role`` says that it may be assumed; who else is affected;
    and last what changed (a look-up for each kind of event, two a second).
    """
    path = ImportPath(facts)
    chosen = {cause.id: cause for cause in (catalogue() if causes is None else causes)}
    parts: list[_Part] = [lambda so_far: _confirmed(facts, path, so_far, chosen, since)]
    if (said := diagnosis.said) and has_handles(said.message):
        parts.insert(0, lambda so_far: with_handles(facts, path, so_far))
    if second_opinions:
        parts.append(lambda so_far: _with_opinions(facts, path, so_far))
    if probe_role:
        parts.append(lambda so_far: _with_probes(path, so_far))
    if who_else:
        parts.append(lambda so_far: _with_affected(facts, path, so_far))
    if what_changed:
        parts.append(lambda so_far: _with_timeline(facts, path, so_far, since))
    # What the later parts read is asked at once, and found by them in their turn.
    ahead = asyncio.gather(
        *([opinions(path)] if second_opinions else []),
        *([affected(facts, path, diagnosis)] if who_else else []),
        return_exceptions=True,
    )
    try:
        for part in parts:
            diagnosis = _summed_up(facts, await part(diagnosis), whole=causes is None)
            if arrived:
                arrived(diagnosis)
    finally:
        ahead.cancel()
    return diagnosis


async def _confirmed(
    facts: Facts, path: ImportPath, diagnosis: Diagnosis, causes: dict[str, Cause], since: timedelta
) -> Diagnosis:
    """The causes again that CloudTrail may tell more of, and the refusals that fit findings."""

    async def again(finding: Finding) -> Finding:
        cause = causes.get(finding.cause)
        found = await known(cause.confirm(facts, path, finding, since)) if cause else finding
        if cause is None or isinstance(found, Unreadable):
            return finding
        loud = found.status in (Status.FAIL, Status.WARN)
        return dataclasses.replace(found, fixes=cause.advice()) if loud and not found.fixes else found

    findings = tuple(await asyncio.gather(*map(again, diagnosis.findings)))
    return await with_seen(facts, path, dataclasses.replace(diagnosis, findings=findings), since)


async def _with_opinions(facts: Facts, path: ImportPath, diagnosis: Diagnosis) -> Diagnosis:
    found = (*diagnosis.opinions, *await opinions(path))
    told = with_organization(dataclasses.replace(diagnosis, opinions=found))
    return await with_analysis(facts, path, told)


async def _with_probes(path: ImportPath, diagnosis: Diagnosis) -> Diagnosis:
    return dataclasses.replace(diagnosis, opinions=(*diagnosis.opinions, *await probes(path)))


async def _with_affected(facts: Facts, path: ImportPath, diagnosis: Diagnosis) -> Diagnosis:
    return dataclasses.replace(diagnosis, affected=await affected(facts, path, diagnosis))


async def _with_timeline(facts: Facts, path: ImportPath, diagnosis: Diagnosis, since: timedelta) -> Diagnosis:
    found = await known(timeline(facts, path, since))
    if isinstance(found, Unreadable):
        return dataclasses.replace(diagnosis, trail_gap=found.why)
    return dataclasses.replace(diagnosis, timeline=found)


def _summed_up(facts: Facts, diagnosis: Diagnosis, *, whole: bool) -> Diagnosis:
    """The verdict anew, where a finding is another one now."""
    verdict = verdict_of(
        diagnosis.findings,
        diagnosis.import_path,
        diagnosis.target,
        diagnosis.accepted_unknown,
        said=diagnosis.said.causes if diagnosis.said else (),
        whole=whole,
    )
    return dataclasses.replace(diagnosis, verdict=verdict, calls=facts.calls.stats())
