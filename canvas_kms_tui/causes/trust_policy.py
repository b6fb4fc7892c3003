"""SageMaker may not assume the execution role.

**What is checked.** Whether the role exists, and whether its trust policy lets ``sagemaker.amazonaws.com`` use
``sts:AssumeRole``; also ``sts:SetSourceIdentity`` where the Domain passes the user profile's name as source identity.

**Why that breaks the import.** Canvas works as this role. When SageMaker cannot assume it, nothing starts.

**How to mend it.** Add SageMaker to the trust policy; every other statement stays. A typed confirmation is asked for.

Source: SageMaker developer guide, "SageMaker execution roles"; IAM user guide, "Role trust policies".
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from canvas_kms_tui import edits
from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.change import Auto, Change, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.facts.terms import Role
from canvas_kms_tui.findings import Certainty, Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.policy import Decision, Document, Layers, Principal, Request, evaluate

CAUSE = Cause(
    id="trust-policy",
    title="SageMaker may assume the execution role",
    group=Group.WHO,
    severity=Severity.HIGH,
    source="SageMaker developer guide, Execution roles",
    auto=Auto.YES,
    reads=("iam:GetRole", "sagemaker:DescribeDomain"),
    order=430,
)

_SERVICE = "sagemaker.amazonaws.com"


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    arn = await path.resolution.role_arn()
    role = await facts.roles.role(arn)
    if role is None:
        steps = tuple(step.id for step in await path.steps())
        evidence = [Evidence("execution role", f"{arn} does not exist", "iam:GetRole")]
        summary = f"The execution role {arn} does not exist."
        return [CAUSE.fails(arn, summary, evidence, step_ids=steps)]
    answers = {action: _decide(role, action, facts) for action in await _actions(facts)}
    evidence = [
        Evidence(action, str(decision).replace("_", " "), "trust policy") for action, decision in answers.items()
    ]
    missing = [action for action, decision in answers.items() if decision in _DENIED]
    if missing:
        steps = tuple(step.id for step in await path.steps())
        summary = f"The trust policy of {role.name} does not let SageMaker use {' and '.join(missing)}."
        return [CAUSE.fails(role.arn, summary, evidence, step_ids=steps)]
    if unsettled := [action for action, decision in answers.items() if decision is Decision.UNKNOWN]:
        summary = (
            f"Whether the trust policy of {role.name} lets SageMaker use {' and '.join(unsettled)} depends on a "
            "condition whose value cannot be known from here."
        )
        return [CAUSE.warns(role.arn, summary, evidence, certainty=Certainty.POSSIBLE)]
    return [CAUSE.passes(role.arn, f"SageMaker may assume {role.name}.", evidence)]


_DENIED = (Decision.IMPLICITLY_DENIED, Decision.EXPLICITLY_DENIED)


async def _actions(facts: Facts) -> tuple[str, ...]:
    """What SageMaker does to become the role: the Domain's settings for source identity and trusted identity."""
    domain, identity = await asyncio.gather(facts.canvas.domain(), facts.canvas.source_identity())
    trusted = (domain.get("DomainSettings") or {}).get("TrustedIdentityPropagationSettings") or {}
    wanted = {
        "sts:AssumeRole": True,
        "sts:SetSourceIdentity": bool(identity),
        "sts:SetContext": trusted.get("Status") == "ENABLED",
    }
    return tuple(action for action, is_needed in wanted.items() if is_needed)


def _decide(role: Role, action: str, facts: Facts) -> Decision:
    """Whether the trust policy lets SageMaker do this, for whichever resource of the Domain it asks."""
    document = Document.parse(role.trust, name=f"trust policy of role {role.name}")
    layers = Layers(resource=(document,))
    decisions = {evaluate(_request(role, action, facts, source), layers).decision for source in _sources(facts)}
    return decisions.pop() if len(decisions) == 1 else Decision.UNKNOWN


def _sources(facts: Facts) -> list[str]:
    """What ``aws:SourceArn`` may be; AWS does not say which."""
    target = facts.target
    owned = f"arn:{target.partition}:sagemaker:{target.region}:{target.account}"
    profile = f"{target.domain_id}/{target.user_profile}"
    return [
        f"{owned}:domain/{target.domain_id}",
        f"{owned}:user-profile/{profile}",
        f"{owned}:app/{profile}/canvas/default",
    ]


def _request(role: Role, action: str, facts: Facts, source: str) -> Request:
    """The conditions on the source are what a Domain of this account sends."""
    account = facts.target.account
    return Request(
        Principal.service(_SERVICE),
        action,
        role.arn,
        resource_account=account,
        context={"aws:SourceAccount": account, "aws:SourceArn": source, "aws:PrincipalIsAWSService": "true"},
        unknown=frozenset({"sts:*", "aws:RequestTag/*", "aws:TagKeys"}),
    )


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    role = await facts.roles.role(finding.resource)
    if role is None:
        text = f"Create the role {finding.resource}, or set another execution role on the user profile or the Domain."
        return [_fixes.owner_text(finding, "ask-owner", "Name an execution role that exists", text)]
    if denied := [item.what for item in finding.evidence if item.value == "explicitly denied"]:
        text = f"An explicit Deny of the trust policy decides about {' and '.join(denied)}: exempt SageMaker from it."
        return [_fixes.owner_text(finding, "ask-owner", "Ask the owner of the trust policy", text)]
    actions = await _actions(facts)

    def changes() -> tuple[Change, ...]:
        change = edits.update_trust_policy(
            role_name=role.name, role_arn=role.arn, current=role.trust, service=_SERVICE, actions=actions
        )
        return (change,)

    return [_fixes.try_fix(finding, "trust", f"Let SageMaker assume {role.name}", Auto.YES, changes)]
