"""Owns how the causes about the source data go over its buckets."""

from __future__ import annotations

from canvas_kms_tui.import_path import ImportPath, Side
from canvas_kms_tui.import_path.path import Judged
from canvas_kms_tui.target import Dataset


async def source_groups(path: ImportPath) -> dict[str, list[Judged]]:
    """The S3 steps that an import needs, by source bucket (ARN)."""
    buckets = {
        path.facts.buckets.object_arn(dataset.bucket, "").removesuffix("/").removesuffix("/object"): None
        for dataset in path.facts.target.datasets
    }
    found: dict[str, list[Judged]] = {}
    for item in await path.judged():
        step = item.step
        if step.side is not Side.SOURCE or step.is_kms or not step.required:
            continue
        for bucket in buckets:
            if step.resource == bucket or step.resource.startswith(f"{bucket}/"):
                found.setdefault(bucket, []).append(item)
    return found


def source_buckets(path: ImportPath) -> list[str]:
    """The names (or access point ARNs) of the source buckets, each once."""
    return list(dict.fromkeys(dataset.bucket for dataset in path.facts.target.datasets))


def dataset_arn(path: ImportPath, dataset: Dataset) -> str:
    return path.facts.buckets.object_arn(dataset.bucket, dataset.key)
