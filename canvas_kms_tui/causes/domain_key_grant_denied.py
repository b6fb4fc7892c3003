"""The execution role may not let SageMaker use the Domain's key for the app's volumes.

**What is checked.** ``kms:CreateGrant`` and ``kms:DescribeKey`` by the execution role on a customer managed
``Domain.KmsKeyId``.

**Why that breaks Canvas.** SageMaker creates grants on the key when it creates the app or the space. Without them
CreateApp fails, so Canvas does not start; an import that runs already is not concerned.

**How to mend it.** A statement for the role in the key policy with ``kms:GrantIsForAWSResource``, so that only AWS
services get grants through it.

Source: SageMaker developer guide, "Protect data at rest using encryption"; KMS developer guide,
"kms:GrantIsForAWSResource".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._grants import GRANT, blocking_cause
from canvas_kms_tui.causes._key_fixes import let_sagemaker_grant
from canvas_kms_tui.causes._steps import domain_arn, judge
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame
from canvas_kms_tui.import_path.path import Judged
from canvas_kms_tui.policy import Decision

CAUSE = Cause(
    id="domain-key-grant-denied",
    title="SageMaker may use the Domain's key for the app",
    group=Group.KEY_POLICY,
    severity=Severity.HIGH,
    source="SageMaker developer guide, Encryption at rest",
    auto=Auto.YES,
    reads=("kms:GetKeyPolicy", "kms:ListGrants", "iam:GetRolePolicy"),
    order=290,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    steps = [item for item in await path.judged() if item.step.name == GRANT]
    if not steps:
        return [CAUSE.not_applicable(domain_arn(path), "The Domain uses an AWS managed key for application storage.")]

    def says(item: Judged, blame: Blame) -> str:
        return (
            f"The execution role may not use {item.step.action} on the Domain's key {item.step.resource}: {blame.text}"
            "; the Canvas app cannot be created."
        )

    passes = "The role may create the app's grants on the Domain's key."
    key = steps[0].step.resource
    if by := await blocking_cause(path):
        return [CAUSE.blocked(key, by, f"The app's grants on the key fail for the same reason as its use: see {by}.")]
    return [judge(CAUSE, key, steps, says=says, passes=passes)]


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    denied = {
        item.step.action
        for item in await path.judged()
        if item.step.name == GRANT and item.step.decision is not Decision.ALLOWED
    }
    return await let_sagemaker_grant(facts, path, finding, denied)
