"""Owns KMS keys: what a key is, its policies, its grants to a role, its aliases."""

from __future__ import annotations

import asyncio
from typing import Any

from canvas_kms_tui.facts.reader import Reader, question
from canvas_kms_tui.facts.reading import Unreadable, known, known_or_unread
from canvas_kms_tui.facts.terms import Key
from canvas_kms_tui.findings import CouldNotCheck
from canvas_kms_tui.gateway import FailureKind
from canvas_kms_tui.policy import Document, Grant, Unread
from canvas_kms_tui.target import Target


class Keys:
    """KMS' answers. A *reference* is an id, an alias or an ARN as configured; an *arn* is a key's ARN."""

    def __init__(self, reader: Reader, target: Target) -> None:
        self._reader = reader
        self._target = target
        self.remembered: dict[Any, asyncio.Task[Any]] = {}

    @question
    async def key(self, reference: str, region: str | None = None) -> Key | None:
        """The key behind a reference, None where KMS does not find it.

        Raises:
            Unreadable: KMS will not say.
        """
        region = key_region(reference) or region
        if is_aws_alias(reference):
            return await self._aws_managed(reference, region)
        answer = await self._reader.find("kms", "describe_key", region=self._client_region(region), KeyId=reference)
        return _key(reference, answer["KeyMetadata"]) if answer else None

    async def _aws_managed(self, alias: str, region: str | None) -> Key | None:
        """``alias/aws/…`` through ListAliases: DescribeKey would create the key where it does not exist yet."""
        name = alias[alias.index("alias/") :]
        answer = await self._reader.get("kms", "list_aliases", region=self._client_region(region))
        for entry in answer.get("Aliases") or ():
            if entry.get("AliasName") == name and entry.get("TargetKeyId"):
                found = await self._reader.find(
                    "kms", "describe_key", region=self._client_region(region), KeyId=entry["TargetKeyId"]
                )
                return _key(alias, found["KeyMetadata"]) if found else None
        return self._not_yet_created(alias, name, region)

    def _not_yet_created(self, alias: str, name: str, region: str | None) -> Key:
        """An AWS managed key that KMS will create at its first use; until then its alias is all there is of it."""
        target = self._target
        return Key(
            configured=alias,
            arn=f"arn:{target.partition}:kms:{region or target.region}:{target.account}:{name}",
            state="Enabled",
            manager="AWS",
            spec="SYMMETRIC_DEFAULT",
            usage="ENCRYPT_DECRYPT",
            origin="AWS_KMS",
            multi_region=False,
            multi_region_type="",
            deletion_date=None,
            valid_to=None,
            description="not created yet: the service creates it at the first use",
        )

    async def arn(self, reference: str, region: str | None = None) -> str | None:
        """The ARN behind a reference; an ARN of a key is its own answer, read or not."""
        if is_key_arn(reference):
            return reference
        key = await self.key(reference, region)
        return key.arn if key else None

    @question
    async def policies(self, arn: str) -> tuple[Document | Unread, ...]:
        """The key policies (``default``, and ``AWS_RAM`` when the key is shared); what may not be read is unread."""
        short = arn.rsplit("/", 1)[-1]
        if arn.split(":")[4] != self._target.account:
            return (Unread(f"key policy of {short}", foreign_policy(arn)),)
        default, names = await asyncio.gather(
            known_or_unread(self._policy(arn, "default"), f"key policy of {short}"), known(self._policy_names(arn))
        )
        if isinstance(names, Unreadable):
            return default, Unread(f"other key policies of {short}", names.why)
        others = [name for name in names if name != "default"]
        more = await asyncio.gather(
            *(known_or_unread(self._policy(arn, name), f"key policy {name} of {short}") for name in others)
        )
        return default, *more

    @question
    async def _policy(self, arn: str, name: str) -> Document:
        answer = await self._reader.get(
            "kms", "get_key_policy", region=self._client_region(key_region(arn)), KeyId=arn, PolicyName=name
        )
        called = "key policy" if name == "default" else f"key policy {name}"
        return Document.parse(answer["Policy"], name=f"{called} of {arn.rsplit('/', 1)[-1]}")

    async def default_policy(self, arn: str) -> Document:
        """The key policy named ``default``, the one that PutKeyPolicy replaces.

        Raises:
            Unreadable: we may not read it, or it stands in another account.
        """
        if arn.split(":")[4] != self._target.account:
            raise Unreadable(foreign_policy(arn), FailureKind.DENIED)
        return await self._policy(arn, "default")

    async def _policy_names(self, arn: str) -> tuple[str, ...]:
        answer = await self._reader.get(
            "kms", "list_key_policies", region=self._client_region(key_region(arn)), KeyId=arn
        )
        return tuple(answer.get("PolicyNames") or ())

    @question
    async def grants(self, arn: str, role_arn: str) -> tuple[Grant, ...] | Unread:
        """The grants on a key whose grantee is the role."""
        try:
            answer = await self._reader.get(
                "kms",
                "list_grants",
                region=self._client_region(key_region(arn)),
                KeyId=arn,
                GranteePrincipal=role_arn,
            )
        except Unreadable as unreadable:
            return Unread(f"grants on {arn.rsplit('/', 1)[-1]}", unreadable.why)
        return tuple(Grant.from_api(grant) for grant in answer.get("Grants") or ())

    @question
    async def aliases(self, arn: str) -> tuple[str, ...]:
        self._demand_own(arn, "kms:ListAliases")
        answer = await self._reader.get("kms", "list_aliases", region=self._client_region(key_region(arn)), KeyId=arn)
        return tuple(alias["AliasName"] for alias in answer.get("Aliases") or ())

    @question
    async def tags(self, arn: str) -> dict[str, str]:
        self._demand_own(arn, "kms:ListResourceTags")
        answer = await self._reader.get(
            "kms", "list_resource_tags", region=self._client_region(key_region(arn)), KeyId=arn
        )
        return {tag["TagKey"]: tag["TagValue"] for tag in answer.get("Tags") or ()}

    def _demand_own(self, arn: str, action: str) -> None:
        """Another account's key shows its aliases and tags to nobody else: we do not ask in vain."""
        if (owner := arn.split(":")[4]) != self._target.account:
            reason = f"the key belongs to account {owner}; KMS shows this to its own account only"
            raise Unreadable(CouldNotCheck(action, arn, reason, None), FailureKind.DENIED)

    def _client_region(self, region: str | None) -> str | None:
        return None if region in (None, self._target.region) else region


def is_key_arn(reference: str) -> bool:
    return reference.startswith("arn:") and ":key/" in reference


def is_aws_alias(reference: str) -> bool:
    return reference.startswith("alias/aws/") or (reference.startswith("arn:") and ":alias/aws/" in reference)


def key_region(reference: str) -> str | None:
    """The Region in an ARN; None for an id or an alias."""
    parts = reference.split(":")
    return parts[3] if reference.startswith("arn:") and len(parts) > 5 else None


def foreign_policy(arn: str) -> CouldNotCheck:
    """Why another account's key policy is unknown: GetKeyPolicy works in the key's own account only."""
    return CouldNotCheck(
        "kms:GetKeyPolicy",
        arn,
        f"the key belongs to account {arn.split(':')[4]}; KMS shows a key policy only to its own account",
        None,
    )


def _key(reference: str, metadata: dict[str, Any]) -> Key:
    regions = metadata.get("MultiRegionConfiguration") or {}
    replicas = [regions.get("PrimaryKey") or {}, *(regions.get("ReplicaKeys") or ())]
    return Key(
        configured=reference,
        arn=metadata["Arn"],
        state=metadata.get("KeyState") or "",
        manager=metadata.get("KeyManager") or "CUSTOMER",
        spec=metadata.get("KeySpec") or metadata.get("CustomerMasterKeySpec") or "",
        usage=metadata.get("KeyUsage") or "",
        origin=metadata.get("Origin") or "",
        multi_region=bool(metadata.get("MultiRegion")),
        multi_region_type=regions.get("MultiRegionKeyType") or "",
        deletion_date=metadata.get("DeletionDate"),
        valid_to=metadata.get("ValidTo"),
        description=metadata.get("Description") or "",
        replicas=tuple(replica["Arn"] for replica in replicas if replica.get("Arn")),
        expiration_model=metadata.get("ExpirationModel") or "",
    )
