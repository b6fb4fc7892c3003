"""What stands in the account that a set-up starts from: everything is read before anything is asked.

What may not be read is kept as such: it is neither an absence nor a choice.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from canvas_kms_tui.edits.creation import TAG
from canvas_kms_tui.facts import Calls, Unreadable, known
from canvas_kms_tui.facts.reader import Reader
from canvas_kms_tui.gateway import CallFailed, Connection, FailureKind
from canvas_kms_tui.setup.quotas import limits


@dataclass(frozen=True, slots=True)
class Key:
    """One KMS key as a choice; ``why_not`` says why Canvas cannot use it, or is empty."""

    arn: str
    aliases: tuple[str, ...]
    why_not: str = ""
    tag: str = ""  #: of ours: which key of which set-up it is

    @property
    def shown(self) -> str:
        return self.aliases[0] if self.aliases else self.arn.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Role:
    """One role as a choice, with whom it trusts."""

    arn: str
    trust: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.arn.rsplit("/", 1)[-1]

    @property
    def trusts_sagemaker(self) -> bool:
        return "sagemaker.amazonaws.com" in json.dumps(self.trust)


@dataclass(frozen=True, slots=True)
class Vpc:
    id: str
    subnets: tuple[tuple[str, str], ...]  #: (subnet, Availability Zone)
    default_group: str = ""
    groups: tuple[str, ...] | None = None  #: its security groups; None where they may not be listed


@dataclass(frozen=True, slots=True)
class Domain:
    """A Domain that stands: DescribeDomain's answer and the names of its user profiles."""

    described: Mapping[str, Any]
    profiles: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return str(self.described["DomainId"])

    @property
    def name(self) -> str:
        return str(self.described.get("DomainName") or "")

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.described.get("DefaultUserSettings") or {}

    @property
    def workspace(self) -> Mapping[str, Any]:
        return (self.settings.get("CanvasAppSettings") or {}).get("WorkspaceSettings") or {}


@dataclass(frozen=True, slots=True)
class Account:
    """What was read; each part is a list, or :class:`Unreadable` where the caller may not read it."""

    account: str
    partition: str
    region: str
    caller: str
    domains: Sequence[Domain] | Unreadable
    roles: Sequence[Role] | Unreadable
    keys: Sequence[Key] | Unreadable
    vpcs: Sequence[Vpc] | Unreadable
    buckets: Sequence[str] | Unreadable
    may_not: frozenset[str] = frozenset()  #: what the caller lacks, where IAM may be asked

    limits: Mapping[str, int] = field(default_factory=dict)  #: of roles, keys, buckets, domains, if known

    @property
    def default_bucket(self) -> str:
        return f"sagemaker-{self.region}-{self.account}"

    @property
    def place(self) -> str:
        """The beginning of SageMaker's ARNs here."""
        return f"arn:{self.partition}:sagemaker:{self.region}:{self.account}"

    def domain(self, wanted: str) -> Domain | None:
        """By id or name; the only one there is where nothing is wanted."""
        found = listed(self.domains)
        if not wanted and len(found) == 1:
            return found[0]
        return next((each for each in found if wanted and wanted in (each.id, each.name)), None)

    def role(self, wanted: str) -> Role | None:
        """By ARN or name."""
        return next((each for each in listed(self.roles) if wanted and wanted in (each.arn, each.name)), None)

    def key(self, wanted: str) -> Key | None:
        """By ARN, id or alias."""
        for each in listed(self.keys):
            if wanted in (each.arn, each.arn.rsplit("/", 1)[-1], *each.aliases):
                return each
        return None

    def own_key(self, tag: str) -> Key | None:
        """The key that a set-up of this tag made before."""
        return next((each for each in listed(self.keys) if each.tag == tag and not each.why_not), None)


T = TypeVar("T")


def listed(part: Sequence[T] | Unreadable) -> Sequence[T]:
    """What could be listed; nothing where it may not be read."""
    return () if isinstance(part, Unreadable) else part


async def look(connection: Connection) -> Account:
    """Read everything that a set-up chooses from. Reads only."""
    reader, caller = Reader(Calls(connection.gateway)), connection.caller
    lists = asyncio.gather(known(_domains(reader)), known(_roles(reader)), known(_keys(reader)))
    around = asyncio.gather(known(_vpcs(reader)), known(_buckets(reader)), known(_lacking(reader, caller.arn)))
    most = asyncio.ensure_future(limits(reader, caller.partition))
    domains, roles, keys = await lists
    vpcs, buckets, may_not = await around
    lacking = frozenset[str]() if isinstance(may_not, Unreadable) else may_not
    place = (caller.account, caller.partition, connection.region, caller.arn)
    return Account(*place, domains, roles, keys, vpcs, buckets, lacking, await most)


#: What a set-up does besides the documents' edits, as IAM's simulator is asked about it.
MAKES = (
    "iam:CreateRole",
    "iam:AttachRolePolicy",
    "iam:PutRolePolicy",
    "kms:CreateKey",
    "kms:CreateAlias",
    "s3:CreateBucket",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutEncryptionConfiguration",
    "s3:PutBucketCORS",
    "sagemaker:CreateDomain",
    "sagemaker:UpdateDomain",
    "sagemaker:CreateUserProfile",
)


async def _lacking(reader: Reader, caller: str) -> frozenset[str]:
    """What IAM says that the caller may not do (identity policies, boundary and SCPs)."""
    tail = caller.split(":", 5)[5]
    source = caller
    if tail.startswith("assumed-role/"):
        source = str((await reader.get("iam", "get_role", RoleName=tail.split("/")[1]))["Role"]["Arn"])
    answer = await reader.get(
        "iam", "simulate_principal_policy", PolicySourceArn=source, ActionNames=list(MAKES), ResourceArns=["*"]
    )
    results = answer.get("EvaluationResults") or ()
    return frozenset(str(each["EvalActionName"]) for each in results if each.get("EvalDecision") != "allowed")


async def _domains(reader: Reader) -> list[Domain]:
    answer = await reader.get("sagemaker", "list_domains")
    return list(await asyncio.gather(*(_domain(reader, each["DomainId"]) for each in answer.get("Domains") or ())))


async def _domain(reader: Reader, domain_id: str) -> Domain:
    described, profiles = await asyncio.gather(
        reader.get("sagemaker", "describe_domain", DomainId=domain_id),
        reader.get("sagemaker", "list_user_profiles", DomainIdEquals=domain_id),
    )
    return Domain(described, tuple(each["UserProfileName"] for each in profiles.get("UserProfiles") or ()))


async def _roles(reader: Reader) -> list[Role]:
    answer = await reader.get("iam", "list_roles")
    return [Role(each["Arn"], _parsed(each.get("AssumeRolePolicyDocument"))) for each in answer.get("Roles") or ()]


def _parsed(document: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(document) if isinstance(document, str) else (document or {})
    return found


async def _keys(reader: Reader) -> list[Key]:
    """Every key of the Region that AWS does not manage."""
    keys, aliases = await asyncio.gather(reader.get("kms", "list_keys"), reader.get("kms", "list_aliases"))
    names: dict[str, list[str]] = {}
    for alias in aliases.get("Aliases") or ():
        names.setdefault(str(alias.get("TargetKeyId")), []).append(str(alias["AliasName"]))
    found = await asyncio.gather(*(_key(reader, each, names) for each in keys.get("Keys") or ()))
    return [key for key in found if key is not None]


async def _key(reader: Reader, listed: Mapping[str, Any], names: Mapping[str, list[str]]) -> Key | None:
    arn, aliases = str(listed["KeyArn"]), tuple(names.get(str(listed["KeyId"]), ()))
    if any(alias.startswith("alias/aws/") for alias in aliases):
        return None
    described, tags = await asyncio.gather(
        known(reader.get("kms", "describe_key", KeyId=arn)), known(reader.get("kms", "list_resource_tags", KeyId=arn))
    )
    if isinstance(described, Unreadable):
        return Key(arn, aliases, f"it may not be looked at: {described.why.action}")
    metadata = described["KeyMetadata"]
    if metadata.get("KeyManager") == "AWS":
        return None
    tag = "" if isinstance(tags, Unreadable) else _own_tag(tags.get("Tags") or ())
    return Key(arn, aliases, why_not(metadata), tag)


def _own_tag(tags: Sequence[Mapping[str, Any]]) -> str:
    return next((str(tag["TagValue"]) for tag in tags if tag["TagKey"] == TAG), "")


def why_not(metadata: Mapping[str, Any]) -> str:
    """Why S3 cannot encrypt with a key of this metadata; empty where it can."""
    if metadata.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT" or metadata["KeyUsage"] != "ENCRYPT_DECRYPT":
        return f"it is no symmetric encryption key ({metadata.get('KeySpec')}, {metadata['KeyUsage']})"
    if (state := str(metadata.get("KeyState"))) != "Enabled":
        return f"its state is {state}"
    return ""


async def _vpcs(reader: Reader) -> list[Vpc]:
    vpcs, subnets = await asyncio.gather(reader.get("ec2", "describe_vpcs"), reader.get("ec2", "describe_subnets"))
    answer = await known(reader.get("ec2", "describe_security_groups"))
    groups = None if isinstance(answer, Unreadable) else answer.get("SecurityGroups") or ()
    standard = {} if groups is None else _default_groups(groups)
    return [
        Vpc(
            each["VpcId"],
            tuple(
                (subnet["SubnetId"], str(subnet.get("AvailabilityZone") or ""))
                for subnet in subnets.get("Subnets") or ()
                if subnet["VpcId"] == each["VpcId"]
            ),
            standard.get(each["VpcId"], ""),
            None if groups is None else tuple(one["GroupId"] for one in groups if one["VpcId"] == each["VpcId"]),
        )
        for each in vpcs.get("Vpcs") or ()
    ]


def _default_groups(groups: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {group["VpcId"]: group["GroupId"] for group in groups if group.get("GroupName") == "default"}


async def _buckets(reader: Reader) -> list[str]:
    answer = await reader.get("s3", "list_buckets")
    return [str(each["Name"]) for each in answer.get("Buckets") or ()]


@dataclass(frozen=True, slots=True)
class Bucket:
    """The artifact bucket as it stands. ``why_not`` says why it cannot be used or created; settings None = not set."""

    name: str
    exists: bool
    why_not: str = ""
    encryption: Mapping[str, Any] | None = None
    block: Mapping[str, Any] | None = None
    cors: Mapping[str, Any] | None = None
    policy: Mapping[str, Any] | None = None


async def bucket(connection: Connection, account: Account, name: str) -> Bucket:
    """Look at one bucket; a name that somebody else took is said."""
    owned = {"Bucket": name, "ExpectedBucketOwner": account.account}
    try:
        await connection.gateway.call("s3", "head_bucket", **owned)
    except CallFailed as failed:
        if failed.kind is FailureKind.NOT_FOUND:
            return Bucket(name, exists=False)
        if name not in listed(account.buckets):
            if isinstance(account.buckets, Unreadable):
                return Bucket(name, True, f"whose it is is not known ({account.buckets.why.action} is missing)")
            return Bucket(name, True, "it belongs to another account: choose a bucket of your own")
        return Bucket(name, True, f"it cannot be looked at: {failed.action} is missing")
    reader = Reader(connection.gateway)
    return await _settings(reader, owned)


_BUCKET_READS = ("get_bucket_encryption", "get_public_access_block", "get_bucket_cors", "get_bucket_policy")


async def _settings(reader: Reader, owned: Mapping[str, str]) -> Bucket:
    parts = await asyncio.gather(
        *(
            known(_optional(reader, operation, owned))
            for operation in (
                "get_bucket_encryption",
                "get_public_access_block",
                "get_bucket_cors",
                "get_bucket_policy",
            )
        )
    )
    if unread := next((part for part in parts if isinstance(part, Unreadable)), None):
        return Bucket(owned["Bucket"], True, f"it cannot be looked at: {unread.why.action} is missing")
    encryption, block, cors, policy = parts
    rules = {"CORSRules": cors["CORSRules"]} if cors and cors.get("CORSRules") else None  # type: ignore[index,union-attr]
    return Bucket(
        owned["Bucket"],
        True,
        encryption=_member(encryption, "ServerSideEncryptionConfiguration"),
        block=_member(block, "PublicAccessBlockConfiguration"),
        cors=rules,
        policy=_parsed(_member(policy, "Policy")) or None,
    )


def _optional(reader: Reader, operation: str, owned: Mapping[str, str]) -> Awaitable[Any]:
    return reader.find("s3", operation, **owned)


def _member(answer: Any, name: str) -> Any:
    return (answer or {}).get(name)
