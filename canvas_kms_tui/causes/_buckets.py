"""Owns the words that the causes about the artifact bucket share."""

from __future__ import annotations

from canvas_kms_tui.causes._cause import Cause
from canvas_kms_tui.facts import Unreadable
from canvas_kms_tui.findings import Evidence, Finding
from canvas_kms_tui.import_path import ImportPath, Place, Side
from canvas_kms_tui.import_path.path import Judged


def place_evidence(place: Place) -> Evidence:
    return Evidence("artifact location", f"{place.artifact.uri} ({place.artifact.origin})", "sagemaker:DescribeDomain")


def place_arn(path: ImportPath, place: Place) -> str:
    return f"arn:{path.facts.target.partition}:s3:::{place.artifact.bucket}"


async def artifact_s3_steps(path: ImportPath) -> list[Judged]:
    return [item for item in await path.judged() if item.step.side is Side.ARTIFACT and not item.step.is_kms]


def standing_unknown(cause: Cause, path: ImportPath, place: Place) -> Finding | None:
    """The unknown finding where nobody tells whose the bucket is."""
    if isinstance(place.bucket, Unreadable):
        return cause.unknown(place_arn(path, place), place.bucket.why)
    return None
