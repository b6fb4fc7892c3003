"""What only AWS can say of an answer: whether a dataset is there, whether the VPC lets an import reach S3."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from canvas_kms_tui.causes import catalogue
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.findings import Status
from canvas_kms_tui.setup.account import Account, Vpc, listed
from canvas_kms_tui.setup.answers import PUBLIC, VPC_ONLY, Answers
from canvas_kms_tui.setup.problem import Problem
from canvas_kms_tui.target import BadTarget, Dataset

_S3_WAY = "vpc-endpoint"  #: the cause that looks at the way to S3
#: Interface endpoints that an import uses. Source: SageMaker developer guide, Canvas in a VPC without internet access.
_INTERFACES = ("kms", "sagemaker.api", "sts")


async def datasets(answers: Answers, facts: Facts) -> list[Problem]:
    """The datasets that do not exist. One that may not be looked at is the diagnosis' business."""
    found = await asyncio.gather(*(_dataset(uri, facts) for uri in answers.datasets))
    return [Problem("datasets", "datasets", said) for said in found if said]


async def _dataset(uri: str, facts: Facts) -> str:
    try:
        dataset = Dataset.parse(uri)
    except BadTarget:
        return ""  # said already
    try:
        await known(facts.buckets.source(dataset))
    except BadTarget as bad:
        return str(bad).removeprefix("dataset ")
    return ""


async def network(answers: Answers, account: Account, facts: Facts) -> list[Problem]:
    """What stands between a new VpcOnly Domain and AWS; ``facts`` are of the environment as it would be."""
    if answers.network != VPC_ONLY or account.domain(answers.domain) is not None:
        return []
    vpc_id = str(await facts.network.vpc())
    vpc = next((each for each in listed(account.vpcs) if each.id == vpc_id), None)
    way = [cause for cause in catalogue() if cause.id == _S3_WAY]
    found = await diagnose(facts, causes=way)
    problems = []
    for finding in found.findings:
        if finding.status not in (Status.FAIL, Status.UNKNOWN):
            continue
        answer = await _whose(vpc, account, facts)
        said = f"with {VPC_ONLY} nothing would be imported: {finding.summary}"
        if finding.status is Status.UNKNOWN:
            said = f"whether an import reaches S3 through {vpc_id} is not known: {finding.summary}"
        problems.append(Problem("network", answer, f"{said} {_instead(answer, account)}"))
    lacking = await known(_lacking(vpc_id, facts))
    if not isinstance(lacking, Unreadable) and lacking:
        said = f"{vpc_id} has no interface endpoint for {', '.join(lacking)} and no way out: Canvas needs them there"
        answer = "vpc" if len(listed(account.vpcs)) > 1 else "network"
        problems.append(Problem("network", answer, f"{said}; have them added, or choose {PUBLIC}", stops=False))
    return problems


async def _whose(vpc: Vpc | None, account: Account, facts: Facts) -> str:
    """The answer that can mend it: other subnets where some have a route, another VPC where there is one."""
    endpoints, unrouted = await known(facts.network.s3_endpoints()), await known(facts.network.unrouted_subnets())
    subnets = {subnet for subnet, _ in vpc.subnets} if vpc else set()
    if endpoints and not isinstance(unrouted, Unreadable) and unrouted and subnets and set(unrouted) != subnets:
        return "subnets"
    return "vpc" if len(listed(account.vpcs)) > 1 else "network"


def _instead(answer: str, account: Account) -> str:
    other = {"subnets": "other subnets, ", "vpc": "another VPC, "}.get(answer, "")
    return f"Choose {other}{PUBLIC}, or have whoever runs the network open the way to S3"


async def _lacking(vpc: str, facts: Facts) -> Sequence[str]:
    """The interface endpoints that are not there; none where a default route leads out of the VPC."""
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    endpoints, tables = await asyncio.gather(
        facts.reader.get("ec2", "describe_vpc_endpoints", Filters=of_vpc),
        facts.reader.get("ec2", "describe_route_tables", Filters=of_vpc),
    )
    routes = [route for table in tables.get("RouteTables") or () for route in table.get("Routes") or ()]
    if any(route.get("DestinationCidrBlock") == "0.0.0.0/0" for route in routes):
        return ()
    usable = [item for item in endpoints.get("VpcEndpoints") or () if str(item.get("State")).lower() == "available"]
    services = {str(item.get("ServiceName")) for item in usable}
    region = facts.target.region
    return [name for name in _INTERFACES if not any(each.endswith(f".{region}.{name}") for each in services)]
