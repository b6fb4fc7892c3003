"""The role's permissions boundary does not allow what the import needs.

**What is checked.** Every request of the import against the boundary of the execution role. A boundary also limits
what a key policy or a bucket policy gives to the role's ARN.

**Why that breaks the import.** A boundary grants nothing; what it does not allow, the role cannot do, whatever else
allows it.

**How to mend it.** Whoever owns the boundary has to allow the action; it is shown with the statement that is missing.

Source: IAM user guide, "Permissions boundaries for IAM entities".
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._guards import guard_finding, missing_statements
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath

CAUSE = Cause(
    id="permissions-boundary",
    title="The permissions boundary allows the import",
    group=Group.AROUND,
    severity=Severity.HIGH,
    source="IAM user guide, Permissions boundaries",
    auto=Auto.OWNER,
    reads=("iam:GetRole", "iam:GetPolicy", "iam:GetPolicyVersion"),
    order=400,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    who = await path.who()
    if who.role is not None and who.role.boundary_arn is None:
        return [CAUSE.not_applicable(who.arn, "The role has no permissions boundary.")]
    resource = who.role.boundary_arn if who.role and who.role.boundary_arn else who.arn
    called = "The permissions boundary of the execution role"
    return [await guard_finding(CAUSE, path, resource, called=called, passes="The boundary allows every step.")]


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    role = await known(facts.roles.role((await path.who()).arn))
    boundary = None if role is None or isinstance(role, Unreadable) else role.boundary_arn
    if denying := await _fixes.denying_statements(path, finding):
        return [_fixes.deny_text(finding, denying)]
    statements = "\n".join(map(json.dumps, await missing_statements(path, finding)))
    text = (
        f"The boundary {boundary or finding.resource} limits the execution role. "
        f"To let the import pass, its owner has to add:\n{statements}"
    )
    return [_fixes.owner_text(finding, "ask-owner", "Ask the owner of the boundary", text)]
