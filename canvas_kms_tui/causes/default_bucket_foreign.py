"""The bucket with the default bucket's name belongs to another account.

**What is checked.** HeadBucket with ExpectedBucketOwner is refused, and the complete list of our buckets lacks the
name: somebody else has taken it ("bucket sniping"). Where the list may not be read, it stays unknown.

**Why that breaks the import.** Canvas would write the copies of your data into a stranger's bucket; S3 refuses, and so
it should.

**How to mend it.** Never create or write there. Set an artifact location of your own
(``WorkspaceSettings.S3ArtifactPath``) in a bucket that you own, and report the name to AWS.

Source: S3 user guide, "Verifying bucket ownership with bucket owner condition".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes._buckets import artifact_s3_steps, place_arn, place_evidence, standing_unknown
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.facts.terms import Bucket, BucketStanding
from canvas_kms_tui.findings import Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath

CAUSE = Cause(
    id="default-bucket-foreign",
    title="The default bucket is our own",
    group=Group.STORAGE,
    severity=Severity.CRITICAL,
    source="S3 user guide, Bucket owner condition",
    auto=Auto.NEVER,
    reads=("s3:ListBucket", "s3:ListAllMyBuckets"),
    order=60,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    place = await path.resolution.place()
    arn = place_arn(path, place)
    if place.artifact.bucket != facts.canvas.default_bucket:
        return [CAUSE.not_applicable(arn, "Canvas' copies are kept in a configured place, not in the default bucket.")]
    if unknown := standing_unknown(CAUSE, path, place):
        return [unknown]
    assert isinstance(place.bucket, Bucket)
    if place.bucket.standing is BucketStanding.MISSING:
        text = f"The bucket {place.bucket.name} does not exist at all."
        return [CAUSE.blocked(arn, "default-bucket-missing", text)]
    if place.bucket.standing is BucketStanding.OURS:
        return [CAUSE.passes(arn, f"The bucket {place.bucket.name} belongs to account {facts.target.account}.")]
    evidence = [
        place_evidence(place),
        Evidence("bucket owner", f"not {facts.target.account} (403)", "s3:HeadBucket with ExpectedBucketOwner"),
        Evidence("own buckets", f"{place.bucket.name} is not among them", "s3:ListBuckets"),
    ]
    steps = tuple(item.step.id for item in await artifact_s3_steps(path))
    summary = (
        f"The default bucket {place.bucket.name} belongs to another account: Canvas would write your data into a "
        "stranger's bucket."
    )
    return [CAUSE.fails(arn, summary, evidence, step_ids=steps)]


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    text = (
        "Nothing is ever created or written in a bucket of another account. Create a bucket of your own and set "
        "WorkspaceSettings.S3ArtifactPath of the Domain or the user profile to it; report the name to AWS Support."
    )
    title = "Keep Canvas' copies in a bucket of your own"
    return [Fix(id=f"{finding.cause}/own-bucket", title=title, auto=Auto.NEVER, text=text)]
