"""The execution role may not read, write or list under ``Canvas/`` in the artifact bucket.

**What is checked.** ``s3:ListBucket``, ``s3:PutObject`` and ``s3:GetObject`` by the execution role on
``Canvas/<user profile>/`` in the default bucket, or under the configured ``S3ArtifactPath``; whether the folder
exists, and what encrypts the newest objects there.

**Why that breaks the import.** Canvas copies every dataset there and reads it back. AmazonSageMakerFullAccess and
AmazonSageMakerCanvasFullAccess grant this only in buckets whose ARN contains "sagemaker".

**How to mend it.** An inline policy of the role for this folder alone.

Source: Canvas KMS guide, FAQ 3 and 5; the text of the managed policies.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._buckets import artifact_s3_steps, place_arn, place_evidence, standing_unknown
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._steps import judge
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.roles import role_name
from canvas_kms_tui.facts.terms import Bucket, BucketStanding
from canvas_kms_tui.findings import Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath, Place
from canvas_kms_tui.import_path.blame import Blame, Kind
from canvas_kms_tui.import_path.path import Judged
from canvas_kms_tui.policy import Layer

CAUSE = Cause(
    id="canvas-prefix-denied",
    title="The role may read and write under Canvas/",
    group=Group.STORAGE,
    severity=Severity.HIGH,
    source="Canvas KMS guide, FAQ 3 and 5",
    auto=Auto.YES,
    reads=("s3:ListBucket", "s3:GetObject", "s3:GetBucketPolicy", "iam:GetRolePolicy"),
    order=70,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    place = await path.resolution.place()
    arn = place_arn(path, place)
    if unknown := standing_unknown(CAUSE, path, place):
        return [unknown]
    default = place.artifact.bucket == facts.canvas.default_bucket
    if default and isinstance(place.bucket, Bucket) and place.bucket.standing is BucketStanding.FOREIGN:
        return [CAUSE.blocked(arn, "default-bucket-foreign", "The bucket belongs to another account.")]
    prefix = place.artifact.canvas_prefix(facts.target.user_profile)

    def says(item: Judged, blame: Blame) -> str:
        where = f"under {prefix} in {place.artifact.bucket}"
        return f"The execution role may not use {item.step.action} {where}: {blame.text}."

    steps, standing = await asyncio.gather(artifact_s3_steps(path), _standing(facts, place, prefix))
    finding = judge(
        CAUSE,
        arn,
        steps,
        says=says,
        passes=f"The role may list, write and read under {prefix}.",
    )
    return [_with(finding, (place_evidence(place), *standing))]


def _with(finding: Finding, evidence: Sequence[Evidence]) -> Finding:
    return dataclasses.replace(finding, evidence=(*finding.evidence, *evidence))


async def _standing(facts: Facts, place: Place, prefix: str) -> list[Evidence]:
    """What is under the folder, and what encrypts the newest object there."""
    if not place.exists:
        return []
    listed = await known(facts.buckets.listing(place.artifact.bucket, prefix))
    if isinstance(listed, Unreadable):
        return [Evidence("folder", f"not known: {listed.why.reason}", "s3:ListObjectsV2")]
    items = sorted((listed or {}).get("Contents") or (), key=lambda item: str(item.get("LastModified") or ""))
    if not items:
        return [Evidence("folder", f"nothing under {prefix} yet", "s3:ListObjectsV2")]
    found = [Evidence("folder", f"{len(items)} objects under {prefix}", "s3:ListObjectsV2")]
    head = await known(facts.buckets.head(place.artifact.bucket, items[-1]["Key"]))
    if head is not None and not isinstance(head, Unreadable):
        how = head.get("SSEKMSKeyId") or head.get("ServerSideEncryption") or "nothing"
        found.append(Evidence("newest object encrypted with", str(how), "s3:HeadObject"))
    return found


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    place, who = await path.resolution.place(), await path.who()
    ours = [
        (item.step, blame)
        for item in await artifact_s3_steps(path)
        for blame in item.blames
        if blame.cause == CAUSE.id and blame.kind is Kind.DENIED
    ]
    if denying := await _fixes.denying_statements(path, finding):
        return [_fixes.deny_text(finding, denying)]
    actions = [step.action for step, blame in ours if blame.layer == Layer.IDENTITY_POLICY]
    statements = _statements(path, place, dict.fromkeys(actions))
    title = f"Let the role {role_name(who.arn)} use Canvas' folder"
    found = await _fixes.role_policy_fixes(facts, finding, title, who.arn, statements)
    return found or _fixes.open_text(finding, await _open(path))


async def _open(path: ImportPath) -> list[Blame]:
    blames = [blame for item in await artifact_s3_steps(path) for blame in item.blames]
    return [blame for blame in blames if blame.cause == CAUSE.id and blame.kind is Kind.UNSETTLED]


def _statements(path: ImportPath, place: Place, actions: dict[str, None]) -> list[dict[str, object]]:
    prefix = place.artifact.canvas_prefix(path.facts.target.user_profile)
    arn = place_arn(path, place)
    on_objects = [action for action in actions if action != "s3:ListBucket"]
    found: list[dict[str, object]] = []
    if on_objects:
        found.append(
            {"Sid": "CanvasKmsFolder", "Effect": "Allow", "Action": on_objects, "Resource": f"{arn}/{prefix}*"}
        )
    if "s3:ListBucket" in actions:
        found.append(
            {
                "Sid": "CanvasKmsFolderList",
                "Effect": "Allow",
                "Action": ["s3:ListBucket"],
                "Resource": arn,
                "Condition": {"StringLike": {"s3:prefix": [f"{prefix}*"]}},
            }
        )
    return found
