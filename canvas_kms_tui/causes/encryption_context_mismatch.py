"""A policy expects another encryption context than the one that S3 sends.

**What is checked.** Conditions on ``kms:EncryptionContext:aws:s3:arn``, in whichever policy they stand, against what
S3 sends: the object's ARN, or with S3 Bucket Keys the *bucket's* ARN.

**Why that breaks the import.** Switching Bucket Keys on changes the context from ``arn:aws:s3:::bucket/key`` to
``arn:aws:s3:::bucket``. A condition such as ``arn:aws:s3:::bucket/*`` then matches no more.

**How to mend it.** Add the bucket's ARN to the condition where it stands in the role's own inline policy. Where it
stands in the key policy, its owner decides; a statement with the fitting condition is shown.

Source: S3 user guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys"; KMS developer guide, "Encryption
context".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._key_fixes import key_fixes
from canvas_kms_tui.causes._steps import condition_words, configured, key_findings
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame
from canvas_kms_tui.import_path.context import ENCRYPTION_CONTEXT
from canvas_kms_tui.import_path.path import Judged

CAUSE = Cause(
    id="encryption-context-mismatch",
    title="The encryption context is the one that the policies expect",
    group=Group.KEY_POLICY,
    severity=Severity.HIGH,
    source="S3 user guide, Bucket Keys",
    auto=Auto.YES,
    reads=("kms:GetKeyPolicy", "s3:GetObject", "s3:GetEncryptionConfiguration"),
    order=280,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    def says(item: Judged, blame: Blame) -> str:
        sent = item.step.request.context.get(ENCRYPTION_CONTEXT, "") if item.step.request else ""
        return f"S3 sends the encryption context {sent} to the key {item.step.resource}, but {condition_words(blame)}."

    return await key_findings(
        CAUSE,
        path,
        configured,
        says=says,
        passes="No policy expects another encryption context.",
        none="No customer managed key is configured for Canvas.",
    )


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    return await key_fixes(facts, path, finding)
