"""A key is set, but not where Canvas looks for the key of its files in S3.

**What is checked.** Which of the three fields holds a key: ``WorkspaceSettings.S3KmsKeyId`` (Canvas' files in S3),
``Domain.KmsKeyId`` (the Domain's EBS and EFS volumes only) and ``SharingSettings.S3KmsKeyId`` (notebook output; the
guide's way in 2022). Then what really encrypts the newest files under Canvas' folder, or, while there are none (or they
stand under a third key, of a setting that is gone), what the bucket's default encryption would.

**Why it matters.** Nothing fails: the copies are simply not encrypted with the key that the customer believes in, and
a bucket policy or an audit may object later.

**How to mend it.** Set ``WorkspaceSettings.S3KmsKeyId`` to the key. Objects that stand keep the key that they have.

Source: SageMaker API reference, WorkspaceSettings, SharingSettings and CreateDomain; Canvas KMS guide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._steps import domain_arn
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.terms import Encryption, Key, Origin
from canvas_kms_tui.findings import Certainty, Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath, Place

CAUSE = Cause(
    id="wrong-key-field",
    title="The key is set where Canvas looks for it",
    group=Group.WHO,
    severity=Severity.MEDIUM,
    source="SageMaker API reference, WorkspaceSettings",
    auto=Auto.YES,
    reads=("sagemaker:DescribeDomain", "s3:GetEncryptionConfiguration", "s3:ListBucket", "s3:GetObject"),
    order=120,
)

_FIELDS = {
    Origin.DOMAIN: "Domain.KmsKeyId, which covers the Domain's volumes only",
    Origin.PROFILE_SHARING: "SharingSettings.S3KmsKeyId of the user profile, which is for notebook output",
    Origin.DOMAIN_SHARING: "SharingSettings.S3KmsKeyId of the Domain, which is for notebook output",
}


@dataclass(frozen=True, slots=True)
class _Used:
    """What encrypts the copies: the key's ARN (None = SSE-S3), how that is known, and whether it was seen on a file."""

    key: str | None
    how: Evidence
    seen: bool


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    arn = domain_arn(path)
    own = await facts.canvas.workspace("S3KmsKeyId")
    if own.value:
        summary = f"Canvas' own key is set (WorkspaceSettings.S3KmsKeyId, {own.origin})."
        return [CAUSE.passes(arn, summary, [Evidence("S3KmsKeyId", own.value, "sagemaker:DescribeDomain")])]
    believed = await _believed(facts)
    if believed is None:
        return [CAUSE.not_applicable(arn, "No customer managed key is set for Canvas or its Domain.")]
    key, origin = believed
    used = await _used(facts, await path.resolution.place(), key)
    if isinstance(used, Unreadable):
        return [CAUSE.unknown(arn, used.why)]
    evidence = [Evidence("the key is set in", f"{_FIELDS[origin]}: {key}", "sagemaker:DescribeDomain"), used.how]
    if used.key == key or await _is_customer_managed(facts, used.key):
        return [CAUSE.passes(arn, "Canvas' files are encrypted with a customer managed key.", evidence)]
    summary = (
        f"The key {key} is set in {_FIELDS[origin]}; Canvas' files in S3 are encrypted with "
        f"{used.key or 'SSE-S3'} instead."
    )
    return [CAUSE.warns(arn, summary, evidence, certainty=Certainty.CERTAIN if used.seen else Certainty.LIKELY)]


async def _believed(facts: Facts) -> tuple[str, Origin] | None:
    """The customer managed key that is set in another field, and in which."""
    setting = await facts.canvas.configured_key()
    if setting.value is None:
        setting = await facts.canvas.domain_key()
    if setting.value is None:
        return None
    key = await known(facts.keys.key(setting.value))
    if isinstance(key, Key):
        return None if key.is_aws_managed else (key.arn, setting.origin)
    return setting.value, setting.origin


async def _used(facts: Facts, place: Place, believed: str) -> _Used | Unreadable:
    """What the newest file says; one under some other customer's key may be of a setting that is gone since."""
    newest = await _newest(facts, place)
    if newest and (newest.key == believed or not await _is_customer_managed(facts, newest.key)):
        return newest
    return await _default(facts, place)


async def _newest(facts: Facts, place: Place) -> _Used | None:
    """The newest file under Canvas' folder; None where there is none, or we may not look."""
    prefix = place.artifact.canvas_prefix(facts.target.user_profile)
    listed = await known(facts.buckets.listing(place.artifact.bucket, prefix)) if place.exists else None
    if listed is None or isinstance(listed, Unreadable):
        return None
    items = sorted(listed.get("Contents") or (), key=lambda item: str(item.get("LastModified") or ""))
    head = await known(facts.buckets.head(place.artifact.bucket, items[-1]["Key"])) if items else None
    if head is None or isinstance(head, Unreadable):
        return None
    key = head.get("SSEKMSKeyId")
    how = Evidence("newest file encrypted with", str(key or head.get("ServerSideEncryption")), "s3:HeadObject")
    return _Used(await facts.keys.arn(key) if key else None, how, seen=True)


async def _default(facts: Facts, place: Place) -> _Used | Unreadable:
    encryption = place.encryption
    if isinstance(encryption, Unreadable):
        return encryption
    source = "s3:GetBucketEncryption"
    if not isinstance(encryption, Encryption) or not encryption.algorithm.startswith("aws:kms"):
        return _Used(None, Evidence("default encryption of the bucket", "SSE-S3", source), seen=False)
    reference = encryption.key or "alias/aws/s3"
    arn = await known(facts.keys.arn(reference))
    how = Evidence("default encryption of the bucket", reference, source)
    return _Used(reference if arn is None or isinstance(arn, Unreadable) else arn, how, seen=False)


async def _is_customer_managed(facts: Facts, arn: str | None) -> bool:
    """Somebody chose that key; one that we may not look at counts as chosen."""
    if arn is None or "alias/aws/" in arn:
        return False
    key = await known(facts.keys.key(arn))
    return isinstance(key, Unreadable) or (key is not None and not key.is_aws_managed)


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    believed = await _believed(facts)
    if believed is None or not believed[0].startswith("arn:"):
        return []
    title = "Set the key as Canvas' own (WorkspaceSettings.S3KmsKeyId)"
    return await _fixes.settings_fixes(facts, path, finding, title, origin=Origin.DOMAIN, S3KmsKeyId=believed[0])
