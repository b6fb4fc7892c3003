"""A source object is encrypted with a key that the execution role may not use.

**What is checked.** HeadObject tells with which KMS key each source object is encrypted. To read it the role needs
``kms:Decrypt`` on that key, from the key policy and IAM as for any key. The evidence names the layer that stands in
the way.

**Why that breaks the import.** Canvas reads the dataset with the role's rights; S3 asks KMS to decrypt it; KMS refuses.

**How to mend it.** As for the configured keys: a statement in the key policy, or an inline policy of the role where
the key policy leaves the decision to IAM. The guide of 2022 asks for five actions (Encrypt, Decrypt, ReEncrypt*,
GenerateDataKey*, DescribeKey); reading uses only Decrypt.

Source: Canvas KMS guide, "Import encrypted datasets from Amazon S3"; S3 user guide, "SSE-KMS".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._guide import with_recommended
from canvas_kms_tui.causes._key_fixes import key_fixes
from canvas_kms_tui.causes._steps import key_findings, source_only
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame
from canvas_kms_tui.import_path.path import Judged

CAUSE = Cause(
    id="source-object-key-denied",
    title="The role may decrypt the source objects",
    group=Group.SOURCE,
    severity=Severity.HIGH,
    source="Canvas KMS guide, Import encrypted datasets",
    auto=Auto.YES,
    reads=("s3:GetObject", "kms:GetKeyPolicy", "kms:ListGrants", "iam:GetRolePolicy"),
    order=80,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    def says(item: Judged, blame: Blame) -> str:
        return f"The execution role may not decrypt the source object with the key {item.step.resource}: {blame.text}."

    found = await key_findings(
        CAUSE,
        path,
        source_only,
        says=says,
        passes="The role may decrypt the source objects with this key.",
        none=_none(facts),
    )
    steps = [item.step for item in await path.judged() if item.step.name == "decrypt-source"]
    return [with_recommended(finding, steps) for finding in found]


def _none(facts: Facts) -> str:
    if not facts.target.datasets:
        return "No dataset was given, so the source was not checked."
    return "No source object is encrypted with a KMS key of its own."


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    return await key_fixes(facts, path, finding)
