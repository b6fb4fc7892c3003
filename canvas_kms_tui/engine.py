"""Owns a diagnosis: runs every cause at once, streams what they find, and sums it up. Knows no screen and no AWS."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Collection, Sequence
from typing import Any, Protocol

from canvas_kms_tui.causes import Cause, catalogue
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.findings import CouldNotCheck, Diagnosis, Finding, Resolved, Sourced, Status, StepResult
from canvas_kms_tui.gateway import FailureKind
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.ahead import read_ahead
from canvas_kms_tui.said import said_of
from canvas_kms_tui.target import BadTarget
from canvas_kms_tui.verdict import verdict_of

_NOT_READ = Sourced(None, "could not be read")


class Observer(Protocol):
    """Hears of a diagnosis while it runs, in the event loop: a screen, a line of progress, a file."""

    def planned(self, causes: Sequence[Cause]) -> None: ...
    def resolved(self, resolved: Resolved) -> None: ...
    def step(self, step: StepResult) -> None: ...
    def finding(self, finding: Finding) -> None: ...
    def done(self, diagnosis: Diagnosis) -> None: ...


class Silent:
    """An observer that makes nothing of what it hears."""

    def planned(self, causes: Sequence[Cause]) -> None: ...
    def resolved(self, resolved: Resolved) -> None: ...
    def step(self, step: StepResult) -> None: ...
    def finding(self, finding: Finding) -> None: ...
    def done(self, diagnosis: Diagnosis) -> None: ...


async def diagnose(
    facts: Facts,
    *,
    causes: Sequence[Cause] | None = None,
    observer: Observer | None = None,
    accept_unknown: Collection[str] = (),
    strict: bool = False,
) -> Diagnosis:
    """Run the causes against one target.

    ``accept_unknown`` names causes whose unknowns do not count; with ``strict`` unread guardrails count too.

    Raises:
        BadTarget: the Domain, the user profile or a dataset does not exist.
    """
    shipped = catalogue()
    causes = shipped if causes is None else causes
    whole = {cause.id for cause in shipped} <= {cause.id for cause in causes}
    observer = observer or Silent()
    observer.planned(causes)
    path = ImportPath(facts)
    target = asyncio.ensure_future(_target_exists(facts))
    ahead = asyncio.ensure_future(read_ahead(facts, path.resolution))
    running = [asyncio.ensure_future(_run(cause, facts, path, observer, strict)) for cause in causes]
    summary = asyncio.gather(_steps(path, observer), _resolved(path, observer))
    try:
        found, _ = await asyncio.gather(asyncio.gather(*running), target)
        steps, resolved = await summary
    finally:
        await _ended(target, ahead, summary, *running)
    findings = tuple(finding for group in found for finding in group)
    diagnosis = Diagnosis(
        target=facts.target,
        resolved=resolved,
        verdict=verdict_of(findings, steps, facts.target, accept_unknown, whole=whole),
        import_path=steps,
        findings=findings,
        calls=facts.calls.stats(),
        accepted_unknown=tuple(accept_unknown),
        said=said_of(facts.target.error_text, findings),
    )
    observer.done(diagnosis)
    return diagnosis


async def _ended(*work: asyncio.Future[Any]) -> None:
    """Cancel what still runs and hear it out, so that no failure is left for the loop to complain of."""
    for each in work:
        each.cancel()
    await asyncio.gather(*work, return_exceptions=True)


async def _target_exists(facts: Facts) -> None:
    """A Domain or profile that AWS says is not there is a mistake in the target, not a finding."""
    target = facts.target
    domain = await known(facts.canvas.domain())
    if isinstance(domain, Unreadable) and domain.kind is FailureKind.NOT_FOUND:
        raise BadTarget(
            f"Domain {target.domain_id!r} does not exist in account {target.account}, Region {target.region}; "
            "check --domain-id and --region"
        )
    profile = await known(facts.canvas.profile())
    if isinstance(profile, Unreadable) and profile.kind is FailureKind.NOT_FOUND:
        raise BadTarget(
            f"user profile {target.user_profile!r} does not exist in Domain {target.domain_id}; check --user-profile"
        )


async def _run(cause: Cause, facts: Facts, path: ImportPath, observer: Observer, strict: bool) -> tuple[Finding, ...]:
    try:
        found = await cause.check(facts, path)
    except Unreadable as unreadable:
        found = [cause.unknown(_subject(facts), unreadable.why)]
    except (BadTarget, asyncio.CancelledError):
        raise
    except Exception as defect:  # noqa: BLE001 - one cause's defect must not take the others with it
        why = CouldNotCheck("(none)", _subject(facts), f"a defect in this check: {defect!r}", None)
        found = [cause.unknown(_subject(facts), why)]
    done = []
    for finding in found:
        fixes = await _fixes(cause, facts, path, finding)
        complete = finding if fixes is finding.fixes else dataclasses.replace(finding, fixes=fixes)
        if strict and complete.status is Status.UNKNOWN:
            complete = dataclasses.replace(complete, counts=True)
        observer.finding(complete)
        done.append(complete)
    return tuple(done)


async def _fixes(cause: Cause, facts: Facts, path: ImportPath, finding: Finding) -> tuple[Fix, ...]:
    """The ways to mend a finding; what may not be read only leaves a way out. Where there is none, what to do."""
    if finding.fixes or finding.status not in (Status.FAIL, Status.WARN):
        return finding.fixes
    try:
        return tuple(await cause.fixes(facts, path, finding)) or cause.advice()
    except Unreadable:
        return cause.advice()
    except Exception as defect:  # noqa: BLE001 - a finding stands even where its fix cannot be worked out
        text = f"A defect kept the fix from being worked out: {defect!r}"
        return (Fix(f"{cause.id}/defect", "No fix could be worked out", Auto.NEVER, text=text),)


async def _steps(path: ImportPath, observer: Observer) -> tuple[StepResult, ...]:
    steps = await known(path.steps())
    if isinstance(steps, Unreadable):
        return ()
    results = tuple(step.result for step in steps)
    for result in results:
        observer.step(result)
    return results


async def _resolved(path: ImportPath, observer: Observer) -> Resolved:
    try:
        resolved = await path.resolution.resolved()
    except Unreadable:
        resolved = Resolved(_NOT_READ, _NOT_READ, _NOT_READ, _NOT_READ)
    observer.resolved(resolved)
    return resolved


def _subject(facts: Facts) -> str:
    target = facts.target
    return (
        f"arn:{target.partition}:sagemaker:{target.region}:{target.account}"
        f":user-profile/{target.domain_id}/{target.user_profile}"
    )
