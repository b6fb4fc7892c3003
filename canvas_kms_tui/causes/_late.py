"""Owns the causes that show only in CloudTrail or in a pasted message: what is said before and after it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from canvas_kms_tui.causes._cause import Cause
from canvas_kms_tui.causes._steps import profile_arn
from canvas_kms_tui.errors import recognise
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.trail import Event
from canvas_kms_tui.findings import Certainty, Evidence, Finding, Status
from canvas_kms_tui.gateway import FailureKind
from canvas_kms_tui.import_path import ImportPath


def before(cause: Cause, facts: Facts, path: ImportPath, words: str) -> list[Finding]:
    """What a pasted message says, else nothing yet."""
    arn = profile_arn(path)
    said = facts.target.error_text
    if said and cause.id in recognise(said).causes[:1]:
        evidence = [Evidence("message", said, "--error")]
        return [cause.warns(arn, f"The message says so: {words}.", evidence, certainty=Certainty.POSSIBLE)]
    return [cause.not_applicable(arn, "This shows only in CloudTrail, which has not been asked (yet).")]


async def after(
    cause: Cause, facts: Facts, path: ImportPath, finding: Finding, since: timedelta, codes: Sequence[str], words: str
) -> Finding:
    """What CloudTrail of the window says."""
    role = await known(path.resolution.role_arn())
    if isinstance(role, Unreadable):
        return finding
    found = await known(facts.trail.refusals(role, since))
    if isinstance(found, Unreadable):
        return _not_asked(cause, finding, found)
    events = [event for event in found.events if event.code.startswith(tuple(codes))]
    if events:
        return await _seen(cause, path, events, words)
    if finding.status is Status.WARN:
        return finding
    part = "" if found.whole else " among the newest events"
    return cause.passes(finding.resource, f"CloudTrail of the last {_hours(since)} shows no such refusal{part}.")


def _not_asked(cause: Cause, finding: Finding, unread: Unreadable) -> Finding:
    """A refusal to us is a gap; a CloudTrail that does not answer only adds nothing."""
    if unread.kind in (FailureKind.DENIED, FailureKind.EXPIRED):
        return cause.unknown(finding.resource, unread.why)
    text = f"This shows only in CloudTrail, which did not answer: {unread.why.reason}."
    return cause.not_applicable(finding.resource, text)


async def _seen(cause: Cause, path: ImportPath, events: Sequence[Event], words: str) -> Finding:
    keys = dict.fromkeys(key for event in events for key in event.keys)
    steps = [step for step in await path.steps() if step.is_kms and step.resource in keys]
    ours = [key for key in keys if any(step.resource == key for step in steps)]
    calls = {f"kms:{event.name}" for event in events}
    times = len(events)
    summary = (
        f"{words[0].upper()}{words[1:]}: seen {'once' if times == 1 else f'{times} times'}, "
        f"last at {events[0].time:%Y-%m-%d %H:%M} UTC."
    )
    evidence = [
        Evidence(f"{event.name} at {event.time:%Y-%m-%d %H:%M:%S} UTC", f"{event.code}: {event.message}", "CloudTrail")
        for event in events[:5]
    ]
    return cause.warns(
        ours[0] if ours else profile_arn(path),
        summary,
        evidence,
        certainty=Certainty.LIKELY if ours else Certainty.POSSIBLE,
        step_ids=tuple(dict.fromkeys(step.id for step in steps if step.action in calls)),
    )


def _hours(since: timedelta) -> str:
    hours = round(since.total_seconds() / 3600)
    return f"{hours} hours" if hours < 72 else f"{hours // 24} days"
