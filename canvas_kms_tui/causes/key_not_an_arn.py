"""A key is given by its bare id or by an alias instead of its ARN.

**What is checked.** Every field in use that holds a key: Canvas' own key, the sharing settings, the Domain's key and
the key of the bucket's default encryption.

**Why it matters.** A bare id or alias is looked up in the account and Region of whoever asks. It works as long as
everybody who writes is at home there; from another account it names another key or none, and a bucket policy that
pins a key compares ARNs.

**How to mend it.** Store the key's ARN. ``Domain.KmsKeyId`` can never be changed after creation, and is only ever
used in the Domain's own account, so there it is information.

Source: S3 user guide, "Specifying server-side encryption with AWS KMS"; KMS developer guide, "Key identifiers".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from canvas_kms_tui import edits
from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._steps import domain_arn
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.keys import is_aws_alias
from canvas_kms_tui.facts.terms import Encryption, Origin, Setting
from canvas_kms_tui.findings import Certainty, Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath, Place

CAUSE = Cause(
    id="key-not-an-arn",
    title="Keys are given by their ARN",
    group=Group.WHO,
    severity=Severity.LOW,
    source="S3 user guide, Specifying SSE-KMS",
    auto=Auto.YES,
    reads=("sagemaker:DescribeDomain", "s3:GetEncryptionConfiguration", "kms:DescribeKey"),
    order=130,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    canvas, domain = await facts.canvas.configured_key(), await facts.canvas.domain_key()
    found = []
    if canvas.value and not canvas.value.startswith("arn:") and await known(facts.keys.key(canvas.value)) is None:
        text = f"Cannot be judged before key-not-found: KMS does not find {canvas.value}."
        found.append(CAUSE.blocked(domain_arn(path), "key-not-found", text))
    elif canvas.value:
        found.append(_judged(path, canvas, f"Canvas' key ({canvas.origin})", domain_arn(path)))
    else:
        place = await path.resolution.place()
        if isinstance(place.encryption, Encryption) and place.encryption.key:
            setting = Setting(place.encryption.key, Origin.BUCKET)
            found.append(_judged(path, setting, f"The {Origin.BUCKET}", _bucket_arn(path, place)))
    if domain.value and not domain.value.startswith("arn:"):
        summary = "The Domain's key is not given by its ARN; it is only used in the Domain's own account."
        found.append(CAUSE.passes(f"{domain_arn(path)}/KmsKeyId", summary, [_evidence(domain)]))
    return found or [CAUSE.not_applicable(domain_arn(path), "No key is configured.")]


def _judged(path: ImportPath, setting: Setting, name: str, resource: str) -> Finding:
    value = setting.value or ""
    if value.startswith("arn:"):
        return CAUSE.passes(resource, f"{name} is given by its ARN.", [_evidence(setting)])
    kind = "an alias" if value.startswith("alias/") else "a bare key id"
    summary = (
        f"{name} is given as {kind}, {value}: it is looked up in the account and Region of whoever asks, "
        f"and names a key of account {path.facts.target.account} only from there."
    )
    return CAUSE.warns(resource, summary, [_evidence(setting)], certainty=Certainty.POSSIBLE)


def _evidence(setting: Setting) -> Evidence:
    source = "s3:GetBucketEncryption" if setting.origin is Origin.BUCKET else "sagemaker:DescribeDomain"
    return Evidence("configured key", f"{setting.value} ({setting.origin})", source)


def _bucket_arn(path: ImportPath, place: Place) -> str:
    return f"arn:{path.facts.target.partition}:s3:::{place.artifact.bucket}"


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    setting = await facts.canvas.configured_key()
    place = await path.resolution.place()
    if setting.value is None and isinstance(place.encryption, Encryption):
        setting = Setting(place.encryption.key, Origin.BUCKET)
    reference = setting.value or ""
    arn = await known(facts.keys.arn(reference))
    if not isinstance(arn, str):
        return []
    if setting.origin is Origin.BUCKET:
        return [] if is_aws_alias(reference) else [await _bucket_fix(facts, finding, place, arn)]
    title = "Store the key's ARN"
    return await _fixes.settings_fixes(facts, path, finding, title, origin=setting.origin, S3KmsKeyId=arn)


async def _bucket_fix(facts: Facts, finding: Finding, place: Place, arn: str) -> Fix:
    target = facts.target
    standing = await known(facts.buckets.setting(place.artifact.bucket, "get_bucket_encryption"))
    current: Mapping[str, object] | None = None
    if standing is not None and not isinstance(standing, Unreadable):
        current = standing.get("ServerSideEncryptionConfiguration")
    change = edits.put_bucket_encryption(
        bucket=place.artifact.bucket,
        account=target.account,
        region=target.region,
        partition=target.partition,
        current=current,
        key_arn=arn,
        bucket_key=isinstance(place.encryption, Encryption) and place.encryption.bucket_key,
    )
    title = "Store the key's ARN in the default encryption of the bucket"
    return Fix(id=f"{finding.cause}/bucket-encryption", title=title, auto=Auto.YES, changes=(change,))
