"""A key is not a symmetric encryption key.

**What is checked.** Type and use of every key: S3, EBS and EFS take only ``SYMMETRIC_DEFAULT`` keys for
``ENCRYPT_DECRYPT``.

**Why that breaks the import.** KMS refuses GenerateDataKey on an asymmetric or HMAC key. S3 does not check the key
when it is set.

**How to mend it.** Name another key; a key's type never changes.

Source: S3 user guide, "Using server-side encryption with AWS KMS keys".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._keys import key_findings
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath

CAUSE = Cause(
    id="key-wrong-type",
    title="The key is a symmetric encryption key",
    group=Group.KEY,
    severity=Severity.HIGH,
    source="S3 user guide, SSE-KMS",
    auto=Auto.OWNER,
    reads=("kms:DescribeKey",),
    order=250,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    return await key_findings(
        CAUSE,
        path,
        passes="The key is a symmetric encryption key.",
        says=lambda use, obstacle: f"The key {use.arn or use.reference} cannot encrypt for S3: {obstacle.text}.",
    )


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    text = f"{finding.summary} A key's type never changes: name a symmetric encryption key instead."
    return [_fixes.owner_text(finding, "other-key", "Name a symmetric encryption key", text)]
