"""The execution role may not read the source data.

**What is checked.** ``s3:ListBucket`` on the source bucket and ``s3:GetObject`` on the source objects by the execution
role. AmazonSageMakerFullAccess allows GetObject in buckets whose ARN contains "sagemaker"; elsewhere only on objects
tagged ``SageMaker=true``, so the object's tags are read where a policy looks at them.

**Why that breaks the import.** Canvas reads the dataset with this role.

**How to mend it.** An inline policy of the role for these objects.

Source: Canvas guide, "Grant your users permissions to import data"; the text of the managed policies.
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._source import source_groups
from canvas_kms_tui.causes._steps import judge, profile_arn
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.facts.roles import role_name
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame, Kind
from canvas_kms_tui.import_path.path import Judged
from canvas_kms_tui.target import Dataset

CAUSE = Cause(
    id="role-denied-source",
    title="The role may read the source data",
    group=Group.SOURCE,
    severity=Severity.HIGH,
    source="Canvas guide, Import data",
    auto=Auto.YES,
    reads=("iam:GetRolePolicy", "s3:GetBucketPolicy", "s3:GetObjectTagging"),
    order=300,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    groups = await source_groups(path)
    if not groups:
        return [CAUSE.not_applicable(profile_arn(path), "No dataset was given, so the source was not checked.")]

    def says(item: Judged, blame: Blame) -> str:
        return f"The execution role may not use {item.step.action} on {item.step.resource}: {blame.text}."

    return [
        judge(CAUSE, bucket, items, says=says, passes="The role may list and read the source.")
        for bucket, items in groups.items()
    ]


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    items = (await source_groups(path)).get(finding.resource, [])
    steps = [
        item.step for item in items for blame in item.blames if blame.cause == CAUSE.id and blame.kind is Kind.DENIED
    ]
    if denying := await _fixes.denying_statements(path, finding):
        return [_fixes.deny_text(finding, denying)]
    objects = list(dict.fromkeys(step.resource for step in steps if step.action == "s3:GetObject"))
    statements: list[dict[str, object]] = []
    if objects:
        resources = _resources(finding.resource, objects, facts.target.datasets)
        statements.append(
            {"Sid": "CanvasKmsRead", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": resources}
        )
    if any(step.action == "s3:ListBucket" for step in steps):
        statements.append(
            {"Sid": "CanvasKmsList", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": finding.resource}
        )
    who = await path.who()
    title = f"Let the role {role_name(who.arn)} read the source"
    return await _fixes.role_policy_fixes(facts, finding, title, who.arn, statements) if statements else []


def _resources(bucket: str, objects: Sequence[str], datasets: Sequence[Dataset]) -> str | list[str]:
    """The objects one by one; a folder only where the whole of it is imported."""
    within = f"{bucket}/object/" if ":accesspoint" in bucket else f"{bucket}/"
    folders = [
        f"{within}{dataset.key}"
        for dataset in datasets
        if dataset.is_prefix and dataset.bucket in (bucket, bucket.rsplit(":", 1)[-1])
    ]
    whole = [folder for folder in folders if any(name.startswith(folder) for name in objects)]
    single = [name for name in objects if not name.startswith(tuple(whole))]
    found = [*(f"{_fixes.literal(folder)}*" for folder in whole), *map(_fixes.literal, single)]
    return found[0] if len(found) == 1 else found
