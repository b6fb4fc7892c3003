"""The dataset is given through an access point that does not let the import in.

**What is checked.** For a dataset given by an access point's ARN: from where the access point answers (the internet,
or one VPC only), its own policy, and the policy of the bucket behind it.

**Why that breaks the import.** An access point of VPC origin refuses every request from elsewhere, whatever the
policies say. And a request through an access point must be allowed by the role *and* denied neither by the access
point's policy nor by the bucket's.

**How to mend it.** Give the dataset by its bucket, or through an access point that is open to the Domain; or let the
role in through the access point's policy.

Source: S3 user guide, "Managing access with Amazon S3 access points" and "Creating access points restricted to a
VPC".
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._source import source_buckets, source_groups
from canvas_kms_tui.causes._steps import judge, profile_arn
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.access_points import AccessPoint
from canvas_kms_tui.findings import Evidence, Finding, Severity, Status
from canvas_kms_tui.import_path import ImportPath, Step
from canvas_kms_tui.import_path.blame import Blame
from canvas_kms_tui.import_path.path import Judged
from canvas_kms_tui.policy import Decision, Document, Layers, evaluate

CAUSE = Cause(
    id="access-point",
    title="The access point lets the import in",
    group=Group.SOURCE,
    severity=Severity.HIGH,
    source="S3 user guide, Access points",
    auto=Auto.OWNER,
    reads=("s3:GetAccessPoint", "s3:GetAccessPointPolicy"),
    order=370,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    arns = [name for name in source_buckets(path) if name.startswith("arn:")]
    if not arns:
        return [CAUSE.not_applicable(profile_arn(path), "No dataset is given through an access point.")]
    groups = await source_groups(path)
    return list(await asyncio.gather(*(_about(facts, arn, groups.get(arn, [])) for arn in arns)))


async def _about(facts: Facts, arn: str, items: Sequence[Judged]) -> Finding:
    point, vpc = await asyncio.gather(known(facts.access_points.point(arn)), facts.network.vpc())
    if isinstance(point, AccessPoint) and (refusal := _by_origin(point, vpc)):
        steps = tuple(dict.fromkeys(item.step.id for item in items))
        return CAUSE.fails(arn, refusal, _evidence(point), step_ids=steps)

    def says(item: Judged, blame: Blame) -> str:
        return f"The access point does not let the role use {item.step.action}: {blame.text}."

    finding = judge(CAUSE, arn, items, says=says, passes="The access point lets the role in.")
    if finding.status is not Status.PASS:
        return finding
    if isinstance(point, Unreadable):
        return CAUSE.unknown(arn, point.why)
    if point and (denied := await _denied_behind(facts, point, [item.step for item in items])):
        return CAUSE.fails(arn, denied, _evidence(point), step_ids=tuple(item.step.id for item in items))
    return dataclasses.replace(finding, evidence=(*finding.evidence, *(_evidence(point) if point else ())))


def _by_origin(point: AccessPoint, vpc: str | None) -> str | None:
    if point.vpc is None or point.vpc == vpc:
        return None
    where = f"works in {vpc}" if vpc else "works over the internet"
    return f"The access point answers only from within {point.vpc}, and the Domain {where}."


def _evidence(point: AccessPoint) -> list[Evidence]:
    source = "s3:GetAccessPoint"
    return [
        Evidence("bucket behind it", f"{point.bucket} (account {point.bucket_account})", source),
        Evidence("network origin", point.vpc or "the internet", source),
    ]


async def _denied_behind(facts: Facts, point: AccessPoint, steps: Sequence[Step]) -> str | None:
    """Whether the policy of the bucket behind denies explicitly what the access point lets through."""
    policy = await known(facts.buckets.policy(point.bucket))
    if policy is None or isinstance(policy, Unreadable):
        return None
    behind = f"arn:{facts.target.partition}:s3:::{point.bucket}"
    everything = Document.parse(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}, name="everything"
    )
    for step in steps:
        if step.request is None:
            continue
        resource = step.resource.replace(f"{point.arn}/object/", f"{behind}/").replace(point.arn, behind)
        request = dataclasses.replace(step.request, resource=resource)
        answer = evaluate(request, Layers(identity=(everything,), resource=(policy,)))
        if answer.decision is Decision.EXPLICITLY_DENIED:
            why = "; ".join(by.why for by in answer.decided_by)
            return f"The bucket behind the access point refuses {step.action}: {why}."
    return None


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    point = await known(facts.access_points.point(finding.resource))
    bucket = point.bucket if isinstance(point, AccessPoint) else "the bucket"
    text = (
        f"Give the dataset as an object of {bucket} instead, let the role {(await path.who()).arn} in through the "
        "policy of the access point, or make one that is open to the Domain. From where an access point answers "
        "can never be changed."
    )
    return [_fixes.owner_text(finding, "ask-owner", "Go another way to the data", text)]
