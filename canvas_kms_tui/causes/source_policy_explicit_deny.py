"""The source bucket's policy denies the read.

**What is checked.** Every Deny of the source bucket's policy against the import's reads: conditions on the network
(``aws:SourceVpce``, ``aws:SourceIp``), on the organization, on tags, on TLS. Where the value cannot be known from
here, it is said to be possible.

**Why that breaks the import.** An explicit Deny outweighs every Allow.

**How to mend it.** The statement is shown. The bucket's owner decides about it.

Source: S3 user guide, "Examples of Amazon S3 bucket policies"; IAM user guide, "Policy evaluation logic".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._source import source_groups
from canvas_kms_tui.causes._steps import judge, profile_arn, statement_words
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame
from canvas_kms_tui.import_path.path import Judged

CAUSE = Cause(
    id="source-policy-explicit-deny",
    title="No Deny of the source bucket matches the import",
    group=Group.SOURCE,
    severity=Severity.HIGH,
    source="IAM user guide, Policy evaluation logic",
    auto=Auto.OWNER,
    reads=("s3:GetBucketPolicy",),
    order=310,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    groups = await source_groups(path)
    if not groups:
        return [CAUSE.not_applicable(profile_arn(path), "No dataset was given, so the source was not checked.")]

    def says(item: Judged, blame: Blame) -> str:
        return (
            f"The source bucket's policy denies {item.step.action} on {item.step.resource}: {statement_words(blame)}."
        )

    return [
        judge(CAUSE, bucket, items, says=says, passes="No Deny of the bucket policy matches.")
        for bucket, items in groups.items()
    ]


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    text = f"{finding.summary} The bucket's owner has to exempt the execution role {(await path.who()).arn}."
    return [_fixes.owner_text(finding, "ask-owner", "Ask the owner of the source bucket", text)]
