"""Owns the import as a sequence of requests: which step comes when, on what, with which encryption context."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any, NamedTuple

from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.reader import question
from canvas_kms_tui.facts.terms import Encryption, Key, SourceObject, object_arn
from canvas_kms_tui.import_path.attribute import blame, told_once
from canvas_kms_tui.import_path.blame import Blame
from canvas_kms_tui.import_path.context import Values
from canvas_kms_tui.import_path.requests import Requests
from canvas_kms_tui.import_path.resolve import KeyUse, Place, Resolution, Use
from canvas_kms_tui.import_path.simulate import SSE_ALGORITHM, SSE_KEY
from canvas_kms_tui.import_path.steps import Side, Station, Step
from canvas_kms_tui.import_path.who import Who, execution_role
from canvas_kms_tui.policy import Decision
from canvas_kms_tui.target import Dataset


class Judged(NamedTuple):
    """A step and who is to blame for it."""

    step: Step
    blames: tuple[Blame, ...]


class ImportPath:
    """The steps of one import, simulated. Ask :meth:`steps` for all, or for one side."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.resolution = Resolution(facts)
        self.remembered: dict[Any, asyncio.Task[Any]] = {}

    @question
    async def who(self) -> Who:
        """The execution role.

        Raises:
            Unreadable: it is not known which role it is.
        """
        return await execution_role(self.facts, await self.resolution.role_arn())

    @question
    async def steps(self) -> tuple[Step, ...]:
        """Every step in the order of the import."""
        source, artifact, domain = await asyncio.gather(self.source_steps(), self.artifact_steps(), self.domain_steps())
        return (*source, *artifact, *domain)

    @question
    async def uses(self) -> Mapping[str, frozenset[Use]]:
        """What each key (by ARN, or by reference where it could not be resolved) is used for."""
        keys = await self.resolution.keys()
        return {use.arn or use.reference: use.uses for use in keys if isinstance(use, KeyUse)}

    @question
    async def judged(self) -> tuple[Judged, ...]:
        """Every step with the causes that are to blame for it; () for a step that passes."""
        steps, uses = await asyncio.gather(self.steps(), self.uses())
        blames = told_once(steps, [blame(step, _uses_of(step, uses)) for step in steps])
        return tuple(map(Judged, steps, blames))

    @question
    async def source_steps(self) -> tuple[Step, ...]:
        if not self.facts.target.datasets:
            return ()
        who, sources, uses = await asyncio.gather(self.who(), self.resolution.sources(), self.resolution.source_keys())
        requests, by_reference = Requests(self.facts, who), {use.reference: use for use in uses}
        wanted: list[Awaitable[Step]] = [requests.s3(_browse("List the buckets", "s3:ListAllMyBuckets", "*"), None)]
        for dataset, source in zip(self.facts.target.datasets, sources, strict=True):
            wanted += self._bucket_reads(requests, dataset)
            if isinstance(source, Unreadable):
                wanted += self._unseen_object(requests, dataset, source)
                continue
            for found in source.objects:
                wanted += self._object_steps(requests, found, by_reference)
        return tuple(await asyncio.gather(*wanted))

    @question
    async def artifact_steps(self) -> tuple[Step, ...]:
        who, place, use = await asyncio.gather(
            self.who(), self.resolution.place(), known(self.resolution.artifact_key())
        )
        copy, context_arn = self._copy(place)
        return tuple(await asyncio.gather(*self._copy_steps(Requests(self.facts, who), place, use, copy, context_arn)))

    @question
    async def domain_steps(self) -> tuple[Step, ...]:
        who, use = await asyncio.gather(self.who(), self.resolution.domain_key())
        if use is None or (isinstance(use.key, Key) and use.key.is_aws_managed):
            return ()
        requests = Requests(self.facts, who)
        wanted = (
            ("app-grant", "kms:CreateGrant", "Create the app's grant on the application storage key"),
            ("app-grant", "kms:DescribeKey", "Look up the application storage key"),
            ("app-storage", "kms:Decrypt", "Decrypt application storage"),
            ("app-storage", "kms:GenerateDataKey", "Encrypt application storage"),
        )
        steps = [Step(name, Station.STORAGE, Side.DOMAIN, title, action, "") for name, action, title in wanted]
        return tuple(await asyncio.gather(*(requests.kms(step, use, None) for step in steps)))

    def _bucket_reads(self, requests: Requests, dataset: Dataset) -> list[Awaitable[Step]]:
        arn = self._bucket_arn(dataset.bucket)
        locate = _browse("Find the source bucket", "s3:GetBucketLocation", arn)
        return [requests.s3(locate, dataset.bucket), self._listing(requests, dataset, arn)]

    async def _listing(self, requests: Requests, dataset: Dataset, arn: str) -> Step:
        """ListBucket for the dataset's folder, or for its key: AWS does not say with which prefix Canvas lists."""
        step = Step("browse", Station.BROWSE, Side.SOURCE, "List the source bucket", "s3:ListBucket", arn)
        folder = dataset.key[: dataset.key.rfind("/") + 1]
        by_folder = await requests.s3(step, dataset.bucket, {"s3:prefix": folder})
        if folder == dataset.key or by_folder.decision is Decision.ALLOWED:
            return by_folder
        by_key = await requests.s3(step, dataset.bucket, {"s3:prefix": dataset.key})
        return by_key if by_key.decision is Decision.ALLOWED else by_folder

    def _object_steps(
        self, requests: Requests, found: SourceObject, uses: Mapping[str, KeyUse]
    ) -> list[Awaitable[Step]]:
        bucket = found.dataset.bucket
        arn = self.facts.buckets.object_arn(bucket, found.key)
        read = Step("read", Station.READ, Side.SOURCE, "Read the source object", "s3:GetObject", arn)
        wanted: list[Awaitable[Step]] = [requests.s3(read, bucket, key=found.key)]
        if found.key_arn:
            context_arn = self._bucket_arn(bucket) if found.bucket_key else arn
            wanted.append(requests.kms(_decrypt_source(arn), uses[found.key_arn], context_arn))
        return wanted

    def _unseen_object(self, requests: Requests, dataset: Dataset, source: Unreadable) -> list[Awaitable[Step]]:
        """The steps on an object that we may not look at: its key is not known, the role's right to read it is."""
        arn = self.facts.buckets.object_arn(dataset.bucket, dataset.key)
        wanted: list[Awaitable[Step]] = [requests.kms(_decrypt_source(arn), source, None)]
        if not dataset.is_prefix:
            read = Step("read", Station.READ, Side.SOURCE, "Read the source object", "s3:GetObject", arn)
            wanted.insert(0, requests.s3(read, dataset.bucket, key=dataset.key))
        return wanted

    def _copy(self, place: Place) -> tuple[str, str]:
        """The copy's ARN, and the encryption context with which S3 encrypts it."""
        prefix = place.artifact.canvas_prefix(self.facts.target.user_profile)
        copy = object_arn(
            self.facts.target.partition, place.artifact.bucket, f"{prefix}Datasets/{_file_name(self.facts)}"
        )
        by_bucket = isinstance(place.encryption, Encryption) and place.encryption.bucket_key
        return copy, self._bucket_arn(place.artifact.bucket) if by_bucket else copy

    def _copy_steps(
        self, requests: Requests, place: Place, use: KeyUse | Unreadable | None, copy: str, context_arn: str
    ) -> list[Awaitable[Step]]:
        bucket = place.artifact.bucket
        prefix = place.artifact.canvas_prefix(self.facts.target.user_profile)

        def step(name: str, station: Station, title: str, action: str, resource: str = copy) -> Step:
            return Step(name, station, Side.ARTIFACT, title, action, resource)

        def with_key(name: str, station: Station, title: str, action: str) -> list[Awaitable[Step]]:
            wanted = step(name, station, title, action)
            return [] if use is None else [requests.kms(wanted, use, context_arn, place=place)]

        listing = step("list-copy", Station.COPY, "List Canvas' folder", "s3:ListBucket", self._bucket_arn(bucket))
        read = step("read-copy", Station.READ_BACK, "Read the copy back", "s3:GetObject")
        return [
            requests.s3(listing, bucket, {"s3:prefix": prefix}, place=place),
            self._write(requests, place, use, copy),
            *with_key("encrypt-copy", Station.ENCRYPT, "Encrypt the copy", "kms:GenerateDataKey"),
            *with_key("encrypt-copy", Station.ENCRYPT, "Encrypt the copy in parts (multipart)", "kms:Decrypt"),
            requests.s3(read, bucket, place=place),
            *with_key("decrypt-copy", Station.READ_BACK, "Decrypt the copy", "kms:Decrypt"),
        ]

    def _write(self, requests: Requests, place: Place, use: KeyUse | Unreadable | None, copy: str) -> Awaitable[Step]:
        """PutObject with the key's headers where a key is configured, else without any."""
        known_use = use if isinstance(use, KeyUse) else None
        headerless = known_use is None or Use.BUCKET_DEFAULT in known_use.uses
        headers: Values = {}
        if known_use and not headerless:
            headers = {SSE_ALGORITHM: "aws:kms", SSE_KEY: known_use.arn or known_use.reference}
        step = Step(
            "copy",
            Station.COPY,
            Side.ARTIFACT,
            "Write the copy",
            "s3:PutObject",
            copy,
            use=known_use,
            headerless=headerless,
        )
        return requests.s3(step, place.artifact.bucket, headers, place=place)

    def _bucket_arn(self, bucket: str) -> str:
        return self.facts.buckets.object_arn(bucket, "").removesuffix("/").removesuffix("/object")


def _browse(title: str, action: str, resource: str) -> Step:
    """What helps to find a dataset, but an import can do without."""
    return Step("browse", Station.BROWSE, Side.SOURCE, title, action, resource, required=False)


def _decrypt_source(arn: str) -> Step:
    return Step("decrypt-source", Station.DECRYPT, Side.SOURCE, "Decrypt the source object", "kms:Decrypt", arn)


def _file_name(facts: Facts) -> str:
    """The name of the copy: AWS does not document it; only the prefix matters to a policy."""
    names = [dataset.key.rsplit("/", 1)[-1] for dataset in facts.target.datasets]
    return next((name for name in names if name), "dataset.csv")


def _uses_of(step: Step, uses: Mapping[str, frozenset[Use]]) -> frozenset[Use]:
    if step.use is None:
        return frozenset()
    return uses.get(step.use.arn or step.use.reference, step.use.uses)
