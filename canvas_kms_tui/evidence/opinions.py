"""Owns second opinions: what SimulatePrincipalPolicy says of each request, beside our own answer for the same layers.

AWS's simulation judges identity policies, permissions boundary and SCPs of a role; resource policies are not asked
(IAM API reference, SimulatePrincipalPolicy). It is shown as just that; a disagreement is shown, never hidden.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from typing import Any

from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.findings import Certainty, Diagnosis, Evidence, Finding, Opinion, Severity, Status
from canvas_kms_tui.import_path import ImportPath, Step
from canvas_kms_tui.policy import Decision, Document, Layers, evaluate

SOURCE = "iam:SimulatePrincipalPolicy (identity policies, permissions boundary, SCPs)"
_SAYS = {
    "allowed": Decision.ALLOWED,
    "explicitDeny": Decision.EXPLICITLY_DENIED,
    "implicitDeny": Decision.IMPLICITLY_DENIED,
}
_ORGANIZATION_DENIES = "an SCP does not allow it"


async def opinions(path: ImportPath) -> tuple[Opinion, ...]:
    """One for each request that the import needs; () where we may not ask."""
    steps = await known(path.steps())
    if isinstance(steps, Unreadable):
        return ()
    wanted = {(step.action, step.resource): step for step in steps if step.required and step.request and step.layers}
    found = await asyncio.gather(*(_opinion(path.facts, step) for step in wanted.values()))
    return tuple(opinion for opinion in found if opinion)


async def _opinion(facts: Facts, step: Step) -> Opinion | None:
    assert step.request is not None
    answer = await known(
        facts.reader.get(
            "iam",
            "simulate_principal_policy",
            PolicySourceArn=step.request.principal.arn,
            ActionNames=[step.action],
            ResourceArns=[step.resource],
            ContextEntries=_context(step.request.context),
        )
    )
    if isinstance(answer, Unreadable):
        return None
    result: Mapping[str, Any] = next(iter(answer.get("EvaluationResults") or ()), {})
    says = _SAYS.get(str(result.get("EvalDecision")), Decision.UNKNOWN)
    return Opinion(SOURCE, step.action, step.resource, str(says), str(_ours(step)), _note(result))


def _context(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The request's context in the words of IAM; the keys that IAM fills in itself are left to it."""
    own = ("aws:principal", "aws:username", "aws:userid", "aws:currenttime", "aws:epochtime")
    return [
        {
            "ContextKeyName": name,
            "ContextKeyValues": [value] if isinstance(value, str) else list(value),
            "ContextKeyType": "string" if isinstance(value, str) else "stringList",
        }
        for name, value in values.items()
        if not name.lower().startswith(own)
    ]


def _ours(step: Step) -> Decision:
    """Our answer for the layers that AWS's simulation judges; a key policy is taken as leaving all to IAM."""
    assert step.request is not None
    assert step.layers is not None
    layers = step.layers
    resource = (_delegation(step),) if step.is_kms else None
    asked = Layers(identity=layers.identity, boundary=layers.boundary, scps=layers.scps, resource=resource)
    account = str(step.request.context.get("aws:PrincipalAccount") or "")
    request = dataclasses.replace(step.request, resource_account=account or step.request.resource_account)
    return evaluate(request, asked).decision


def _delegation(step: Step) -> Document:
    partition = step.resource.split(":")[1] if step.resource.startswith("arn:") else "aws"
    account = str(step.request.context.get("aws:PrincipalAccount") or "") if step.request else ""
    principal = {"AWS": f"arn:{partition}:iam::{account}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}
    return Document.parse({"Version": "2012-10-17", "Statement": [statement]}, name="delegation to IAM")


def _note(result: Mapping[str, Any]) -> str:
    notes = []
    if (result.get("OrganizationsDecisionDetail") or {}).get("AllowedByOrganizations") is False:
        notes.append(_ORGANIZATION_DENIES)
    if (result.get("PermissionsBoundaryDecisionDetail") or {}).get("AllowedByPermissionsBoundary") is False:
        notes.append("the permissions boundary does not allow it")
    if missing := result.get("MissingContextValues"):
        notes.append(f"without a value for {', '.join(missing)}")
    return "; ".join(notes)


def with_organization(diagnosis: Diagnosis) -> Diagnosis:
    """SCPs that we may not read, told by AWS's simulation: a denial is likely, and no longer an assumption."""
    if not diagnosis.opinions:
        return diagnosis
    denied = [opinion for opinion in diagnosis.opinions if _ORGANIZATION_DENIES in opinion.note]
    findings = tuple(
        _told(finding, denied) if finding.cause == "scp-denied" and finding.status is Status.UNKNOWN else finding
        for finding in diagnosis.findings
    )
    return dataclasses.replace(diagnosis, findings=findings)


def _told(finding: Finding, denied: list[Opinion]) -> Finding:
    if not denied:
        note = Evidence("AWS's simulation", "SCPs allow every request that was asked about", SOURCE)
        return dataclasses.replace(finding, evidence=(*finding.evidence, note))
    proof = tuple(Evidence(f"{one.action} on {one.resource}", one.note, SOURCE) for one in denied)
    actions = ", ".join(dict.fromkeys(one.action for one in denied))
    return dataclasses.replace(
        finding,
        status=Status.FAIL,
        certainty=Certainty.LIKELY,
        severity=Severity.HIGH,
        summary=f"An SCP, which you may not read, does not allow {actions}: AWS's own simulation says so.",
        evidence=(*finding.evidence, *proof),
        could_not_check=None,
        counts=True,
    )
