"""Owns who makes the requests: the execution role, with the layers and the context that follow it everywhere."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from canvas_kms_tui.facts import Facts, known
from canvas_kms_tui.facts.guardrails import Organization
from canvas_kms_tui.facts.terms import Role
from canvas_kms_tui.import_path.context import Context, caller_context
from canvas_kms_tui.policy import Layers, Principal


@dataclass(frozen=True, slots=True)
class Who:
    """The execution role as the evaluator needs it. ``missing`` where IAM says that it does not exist."""

    arn: str
    role: Role | None
    principal: Principal
    layers: Layers
    context: Context
    missing: bool


async def execution_role(facts: Facts, arn: str) -> Who:
    """The role with its identity policies, boundary, guardrails and the VPC's endpoint policies."""
    (role, identity, boundary), (scps, rcps, endpoint), (source_identity, organization) = await asyncio.gather(
        asyncio.gather(
            known(facts.roles.role(arn)),
            facts.roles.identity_policies(arn),
            facts.roles.boundary(arn),
        ),
        asyncio.gather(
            facts.guardrails.scps(),
            facts.guardrails.rcps(),
            facts.network.s3_endpoint_policies(),
        ),
        asyncio.gather(facts.canvas.source_identity(), known(facts.guardrails.organization())),
    )
    found = role if isinstance(role, Role) else None
    context = caller_context(
        arn,
        role,
        region=facts.target.region,
        source_identity=source_identity,
        organization=organization.id if isinstance(organization, Organization) else organization,
    )
    return Who(
        arn=found.arn if found else arn,
        role=found,
        principal=Principal.role(found.arn if found else arn),
        layers=Layers(identity=identity, boundary=boundary, scps=scps, rcps=rcps, endpoint=endpoint),
        context=context,
        missing=role is None,
    )
