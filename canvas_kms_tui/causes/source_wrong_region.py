"""A source bucket is in another Region than the Domain.

**What is checked.** The Region of every source bucket.

**Why it matters.** Canvas reads S3 in the Domain's Region. Another Region is possible trouble (slow, billed, and its
keys are there, too). For a VpcOnly Domain, whose endpoint for S3 reaches only its own Region, and for buckets of
another account AWS demands the same Region: there the import is likely to fail.

**How to mend it.** Copy the data into a bucket of the Domain's Region.

Source: Canvas guide, "Import data", cross-account access and VpcOnly; VPC guide, "Gateway endpoints for Amazon S3".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._source import source_buckets
from canvas_kms_tui.causes._steps import profile_arn
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.terms import Bucket, BucketStanding, bucket_arn
from canvas_kms_tui.findings import Certainty, Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath

CAUSE = Cause(
    id="source-wrong-region",
    title="The source is in the Domain's Region",
    group=Group.SOURCE,
    severity=Severity.MEDIUM,
    source="Canvas guide, Import data",
    auto=None,
    reads=("s3:GetBucketLocation", "s3:ListBucket"),
    order=330,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    names = source_buckets(path)
    if not names:
        return [CAUSE.not_applicable(profile_arn(path), "No dataset was given, so the source was not checked.")]
    return [await _about(facts, name) for name in names]


async def _about(facts: Facts, name: str) -> Finding:
    arn, here = bucket_arn(facts.target.partition, name), facts.target.region
    region = name.split(":")[3] if name.startswith("arn:") else await known(facts.buckets.region(name))
    if isinstance(region, Unreadable):
        return CAUSE.unknown(arn, region.why)
    evidence = [Evidence("Region", f"bucket: {region or 'not told'}; Domain: {here}", "s3:GetBucketLocation")]
    if region in (None, here):
        return CAUSE.passes(arn, "The source bucket is in the Domain's Region.", evidence)
    summary = f"The source bucket {name} is in {region}, the Domain in {here}"
    if reason := await _forbidden(facts, name):
        return CAUSE.fails(arn, f"{summary}: {reason}.", evidence, certainty=Certainty.LIKELY)
    return CAUSE.warns(arn, f"{summary}: possible trouble.", evidence, certainty=Certainty.POSSIBLE)


async def _forbidden(facts: Facts, name: str) -> str | None:
    """Why AWS demands the same Region here; None where it does not."""
    if await facts.network.vpc() is not None:
        return "a VpcOnly Domain reaches S3 in its own Region only"
    bucket = None if name.startswith("arn:") else await known(facts.buckets.bucket(name))
    if isinstance(bucket, Bucket) and bucket.standing is BucketStanding.FOREIGN:
        return "a bucket of another account has to be in the same Region"
    return None
