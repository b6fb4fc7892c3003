"""The key policy neither names the execution role nor leaves the action to IAM.

**What is checked.** A KMS key answers to its key policy first. It lets the role use the key when a statement names
the role (or its session, or everybody), or when a statement for the account (``arn:aws:iam::ACCOUNT:root``) hands
the action to IAM. A statement for the account hands over *only the actions that it lists*: one with
``kms:Describe*`` and ``kms:List*`` alone delegates no use.

**Why that breaks the import.** Without either, an Allow in the role's own policies has no effect: KMS refuses S3's
call.

**How to mend it.** Append one statement for the role to the key policy. Every other statement stays as it is.

Source: KMS developer guide, "Key policies" and "Default key policy"; Canvas KMS guide, FAQ 2.
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._key_fixes import key_fixes
from canvas_kms_tui.causes._steps import configured, key_findings
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame
from canvas_kms_tui.import_path.path import Judged

CAUSE = Cause(
    id="key-policy-omits-role",
    title="The key policy names the role or leaves the decision to IAM",
    group=Group.KEY_POLICY,
    severity=Severity.HIGH,
    source="Canvas KMS guide, FAQ 2; KMS developer guide, Key policies",
    auto=Auto.YES,
    reads=("kms:ListKeyPolicies", "kms:GetKeyPolicy", "kms:ListGrants"),
    order=20,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    def says(item: Judged, blame: Blame) -> str:
        return (
            f"The key policy of {item.step.resource} neither names the execution role "
            f"nor leaves {item.step.action} to IAM."
        )

    return await key_findings(
        CAUSE,
        path,
        configured,
        says=says,
        passes="The key policy names the role or hands the needed actions to IAM.",
        none="No customer managed key is configured for Canvas.",
    )


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    return await key_fixes(facts, path, finding)
