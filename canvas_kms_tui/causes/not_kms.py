"""The import fails for a reason that has nothing to do with KMS.

**What is checked.** What Canvas itself demands of a dataset: a bucket name without a dot; files that end in ``.csv``,
``.parquet``, ``.parq`` or ``.pqt``; at most 30 files at once; at most 5 GB for a file uploaded from the browser; an
S3 URI of at most 128 characters for training.

**What is not.** What is inside a file is never read: more than 1,000 columns, or CSV with line breaks within a field.
Canvas then says "Canvas can't process your request right now." Do not blame the key for that.

**How to mend it.** Change the file or where it lies, as the finding says.

Source: Canvas guide, "Create a dataset" and "Limitations and troubleshooting"; SageMaker API reference, limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._source import dataset_arn
from canvas_kms_tui.causes._steps import profile_arn
from canvas_kms_tui.errors import recognise
from canvas_kms_tui.facts import Facts, Unreadable
from canvas_kms_tui.facts.terms import Source
from canvas_kms_tui.findings import Certainty, Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.target import Dataset

CAUSE = Cause(
    id="not-kms",
    title="The dataset is one that Canvas can take",
    group=Group.SOURCE,
    severity=Severity.MEDIUM,
    source="Canvas guide, Create a dataset",
    auto=None,
    reads=("s3:ListBucket", "s3:GetObject"),
    order=375,
)

TABLES = (".csv", ".parquet", ".parq", ".pqt")
#: What Canvas takes for image and document datasets, which have no key of their own either.
PICTURES = (".jpg", ".jpeg", ".png", ".pdf", ".tif", ".tiff")
FILES, UPLOAD_BYTES, URI_LENGTH = 30, 5 * 1024**3, 128


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    if _message_says_so(facts):
        return [_as_said(facts, path)]
    if not facts.target.datasets:
        return [CAUSE.not_applicable(profile_arn(path), "No dataset was given, so the source was not checked.")]
    sources = await path.resolution.sources()
    pairs = zip(facts.target.datasets, sources, strict=True)
    return [_about(path, dataset, source) for dataset, source in pairs]


def _message_says_so(facts: Facts) -> bool:
    message = facts.target.error_text
    return bool(message) and recognise(message or "").causes[:1] == (CAUSE.id,)


def _as_said(facts: Facts, path: ImportPath) -> Finding:
    """A message of Canvas' own about a file; its content is not read, so it stays possible."""
    message = facts.target.error_text or ""
    summary = f"The message is not about KMS: {recognise(message).text} Look at the file itself."
    evidence = [Evidence("message", message, "--error")]
    return CAUSE.warns(profile_arn(path), summary, evidence, certainty=Certainty.POSSIBLE)


def _about(path: ImportPath, dataset: Dataset, source: Source | Unreadable) -> Finding:
    arn = dataset_arn(path, dataset)
    names = [found.key for found in source.objects] if isinstance(source, Source) else [dataset.key]
    evidence = [Evidence("dataset", dataset.uri, "--dataset")]
    if problem := _certain(path, dataset, source, names):
        return CAUSE.fails(arn, f"{problem} This is not about KMS.", evidence)
    if hint := _possible(dataset, names):
        return CAUSE.warns(arn, f"{hint} This is not about KMS.", evidence, certainty=Certainty.POSSIBLE)
    if isinstance(source, Unreadable) and dataset.is_prefix:
        return CAUSE.unknown(arn, source.why)
    return CAUSE.passes(arn, "Name, kind and number of the files are what Canvas takes.", evidence)


def _certain(path: ImportPath, dataset: Dataset, source: Source | Unreadable, names: Sequence[str]) -> str | None:
    if not dataset.is_access_point and "." in dataset.bucket:
        return f"Canvas takes no bucket with a dot in its name: {dataset.bucket}."
    strange = [name for name in names if _is_data(name) and not _ends(name, (*TABLES, *PICTURES))]
    if strange and (len(strange) == len([name for name in names if _is_data(name)])):
        return f"Canvas does not read {PurePosixPath(strange[0]).name}: tables end in {', '.join(TABLES)}."
    if isinstance(source, Source) and source.total > FILES:
        return f"The dataset has {source.total} files; Canvas imports at most {FILES} at once."
    if path.facts.target.local_upload and isinstance(source, Source):
        large = [found.key for found in source.objects if found.size > UPLOAD_BYTES]
        if large:
            return f"{PurePosixPath(large[0]).name} has more than 5 GB, the most that a browser may upload."
    return None


def _possible(dataset: Dataset, names: Sequence[str]) -> str | None:
    strange = [name for name in names if _is_data(name) and not _ends(name, TABLES)]
    if strange:
        return f"Canvas does not read {PurePosixPath(strange[0]).name} as a table: tables end in {', '.join(TABLES)}."
    if len(dataset.uri) > URI_LENGTH:
        return f"The S3 URI has {len(dataset.uri)} characters; training takes at most {URI_LENGTH}."
    return None


def _is_data(key: str) -> bool:
    """Markers that other programs leave behind (``_SUCCESS``, ``.crc``) are no data."""
    return not PurePosixPath(key).name.startswith(("_", "."))


def _ends(key: str, endings: tuple[str, ...]) -> bool:
    return key.lower().endswith(endings)
