"""The Domain, the user profile, its Canvas app or its space is not in service.

**What is checked.** The status of each, with the reason that SageMaker gives. A user who is not logged in has no app:
that is no fault.

**Why that breaks the import.** Canvas does not start, or cannot take new settings.

**How to mend it.** Follow the reason. A failed app is deleted and created again by logging out and in; a Domain that
is being updated is ready after some minutes. Where another finding explains why the app failed, that one is to be
mended. A failed app whose reason was a permission on the Domain's key, or the size of volumes, and that would get them
now, is only a warning: start it again.

Source: SageMaker API reference, DescribeDomain, DescribeUserProfile, DescribeApp and DescribeSpace.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._steps import domain_arn, profile_arn
from canvas_kms_tui.causes.storage_too_small import NEEDED
from canvas_kms_tui.errors import About, recognise
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.findings import Certainty, Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath, Side
from canvas_kms_tui.import_path.blame import Kind
from canvas_kms_tui.policy import Decision

CAUSE = Cause(
    id="domain-not-ready",
    title="Domain, user profile, app and space are in service",
    group=Group.WHO,
    severity=Severity.HIGH,
    source="SageMaker API reference, DescribeDomain",
    auto=None,
    reads=(
        "sagemaker:DescribeDomain",
        "sagemaker:DescribeUserProfile",
        "sagemaker:ListApps",
        "sagemaker:DescribeApp",
        "sagemaker:ListSpaces",
        "sagemaker:DescribeSpace",
    ),
    order=140,
)

#: Statuses that pass by themselves.
_PASSING = frozenset({"Pending", "Updating"})


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    domain, profile = await asyncio.gather(facts.canvas.domain(), facts.canvas.profile())
    own = [
        _standing("The Domain", domain_arn(path), domain.get("Status"), domain.get("FailureReason"), "DescribeDomain"),
        _standing(
            "The user profile",
            profile_arn(path),
            profile.get("Status"),
            profile.get("FailureReason"),
            "DescribeUserProfile",
        ),
    ]
    app, spaces = await asyncio.gather(_app(facts, path), _spaces(facts, path))
    return [*own, app, *spaces]


def _standing(what: str, arn: str, status: str | None, reason: str | None, call: str) -> Finding:
    evidence = [Evidence("status", status or "not told", f"sagemaker:{call}")]
    if reason:
        evidence.append(Evidence("failure reason", reason, f"sagemaker:{call}"))
    if status in ("InService", None):
        return CAUSE.passes(arn, f"{what} is in service.", evidence)
    if status in _PASSING:
        summary = f"{what} has the status {status}; it is ready in some minutes."
        return CAUSE.warns(arn, summary, evidence, certainty=Certainty.LIKELY)
    because = f": {reason.rstrip('.')}." if reason else "."
    return CAUSE.fails(arn, f"{what} has the status {status}{because}", evidence)


async def _app(facts: Facts, path: ImportPath) -> Finding:
    target = facts.target
    arn = (
        f"arn:{target.partition}:sagemaker:{target.region}:{target.account}"
        f":app/{target.domain_id}/{target.user_profile}/canvas"
    )
    app = await known(facts.apps.canvas())
    if isinstance(app, Unreadable):
        return CAUSE.unknown(arn, app.why)
    if app is None:
        return CAUSE.passes(arn, "The user is not logged in to Canvas: there is no app.")
    arn = f"{arn}/{app.name}"
    reason = await facts.apps.failure_of_app(app.name) if app.status == "Failed" else ""
    if app.status == "Failed" and (behind := await _behind(facts, path)):
        return CAUSE.blocked(
            arn, behind, f"The Canvas app failed ({reason or 'no reason given'}); {behind} explains it."
        )
    if app.status == "Failed" and await _mended(path, reason):
        return _to_be_started(arn, reason)
    return _standing("The Canvas app", arn, app.status, reason, "DescribeApp")


async def _behind(facts: Facts, path: ImportPath) -> str | None:
    """Which other cause explains, or may explain, that the app could not be created."""
    largest, _ = await facts.canvas.largest_volume()
    if largest is not None and largest < NEEDED:
        return "storage-too-small"
    judged = await known(path.judged())
    items = [] if isinstance(judged, Unreadable) else [item for item in judged if item.step.side is Side.DOMAIN]
    blames = [blame for item in items for blame in item.blames]
    for kind in (Kind.DENIED, Kind.UNREAD):
        if found := next((blame.cause for blame in blames if blame.kind is kind), None):
            return found
    return "domain-key-grant-denied" if any(item.step.gap for item in items) else None


async def _mended(path: ImportPath, reason: str) -> bool:
    """Whether the reason is one that nothing confirms any more; :func:`_behind` has found nothing either."""
    said = recognise(reason)
    if "storage-too-small" in said.causes:
        return True
    judged = await known(path.judged())
    items = [] if isinstance(judged, Unreadable) else [item for item in judged if item.step.side is Side.DOMAIN]
    of_the_key = said.about is About.KMS and bool(said.causes) and bool(items)
    return of_the_key and all(item.step.decision is Decision.ALLOWED for item in items)


def _to_be_started(arn: str, reason: str) -> Finding:
    summary = (
        f"The Canvas app failed ({reason.rstrip('.')}), and what it failed for is in order now: delete the failed app "
        "by logging out, and log in to Canvas again to start it."
    )
    evidence = [
        Evidence("status", "Failed", "sagemaker:ListApps"),
        Evidence("failure reason", reason, "sagemaker:DescribeApp"),
    ]
    return CAUSE.warns(arn, summary, evidence, certainty=Certainty.LIKELY)


async def _spaces(facts: Facts, path: ImportPath) -> list[Finding]:
    target = facts.target
    prefix = f"arn:{target.partition}:sagemaker:{target.region}:{target.account}:space/{target.domain_id}"
    spaces = await known(facts.apps.spaces())
    if isinstance(spaces, Unreadable):
        return [CAUSE.unknown(f"{prefix}/*", spaces.why)]
    reasons = await asyncio.gather(
        *(facts.apps.failure_of_space(space.name) if "Failed" in space.status else _no_reason() for space in spaces)
    )
    return [
        _standing(f"The space {space.name}", f"{prefix}/{space.name}", space.status, reason, "DescribeSpace")
        for space, reason in zip(spaces, reasons, strict=True)
    ]


async def _no_reason() -> str:
    return ""
