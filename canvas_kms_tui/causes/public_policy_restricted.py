"""A source bucket's policy is public, and the bucket restricts public policies.

**What is checked.** Only where the bucket policy allows something to everybody: whether S3 counts the policy as
public, and whether RestrictPublicBuckets is on for the bucket or the account.

**Why it matters.** Then only AWS services and the bucket's own account get in through that policy. The role of the
bucket's account is not concerned; whoever relied on the policy from another account is refused.

**How to mend it.** Name the role (or its account) in the policy instead of everybody. Block Public Access stays on.

Source: S3 user guide, "Blocking public access to your Amazon S3 storage", RestrictPublicBuckets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._source import source_buckets
from canvas_kms_tui.causes._steps import profile_arn
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.terms import Bucket, BucketStanding, bucket_arn
from canvas_kms_tui.findings import Certainty, Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.policy import Document

CAUSE = Cause(
    id="public-policy-restricted",
    title="Nobody relies on a public policy that is restricted",
    group=Group.SOURCE,
    severity=Severity.LOW,
    source="S3 user guide, Block Public Access",
    auto=Auto.OWNER,
    reads=("s3:GetBucketPolicy", "s3:GetBucketPolicyStatus", "s3:GetBucketPublicAccessBlock"),
    order=355,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    names = [name for name in source_buckets(path) if not name.startswith("arn:")]
    if not names:
        return [CAUSE.not_applicable(profile_arn(path), "No source bucket is in question.")]
    return list(await asyncio.gather(*(_about(facts, name) for name in names)))


async def _about(facts: Facts, name: str) -> Finding:
    arn = bucket_arn(facts.target.partition, name)
    policy = await known(facts.buckets.policy(name))
    if isinstance(policy, Unreadable):
        bucket = await known(facts.buckets.bucket(name))
        foreign = isinstance(bucket, Bucket) and bucket.standing is BucketStanding.FOREIGN
        by = "cross-account" if foreign else "source-policy-explicit-deny"
        return CAUSE.blocked(arn, by, f"Cannot be judged: the bucket policy could not be read ({policy.why.reason}).")
    if policy is None or not _for_everybody(policy):
        return CAUSE.passes(arn, "The bucket policy allows nothing to everybody.")
    public, restricted = await asyncio.gather(
        facts.sharing.is_public(name), facts.sharing.restricts_public_policies(name)
    )
    evidence = [
        Evidence("policy counts as public", "yes" if public else "no", "s3:GetBucketPolicyStatus"),
        Evidence("RestrictPublicBuckets", "on" if restricted else "off", "s3:GetPublicAccessBlock"),
    ]
    if not (public and restricted):
        return CAUSE.passes(arn, "No public policy of the source bucket is restricted.", evidence)
    summary = (
        f"The policy of the source bucket {name} is public, and RestrictPublicBuckets is on: "
        "whoever relied on it from another account is refused."
    )
    return CAUSE.warns(arn, summary, evidence, certainty=Certainty.POSSIBLE)


def _for_everybody(policy: Document) -> bool:
    return any(
        statement.allow and statement.principal is not None and statement.principal.everyone
        for statement in policy.statements
    )


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    role = (await path.who()).arn
    text = f"In the policy of {finding.resource}, name {role} (or its account) as Principal in the place of everybody."
    return [_fixes.owner_text(finding, "ask-owner", "Name the readers in the bucket policy", text)]
