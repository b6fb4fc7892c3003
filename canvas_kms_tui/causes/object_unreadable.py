"""A source object cannot be read by anybody just now, or not by Canvas.

**What is checked.** The storage class of each source object (archived and not restored), and whether it is encrypted
with a key that the customer sends along (SSE-C).

**Why that breaks the import.** An archived object has to be restored before S3 gives it out. SSE-C wants the key in
every request, which Canvas cannot send. Permissions and KMS keys have nothing to do with either.

**How to mend it.** Restore the object; or copy it with SSE-KMS or SSE-S3 in the place of SSE-C.

Source: S3 user guide, "Working with archived objects" and "Using server-side encryption with customer-provided keys".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._source import dataset_arn
from canvas_kms_tui.causes._steps import profile_arn
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, Unreadable
from canvas_kms_tui.facts.terms import Source, SourceObject
from canvas_kms_tui.findings import Certainty, Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.target import Dataset

CAUSE = Cause(
    id="object-unreadable",
    title="The source objects can be read at once",
    group=Group.SOURCE,
    severity=Severity.HIGH,
    source="S3 user guide, Archived objects",
    auto=Auto.OWNER,
    reads=("s3:GetObject",),
    order=365,
)

#: Storage classes from which S3 gives nothing out before a restore.
_ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE"})


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    if not facts.target.datasets:
        return [CAUSE.not_applicable(profile_arn(path), "No dataset was given, so the source was not checked.")]
    sources = await path.resolution.sources()
    return [_about(path, *pair) for pair in zip(facts.target.datasets, sources, strict=True)]


def _about(path: ImportPath, dataset: Dataset, source: Source | Unreadable) -> Finding:
    arn = dataset_arn(path, dataset)
    if isinstance(source, Unreadable):
        return CAUSE.unknown(arn, source.why)
    bad = [(found, why) for found in source.objects if (why := _why(found))]
    looked = f"{len(source.objects)} of {source.total}{' or more' if source.truncated else ''} objects checked"
    if bad:
        found, why = bad[0]
        others = f" ({len(bad)} of the {len(source.objects)} objects looked at)" if len(bad) > 1 else ""
        evidence = [Evidence(item.key, reason, "s3:HeadObject") for item, reason in bad]
        return CAUSE.fails(arn, f"The source object {found.key} {why}{others}.", evidence)
    whole = len(source.objects) == source.total and not source.truncated
    return CAUSE.passes(
        arn,
        "The source objects can be read at once.",
        [Evidence("source", looked, "s3:HeadObject")],
        certainty=Certainty.CERTAIN if whole else Certainty.LIKELY,
    )


def _why(found: SourceObject) -> str | None:
    if found.customer_algorithm:
        return "is encrypted with a key that its reader has to send along (SSE-C), which Canvas cannot do"
    restored = 'ongoing-request="false"' in (found.restored or "")
    if found.storage_class in _ARCHIVED and not restored:
        return f"is archived ({found.storage_class}) and has to be restored first"
    if found.archive and not restored:
        return f"is archived by Intelligent-Tiering ({found.archive}) and has to be restored first"
    return None


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    if "SSE-C" in finding.summary:
        text = (
            "Copy the object onto itself with the customer's key as source key and SSE-KMS or SSE-S3 as its encryption."
        )
        return [_fixes.owner_text(finding, "ask-owner", "Encrypt the object in another way", text)]
    text = "Restore the object (aws s3api restore-object …); it takes minutes to two days, by storage class and tier."
    return [_fixes.owner_text(finding, "ask-owner", "Restore the object", text)]
