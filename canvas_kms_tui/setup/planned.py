"""From the answers and what stands to the changes, in the order in which they are made. Only gaps are filled.

The order is that of need: a role before the key whose policy names it, both before the bucket that is encrypted with
the key, all of them before the Domain, the Domain before its user profiles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from canvas_kms_tui import edits
from canvas_kms_tui.change import Change
from canvas_kms_tui.edits import creation
from canvas_kms_tui.setup import documents
from canvas_kms_tui.setup.account import Account, Bucket, Domain, listed
from canvas_kms_tui.setup.answers import AWS_MANAGED, NEW, SAME, VPC_ONLY, Answers
from canvas_kms_tui.target import Dataset, Target

DEFAULT_ROLE = "CanvasExecutionRole"
#: The rule of the Canvas guide, "Grant your users permissions to upload local files".
_POST = {"AllowedHeaders": ["*"], "AllowedMethods": ["POST"], "AllowedOrigins": ["*"], "ExposeHeaders": []}
_VOLUMES = {"DefaultEbsStorageSettings": {"DefaultEbsVolumeSizeInGb": 100, "MaximumEbsVolumeSizeInGb": 100}}


@dataclass(frozen=True, slots=True)
class Names:
    """What the answers come to: whom and what the set-up is about.

    ``storage_key`` None is AWS's own key; ``data_key`` None leaves it to the bucket's default.
    """

    setup: str  #: the tag of everything that is created
    role_arn: str
    role_is_new: bool
    storage_key: str | None
    data_key: str | None
    bucket: str
    domain_id: str
    profiles: tuple[str, ...]
    datasets: tuple[Dataset, ...]


def names(answers: Answers, account: Account) -> Names:
    """Raises BadTarget for a dataset that is none; everything else was checked before."""
    domain = account.domain(answers.domain)
    setup = domain.name if domain else answers.domain
    role_arn, is_new = _role(answers, account, domain)
    storage = _storage_key(answers, account, domain, setup)
    return Names(
        setup=setup,
        role_arn=role_arn,
        role_is_new=is_new,
        storage_key=storage,
        data_key=_data_key(answers, account, domain, storage, setup),
        bucket=bucket_name(answers, account),
        domain_id=domain.id if domain else creation.NEW_DOMAIN,
        profiles=answers.profiles or (domain.profiles if domain else ()),
        datasets=tuple(Dataset.parse(uri) for uri in answers.datasets),
    )


def bucket_name(answers: Answers, account: Account) -> str:
    """The answered bucket, the one that the Domain uses, or the Region's default."""
    if answers.bucket:
        return answers.bucket
    domain = account.domain(answers.domain)
    path = str((domain.workspace if domain else {}).get("S3ArtifactPath") or "")
    return path.removeprefix("s3://").partition("/")[0] or account.default_bucket


def _role(answers: Answers, account: Account, domain: Domain | None) -> tuple[str, bool]:
    own = str((domain.settings if domain else {}).get("ExecutionRole") or "")
    wanted = answers.role or own or DEFAULT_ROLE
    if role := account.role(wanted):
        return role.arn, False
    if wanted.startswith("arn:"):
        return wanted, False
    return f"arn:{account.partition}:iam::{account.account}:role/{wanted}", True


def _storage_key(answers: Answers, account: Account, domain: Domain | None, setup: str) -> str | None:
    if domain is not None:
        return domain.described.get("KmsKeyId") or None
    if answers.storage_key == AWS_MANAGED:
        return None
    return _key(answers.storage_key, account, setup, "storage")


def _data_key(answers: Answers, account: Account, domain: Domain | None, storage: str | None, setup: str) -> str | None:
    if answers.data_key == SAME:
        standing = str((domain.workspace if domain else {}).get("S3KmsKeyId") or "")
        if standing or storage:
            return standing or storage
        return _key(NEW, account, setup, "data")
    return _key(answers.data_key, account, setup, "data")


def _key(wanted: str, account: Account, setup: str, which: str) -> str:
    """The ARN of a key: of one that stands, one that an earlier run made, or one that is yet to be made."""
    if wanted == NEW:
        made = account.own_key(tag(setup, which))
        return made.arn if made else creation.new_key_arn(account.partition, account.region, account.account, which)
    found = account.key(wanted)
    return found.arn if found else wanted


def tag(setup: str, which: str) -> str:
    return f"{setup}/{which}"


def target(named: Names, account: Account) -> Target:
    """What the finished set-up is diagnosed as: the import of the first user profile."""
    return Target(
        account=account.account,
        partition=account.partition,
        region=account.region,
        domain_id=named.domain_id,
        user_profile=named.profiles[0],
        datasets=named.datasets,
        local_upload=False,
    )


def planned(
    answers: Answers, account: Account, bucket: Bucket, named: Names, source_keys: Sequence[str] = ()
) -> list[Change]:
    """The changes that fill the gaps; none where everything stands."""
    return [
        *_role_changes(answers, account, named, source_keys),
        *_key_changes(answers, account, named),
        *_bucket_changes(answers, account, bucket, named),
        *_domain_changes(answers, account, named),
        *_profile_changes(answers, account, named),
    ]


def _role_changes(answers: Answers, account: Account, named: Names, source_keys: Sequence[str]) -> Iterator[Change]:
    """A new role gets all that it needs; what one that stands lacks is found by simulation."""
    if not named.role_is_new:
        return
    description = "Execution role of SageMaker Canvas"
    yield creation.create_role(
        role_arn=named.role_arn, trust=documents.trust(), description=description, tag=named.setup
    )
    for policy in answers.managed_policies:
        arn = f"arn:{account.partition}:iam::aws:policy/{policy}"
        yield creation.attach_policy(role_arn=named.role_arn, policy_arn=arn)
    statements = documents.role_statements(
        partition=account.partition,
        region=account.region,
        bucket=named.bucket,
        managed="AmazonSageMakerFullAccess" in answers.managed_policies,
        datasets=named.datasets,
        source_keys=source_keys,
    )
    if statements:
        yield edits.put_inline_role_policy(
            role_name=named.role_arn.rsplit("/", 1)[-1], role_arn=named.role_arn, existing={}, statements=statements
        )


def _key_changes(answers: Answers, account: Account, named: Names) -> Iterator[Change]:
    keys = {"storage": named.storage_key, "data": named.data_key}
    done: set[str] = set()
    for which, arn in keys.items():
        if arn is None or arn in done:
            continue
        done.add(arn)
        made = account.own_key(tag(named.setup, which))
        if creation.is_new_key(arn):
            yield _create_key(account, named, which, arn)
        if creation.is_new_key(arn) or (made is not None and made.arn == arn):
            both = named.storage_key == named.data_key
            alias = answers.alias if both else f"{answers.alias}-{which}"
            yield from _around_key(account, alias, arn, made.aliases if made else ())


def _create_key(account: Account, named: Names, which: str, arn: str) -> Change:
    what = "data in S3" if which == "data" else "volumes" if named.data_key != arn else "volumes and data in S3"
    policy = documents.key_policy(
        partition=account.partition,
        account=account.account,
        role_arn=named.role_arn,
        for_domain=arn == named.storage_key,
    )
    return creation.create_key(
        key_arn=arn, tag=tag(named.setup, which), description=f"SageMaker Canvas ({named.setup}): {what}", policy=policy
    )


def _around_key(account: Account, alias: str, arn: str, aliases: Sequence[str]) -> Iterator[Change]:
    """The alias and the rotation of a key of ours; a run that was broken off may have left them out."""
    if not aliases:
        yield creation.create_alias(alias=_free_alias(account, alias), key_arn=arn)
        yield creation.enable_rotation(key_arn=arn)


def _free_alias(account: Account, wanted: str) -> str:
    taken = {alias for key in listed(account.keys) for alias in key.aliases}
    alias, number = f"alias/{wanted}", 2
    while alias in taken:
        alias, number = f"alias/{wanted}-{number}", number + 1
    return alias


def _bucket_changes(answers: Answers, account: Account, bucket: Bucket, named: Names) -> Iterator[Change]:
    where: dict[str, Any] = {
        "bucket": bucket.name,
        "account": account.account,
        "region": account.region,
        "partition": account.partition,
    }
    if not bucket.exists:
        yield from edits.create_default_bucket(**where, key_arn=named.data_key)
    else:
        if bucket.block != edits.BLOCK_ALL:
            yield creation.block_public_access(**where, current=bucket.block)
        if named.data_key and _default_key(bucket) != named.data_key:
            yield edits.put_bucket_encryption(**where, current=bucket.encryption, key_arn=named.data_key)
    if answers.local_upload and not _takes_posts(bucket.cors):
        yield edits.put_bucket_cors(**where, current=bucket.cors, rule=_POST)
    if answers.pin_key and named.data_key:
        pinned = documents.pinned_key(partition=account.partition, bucket=bucket.name, key_arn=named.data_key)
        if not any(edits.equal(statement, pinned) for statement in edits.statements(bucket.policy)):
            new = edits.add_statement(_without_pin(bucket.policy), pinned)
            yield edits.edit_bucket_policy(**where, current=bucket.policy, new=new)


def _without_pin(policy: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A statement of ours that pins another key goes; everybody else's stays."""
    for index, statement in enumerate(edits.statements(policy)):
        if policy is not None and statement.get("Sid") == "CanvasKmsPinnedKey":
            return edits.remove_statement(policy, index=index)
    return policy


def _default_key(bucket: Bucket) -> str | None:
    for rule in (bucket.encryption or {}).get("Rules") or ():
        return (rule.get("ApplyServerSideEncryptionByDefault") or {}).get("KMSMasterKeyID")
    return None


def _takes_posts(cors: Mapping[str, Any] | None) -> bool:
    return any("POST" in (rule.get("AllowedMethods") or ()) for rule in (cors or {}).get("CORSRules") or ())


def _domain_changes(answers: Answers, account: Account, named: Names) -> Iterator[Change]:
    domain = account.domain(answers.domain)
    if domain is None:
        yield creation.create_domain(
            place=account.place, parameters=_new_domain(answers, account, named), account=account.account
        )
        return
    settings: dict[str, str] = {}
    if named.data_key and domain.workspace.get("S3KmsKeyId") != named.data_key:
        settings["S3KmsKeyId"] = named.data_key
    path = str(domain.workspace.get("S3ArtifactPath") or "")
    standing = path.removeprefix("s3://").partition("/")[0] or account.default_bucket
    if standing != named.bucket:
        settings["S3ArtifactPath"] = f"s3://{named.bucket}"
    if settings:
        yield edits.set_workspace_settings(
            level="domain",
            domain_id=domain.id,
            profile=None,
            resource_arn=str(domain.described["DomainArn"]),
            current_settings=domain.settings.get("CanvasAppSettings"),
            **settings,
        )


def _new_domain(answers: Answers, account: Account, named: Names) -> dict[str, Any]:
    vpcs = listed(account.vpcs)
    vpc = next((each for each in vpcs if each.id == answers.vpc), vpcs[0] if vpcs and not answers.vpc else None)
    subnets = answers.subnets or tuple(subnet for subnet, _ in (vpc.subnets if vpc else ()))
    groups = answers.security_groups or ((vpc.default_group,) if vpc and vpc.default_group else ())
    workspace = {"S3ArtifactPath": f"s3://{named.bucket}"}
    if named.data_key:
        workspace["S3KmsKeyId"] = named.data_key
    settings: dict[str, Any] = {
        "ExecutionRole": named.role_arn,
        "CanvasAppSettings": {"WorkspaceSettings": workspace},
        "SpaceStorageSettings": _VOLUMES,
    }
    if answers.network == VPC_ONLY:
        settings["SecurityGroups"] = list(groups)
    key = {"KmsKeyId": named.storage_key} if named.storage_key else {}
    return {
        "DomainName": answers.domain,
        "AuthMode": answers.auth_mode,
        "VpcId": answers.vpc or (vpc.id if vpc else ""),
        "SubnetIds": list(subnets),
        "AppNetworkAccessType": answers.network,
        **key,
        "DefaultUserSettings": settings,
        "Tags": [{"Key": creation.TAG, "Value": named.setup}],
    }


def _profile_changes(answers: Answers, account: Account, named: Names) -> Iterator[Change]:
    domain = account.domain(answers.domain)
    standing = {name.lower() for name in (domain.profiles if domain else ())}
    for name in answers.profiles:
        if name.lower() not in standing:
            yield creation.create_user_profile(
                place=account.place,
                domain_id=named.domain_id,
                name=name,
                tags=[{"Key": creation.TAG, "Value": named.setup}],
            )
