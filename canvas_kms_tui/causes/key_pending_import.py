"""A key has no usable key material.

**What is checked.** The states PendingImport (imported material missing or expired), Unavailable (the custom key store
is not connected) and Creating, and the date on which imported material expires.

**Why that breaks the import.** Without key material KMS can neither encrypt nor decrypt.

**How to mend it.** Import the material again, or connect the custom key store. Only whoever holds them can.

Source: KMS developer guide, "Importing key material" and "Custom key stores".
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
    id="key-pending-import",
    title="The key has its key material",
    group=Group.KEY,
    severity=Severity.HIGH,
    source="KMS developer guide, Key states",
    auto=Auto.OWNER,
    reads=("kms:DescribeKey",),
    order=220,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    return await key_findings(
        CAUSE,
        path,
        passes="The key has its key material.",
        says=lambda use, obstacle: f"The key {use.arn or use.reference} cannot be used: {obstacle.text}.",
    )


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    text = f"{finding.summary} Import the key material again, or connect the custom key store."
    return [_fixes.owner_text(finding, "ask-owner", "Ask the key's owner for its key material", text)]
