"""A key that is configured does not exist.

**What is checked.** Whether KMS finds every key that the settings, the bucket and the source objects name: the id, the
alias or the ARN.

**Why that breaks the import.** A key that was deleted, or never stood in this account and Region, cannot encrypt or
decrypt. Neither Canvas nor S3 checks a key's name when it is set.

**How to mend it.** Point the setting at a key that exists; where the bucket's default encryption or the Domain names
one, that is offered. Objects that were encrypted under a deleted key are lost. ``Domain.KmsKeyId`` can never be
changed.

Source: KMS API reference, DescribeKey (NotFoundException); KMS developer guide, "Deleting AWS KMS keys".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._keys import key_findings
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.facts.terms import Encryption, Key
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath, KeyUse, Use

CAUSE = Cause(
    id="key-not-found",
    title="The key exists",
    group=Group.KEY,
    severity=Severity.HIGH,
    source="KMS API reference, DescribeKey",
    auto=Auto.YES,
    reads=("kms:DescribeKey", "s3:GetEncryptionConfiguration"),
    order=230,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    return await key_findings(
        CAUSE,
        path,
        passes="KMS finds the key.",
        says=lambda use, _: f"The key {use.reference} ({', '.join(sorted(use.uses))}) does not exist.",
    )


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    use = next(
        (
            use
            for use in await path.resolution.keys()
            if isinstance(use, KeyUse) and use.key is None and finding.resource.endswith(use.reference)
        ),
        None,
    )
    if use is None or Use.ARTIFACT not in use.uses:
        return [_fixes.owner_text(finding, "ask-owner", "Have the key's name corrected", _TEXT)]
    found: list[Fix] = []
    for candidate in await _candidates(path):
        title = f"Set Canvas' key to {candidate.arn}"
        found += await _fixes.settings_fixes(facts, path, finding, title, origin=use.origin, S3KmsKeyId=candidate.arn)
    return found or [_fixes.owner_text(finding, "ask-owner", "Name a key that exists", _TEXT)]


_TEXT = (
    "The key that is configured does not exist in this account and Region. Name an existing key where it is set. "
    "Objects encrypted under a deleted key cannot be read again; Domain.KmsKeyId cannot be changed after creation."
)


async def _candidates(path: ImportPath) -> list[Key]:
    """Keys that exist and that this environment already uses for Canvas: the bucket's, else the Domain's."""
    place, domain = await path.resolution.place(), await path.resolution.domain_key()
    keys = [domain.key if domain else None]
    if isinstance(place.encryption, Encryption) and place.encryption.key:
        keys.insert(0, await path.facts.keys.key(place.encryption.key))
    usable = [key for key in keys if isinstance(key, Key) and not key.is_aws_managed and key.state == "Enabled"]
    return usable[:1]
