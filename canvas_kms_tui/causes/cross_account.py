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

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._key_fixes import let_role_use_key
from canvas_kms_tui.causes._steps import evidence_of, judge, profile_arn
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.keys import foreign_policy
from canvas_kms_tui.facts.terms import Bucket, BucketStanding
from canvas_kms_tui.findings import CouldNotCheck, Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath, KeyUse
from canvas_kms_tui.import_path.blame import Blame, Kind
from canvas_kms_tui.import_path.path import Judged
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
            found.append(await _bucket(path, bucket))
    return found


async def _bucket(path: ImportPath, bucket: Bucket) -> Finding:
    """Another account's bucket: what its policy says where it may be read, else unknown."""

    def says(item: Judged, blame: Blame) -> str:
        return f"The bucket {bucket.name} belongs to another account, and its policy does not allow {item.step.action}."

    items = [item for item in await path.judged() if not item.step.is_kms and _is_in(item.step.resource, bucket.arn)]
    if any(blame.cause == CAUSE.id and blame.kind is Kind.UNREAD for item in items for blame in item.blames):
        why = CouldNotCheck(
            "s3:GetBucketPolicy",
            bucket.arn,
            "the bucket belongs to another account; its policy is shown only there",
            None,
        )
        ids = tuple(item.step.id for item in items)
        summary = (
            f"The bucket {bucket.name} belongs to another account: both sides must allow, and only one can be read."
        )
        return CAUSE.unknown(bucket.arn, why, summary, step_ids=ids)
    passes = "The bucket belongs to another account, and its policy lets the role in."
    return judge(CAUSE, bucket.arn, items, says=says, passes=passes)


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    denied = [item for item in await path.judged() if item.step.id in finding.step_ids]
    actions = ", ".join(dict.fromkeys(item.step.action for item in denied))
    text = (
        f"Please let {(await path.who()).arn} use {actions} in the policy of {finding.resource}. Block Public Access "
        "stays on: it does not stand in the way of a named role."
    )
    return [_fixes.owner_text(finding, "ask-bucket-owner", "Ask the bucket's owner to let the role in", text)]


def _is_in(resource: str, bucket: str) -> bool:
    return resource == bucket or resource.startswith(f"{bucket}/")
