"""The bucket's default encryption names a key that the execution role may not use.

**What is checked.** Where no key is configured in Canvas, the artifact bucket's default encryption decides which key
encrypts the copies. The role needs ``kms:GenerateDataKey`` and ``kms:Decrypt`` on it. S3 does not check the key when
it is set.

**Why that breaks the import.** S3 encrypts Canvas' copy with the bucket's key, with the role's rights; KMS refuses.

**How to mend it.** As for a configured key: a statement in the key policy, or an inline policy of the role.

Source: S3 user guide, "Setting default server-side encryption behavior for Amazon S3 buckets".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._key_fixes import key_fixes
from canvas_kms_tui.causes._steps import bucket_default, key_findings
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame
from canvas_kms_tui.import_path.path import Judged

CAUSE = Cause(
    id="bucket-default-key-denied",
    title="The role may use the bucket's default key",
    group=Group.STORAGE,
    severity=Severity.HIGH,
    source="S3 user guide, Default encryption",
    auto=Auto.YES,
    reads=("s3:GetEncryptionConfiguration", "kms:GetKeyPolicy", "kms:ListGrants", "iam:GetRolePolicy"),
    order=320,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    def says(item: Judged, blame: Blame) -> str:
        return (
            f"The artifact bucket encrypts with the key {item.step.resource} by default, and the execution role "
            f"may not use {item.step.action} on it: {blame.text}."
        )

    return await key_findings(
        CAUSE,
        path,
        bucket_default,
        says=says,
        passes="The role may use the bucket's default key.",
        none="The artifact key does not come from the bucket's default encryption.",
    )


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    return await key_fixes(facts, path, finding)
