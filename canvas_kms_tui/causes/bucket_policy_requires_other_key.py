"""The artifact bucket's policy demands another key than the one that Canvas is set to use.

**What is checked.** A Deny in the bucket policy with StringNotEquals, StringNotLike or ArnNotEquals on
``s3:x-amz-server-side-encryption-aws-kms-key-id`` pins one key. It is held against the effective artifact key.

**Why that breaks the import.** Canvas writes its copy of the dataset with its own key's id; the Deny fires; S3 answers
AccessDenied although the role may use both keys.

**How to mend it.** Specify the same key on both sides: preferably set Canvas' own key
(``WorkspaceSettings.S3KmsKeyId``) to the pinned one. Editing the bucket policy is offered only for the Region's
default bucket of the same account.

Source: Canvas KMS guide, FAQ 2; S3 user guide, "Requiring and restricting SSE-KMS".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui import edits
from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._buckets import place_arn
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._pins import Pin, pins
from canvas_kms_tui.causes._steps import judge
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.facts.terms import Key, Origin
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath, KeyUse
from canvas_kms_tui.import_path.blame import Blame
from canvas_kms_tui.import_path.path import Judged

CAUSE = Cause(
    id="bucket-policy-requires-other-key",
    title="The bucket policy demands the key that Canvas uses",
    group=Group.STORAGE,
    severity=Severity.HIGH,
    source="Canvas KMS guide, FAQ 2",
    auto=Auto.YES,
    reads=("s3:GetBucketPolicy", "kms:DescribeKey", "sagemaker:DescribeUserProfile"),
    order=30,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    copies = [item for item in await path.judged() if item.step.name == "copy"]
    place = await path.resolution.place()

    def says(item: Judged, blame: Blame) -> str:
        wanted = ", ".join(pin.value for pin in pins(blame.statement)) or "another key"
        used = (item.step.use.arn or item.step.use.reference) if item.step.use else "none"
        return f"The bucket policy of {place.artifact.bucket} demands the key {wanted}, but Canvas uses {used}."

    finding = judge(
        CAUSE,
        place_arn(path, place),
        copies,
        says=says,
        passes="No statement of the bucket policy pins another key.",
        likely=any(item.step.headerless for item in copies),
    )
    return [finding]


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    found: list[Fix] = []
    for step, pin in await _pinned(path):
        origin = step.origin if step else Origin.NONE
        key = await facts.keys.key(pin.value)
        if isinstance(key, Key):
            title = f"Set Canvas' key to the pinned one, {key.arn},"
            found += await _fixes.settings_fixes(facts, path, finding, title, origin=origin, S3KmsKeyId=key.arn)
        if step and step.arn:
            found.append(await _bucket_policy_fix(facts, path, finding, pin, step.arn))
    return found


async def _pinned(path: ImportPath) -> list[tuple[KeyUse | None, Pin]]:
    found: list[tuple[KeyUse | None, Pin]] = []
    for item in await path.judged():
        if item.step.name == "copy":
            for blame in item.blames:
                if blame.cause == CAUSE.id:
                    found += [(item.step.use, pin) for pin in pins(blame.statement)]
    return found


async def _bucket_policy_fix(facts: Facts, path: ImportPath, finding: Finding, pin: Pin, key_arn: str) -> Fix:
    place = await path.resolution.place()
    policy = await facts.buckets.policy(place.artifact.bucket)
    assert policy is not None
    change = edits.edit_bucket_policy(
        bucket=place.artifact.bucket,
        account=facts.target.account,
        region=facts.target.region,
        partition=facts.target.partition,
        current=policy.source,
        new=edits.replace_condition_value(
            policy.source, index=pin.statement, operator=pin.operator, key=pin.key, old=pin.value, new=key_arn
        ),
    )
    default = place.artifact.bucket == facts.canvas.default_bucket and place.exists
    return Fix(
        id=f"{finding.cause}/bucket-policy",
        title="Let the bucket policy pin the key that Canvas uses",
        auto=Auto.YES if default else Auto.OWNER,
        changes=(change,),
        text="" if default else "The bucket is not the Region's default bucket: its owner decides about its policy.",
    )
