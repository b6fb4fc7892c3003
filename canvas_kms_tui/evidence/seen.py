"""Owns which refused KMS call in CloudTrail belongs to which finding, and what it says against the simulation."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import timedelta

from canvas_kms_tui.errors import Recognised, recognise
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.trail import Event, Events
from canvas_kms_tui.findings import Certainty, Diagnosis, Finding, Seen, Status
from canvas_kms_tui.import_path import ImportPath, Step
from canvas_kms_tui.policy import Decision

_BROKEN = (Status.FAIL, Status.WARN)


async def with_seen(facts: Facts, path: ImportPath, diagnosis: Diagnosis, since: timedelta) -> Diagnosis:
    """The findings with the refusals that fit them; where CloudTrail may not be read, ``trail_gap`` says so."""
    role = await known(path.resolution.role_arn())
    if isinstance(role, Unreadable):
        return diagnosis
    found = await known(facts.trail.refusals(role, since))
    if isinstance(found, Unreadable):
        return dataclasses.replace(diagnosis, trail_gap=found.why)
    steps = {step.id: step for step in await path.steps() if step.is_kms}
    findings = tuple(_with_own(finding, steps, found) for finding in diagnosis.findings)
    return dataclasses.replace(diagnosis, findings=_with_contradictions(findings, steps, found), trail_gap=None)


def _with_own(finding: Finding, steps: Mapping[str, Step], found: Events) -> Finding:
    """A finding that stands with the refusals of its steps."""
    own = [steps[identity] for identity in finding.step_ids if identity in steps]
    if finding.status not in _BROKEN or not own:
        return finding
    fitting = [(event, sure) for event in found.events if (sure := _fit(event, own))]
    if not fitting:
        return finding
    surest = [event for event, sure in fitting if sure is Certainty.LIKELY]
    events = surest or [event for event, _ in fitting]
    said = recognise(_words(events[0]))
    against = "" if finding.cause in said.causes or not said.causes else _other_layer(said)
    certainty = Certainty.LIKELY if surest else Certainty.POSSIBLE
    return dataclasses.replace(finding, seen=_seen(events, found.whole, certainty, said, against))


def _fit(event: Event, steps: Sequence[Step]) -> Certainty | None:
    """How well a refusal fits one of the steps: by key or object, or by role, call and time alone; None not at all."""
    same = [step for step in steps if step.action == f"kms:{event.name}"]
    if not same:
        return None
    if event.keys:
        return Certainty.LIKELY if any(step.resource in event.keys for step in same) else None
    if event.context:
        contexts = {_context(step) for step in same} - {""}
        return Certainty.LIKELY if event.context in contexts else None
    return Certainty.POSSIBLE


def _context(step: Step) -> str:
    value = step.request.context.get("kms:EncryptionContext:aws:s3:arn", "") if step.request else ""
    return value if isinstance(value, str) else ""


def _words(event: Event) -> str:
    return f"{event.code}: {event.message}"


def _other_layer(said: Recognised) -> str:
    return (
        f"CloudTrail's message points elsewhere ({', '.join(said.causes)}); it names one layer even where several deny."
    )


def _seen(events: Sequence[Event], whole: bool, certainty: Certainty, said: Recognised, against: str) -> Seen:
    return Seen(
        count=len(events),
        first=min(event.time for event in events),
        last=max(event.time for event in events),
        certainty=certainty,
        layer=said.layer,
        message=events[0].message or events[0].code,
        contradicts=against,
        whole=whole,
    )


def _with_contradictions(findings: Sequence[Finding], steps: Mapping[str, Step], found: Events) -> tuple[Finding, ...]:
    """Refusals of requests that the simulation lets pass, told at the finding that they point at; it stays as it is."""
    passing = [step for step in steps.values() if step.decision is Decision.ALLOWED]
    against: dict[int, list[Event]] = {}
    for event in found.events:
        hits = [step for step in passing if _fit(event, [step]) is Certainty.LIKELY]
        place = _pointed_at(event, hits, findings) if hits else None
        if place is not None:
            against.setdefault(place, []).append(event)
    return tuple(
        dataclasses.replace(finding, seen=_contradiction(against[place], found.whole)) if place in against else finding
        for place, finding in enumerate(findings)
    )


def _pointed_at(event: Event, steps: Sequence[Step], findings: Sequence[Finding]) -> int | None:
    """The finding that passes for the key of the event, and that its message is about."""
    keys = {step.resource for step in steps}
    for cause in recognise(_words(event)).causes:
        for place, finding in enumerate(findings):
            if finding.cause == cause and finding.resource in keys and finding.status is Status.PASS:
                return place
    return None


def _contradiction(events: Sequence[Event], whole: bool) -> Seen:
    text = "CloudTrail saw this refused, and the simulation allows it now: mended since, or there is more to it."
    return _seen(events, whole, Certainty.LIKELY, recognise(_words(events[0])), text)
