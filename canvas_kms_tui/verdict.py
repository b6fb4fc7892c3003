"""Owns the verdict: the status, the cause that is most likely, and the one sentence that is said first."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from canvas_kms_tui.errors import recognise
from canvas_kms_tui.findings import Certainty, Finding, Status, StepResult, Verdict, VerdictStatus
from canvas_kms_tui.target import Target

_SURENESS = {Certainty.CERTAIN: 0, Certainty.LIKELY: 1, Certainty.POSSIBLE: 2}


def verdict_of(
    findings: Sequence[Finding],
    steps: Sequence[StepResult],
    target: Target,
    accept_unknown: Collection[str] = (),
    *,
    said: Collection[str] | None = None,
    whole: bool = True,
) -> Verdict:
    """Sum findings up as the contract says: broken, else incomplete, else warnings, else healthy.

    Where the ``whole`` catalogue was asked, a step that does not pass must be explained by a finding: one that is not
    is a gap, so that a hole in the catalogue never reads as healthy. ``said`` are the causes that the user's message
    points at; None = what its words alone say.
    """
    wanted = _by_words(target) if said is None else said
    failed = _as_said(ranked([finding for finding in findings if finding.status is Status.FAIL], steps), wanted)
    warned = ranked([finding for finding in findings if finding.status is Status.WARN], steps)
    gaps = [finding for finding in findings if _is_gap(finding, findings, accept_unknown)]
    tail = _tail(findings, target)
    if failed:
        return Verdict(VerdictStatus.BROKEN, failed[0].cause, f"{failed[0].summary}{_more(failed)}{tail}")
    if gaps:
        first = next((finding for finding in gaps if finding.could_not_check), gaps[0])
        what = first.could_not_check
        missing = f"{what.action} on {what.resource}" if what else first.title
        others = f" and {len(gaps) - 1} more" if len(gaps) > 1 else ""
        headline = f"Nothing is found broken, but not everything could be checked: {missing}{others}."
        return Verdict(VerdictStatus.INCOMPLETE, warned[0].cause if warned else None, f"{headline}{tail}")
    if whole and (step := _unexplained(findings, steps)):
        headline = f"{step.action} on {step.resource} does not pass, and no cause of the catalogue explains why."
        return Verdict(VerdictStatus.INCOMPLETE, None, f"{headline}{tail}")
    if warned:
        return Verdict(VerdictStatus.WARNINGS, warned[0].cause, f"{warned[0].summary}{_more(warned)}{tail}")
    return Verdict(VerdictStatus.HEALTHY, None, f"Nothing stands in the way of the import.{tail}")


def _unexplained(findings: Sequence[Finding], steps: Sequence[StepResult]) -> StepResult | None:
    """A required step that does not pass although nothing fails: one that is denied needs a finding of its own."""
    open_ones = [finding for finding in findings if finding.status in (Status.WARN, Status.UNKNOWN)]
    told = {step for finding in open_ones for step in finding.step_ids}
    for step in steps:
        if step.required and step.decision.endswith("denied") and _id(step) not in told:
            return step
    if open_ones:
        return None
    return next((step for step in steps if step.required and step.decision != "allowed"), None)


def _by_words(target: Target) -> Collection[str]:
    return recognise(target.error_text).causes if target.error_text else ()


def _as_said(findings: list[Finding], wanted: Collection[str]) -> list[Finding]:
    """What the user's own message points at comes first."""
    return sorted(findings, key=lambda finding: finding.cause not in wanted)


def ranked(findings: Sequence[Finding], steps: Sequence[StepResult]) -> list[Finding]:
    """The surest first; among these the one whose step comes first on the import's way; then the catalogue's order."""
    place = {_id(step): index for index, step in enumerate(steps)}
    last = len(place)

    def key(finding: Finding) -> tuple[int, int]:
        return _SURENESS[finding.certainty], min((place.get(step, last) for step in finding.step_ids), default=last)

    return sorted(findings, key=key)


def _id(step: StepResult) -> str:
    return f"{step.step}:{step.action}:{step.resource}"


def counts(finding: Finding, accept_unknown: Collection[str] = ()) -> bool:
    """Whether an unknown makes the diagnosis incomplete."""
    return finding.status is Status.UNKNOWN and finding.counts and finding.cause not in accept_unknown


def _is_gap(finding: Finding, findings: Sequence[Finding], accept_unknown: Collection[str]) -> bool:
    if finding.status is Status.BLOCKED:
        return any(other.cause == finding.blocked_by and counts(other, accept_unknown) for other in findings)
    return counts(finding, accept_unknown)


def _more(findings: Sequence[Finding]) -> str:
    others = len(findings) - 1
    return "" if not others else f" {others} more {'cause' if others == 1 else 'causes'} found."


def _tail(findings: Sequence[Finding], target: Target) -> str:
    """What the sentence rests on: guardrails that could not be read, a source that was not given."""
    unread = [finding.cause for finding in findings if finding.status is Status.UNKNOWN and not finding.counts]
    names = {"scp-denied": "SCP", "rcp-denied": "RCP"}
    assumed = " or ".join(names[cause] for cause in names if cause in unread)
    parts = [f"assuming that no {assumed}, which you may not read, denies" if assumed else ""]
    parts.append("" if target.datasets else "source not checked")
    text = "; ".join(part for part in parts if part)
    return f" ({text})" if text else ""
