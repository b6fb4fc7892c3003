"""The artifact bucket's policy demands another key than the one that Canvas is set to use.

**What is checked.** A Deny in the bucket policy with StringNotEquals, StringNotLike or ArnNotEquals on
``s3:x-amz-server-side-encryption-aws-kms-key-id`` pins one key. It is held against the effective artifact key.

**Why that breaks the import.** Canvas writes its copy of the dataset with its own key's id; the Deny fires; S3 answers
AccessDenied although the role may use both keys. A statement that names the right key by its id or alias denies too:
what S3 compares is the key's ARN.

**How to mend it.** Specify the same key on both sides: preferably set Canvas' own key
(``WorkspaceSettings.S3KmsKeyId``) to the pinned one. Editing the bucket policy is offered only for the Region's
default bucket of the same account.

Source: Canvas KMS guide, FAQ 2; S3 user guide, "Requiring and restricting SSE-KMS".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from canvas_kms_tui import edits
from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._buckets import place_arn
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._pins import Pin, demands, pins
from canvas_kms_tui.causes._steps import judge
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, known
from canvas_kms_tui.facts.terms import Key, Origin
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath, KeyUse
from canvas_kms_tui.import_path.blame import Blame
from canvas_kms_tui.import_path.path import Judged
from canvas_kms_tui.policy import StatementTrace

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
    misnamed = await _misnamed(facts, copies)

    def says(item: Judged, blame: Blame) -> str:
        if misnamed:
            return (
                f"The bucket policy of {place.artifact.bucket} names Canvas' own key as {', '.join(sorted(misnamed))}: "
                "S3 compares the whole key ARN, so that the statement denies every write."
            )
        pinned = ", ".join(pin.value for pin in pins(blame.statement))
        wanted = f"the key {pinned}" if pinned else "another key"
        used = (item.step.use.arn or item.step.use.reference) if item.step.use else "none"
        return f"The bucket policy of {place.artifact.bucket} demands {wanted}, but Canvas uses {used}."

    finding = judge(
        CAUSE,
        place_arn(path, place),
        copies,
        says=says,
        passes="No statement of the bucket policy pins another key.",
        likely=bool(misnamed) or any(item.step.headerless for item in copies),
    )
    return [finding]


async def _misnamed(facts: Facts, copies: Sequence[Judged]) -> set[str]:
    """The names (an id, an alias) by which the denying statements demand the very key that Canvas uses.

    Empty where they demand another key as well.
    """
    found = set()
    for item in copies:
        for blame in (blame for blame in item.blames if blame.cause == CAUSE.id):
            for pin in pins(blame.statement):
                key = await known(facts.keys.key(pin.value))
                if not (isinstance(key, Key) and item.step.use and key.arn == item.step.use.arn):
                    return set()
                found.add(pin.value)
    return found


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    copies = [item for item in await path.judged() if item.step.name == "copy"]
    blamed = [blame.statement for item in copies for blame in item.blames if blame.cause == CAUSE.id]
    denying = [trace for trace in blamed if trace is not None]
    use = next((item.step.use for item in copies if item.step.use), None)
    found = await _settings(facts, path, finding, use, [pin for trace in denying for pin in pins(trace)])
    if use and use.arn and denying:
        found.append(await _bucket_policy(facts, path, finding, denying, use.arn))
    return found


async def _settings(
    facts: Facts, path: ImportPath, finding: Finding, use: KeyUse | None, wanted: Sequence[Pin]
) -> list[Fix]:
    """Set Canvas' key to the first pinned key that exists."""
    for pin in wanted:
        key = await known(facts.keys.key(pin.value))
        if isinstance(key, Key) and not (use and use.arn == key.arn):
            origin = use.origin if use else Origin.NONE
            title = f"Set Canvas' key to the pinned one, {key.arn},"
            return await _fixes.settings_fixes(facts, path, finding, title, origin=origin, S3KmsKeyId=key.arn)
    return []


async def _bucket_policy(
    facts: Facts, path: ImportPath, finding: Finding, denying: Sequence[StatementTrace], key_arn: str
) -> Fix:
    """One key more in the condition; whoever writes with the pinned key still can."""
    place = await path.resolution.place()
    policy = await facts.buckets.policy(place.artifact.bucket)
    assert policy is not None
    default = place.artifact.bucket == facts.canvas.default_bucket and place.exists
    return _fixes.try_fix(
        finding,
        "bucket-policy",
        "Let the bucket policy accept the key that Canvas uses as well",
        Auto.YES if default else Auto.OWNER,
        lambda: (
            edits.edit_bucket_policy(
                bucket=place.artifact.bucket,
                account=facts.target.account,
                region=facts.target.region,
                partition=facts.target.partition,
                current=policy.source,
                new=_accepting(_fixes.standing_of(policy), denying, key_arn),
            ),
        ),
        text="" if default else "The bucket is not the Region's default bucket: its owner decides about its policy.",
    )


def _accepting(document: Mapping[str, Any], denying: Sequence[StatementTrace], key_arn: str) -> Mapping[str, Any]:
    for trace in denying:
        for operator, key in demands(trace):
            document = edits.add_condition_value(document, index=trace.index, operator=operator, key=key, new=key_arn)
    return document
