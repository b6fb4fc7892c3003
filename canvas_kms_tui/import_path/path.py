"""Owns the import as a sequence of requests: which step, on what, with which policies and which context."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple

from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.reader import question
from canvas_kms_tui.facts.terms import Bucket, BucketStanding, Encryption, Key, Role, Source, SourceObject, object_arn
from canvas_kms_tui.import_path.blame import Blame, blame
from canvas_kms_tui.import_path.context import (
    Context,
    Values,
    caller_context,
    mentions,
    s3_context,
    undocumented_kms_context,
    via_s3_context,
)
from canvas_kms_tui.import_path.obstacles import Obstacle, bucket_obstacle, key_obstacle
from canvas_kms_tui.import_path.resolve import KeyUse, Place, Resolution, Use
from canvas_kms_tui.import_path.simulate import SSE_ALGORITHM, SSE_KEY, aws_managed_policy, judge, judge_headerless
from canvas_kms_tui.import_path.steps import Side, Station, Step
from canvas_kms_tui.policy import Document, Layers, Principal, Unread


@dataclasses.dataclass(frozen=True, slots=True)
class Who:
    """The execution role as the evaluator needs it, with the layers that follow it everywhere."""

    arn: str
    role: Role | None
    principal: Principal
    layers: Layers
    context: Context
    missing: bool


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
    async def steps(self) -> tuple[Step, ...]:
        """Every step in the order of the import."""
        source, artifact, domain = await asyncio.gather(self.source_steps(), self.artifact_steps(), self.domain_steps())
        return (*source, *artifact, *domain)

    @question
    async def who(self) -> Who:
        """The execution role with its identity policies, boundary and guardrails.

        Raises:
            Unreadable: it is not known which role it is.
        """
        arn = await self.resolution.role_arn()
        (role, identity, boundary), (scps, rcps, endpoint), (source_identity, organization) = await asyncio.gather(
            asyncio.gather(
                known(self.facts.roles.role(arn)),
                self.facts.roles.identity_policies(arn),
                self.facts.roles.boundary(arn),
            ),
            asyncio.gather(
                self.facts.guardrails.scps(),
                self.facts.guardrails.rcps(),
                self.facts.network.s3_endpoint_policies(),
            ),
            asyncio.gather(self.facts.canvas.source_identity(), known(self.facts.guardrails.organization())),
        )
        found = role if isinstance(role, Role) else None
        context = caller_context(
            arn,
            found,
            region=self.facts.target.region,
            source_identity=source_identity,
            organization=False if isinstance(organization, Unreadable) else (organization.id if organization else None),
        )
        return Who(
            arn=found.arn if found else arn,
            role=found,
            principal=Principal.role(found.arn if found else arn),
            layers=Layers(identity=identity, boundary=boundary, scps=scps, rcps=rcps, endpoint=endpoint),
            context=context,
            missing=role is None,
        )

    @question
    async def uses(self) -> Mapping[str, frozenset[Use]]:
        """What each key (by ARN, or by reference where it could not be resolved) is used for."""
        keys = await self.resolution.keys()
        return {use.arn or use.reference: use.uses for use in keys if isinstance(use, KeyUse)}

    @question
    async def judged(self) -> tuple[Judged, ...]:
        """Every step with the causes that are to blame for it; () for a step that passes."""
        steps, uses = await asyncio.gather(self.steps(), self.uses())
        return tuple(Judged(step, blame(step, _uses_of(step, uses))) for step in steps)

    @question
    async def source_steps(self) -> tuple[Step, ...]:
        if not self.facts.target.datasets:
            return ()
        who, sources, uses = await asyncio.gather(self.who(), self.resolution.sources(), self.resolution.source_keys())
        by_reference = {use.reference: use for use in uses}
        groups = [self._browse(who)]
        for dataset, source in zip(self.facts.target.datasets, sources, strict=True):
            groups.append(self._bucket_reads(who, dataset.bucket, dataset.key))
            if isinstance(source, Unreadable):
                groups.append(_gaps(source, dataset.bucket, self.facts.buckets.object_arn(dataset.bucket, dataset.key)))
            else:
                groups.extend(self._object_steps(who, source, found, by_reference) for found in source.objects)
        return tuple(step for group in await asyncio.gather(*groups) for step in group)

    @question
    async def artifact_steps(self) -> tuple[Step, ...]:
        who, place, use = await asyncio.gather(
            self.who(), self.resolution.place(), known(self.resolution.artifact_key())
        )
        return await self._artifact_steps(who, place, use)

    @question
    async def domain_steps(self) -> tuple[Step, ...]:
        who, use = await asyncio.gather(self.who(), self.resolution.domain_key())
        if use is None or (isinstance(use.key, Key) and use.key.is_aws_managed):
            return ()
        wanted = (
            ("app-grant", "kms:CreateGrant", "Create the app's grant on the application storage key"),
            ("app-grant", "kms:DescribeKey", "Look up the application storage key"),
            ("app-storage", "kms:Decrypt", "Decrypt application storage"),
            ("app-storage", "kms:GenerateDataKey", "Encrypt application storage"),
        )
        return tuple(
            await asyncio.gather(
                *(
                    self._kms_step(who, name, Station.STORAGE, Side.DOMAIN, title, action, use, None)
                    for name, action, title in wanted
                )
            )
        )

    async def _browse(self, who: Who) -> list[Step]:
        step = await self._s3_step(
            who, "browse", Station.BROWSE, Side.SOURCE, "List the buckets", "s3:ListAllMyBuckets", "*", None, None, {}
        )
        return [dataclasses.replace(step, required=False)]

    async def _bucket_reads(self, who: Who, bucket: str, prefix: str) -> list[Step]:
        arn = self.facts.buckets.object_arn(bucket, "").removesuffix("/").removesuffix("/object")
        location, listing = await asyncio.gather(
            self._s3_step(
                who,
                "browse",
                Station.BROWSE,
                Side.SOURCE,
                "Find the source bucket",
                "s3:GetBucketLocation",
                arn,
                bucket,
                None,
                {},
            ),
            self._s3_step(
                who,
                "browse",
                Station.BROWSE,
                Side.SOURCE,
                "List the source bucket",
                "s3:ListBucket",
                arn,
                bucket,
                None,
                {"s3:prefix": prefix},
            ),
        )
        return [dataclasses.replace(location, required=False), listing]

    async def _object_steps(self, who: Who, source: Source, found: SourceObject, uses: dict[str, KeyUse]) -> list[Step]:
        bucket = source.dataset.bucket
        arn = self.facts.buckets.object_arn(bucket, found.key)
        wanted = [
            self._s3_step(
                who,
                "read",
                Station.READ,
                Side.SOURCE,
                "Read the source object",
                "s3:GetObject",
                arn,
                bucket,
                found.key,
                {},
            )
        ]
        if found.key_arn:
            bucket_arn = arn[: -len(found.key) - 1].removesuffix("/object")
            wanted.append(
                self._kms_step(
                    who,
                    "decrypt-source",
                    Station.DECRYPT,
                    Side.SOURCE,
                    "Decrypt the source object",
                    "kms:Decrypt",
                    uses[found.key_arn],
                    bucket_arn if found.bucket_key else arn,
                )
            )
        return list(await asyncio.gather(*wanted))

    async def _artifact_steps(self, who: Who, place: Place, use: KeyUse | Unreadable | None) -> tuple[Step, ...]:
        target = self.facts.target
        prefix = place.artifact.canvas_prefix(target.user_profile)
        key = f"{prefix}Datasets/{_file_name(self.facts)}"
        bucket = place.artifact.bucket
        bucket_arn = f"arn:{target.partition}:s3:::{bucket}"
        copy_arn = object_arn(target.partition, bucket, key)
        encryption = place.encryption
        bucket_key = isinstance(encryption, Encryption) and encryption.bucket_key
        context_arn = bucket_arn if bucket_key else copy_arn
        steps = [
            self._s3_step(
                who,
                "list-copy",
                Station.COPY,
                Side.ARTIFACT,
                "List Canvas' folder",
                "s3:ListBucket",
                bucket_arn,
                bucket,
                None,
                {"s3:prefix": prefix},
                place=place,
            ),
            self._copy_step(who, place, use, copy_arn),
            self._s3_step(
                who,
                "read-copy",
                Station.READ_BACK,
                Side.ARTIFACT,
                "Read the copy back",
                "s3:GetObject",
                copy_arn,
                bucket,
                None,
                {},
                place=place,
            ),
        ]
        if use is not None:
            kms = (
                ("encrypt-copy", Station.ENCRYPT, "kms:GenerateDataKey", "Encrypt the copy"),
                ("encrypt-copy", Station.ENCRYPT, "kms:Decrypt", "Encrypt the copy in parts (multipart)"),
                ("decrypt-copy", Station.READ_BACK, "kms:Decrypt", "Decrypt the copy"),
            )
            steps.extend(
                self._kms_step(who, name, station, Side.ARTIFACT, title, action, use, context_arn, place=place)
                for name, station, action, title in kms
            )
        done = await asyncio.gather(*steps)
        listing, copy, read, *encrypted = done
        return (listing, copy, *encrypted[:2], read, *encrypted[2:])

    async def _copy_step(self, who: Who, place: Place, use: KeyUse | Unreadable | None, arn: str) -> Step:
        bucket = place.artifact.bucket
        title = "Write the copy"
        headerless = not isinstance(use, KeyUse) or Use.BUCKET_DEFAULT in use.uses
        headers: Values = {}
        if isinstance(use, KeyUse) and not headerless:
            headers = {SSE_ALGORITHM: "aws:kms", SSE_KEY: use.arn or use.reference}
        step = await self._s3_step(
            who,
            "copy",
            Station.COPY,
            Side.ARTIFACT,
            title,
            "s3:PutObject",
            arn,
            bucket,
            None,
            headers,
            place=place,
            headerless=headerless,
            filled=_filled(place, use),
        )
        return dataclasses.replace(step, headerless=headerless, use=use if isinstance(use, KeyUse) else None)

    async def _s3_step(
        self,
        who: Who,
        name: str,
        station: Station,
        side: Side,
        title: str,
        action: str,
        arn: str,
        bucket: str | None,
        key: str | None,
        values: Values,
        *,
        place: Place | None = None,
        headerless: bool = False,
        filled: Values | None = None,
    ) -> Step:
        """One S3 request. ``bucket`` None is a request on no bucket; ``key`` is the object whose tags may matter."""
        step = Step(name, station, side, title, action, arn)
        if who.missing:
            return dataclasses.replace(step, obstacle=_no_role(who))
        obstacle = bucket_obstacle(place, self.facts.canvas.default_bucket) if place else None
        (owner, foreign), policy = await asyncio.gather(self._owner(bucket), self._bucket_layer(bucket))
        layers = dataclasses.replace(who.layers, resource=policy)
        context = s3_context(who.context, owner).merged(values)
        if key is not None and mentions(layers, "s3:existingobjecttag"):
            context = await self._with_object_tags(context, bucket or "", key)
        asked = (who.principal, action, arn)
        if headerless:
            request, answer = judge_headerless(*asked, owner=owner, context=context, layers=layers, filled=filled)
        else:
            request, answer = judge(*asked, owner=owner, context=context, layers=layers)
        return dataclasses.replace(
            step, request=request, layers=layers, answer=answer, obstacle=obstacle, foreign=foreign
        )

    async def _with_object_tags(self, context: Context, bucket: str, key: str) -> Context:
        tags = await known(self.facts.buckets.tags(bucket, key))
        if isinstance(tags, Unreadable):
            return context.merged({}, {"s3:ExistingObjectTag/*"})
        return context.merged({f"s3:ExistingObjectTag/{name}": value for name, value in tags.items()})

    async def _owner(self, bucket: str | None) -> tuple[str | None, bool]:
        """The account of a bucket, None where it is not known; and whether it is another account's for certain.

        A request on no bucket is on the caller's account.
        """
        account = self.facts.target.account
        if bucket is None:
            return account, False
        if bucket.startswith("arn:"):
            owner = bucket.split(":")[4]
            return owner, owner != account
        found = await known(self.facts.buckets.bucket(bucket))
        if isinstance(found, Unreadable):
            return None, False
        if found.standing is BucketStanding.OURS:
            return account, False
        return None, found.standing is BucketStanding.FOREIGN

    async def _bucket_layer(self, bucket: str | None) -> tuple[Document | Unread, ...] | None:
        if bucket is None or bucket.startswith("arn:"):
            return None
        return await self.facts.buckets.policy_layer(bucket)

    async def _kms_step(
        self,
        who: Who,
        name: str,
        station: Station,
        side: Side,
        title: str,
        action: str,
        use: KeyUse | Unreadable,
        context_arn: str | None,
        *,
        place: Place | None = None,
    ) -> Step:
        """One KMS request; ``context_arn`` None is a use of the Domain's key, about which AWS says little."""
        if isinstance(use, Unreadable):
            return Step(name, station, side, title, action, use.why.resource, gap=use.why)
        step = Step(name, station, side, title, action, use.arn or use.reference, use=use)
        region = self._region(place)
        if obstacle := _no_role(who) if who.missing else key_obstacle(use, region):
            return dataclasses.replace(step, obstacle=obstacle)
        if use.arn is None:
            return dataclasses.replace(step, gap=use.key.why if isinstance(use.key, Unreadable) else None)
        return await self._judged_kms(step, who, use, use.arn, context_arn, region)

    async def _judged_kms(
        self, step: Step, who: Who, use: KeyUse, arn: str, context_arn: str | None, region: str
    ) -> Step:
        key = use.key if isinstance(use.key, Key) else None
        if context_arn is None:
            context = undocumented_kms_context(who.context, key, arn)
        else:
            via = arn.split(":")[3] if use.uses == {Use.SOURCE} else region
            context = via_s3_context(who.context, key, arn, region=via, context_arn=context_arn)
        layers = await self._key_layers(who, key, arn)
        context = await self._with_key_labels(context, layers, arn)
        if step.action == "kms:CreateGrant":
            context = context.merged({"kms:GrantIsForAWSResource": "true"})
        request, answer = judge(
            who.principal, step.action, arn, owner=arn.split(":")[4], context=context, layers=layers
        )
        return dataclasses.replace(step, request=request, layers=layers, answer=answer)

    async def _key_layers(self, who: Who, key: Key | None, arn: str) -> Layers:
        if key and key.is_aws_managed:
            policy = aws_managed_policy(self.facts.target.partition, key.region, key.account)
            return dataclasses.replace(who.layers, resource=(policy,), rcps=None, endpoint=None)
        policies, grants = await asyncio.gather(self.facts.keys.policies(arn), self.facts.keys.grants(arn, who.arn))
        return dataclasses.replace(who.layers, resource=policies, grants=grants, endpoint=None)

    async def _with_key_labels(self, context: Context, layers: Layers, arn: str) -> Context:
        """Aliases and tags of the key, read only where a policy looks at them."""
        if mentions(layers, "kms:resourcealiases"):
            aliases = await known(self.facts.keys.aliases(arn))
            context = (
                context.merged({}, {"kms:ResourceAliases"})
                if isinstance(aliases, Unreadable)
                else context.merged({"kms:ResourceAliases": aliases} if aliases else {})
            )
        if mentions(layers, "aws:resourcetag/"):
            tags = await known(self.facts.keys.tags(arn))
            context = (
                context.merged({}, {"aws:ResourceTag/*"})
                if isinstance(tags, Unreadable)
                else context.merged({f"aws:ResourceTag/{name}": value for name, value in tags.items()})
            )
        return context

    def _region(self, place: Place | None) -> str:
        if place and isinstance(place.bucket, Bucket) and place.bucket.region:
            return place.bucket.region
        return self.facts.target.region


async def _gaps(unreadable: Unreadable, bucket: str, arn: str) -> list[Step]:
    """The steps on a source object that we may not look at: which key it has is not known."""
    return [
        Step(
            "decrypt-source",
            Station.DECRYPT,
            Side.SOURCE,
            "Decrypt the source object",
            "kms:Decrypt",
            arn,
            gap=unreadable.why,
        )
    ]


def _no_role(who: Who) -> Obstacle:
    return Obstacle("trust-policy", f"the role {who.arn} does not exist")


def _file_name(facts: Facts) -> str:
    """The name of the copy: AWS does not document it; only the prefix matters to a policy."""
    names = [dataset.key.rsplit("/", 1)[-1] for dataset in facts.target.datasets]
    return next((name for name in names if name), "dataset.csv")


def _filled(place: Place, use: KeyUse | Unreadable | None) -> Values | None:
    """What the bucket's default encryption would fill in for a write without SSE headers; None where not known."""
    encryption = place.encryption
    if isinstance(encryption, Unreadable) or isinstance(use, Unreadable):
        return None
    if encryption is None:
        return {SSE_ALGORITHM: "AES256"}
    values: Values = {SSE_ALGORITHM: encryption.algorithm}
    if use is not None and use.arn:
        values[SSE_KEY] = use.arn
    return values


def _uses_of(step: Step, uses: Mapping[str, frozenset[Use]]) -> frozenset[Use]:
    if step.use is None:
        return frozenset()
    return uses.get(step.use.arn or step.use.reference, step.use.uses)
