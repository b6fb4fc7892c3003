"""A key in use is managed by AWS (``aws/s3``).

**What is checked.** The manager of every key in use.

**Why it matters.** Within its own account such a key needs no permission but those on S3: that works, and is told as
information. Its policy can never be edited, and nobody of another account can ever use it: data of another account
that is encrypted with it cannot be imported.

**How to mend it.** Encrypt with a customer managed key. For another account's data that is its owner's step.

Source: KMS developer guide, "AWS managed keys"; S3 user guide, "Using SSE-KMS".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._keys import key_findings
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.facts.terms import Key
from canvas_kms_tui.findings import Finding, Severity, Status
from canvas_kms_tui.import_path import ImportPath, KeyUse

CAUSE = Cause(
    id="key-aws-managed",
    title="No key in use is another account's AWS managed key",
    group=Group.KEY,
    severity=Severity.HIGH,
    source="KMS developer guide, AWS managed keys",
    auto=Auto.OWNER,
    reads=("kms:DescribeKey", "kms:ListAliases"),
    order=265,
)


_INFORMATION = (
    "The key is managed by AWS: it works within the account, but its policy cannot be edited, and what it encrypts can "
    "never be read from another account."
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    managed = {
        use.arn
        for use in await path.resolution.keys()
        if isinstance(use, KeyUse) and isinstance(use.key, Key) and use.key.is_aws_managed
    }
    found = await key_findings(
        CAUSE,
        path,
        passes="The key is customer managed.",
        says=lambda use, obstacle: f"The key {use.arn or use.reference} cannot be used: {obstacle.text}.",
    )
    return [
        dataclasses.replace(finding, summary=_INFORMATION)
        if finding.resource in managed and finding.status is Status.PASS
        else finding
        for finding in found
    ]


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    text = (
        f"Please encrypt the data with a customer managed key in the place of {finding.resource}, and let the role "
        f"{(await path.who()).arn} use it. An AWS managed key can never be used from another account."
    )
    return [_fixes.owner_text(finding, "ask-owner", "Ask the owner of the data for a customer managed key", text)]
