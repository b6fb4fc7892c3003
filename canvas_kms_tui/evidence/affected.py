"""Owns "who else": the user profiles of the Domain that resolve to the same broken role, key or bucket."""

from __future__ import annotations

import asyncio
import dataclasses

from canvas_kms_tui.facts import Facts, Unreadable, choices, known
from canvas_kms_tui.facts.canvas import Canvas
from canvas_kms_tui.findings import Affected, Diagnosis, Finding, Status
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.verdict import ranked

#: So many profiles are compared, one read each.
LOOKED_AT = 200
#: Causes of a key, bucket or Domain itself: the role does not matter to them.
_OF_THE_KEY = frozenset({"key-disabled", "key-pending-deletion", "key-pending-import", "key-not-found",
                         "key-wrong-region", "key-wrong-type", "key-aws-managed"})  # fmt: skip
_OF_THE_BUCKET = frozenset({"default-bucket-missing", "default-bucket-foreign", "cors-missing"})
_OF_THE_DOMAIN = frozenset({"vpc-endpoint", "storage-too-small", "domain-not-ready"})


@dataclasses.dataclass(frozen=True, slots=True)
class _Resolved:
    role: str | None
    key: str | None
    bucket: str


async def affected(facts: Facts, path: ImportPath, diagnosis: Diagnosis) -> Affected | None:
    """The profiles that share what the most likely finding is about; None where nothing is broken or not known."""
    failed = [finding for finding in diagnosis.findings if finding.status is Status.FAIL]
    if not failed:
        return None
    finding, target = ranked(failed, diagnosis.import_path)[0], facts.target
    names = await known(choices.profiles(facts.calls, target.domain_id))
    own = await known(_resolved(facts, target.user_profile))
    if isinstance(names, Unreadable) or isinstance(own, Unreadable):
        return None
    what, parts = await _shared(path, finding)
    others = [name for name in names if name != target.user_profile][: LOOKED_AT - 1]
    found = await asyncio.gather(*(known(_resolved(facts, name)) for name in others))
    seen = [(name, one) for name, one in zip(others, found, strict=True) if not isinstance(one, Unreadable)]
    same = [name for name, one in seen if all(getattr(one, part) == getattr(own, part) for part in parts)]
    return Affected(what, (target.user_profile, *same), len(seen) + 1, len(names))


async def _resolved(facts: Facts, profile: str) -> _Resolved:
    canvas = Canvas(facts.reader, dataclasses.replace(facts.target, user_profile=profile))
    role, key, place = await canvas.execution_role(), await canvas.configured_key(), await canvas.artifact()
    return _Resolved(role.value, key.value, place.bucket)


async def _shared(path: ImportPath, finding: Finding) -> tuple[str, tuple[str, ...]]:
    """What another profile must have in common, in words and as parts of what it resolves to."""
    if finding.cause in _OF_THE_DOMAIN and "/user-profile/" not in finding.resource:
        return "Domain", ()
    artifact = await known(path.resolution.artifact_key())
    is_artifact_key = not isinstance(artifact, Unreadable) and artifact is not None and artifact.arn == finding.resource
    if finding.cause in _OF_THE_KEY:
        return ("artifact key", ("key", "bucket")) if is_artifact_key else ("key", ())
    if finding.cause in _OF_THE_BUCKET:
        return "artifact bucket", ("bucket",)
    if is_artifact_key:
        return "execution role and artifact key", ("role", "key", "bucket")
    if finding.cause.startswith(("bucket-", "canvas-")):
        return "execution role and artifact location", ("role", "key", "bucket")
    return "execution role", ("role",)
