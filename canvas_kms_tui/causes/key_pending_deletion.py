"""A key that the import needs is scheduled for deletion.

**What is checked.** The state of every key in use and its deletion date, as DescribeKey tells them.

**Why that breaks the import.** KMS refuses every use of a key that waits for its deletion. After the date everything
encrypted under it is lost for good.

**How to mend it.** Cancel the deletion, which leaves the key disabled, and enable it. Both ask for a typed
confirmation. Undo schedules the deletion again, with a new date. A multi-Region primary that waits for its replicas
has to be looked at by its owner.

Source: KMS developer guide, "Deleting AWS KMS keys".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui import edits
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._keys import key_findings
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath, KeyUse
from canvas_kms_tui.import_path.obstacles import Obstacle

CAUSE = Cause(
    id="key-pending-deletion",
    title="The key is not about to be deleted",
    group=Group.KEY,
    severity=Severity.CRITICAL,
    source="KMS developer guide, Deleting keys",
    auto=Auto.YES,
    reads=("kms:DescribeKey",),
    order=210,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    def says(use: KeyUse, obstacle: Obstacle) -> str:
        date = getattr(use.key, "deletion_date", None)
        when = f" on {date:%Y-%m-%d %H:%M} UTC" if date else ""
        return f"The key {use.arn or use.reference} cannot be used: it will be deleted{when}."

    return await key_findings(CAUSE, path, passes="The key is not scheduled for deletion.", says=says)


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    arn = finding.resource
    key = await facts.keys.key(arn)
    if key is None:
        return []
    if key.account != facts.target.account or key.state != "PendingDeletion":
        return [
            Fix(
                id="key-pending-deletion/ask-owner",
                title="Ask the owner of the key to keep it",
                auto=Auto.OWNER,
                text=f"Please cancel the deletion of the key {arn} and enable it.",
            )
        ]
    changes = (
        edits.cancel_key_deletion(key_arn=arn, region=key.region, deletion_date=key.deletion_date),
        edits.enable_key(key_arn=arn, region=key.region),
    )
    title = "Cancel the deletion and enable the key"
    return [Fix(id="key-pending-deletion/cancel", title=title, auto=Auto.YES, changes=changes)]
