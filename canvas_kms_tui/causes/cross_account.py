"""A key or a bucket belongs to another account.

**What is checked.** The account in the ARN of every key, and the owner of the buckets. Across accounts *both* sides
must allow: the key policy (or bucket policy) there, and the role's own policies here. A key policy is shown only to
its own account, so the other half stays unknown from here.

**Why that breaks the import.** One half alone never suffices; and AWS managed keys cannot be used from another account
at all.

**How to mend it.** The own half can be given here; the other half is a text to send. Never turn Block Public Access
off for it.

Source: KMS developer guide, "Allowing users in other accounts to use a KMS key"; S3 user guide, "Cross-account access".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._key_fixes import let_role_use_key
from canvas_kms_tui.causes._steps import evidence_of, profile_arn
from canvas_kms_tui.change import Auto
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.keys import foreign_policy
from canvas_kms_tui.facts.terms import BucketStanding
from canvas_kms_tui.findings import CouldNotCheck, Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath, KeyUse
from canvas_kms_tui.policy import Decision

CAUSE = Cause(
    id="cross-account",
    title="What belongs to another account is shared with the role",
    group=Group.AROUND,
    severity=Severity.HIGH,
    source="KMS developer guide, Cross-account use",
    auto=Auto.YES,
    reads=("kms:DescribeKey", "kms:ListGrants", "s3:ListAllMyBuckets"),
    order=340,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    found = [*await _keys(facts, path), *await _buckets(facts, path)]
    return found or [CAUSE.not_applicable(profile_arn(path), "No key or bucket of another account is in use.")]


async def _keys(facts: Facts, path: ImportPath) -> list[Finding]:
    found = []
    for use in await path.resolution.keys():
        if not isinstance(use, KeyUse) or use.arn is None or use.arn.split(":")[4] == facts.target.account:
            continue
        steps = [step for step in await path.steps() if step.is_kms and step.resource == use.arn]
        evidence = [Evidence("key's account", use.arn.split(":")[4], "key ARN"), *map(evidence_of, steps)]
        ids = tuple(step.id for step in steps)
        if any(step.decision is Decision.UNKNOWN for step in steps):
            summary = (
                f"The key {use.arn} belongs to account {use.arn.split(':')[4]}: whether its policy lets the role use "
                "it cannot be read from here."
            )
            finding = CAUSE.unknown(use.arn, foreign_policy(use.arn), summary, evidence=tuple(evidence), step_ids=ids)
            found.append(dataclasses.replace(finding, fixes=tuple(await let_role_use_key(path.facts, path, finding))))
        else:
            found.append(CAUSE.passes(use.arn, "The key belongs to another account; see the other findings.", evidence))
    return found


async def _buckets(facts: Facts, path: ImportPath) -> list[Finding]:
    place = await path.resolution.place()
    names = [place.artifact.bucket, *(dataset.bucket for dataset in facts.target.datasets)]
    found = []
    for name in dict.fromkeys(names):
        bucket = None if name.startswith("arn:") else await known(facts.buckets.bucket(name))
        if name == facts.canvas.default_bucket or bucket is None or isinstance(bucket, Unreadable):
            continue
        if bucket.standing is BucketStanding.FOREIGN:
            why = CouldNotCheck(
                "s3:GetBucketPolicy",
                bucket.arn,
                "the bucket belongs to another account; its policy is shown only there",
                None,
            )
            steps = [step for step in await path.steps() if not step.is_kms and _is_in(step.resource, bucket.arn)]
            if all(step.decision is not Decision.UNKNOWN for step in steps if step.required):
                text = "The bucket belongs to another account, and its policy could be read; see the other findings."
                found.append(CAUSE.passes(bucket.arn, text, [evidence_of(step) for step in steps]))
                continue
            summary = f"The bucket {name} belongs to another account: both sides must allow, and only one can be read."
            found.append(CAUSE.unknown(bucket.arn, why, summary, step_ids=tuple(step.id for step in steps)))
    return found


def _is_in(resource: str, bucket: str) -> bool:
    return resource == bucket or resource.startswith(f"{bucket}/")
