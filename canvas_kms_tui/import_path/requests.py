"""Owns one request at a time: a step is given, and comes back judged against every layer that AWS would ask."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from datetime import datetime

from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.access_points import AccessPoint, account_of
from canvas_kms_tui.facts.terms import Bucket, BucketStanding, Encryption, Key
from canvas_kms_tui.import_path.context import (
    ENCRYPTION_CONTEXT,
    Context,
    Values,
    s3_context,
    undocumented_kms_context,
    via_s3_context,
    with_user_id,
)
from canvas_kms_tui.import_path.decided import Decided
from canvas_kms_tui.import_path.obstacles import Obstacle, bucket_obstacle, key_obstacle
from canvas_kms_tui.import_path.resolve import KeyUse, Place, Use
from canvas_kms_tui.import_path.simulate import SSE_ALGORITHM, SSE_KEY, aws_managed_policy, judge_headerless
from canvas_kms_tui.import_path.steps import Step
from canvas_kms_tui.import_path.who import Who
from canvas_kms_tui.policy import Decision, Document, Layers, Unread

#: Stands for the owner of a bucket that is another account's, we cannot know whose.
_ANOTHER = "another account"
#: Condition keys on a key's labels, as policies write them in lower case.
_LABELS = {"kms:resourcealiases": "kms:ResourceAliases", "aws:resourcetag/": "aws:ResourceTag/*"}


class Requests:
    """Judges steps of one target's import for one caller."""

    def __init__(self, facts: Facts, who: Who) -> None:
        self.facts = facts
        self.who = who
        self.decided: Decided = facts.shared.setdefault(Decided, Decided())

    async def s3(
        self,
        step: Step,
        bucket: str | None,
        values: Values | None = None,
        *,
        key: str | None = None,
        place: Place | None = None,
    ) -> Step:
        """One S3 request.

        ``bucket`` None is a request on no bucket; ``key`` is the object whose tags may matter; ``place`` is given for
        requests on the artifact location.
        """
        if self.who.missing:
            return dataclasses.replace(step, obstacle=_no_role(self.who))
        default = self.facts.canvas.default_bucket
        obstacle = bucket_obstacle(place, default) if place else None
        if obstacle and bucket != default:
            return dataclasses.replace(step, obstacle=obstacle)
        (owner, foreign, gap), policy = await asyncio.gather(self._owner(bucket), self._bucket_layer(bucket))
        layers = dataclasses.replace(self.who.layers, resource=policy)
        context = s3_context(self.who.context, owner).merged(values or {})
        if gap:
            context = context.without("aws:ResourceAccount", gap.why).without("s3:ResourceAccount", gap.why)
        if bucket and bucket.startswith("arn:"):
            context = await self._through_access_point(context, bucket)
        context = with_user_id(context, layers, self.who.role)
        owner = owner or (_ANOTHER if foreign else None)
        if key is not None and self.decided.mentions(layers, ("s3:existingobjecttag",)):
            whatever = context.merged({}, {"s3:ExistingObjectTag/*"})
            if self._settled(step, owner, whatever, layers):
                context = whatever
            else:
                tags = await known(self.facts.buckets.tags(bucket or "", key))
                context = _labelled(context, "s3:ExistingObjectTag/", tags)
        asked = (self.who.principal, step.action, step.resource)
        if step.headerless and place:
            filled = _filled(place, step.use)
            request, answer = judge_headerless(
                *asked, owner=owner, context=context, layers=layers, now=self._now(), filled=filled
            )
        else:
            request, answer = self.decided.judge(*asked, owner=owner, context=context, layers=layers, now=self._now())
        return dataclasses.replace(
            step,
            request=request,
            layers=layers,
            answer=answer,
            obstacle=obstacle,
            foreign=foreign,
            unread_keys=context.unread,
        )

    async def kms(
        self, step: Step, use: KeyUse | Unreadable, context_arn: str | None, *, place: Place | None = None
    ) -> Step:
        """One KMS request; ``context_arn`` None is a use of the Domain's key, about which AWS says little."""
        if isinstance(use, Unreadable):
            return dataclasses.replace(step, resource=use.why.resource, gap=use.why)
        step = dataclasses.replace(step, resource=use.arn or use.reference, use=use)
        region = self._region(place)
        if obstacle := _no_role(self.who) if self.who.missing else key_obstacle(use, region, self.facts.target.account):
            return dataclasses.replace(step, obstacle=obstacle)
        if use.arn is None:
            return dataclasses.replace(step, gap=use.key.why if isinstance(use.key, Unreadable) else None)
        key = use.key if isinstance(use.key, Key) else None
        if context_arn is None:
            context = undocumented_kms_context(self.who.context, key, use.arn)
        else:
            via = use.arn.split(":")[3] if use.uses == {Use.SOURCE} else region
            context = via_s3_context(self.who.context, key, use.arn, region=via, context_arn=context_arn)
            if place and isinstance(place.encryption, Unreadable):
                context = context.without(ENCRYPTION_CONTEXT, place.encryption.why)
        judged = await self._judged_kms(step, key, use.arn, context)
        return dataclasses.replace(judged, unseen=use.key.why) if isinstance(use.key, Unreadable) else judged

    async def _judged_kms(self, step: Step, key: Key | None, arn: str, context: Context) -> Step:
        layers = await self._key_layers(key, arn)
        if step.action == "kms:CreateGrant":
            context = context.merged({"kms:GrantIsForAWSResource": "true"})
        context = with_user_id(context, layers, self.who.role)
        context = await self._with_key_labels(step, context, layers, arn)
        request, answer = self.decided.judge(
            self.who.principal,
            step.action,
            arn,
            owner=arn.split(":")[4],
            context=context,
            layers=layers,
            now=self._now(),
        )
        return dataclasses.replace(step, request=request, layers=layers, answer=answer, unread_keys=context.unread)

    async def _owner(self, bucket: str | None) -> tuple[str | None, bool, Unreadable | None]:
        """The account of a bucket, None where not known; whether it is another's for certain; why it is not known.

        A request on no bucket is on the caller's account.
        """
        account = self.facts.target.account
        if bucket is None:
            return account, False, None
        if bucket.startswith("arn:"):
            owner = bucket.split(":")[4]
            return owner, owner != account, None
        found = await known(self.facts.buckets.bucket(bucket))
        if isinstance(found, Unreadable):
            return None, False, found
        if found.standing is BucketStanding.OURS:
            return account, False, None
        return None, found.standing is BucketStanding.FOREIGN, None

    async def _bucket_layer(self, bucket: str | None) -> tuple[Document | Unread, ...] | None:
        if bucket is None:
            return None
        if bucket.startswith("arn:"):
            return await self.facts.access_points.policy_layer(bucket)
        return await self.facts.buckets.policy_layer(bucket)

    async def _through_access_point(self, context: Context, arn: str) -> Context:
        """The condition keys that only requests through an access point have (S3 condition key reference)."""
        context = context.merged({"s3:DataAccessPointArn": arn, "s3:DataAccessPointAccount": account_of(arn)})
        point = await known(self.facts.access_points.point(arn))
        if isinstance(point, AccessPoint):
            return context.merged({"s3:AccessPointNetworkOrigin": "VPC" if point.vpc else "Internet"})
        return context.merged({}, {"s3:AccessPointNetworkOrigin"})

    async def _key_layers(self, key: Key | None, arn: str) -> Layers:
        if key and key.is_aws_managed:
            policy = aws_managed_policy(self.facts.target.partition, key.region, key.account)
            return dataclasses.replace(self.who.layers, resource=(policy,), rcps=None, endpoint=None)
        policies, grants = await asyncio.gather(
            self.facts.keys.policies(arn), self.facts.keys.grants(arn, self.who.arn)
        )
        return dataclasses.replace(self.who.layers, resource=policies, grants=grants, endpoint=None)

    async def _with_key_labels(self, step: Step, context: Context, layers: Layers, arn: str) -> Context:
        """Aliases and tags of the key, read only where a policy looks at them and the decision hangs on them."""
        looked_at = {_LABELS[word] for word in self.decided.mentions(layers, _LABELS)}
        whatever = context.merged({}, looked_at)
        if not looked_at or self._settled(step, arn.split(":")[4], whatever, layers):
            return whatever
        if "kms:ResourceAliases" in looked_at:
            aliases = await known(self.facts.keys.aliases(arn))
            if isinstance(aliases, Unreadable):
                context = context.without("kms:ResourceAliases", aliases.why)
            elif aliases:
                context = context.merged({"kms:ResourceAliases": aliases})
        if "aws:ResourceTag/*" in looked_at:
            context = _labelled(context, "aws:ResourceTag/", await known(self.facts.keys.tags(arn)))
        return context

    def _settled(self, step: Step, owner: str | None, context: Context, layers: Layers) -> bool:
        """Whether the request is decided whatever the unknown keys of the context are."""
        asked = (self.who.principal, step.action, step.resource)
        _, answer = self.decided.judge(*asked, owner=owner, context=context, layers=layers, now=self._now())
        return answer.decision is not Decision.UNKNOWN

    def _now(self) -> datetime:
        return self.facts.calls.now()

    def _region(self, place: Place | None) -> str:
        if place and isinstance(place.bucket, Bucket) and place.bucket.region:
            return place.bucket.region
        return self.facts.target.region


def _labelled(context: Context, prefix: str, tags: Mapping[str, str] | Unreadable) -> Context:
    if isinstance(tags, Unreadable):
        return context.without(f"{prefix}*", tags.why)
    return context.merged({f"{prefix}{name}": value for name, value in tags.items()})


def _no_role(who: Who) -> Obstacle:
    return Obstacle("trust-policy", f"the role {who.arn} does not exist")


def _filled(place: Place, use: KeyUse | None) -> Values | None:
    """What the bucket's default encryption would fill in for a write without SSE headers; None where not known."""
    encryption = place.encryption
    if isinstance(encryption, Unreadable):
        return None
    if not isinstance(encryption, Encryption):
        return {SSE_ALGORITHM: "AES256"}
    values: Values = {SSE_ALGORITHM: encryption.algorithm}
    if use is not None and use.arn:
        values[SSE_KEY] = use.arn
    return values
