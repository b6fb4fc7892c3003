"""A source bucket wants its readers to pay, and Canvas does not say that it does.

**What is checked.** The payer of every source bucket.

**Why that breaks the import.** A Requester Pays bucket answers 403 to every request of another account that does not
carry ``x-amz-request-payer``. Canvas does not send it. The bucket's own account need not, so there it is only a hint.

**How to mend it.** Copy the data into an own bucket, or ask the owner to pay.

Source: S3 user guide, "Using Requester Pays buckets for storage transfers and usage"; S3 API reference, RequestPayer.
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

CAUSE = Cause(
    id="requester-pays",
    title="The source bucket's owner pays for reads",
    group=Group.SOURCE,
    severity=Severity.HIGH,
    source="S3 user guide, Requester Pays",
    auto=Auto.OWNER,
    reads=("s3:GetBucketRequestPayment",),
    order=360,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    names = source_buckets(path)
    if not names:
        return [CAUSE.not_applicable(profile_arn(path), "No dataset was given, so the source was not checked.")]
    return list(await asyncio.gather(*(_about(facts, name) for name in names)))


async def _about(facts: Facts, dataset: str) -> Finding:
    name, arn = await facts.buckets.behind(dataset), bucket_arn(facts.target.partition, dataset)
    if name.startswith("arn:"):
        return CAUSE.blocked(arn, "access-point", "Cannot be judged: which bucket stands behind the access point?")
    bucket, pays = await asyncio.gather(known(facts.buckets.bucket(name)), known(facts.sharing.requester_pays(name)))
    ours = isinstance(bucket, Bucket) and bucket.standing is BucketStanding.OURS
    if isinstance(pays, Unreadable):
        return CAUSE.unknown(arn, pays.why)
    if not pays:
        return CAUSE.passes(arn, "The bucket's owner pays.")
    evidence = [Evidence("Payer", "Requester", "s3:GetBucketRequestPayment")]
    if ours:
        summary = f"The source bucket {name} wants readers of other accounts to pay; its own account need not say so."
        return CAUSE.warns(arn, summary, evidence, certainty=Certainty.POSSIBLE, severity=Severity.LOW)
    summary = (
        f"The source bucket {name} of another account wants its readers to pay; Canvas' requests are refused (403)."
    )
    return CAUSE.fails(arn, summary, evidence)


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    text = (
        f"Please set the payer of {finding.resource} to BucketOwner. Otherwise copy the data into a bucket of account "
        f"{facts.target.account} with a client that sends x-amz-request-payer, and import it from there."
    )
    return [_fixes.owner_text(finding, "ask-owner", "Ask the owner to pay, or copy the data", text)]
