"""A key that the import needs is disabled.

**What is checked.** The state of every key in use, as DescribeKey tells it.

**Why that breaks the import.** KMS refuses every use of a disabled key, whatever the policies say. S3 passes the
refusal on as ``KMS.DisabledException``: "... is disabled."

**How to mend it.** Enable the key. Somebody may have disabled it on purpose, so a typed confirmation is asked for; undo
disables it again.

Source: KMS developer guide, "Key states of AWS KMS keys" and "Enabling and disabling keys".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui import edits
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._keys import key_findings
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath

CAUSE = Cause(
    id="key-disabled",
    title="The key is enabled",
    group=Group.KEY,
    severity=Severity.HIGH,
    source="KMS developer guide, Key states",
    auto=Auto.YES,
    reads=("kms:DescribeKey",),
    order=200,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    return await key_findings(
        CAUSE,
        path,
        passes="The key is not disabled.",
        says=lambda use, _: (
            f"The key {use.arn or use.reference} is disabled, so nothing can be encrypted or decrypted."
        ),
    )


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    arn = finding.resource
    if arn.split(":")[4] != facts.target.account:
        return [
            Fix(
                id="key-disabled/ask-owner",
                title="Ask the owner of the key to enable it",
                auto=Auto.OWNER,
                text=f"Please enable the key {arn}.",
            )
        ]
    change = edits.enable_key(key_arn=arn, region=arn.split(":")[3])
    return [Fix(id="key-disabled/enable", title="Enable the key", auto=Auto.YES, changes=(change,))]
