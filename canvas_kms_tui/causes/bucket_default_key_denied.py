"""The bucket's default encryption names a key that the execution role may not use.

**What is checked.** Where no key is configured in Canvas, the artifact bucket's default encryption decides which key
encrypts the copies. The role needs ``kms:GenerateDataKey`` and ``kms:Decrypt`` on it. S3 does not check the key when
it is set.

**Why that breaks the import.** S3 encrypts Canvas' copy with the bucket's key, with the role's rights; KMS refuses.

**How to mend it.** As for a configured key: a statement in the key policy, or an inline policy of the role. Last,
another default for the bucket: the Domain's key, or S3's own (SSE-S3) where it has none. Objects that stand keep
theirs.

Source: S3 user guide, "Setting default server-side encryption behavior for Amazon S3 buckets".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from canvas_kms_tui import edits
from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._key_fixes import key_fixes
from canvas_kms_tui.causes._steps import bucket_default, key_findings
from canvas_kms_tui.change import Auto, Change, Fix, confirmation
from canvas_kms_tui.facts import Facts, Unreadable, known
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
    found = await key_fixes(facts, path, finding)
    if await _fixes.denying_statements(path, finding):
        return found
    other = await _other_default(facts, path, finding)
    return [*found, other] if other else found


async def _other_default(facts: Facts, path: ImportPath, finding: Finding) -> Fix | None:
    """Another default for new objects; typed for, because whoever writes to the bucket gets it too."""
    place, target = await path.resolution.place(), facts.target
    answer = await known(facts.buckets.setting(place.artifact.bucket, "get_bucket_encryption"))
    if not place.exists or answer is None or isinstance(answer, Unreadable):
        return None
    key = (await facts.canvas.domain_key()).value
    key_arn = key if key and key.startswith("arn:") else None
    by = f"the Domain's key, {key_arn}," if key_arn else "S3's own key (SSE-S3)"
    why = "Whoever writes to this bucket encrypts by its default, from now on with another key."
    current = answer["ServerSideEncryptionConfiguration"]
    bucket = place.artifact.bucket
    confirm = confirmation(target.account, f"arn:{target.partition}:s3:::{bucket}")

    def changes() -> tuple[Change, ...]:
        change = edits.put_bucket_encryption(
            bucket=bucket,
            account=target.account,
            region=target.region,
            partition=target.partition,
            current=current,
            key_arn=key_arn,
        )
        return (dataclasses.replace(change, confirm=confirm, confirm_why=why),)

    title = f"Encrypt new objects of the bucket {bucket} with {by} by default"
    return _fixes.try_fix(finding, "bucket-encryption", title, Auto.YES, changes)
