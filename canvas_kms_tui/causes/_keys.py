"""Owns how the causes about a key itself (its state, type, Region) go over every key in use."""

from __future__ import annotations

from collections.abc import Callable

from canvas_kms_tui.causes._cause import Cause
from canvas_kms_tui.causes._steps import domain_arn, key_name
from canvas_kms_tui.facts import Unreadable
from canvas_kms_tui.facts.terms import Bucket, Key
from canvas_kms_tui.findings import Evidence, Finding
from canvas_kms_tui.import_path import ImportPath, KeyUse, Use
from canvas_kms_tui.import_path.obstacles import Obstacle, key_obstacle


def describe(key: Key) -> list[Evidence]:
    """What DescribeKey says of a key."""
    source = "kms:DescribeKey"
    found = [
        Evidence("key state", key.state or "not told", source),
        Evidence("key type", f"{key.spec} for {key.usage}", source),
        Evidence("key manager", key.manager, source),
    ]
    if key.deletion_date:
        found.append(Evidence("deletion date", key.deletion_date.isoformat(), source))
    return found


async def key_findings(
    cause: Cause,
    path: ImportPath,
    *,
    passes: str,
    says: Callable[[KeyUse, Obstacle], str],
) -> list[Finding]:
    """One finding for each key in use: a failure where ``cause`` is what makes the key unusable."""
    uses = await path.resolution.keys()
    if not uses:
        return [cause.not_applicable(domain_arn(path), "No KMS key is in use.")]
    place = await path.resolution.place()
    region = path.facts.target.region
    if isinstance(place.bucket, Bucket) and place.bucket.region:
        region = place.bucket.region
    return [await _about(cause, path, use, _region_of(path, use, region), passes, says) for use in uses]


def _region_of(path: ImportPath, use: KeyUse | Unreadable, bucket: str) -> str:
    """Where a key has to be: application storage is in the Domain's Region, copies in the bucket's."""
    return path.facts.target.region if isinstance(use, KeyUse) and use.uses == {Use.DOMAIN} else bucket


async def _about(
    cause: Cause,
    path: ImportPath,
    use: KeyUse | Unreadable,
    region: str,
    passes: str,
    says: Callable[[KeyUse, Obstacle], str],
) -> Finding:
    if isinstance(use, Unreadable):
        return cause.unknown(use.why.resource, use.why)
    resource = use.arn or await _named(path, use)
    obstacle = key_obstacle(use, region, path.facts.target.account)
    if obstacle and obstacle.cause == cause.id:
        evidence = [Evidence("configured key", f"{use.reference} ({use.origin})", _source(use))]
        evidence += describe(use.key) if isinstance(use.key, Key) else []
        steps = tuple(step.id for step in await path.steps() if step.use and step.use.reference == use.reference)
        text = says(use, obstacle).replace(resource, key_name(resource, path.facts.target.account))
        return cause.fails(resource, text, evidence, step_ids=steps)
    if isinstance(use.key, Unreadable):
        if resource.split(":")[4] != path.facts.target.account:
            text = f"The key belongs to another account, and we may not look at it: {use.key.why.reason}."
            return cause.blocked(resource, "cross-account", text)
        return cause.unknown(resource, use.key.why)
    if obstacle:
        return cause.blocked(resource, obstacle.cause, f"Cannot be judged before {obstacle.cause}: {obstacle.text}.")
    return cause.passes(resource, passes, describe(use.key) if isinstance(use.key, Key) else ())


def _source(use: KeyUse) -> str:
    return f"set by: {use.origin}; used as: {', '.join(sorted(use.uses))}"


async def _named(path: ImportPath, use: KeyUse) -> str:
    """An ARN for a reference that resolves to nothing, so that findings can be told apart."""
    target = path.facts.target
    if use.reference.startswith("arn:"):
        return use.reference
    kind = use.reference if use.reference.startswith("alias/") else f"key/{use.reference}"
    return f"arn:{target.partition}:kms:{target.region}:{target.account}:{kind}"
