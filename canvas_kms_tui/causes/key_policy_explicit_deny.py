"""An explicit Deny in the key policy matches the import.

**What is checked.** Every Deny of the key policy against the requests that S3 makes to KMS for the execution role.

**Why that breaks the import.** An explicit Deny ends the matter: no Allow anywhere can outweigh it.

**How to mend it.** The statement is shown with its condition. Whoever wrote it decides; the program does not take a
Deny away.

Source: IAM user guide, "Policy evaluation logic"; KMS developer guide, "Key policies".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._steps import configured, key_findings, statement_words
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame
from canvas_kms_tui.import_path.path import Judged

CAUSE = Cause(
    id="key-policy-explicit-deny",
    title="No Deny of the key policy matches the import",
    group=Group.KEY_POLICY,
    severity=Severity.HIGH,
    source="IAM user guide, Policy evaluation logic",
    auto=Auto.OWNER,
    reads=("kms:GetKeyPolicy", "kms:ListKeyPolicies"),
    order=260,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    def says(item: Judged, blame: Blame) -> str:
        return (
            f"The key policy of {item.step.resource} denies {item.step.action} to the role: {statement_words(blame)}."
        )

    return await key_findings(
        CAUSE,
        path,
        configured,
        says=says,
        passes="No Deny of the key policy matches.",
        none="No customer managed key is configured for Canvas.",
    )


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    text = f"{finding.summary} Whoever wrote this statement has to exempt the execution role, or choose another key."
    return [_fixes.owner_text(finding, "ask-owner", "Ask the owner of the key policy", text)]
