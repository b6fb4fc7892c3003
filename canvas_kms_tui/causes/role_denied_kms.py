"""The execution role may not use a key that the import needs.

**What is checked.** Canvas acts with the execution role of the user profile. For every key that is configured
(the artifact key for the copies that Canvas keeps in S3, and the Domain's key for application storage) the role needs
``kms:GenerateDataKey`` to write and ``kms:Decrypt`` to read. The key policy leaves the decision to IAM here, but no
identity policy of the role allows the action on this key.

**Why that breaks the import.** S3 asks KMS with the role's rights whenever Canvas writes or reads a copy. KMS
refuses, so S3 answers AccessDenied.

**How to mend it.** Append one statement for the role to the key policy (the guide's preferred way), or give the role an
inline policy for this one key. The managed policies AmazonSageMakerFullAccess and AmazonSageMakerCanvasFullAccess grant
no use of customer managed keys.

Source: "Encrypt Your SageMaker Canvas Data with AWS KMS", Prerequisites and FAQ 2; KMS developer guide, "Key policies".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._key_fixes import key_fixes
from canvas_kms_tui.causes._steps import configured, key_findings
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.facts.roles import role_name
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame
from canvas_kms_tui.import_path.path import Judged

CAUSE = Cause(
    id="role-denied-kms",
    title="The execution role may use the configured keys",
    group=Group.ROLE,
    severity=Severity.HIGH,
    source="Canvas KMS guide, FAQ 2",
    auto=Auto.YES,
    reads=(
        "iam:ListAttachedRolePolicies",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:ListRolePolicies",
        "iam:GetRolePolicy",
        "kms:GetKeyPolicy",
        "kms:ListGrants",
    ),
    order=10,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    def says(item: Judged, blame: Blame) -> str:
        role = role_name(item.step.request.principal.arn or "") if item.step.request else "the role"
        return (
            f"The execution role {role} may not use {item.step.action} on the key {item.step.resource}: {blame.text}."
        )

    return await key_findings(
        CAUSE,
        path,
        configured,
        says=says,
        passes="The role may use this key for the import.",
        none="No customer managed key is configured for Canvas.",
    )


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    return await key_fixes(facts, path, finding)
