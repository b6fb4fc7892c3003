"""A source object belongs to another account than its bucket.

**What is checked.** Where the bucket still works with ACLs (no BucketOwnerEnforced): the owner of each object that
was looked at, and whether the object's ACL lets the bucket's account read.

**Why that breaks the import.** Neither the bucket's policy nor the role's permissions reach an object that another
account owns; only its owner can open it.

**How to mend it.** Set the bucket to BucketOwnerEnforced (then it owns every object), or let the writer copy the
object with ``bucket-owner-full-control``.

Source: S3 user guide, "Controlling ownership of objects and disabling ACLs for your bucket".
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._source import dataset_arn
from canvas_kms_tui.causes._steps import profile_arn
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.terms import BucketStanding, Source
from canvas_kms_tui.findings import Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.target import Dataset

CAUSE = Cause(
    id="object-foreign-owner",
    title="The source objects belong to the bucket's account",
    group=Group.SOURCE,
    severity=Severity.HIGH,
    source="S3 user guide, Object Ownership",
    auto=Auto.OWNER,
    reads=("s3:GetBucketOwnershipControls", "s3:GetObjectAcl", "s3:ListAllMyBuckets"),
    order=350,
)

#: How many objects of a prefix are asked for their owner.
ASKED = 10


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    datasets = facts.target.datasets
    if not datasets:
        return [CAUSE.not_applicable(profile_arn(path), "No dataset was given, so the source was not checked.")]
    pairs = zip(datasets, await path.resolution.sources(), strict=True)
    return list(await asyncio.gather(*(_about(facts, path, *pair) for pair in pairs)))


async def _about(facts: Facts, path: ImportPath, dataset: Dataset, source: Source | Unreadable) -> Finding:
    name, arn = await facts.buckets.behind(dataset.bucket), dataset_arn(path, dataset)
    if isinstance(source, Unreadable):
        return CAUSE.unknown(arn, source.why)
    if name.startswith("arn:") or (await facts.buckets.bucket(name)).standing is not BucketStanding.OURS:
        return CAUSE.not_applicable(arn, "The bucket belongs to another account; who owns its objects is told there.")
    acls = await known(facts.sharing.has_acls(name))
    if isinstance(acls, Unreadable):
        return CAUSE.unknown(arn, acls.why)
    if not acls:
        return CAUSE.passes(arn, "The bucket owns every object in it (BucketOwnerEnforced).")
    return await _by_owner(facts, source, name, arn)


async def _by_owner(facts: Facts, source: Source, name: str, arn: str) -> Finding:
    own = await facts.sharing.own_id()
    foreign = []
    for found in source.objects[:ASKED]:
        owner = await known(facts.sharing.owner_of_object(name, found.key))
        if isinstance(owner, Unreadable):
            return CAUSE.unknown(arn, owner.why)
        if owner and own and owner != own and not await facts.sharing.opened_to(name, found.key, own):
            foreign.append((found.key, owner))
    evidence = [Evidence(f"owner of {key}", owner, "s3:GetObjectAcl") for key, owner in foreign]
    if not foreign:
        return CAUSE.passes(arn, "The source objects belong to the bucket's account, or are open to it.")
    others = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
    summary = f"The source object {foreign[0][0]}{others} belongs to another account, so the role cannot read it."
    return CAUSE.fails(arn, summary, evidence)


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    text = (
        "Set the bucket's Object Ownership to BucketOwnerEnforced, or ask whoever wrote the object to copy it onto "
        "itself with the ACL bucket-owner-full-control. BucketOwnerEnforced switches every ACL of the bucket off: see "
        "first whether somebody relies on one."
    )
    return [_fixes.owner_text(finding, "ask-owner", "Let the bucket's account own the object", text)]
