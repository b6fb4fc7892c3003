"""An RCP of the organization denies what the import needs.

**What is checked.** Every request of the import against the resource control policies at every level, from the
organization's root to the account. Members of an organization usually may not read them. Then this is one finding,
unknown, of no weight: every step is decided as if they allow, and says so.

**Why that breaks the import.** An RCP grants nothing; what it denies, or does not allow at some level, no policy in
the account can give back.

**How to mend it.** The organization's administrators decide. The statement is shown.

Source: Organizations user guide, "Resource control policy evaluation".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._guards import guard_finding, unread_guardrail
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.policy import Unread

CAUSE = Cause(
    id="rcp-denied",
    title="No resource control policy denies the import",
    group=Group.AROUND,
    severity=Severity.HIGH,
    source="Organizations user guide, RCPs",
    auto=Auto.OWNER,
    reads=(
        "organizations:DescribeOrganization",
        "organizations:ListParents",
        "organizations:ListPoliciesForTarget",
        "organizations:DescribePolicy",
    ),
    order=420,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    account = f"arn:{facts.target.partition}:iam::{facts.target.account}:root"
    levels = await facts.guardrails.rcps()
    if levels is None:
        return [CAUSE.not_applicable(account, "No RCP applies to this account.")]
    if isinstance(levels, Unread):
        return [unread_guardrail(CAUSE, account, levels)]
    return [await guard_finding(CAUSE, path, account, called="An RCP", passes="Every RCP allows the import.")]


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    text = f"{finding.summary} Only the organization's administrators can change it."
    return [_fixes.owner_text(finding, "ask-organization", "Ask the organization's administrators", text)]
