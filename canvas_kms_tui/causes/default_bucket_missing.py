"""The bucket where Canvas keeps its copies does not exist.

**What is checked.** Whether the artifact bucket is there: ``sagemaker-{region}-{account}`` unless the profile or the
Domain sets another place (``S3ArtifactPath``).

**Why that breaks the import.** Canvas writes a copy of every dataset under ``Canvas/`` in this bucket before it uses
it.

**How to mend it.** Create the default bucket in the Domain's Region, with Block Public Access on and default
encryption with the key that Canvas uses. A configured place that does not exist is corrected in the settings.

Source: Canvas KMS guide, FAQ 3 and 4; SageMaker developer guide, "Configure your Amazon S3 storage".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui import edits
from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._buckets import artifact_s3_steps, place_arn, place_evidence, standing_unknown
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.terms import Bucket, BucketStanding, Key, Origin
from canvas_kms_tui.findings import Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath, KeyUse

CAUSE = Cause(
    id="default-bucket-missing",
    title="The bucket for Canvas' copies exists",
    group=Group.STORAGE,
    severity=Severity.HIGH,
    source="Canvas KMS guide, FAQ 3 and 4",
    auto=Auto.YES,
    reads=("s3:ListBucket", "s3:ListAllMyBuckets"),
    order=50,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    place = await path.resolution.place()
    if unknown := standing_unknown(CAUSE, path, place):
        return [unknown]
    assert isinstance(place.bucket, Bucket)
    arn = place_arn(path, place)
    if place.bucket.standing is not BucketStanding.MISSING:
        return [CAUSE.passes(arn, f"The bucket {place.bucket.name} exists.", [place_evidence(place)])]
    evidence = [place_evidence(place), Evidence("bucket", "does not exist (404)", "s3:HeadBucket")]
    steps = tuple(item.step.id for item in await artifact_s3_steps(path))
    summary = f"The bucket {place.bucket.name}, where Canvas keeps its copies, does not exist."
    return [CAUSE.fails(arn, summary, evidence, step_ids=steps)]


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    place = await path.resolution.place()
    if place.artifact.origin is not Origin.DEFAULT:
        path_text = f"s3://{facts.canvas.default_bucket}"
        title = f"Keep Canvas' copies in the default bucket {facts.canvas.default_bucket}"
        return await _fixes.settings_fixes(
            facts, path, finding, title, origin=place.artifact.origin, S3ArtifactPath=path_text
        )
    changes = edits.create_default_bucket(
        bucket=place.artifact.bucket,
        account=facts.target.account,
        region=facts.target.region,
        partition=facts.target.partition,
        key_arn=await _key_arn(path),
    )
    title = f"Create the default bucket {place.artifact.bucket}"
    return [Fix(id=f"{finding.cause}/create", title=title, auto=Auto.YES, changes=changes)]


async def _key_arn(path: ImportPath) -> str | None:
    """The key for the bucket's default encryption: the configured one, if it is there."""
    use = await known(path.resolution.artifact_key())
    if isinstance(use, Unreadable) or not isinstance(use, KeyUse):
        return None
    return use.arn if isinstance(use.key, Key) else None
