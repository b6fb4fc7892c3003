"""Owns the six questions that everybody asks about Canvas and KMS, answered with the environment's own values.

The questions are those of the Canvas KMS guide of 26 August 2022. What it said then and what holds now are told apart.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence

from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.terms import Bucket, BucketStanding
from canvas_kms_tui.findings import Diagnosis
from canvas_kms_tui.import_path import ImportPath, KeyUse


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """One question: the guide's answer of 2022, today's, and what both mean with this account's values."""

    number: int
    text: str
    then: str
    now: str
    here: tuple[str, ...] = ()


QUESTIONS = (
    Question(
        1,
        "Does Canvas keep my KMS key?",
        "No. It may hold it for a while and hand it to other services, but it does not retain it.",
        "The same: what S3 and the volumes keep are data keys that KMS has encrypted. Disable the key and nobody reads "
        "the data any more, Canvas neither.",
    ),
    Question(
        2,
        "I set a KMS key for my Domain. Why did my dataset fail to import?",
        "The user's role may lack permission to use the key; or a bucket policy demands another key than the Domain's.",
        "These two first, then the rest of the catalogue. The key of Canvas' files in S3 is not Domain.KmsKeyId but "
        "WorkspaceSettings.S3KmsKeyId.",
    ),
    Question(
        3,
        "Which is the Region's default SageMaker bucket of my account?",
        "sagemaker-{region}-{account}; Canvas works in its folder Canvas/.",
        "The same, unless another location is configured (see 4).",
    ),
    Question(
        4,
        "Can I change the bucket that Canvas uses?",
        "No, SageMaker creates it.",
        "Yes: WorkspaceSettings.S3ArtifactPath of the Domain or the user profile.",
    ),
    Question(
        5,
        "What does Canvas keep in that bucket?",
        "Copies of the imported datasets, model artifacts and model outputs.",
        "The same, under Canvas/<user profile>/.",
    ),
    Question(
        6,
        "For which use cases can I use my own key?",
        "Regression, binary and multi-class classification, and batch inference for these; not for time series "
        "forecasting (26 August 2022).",
        "Time series forecasting too, since 30 December 2022.",
    ),
)


async def answered(facts: Facts, diagnosis: Diagnosis | None = None) -> tuple[Question, ...]:
    """The questions with ``here`` filled in; what may not be read says so. ``diagnosis`` answers the second one."""
    path = ImportPath(facts)
    here = await asyncio.gather(
        _keys(path), _why(diagnosis), _default_bucket(facts), _location(facts), _kept(facts, path), _use_cases(facts)
    )
    return tuple(
        dataclasses.replace(question, here=tuple(lines)) for question, lines in zip(QUESTIONS, here, strict=True)
    )


def as_text(questions: Sequence[Question] = QUESTIONS) -> str:
    """The questions for a terminal or a file."""
    parts = []
    for question in questions:
        lines = [f"{question.number}. {question.text}", f"   2022: {question.then}", f"   Now:  {question.now}"]
        lines += [f"   Here: {line}" for line in question.here]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


async def _keys(path: ImportPath) -> list[str]:
    """Which key is used for what."""
    uses = await known(path.resolution.keys())
    if isinstance(uses, Unreadable):
        return [_not_known(uses)]
    lines = [
        f"{', '.join(sorted(use.uses))}: {use.arn or use.reference}" if isinstance(use, KeyUse) else _not_known(use)
        for use in uses
    ]
    return lines or ["no KMS key is in use: S3 encrypts with its own keys (SSE-S3)"]


async def _why(diagnosis: Diagnosis | None) -> list[str]:
    return [diagnosis.verdict.headline] if diagnosis else ["run the diagnosis: it answers this question"]


async def _default_bucket(facts: Facts) -> list[str]:
    name = facts.canvas.default_bucket
    bucket = await known(facts.buckets.bucket(name))
    if isinstance(bucket, Unreadable):
        return [f"{name}; {_not_known(bucket)}"]
    words = {
        BucketStanding.OURS: "it exists and is this account's",
        BucketStanding.MISSING: "it does not exist",
        BucketStanding.FOREIGN: "a bucket of this name exists and belongs to another account: do not write to it",
    }
    return [f"{name}: {words[bucket.standing]}"]


async def _location(facts: Facts) -> list[str]:
    place = await known(facts.canvas.artifact())
    if isinstance(place, Unreadable):
        return [_not_known(place)]
    return [f"{place.uri} (set by: {place.origin})"]


async def _kept(facts: Facts, path: ImportPath) -> list[str]:
    """What is under Canvas' folder of the user profile, by its folders."""
    place = await known(path.resolution.place())
    if isinstance(place, Unreadable):
        return [_not_known(place)]
    prefix = place.artifact.canvas_prefix(facts.target.user_profile)
    where = f"s3://{place.artifact.bucket}/{prefix}"
    if isinstance(place.bucket, Bucket) and not place.exists:
        return [f"{where}: the bucket is not there, or not this account's"]
    listed = await known(facts.buckets.listing(place.artifact.bucket, prefix))
    if isinstance(listed, Unreadable):
        return [f"{where}: {_not_known(listed)}"]
    return [_contents(where, prefix, listed or {})]


def _contents(where: str, prefix: str, listed: Mapping[str, object]) -> str:
    items = listed.get("Contents")
    keys = [str(item["Key"])[len(prefix) :] for item in items] if isinstance(items, list | tuple) else []
    folders = Counter(key.split("/", 1)[0] for key in keys if "/" in key)
    if not keys:
        return f"{where}: nothing yet"
    more = " or more" if listed.get("IsTruncated") else ""
    shown = ", ".join(f"{name} ({count})" for name, count in sorted(folders.items()))
    return f"{where}: {len(keys)}{more} objects; {shown or 'no folders'}"


async def _use_cases(facts: Facts) -> list[str]:
    layers = await known(facts.canvas.layers())
    if isinstance(layers, Unreadable):
        return [_not_known(layers)]
    for settings in layers:
        canvas = settings.get("CanvasAppSettings") or {}
        if status := (canvas.get("TimeSeriesForecastingSettings") or {}).get("Status"):
            return [f"time series forecasting is {status} for this user profile"]
    return ["time series forecasting is not set for this user profile"]


def _not_known(unread: Unreadable) -> str:
    return f"not known: {unread.why.action} on {unread.why.resource}: {unread.why.reason}"
