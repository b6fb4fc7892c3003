"""The VPC's way to S3 is closed.

**What is checked.** For a VpcOnly Domain: whether its VPC has an available endpoint for S3, whether a gateway endpoint
is in the route tables of the Domain's subnets, and whether the endpoint's policy lets the import through. AWS's sample
policy allows only buckets with "sagemaker" in their names.

**Why that breaks the import.** All of Canvas' traffic goes through this VPC; without a way to S3 nothing is read or
written.

**How to mend it.** Whoever runs the network adds the endpoint, the route, or the bucket to the endpoint's policy.

Source: SageMaker developer guide, "Configure Amazon SageMaker Canvas in a VPC without internet access".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._guards import guard_finding
from canvas_kms_tui.causes._steps import domain_arn
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.findings import Certainty, Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath

CAUSE = Cause(
    id="vpc-endpoint",
    title="The VPC lets the import reach S3",
    group=Group.AROUND,
    severity=Severity.HIGH,
    source="SageMaker developer guide, Canvas in a VPC",
    auto=Auto.OWNER,
    reads=("sagemaker:DescribeDomain", "ec2:DescribeVpcEndpoints", "ec2:DescribeRouteTables"),
    order=440,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    vpc = await facts.network.vpc()
    if vpc is None:
        return [CAUSE.not_applicable(domain_arn(path), "The Domain has direct internet access.")]
    target = facts.target
    arn = f"arn:{target.partition}:ec2:{target.region}:{target.account}:vpc/{vpc}"
    endpoints = await facts.network.s3_endpoints()
    evidence = [
        Evidence(str(endpoint["VpcEndpointId"]), str(endpoint.get("State")), "ec2:DescribeVpcEndpoints")
        for endpoint in endpoints
    ]
    steps = tuple(step.id for step in await path.steps() if not step.is_kms)
    usable = [endpoint for endpoint in endpoints if str(endpoint.get("State")).lower() == "available"]
    if not usable:
        what = "has no endpoint for S3" if not endpoints else "has no available endpoint for S3"
        summary = f"The Domain works only through {vpc}, which {what}."
        return [CAUSE.fails(arn, summary, evidence, certainty=Certainty.LIKELY, step_ids=steps)]
    unrouted = await known(facts.network.unrouted_subnets())
    if isinstance(unrouted, Unreadable):
        return [CAUSE.unknown(arn, unrouted.why)]
    if unrouted:
        summary = f"The S3 endpoint of {vpc} is not in the route tables of {', '.join(unrouted)}."
        return [CAUSE.fails(arn, summary, evidence, certainty=Certainty.LIKELY, step_ids=steps)]
    called = "The policy of the VPC endpoint for S3"
    return [await guard_finding(CAUSE, path, arn, called=called, passes="The endpoint lets the import through.")]


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    text = f"{finding.summary} Whoever runs the network has to open the way to S3 for the buckets of the import."
    return [_fixes.owner_text(finding, "ask-network", "Ask whoever runs the network", text)]
