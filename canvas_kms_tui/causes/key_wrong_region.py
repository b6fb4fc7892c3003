"""A key stands in another Region than where it is used.

**What is checked.** The Region in the ARN of the artifact key against the bucket's, and of the Domain's key against the
Domain's; for a multi-Region key, whether there is a replica in the right one.

**Why that breaks the import.** S3 uses KMS in the bucket's own Region. A replica of a multi-Region key is a key of its
own, with its own ARN, policy and state.

**How to mend it.** Set the ARN of the replica, or of another key, in the right Region.

Source: S3 user guide, "Specifying server-side encryption with AWS KMS"; KMS developer guide, "Multi-Region keys".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._keys import key_findings
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.facts.terms import Key
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath, KeyUse, Use

CAUSE = Cause(
    id="key-wrong-region",
    title="The key is in the Region where it is used",
    group=Group.KEY,
    severity=Severity.HIGH,
    source="S3 user guide, SSE-KMS",
    auto=Auto.YES,
    reads=("kms:DescribeKey",),
    order=240,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    return await key_findings(
        CAUSE,
        path,
        passes="The key is in the Region where it is used.",
        says=lambda use, obstacle: f"{obstacle.text[:1].upper()}{obstacle.text[1:]}: {use.arn or use.reference}.",
    )


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    uses = [use for use in await path.resolution.keys() if isinstance(use, KeyUse) and use.arn == finding.resource]
    for use in uses:
        if Use.ARTIFACT not in use.uses or not isinstance(use.key, Key):
            continue
        replica = next((arn for arn in use.key.replicas if arn.split(":")[3] == facts.target.region), None)
        if replica:
            title = f"Set Canvas' key to the replica {replica}"
            return await _fixes.settings_fixes(facts, path, finding, title, origin=use.origin, S3KmsKeyId=replica)
    text = f"{finding.summary} Name a key in {facts.target.region}; Domain.KmsKeyId cannot be changed after creation."
    return [_fixes.owner_text(finding, "ask-owner", "Name a key in the right Region", text)]
