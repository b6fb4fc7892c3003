"""The artifact bucket's policy demands an encryption header that the import's writes do not carry.

**What is checked.** A Deny in the bucket policy on ``s3:x-amz-server-side-encryption`` (Null, or StringNotEquals
``AES256``, ``aws:kms`` or ``aws:kms:dsse``) is held against the header of Canvas' writes: ``aws:kms`` with the key's id
where a key is configured, no header otherwise.

**Why that breaks the import.** The Deny fires when the header is missing or says another algorithm. For a write
without any header AWS's texts disagree on whether the bucket's default encryption satisfies the policy, so that case
is a warning.

**How to mend it.** Set Canvas' own key (``WorkspaceSettings.S3KmsKeyId``), so that the header is sent. Where the
policy demands an algorithm that Canvas never sends, the bucket's owner has to change it.

Source: S3 user guide, "Specifying server-side encryption with AWS KMS" and "Protecting data with server-side
encryption".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._buckets import place_arn
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._pins import pins
from canvas_kms_tui.causes._steps import evidence_of, judge
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.facts.terms import Encryption, Key, Origin
from canvas_kms_tui.findings import Certainty, Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame
from canvas_kms_tui.import_path.path import Judged

CAUSE = Cause(
    id="bucket-policy-requires-sse",
    title="The bucket policy accepts the import's encryption headers",
    group=Group.STORAGE,
    severity=Severity.MEDIUM,
    source="S3 user guide, Protecting data with server-side encryption",
    auto=Auto.YES,
    reads=("s3:GetBucketPolicy", "s3:GetEncryptionConfiguration"),
    order=40,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    copies = [item for item in await path.judged() if item.step.name == "copy"]
    place = await path.resolution.place()
    resource = place_arn(path, place)
    bare = _without_header(copies)
    if bare:
        step, blame = bare
        text = (
            f"The bucket policy of {place.artifact.bucket} demands an encryption header, and Canvas sends none because "
            "no key is configured for it; whether the bucket's default encryption satisfies the policy is uncertain."
        )
        return [
            CAUSE.warns(
                resource,
                text,
                [evidence_of(step.step)],
                certainty=Certainty.POSSIBLE,
                step_ids=(step.step.id,),
                explanation=step.step.result.explanation,
                statement=(blame.statement.document, blame.statement.index) if blame.statement else None,
            )
        ]

    def says(item: Judged, blame: Blame) -> str:
        return f"The bucket policy of {place.artifact.bucket} demands another encryption than the aws:kms of Canvas."

    return [judge(CAUSE, resource, copies, says=says, passes="The bucket policy accepts the headers of the import.")]


def _without_header(copies: Sequence[Judged]) -> tuple[Judged, Blame] | None:
    return next(
        (
            (item, blame)
            for item in copies
            if item.step.headerless
            for blame in item.blames
            if blame.cause == CAUSE.id and blame.statement is not None
        ),
        None,
    )


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    copies = [item for item in await path.judged() if item.step.name == "copy"]
    if _without_header(copies):
        for key in await _candidates(facts, path, copies):
            title = f"Set Canvas' key to {key}, so that the header is sent,"
            return await _fixes.settings_fixes(facts, path, finding, title, origin=Origin.NONE, S3KmsKeyId=key)
    text = (
        "Canvas writes with x-amz-server-side-encryption: aws:kms where a key is configured. Please let the bucket "
        "policy accept aws:kms, or choose another artifact bucket (WorkspaceSettings.S3ArtifactPath)."
    )
    return [_fixes.owner_text(finding, "ask-bucket-owner", "Ask the bucket's owner to accept aws:kms", text)]


async def _candidates(facts: Facts, path: ImportPath, copies: Sequence[Judged]) -> list[str]:
    """The keys to offer, best first: the one that the policy pins, the bucket's own, the Domain's."""
    names = [pin.value for item in copies for blame in item.blames for pin in pins(blame.statement)]
    place, domain = await path.resolution.place(), await path.resolution.domain_key()
    if isinstance(place.encryption, Encryption) and place.encryption.key:
        names.append(place.encryption.key)
    if domain:
        names.append(domain.reference)
    keys = [await facts.keys.key(name) for name in dict.fromkeys(names)]
    return [key.arn for key in keys if isinstance(key, Key) and not key.is_aws_managed]
