"""Every kind of change that the program makes, built from what stands in an environment of the demo."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from canvas_kms_tui import edits
from canvas_kms_tui.aws.live import ConnectOptions, Credentials, connect
from canvas_kms_tui.change import Change
from canvas_kms_tui.demo.server import RunningDemo
from canvas_kms_tui.gateway import CallFailed, Connection

Made = tuple[Change, ...]


def options(demo: RunningDemo, endpoint: str = "", **more) -> ConnectOptions:
    own = demo.environment.credentials
    isolated = Credentials(own.access_key_id, own.secret_access_key, own.session_token or None)
    return ConnectOptions(
        region=demo.environment.region, endpoint_url=endpoint or demo.endpoint_url, isolated=isolated, **more
    )


async def opened(demo: RunningDemo, endpoint: str = "", **more) -> Connection:
    return await connect(options(demo, endpoint, **more))


def _role(demo: RunningDemo) -> str:
    names = demo.environment.document["roles"]
    name = next(name for name in names if name.endswith("CanvasExecutionRole"))
    return f"arn:{demo.environment.partition}:iam::{demo.environment.account}:role/service-role/{name}"


def _key(demo: RunningDemo, alias: str = "artifacts") -> str:
    keys = demo.environment.document["keys"].items()
    return next(arn for arn, key in keys if any(alias in name for name in key.get("aliases", ())))


def _where(demo: RunningDemo, bucket: str) -> dict:
    own = demo.environment
    return {"bucket": bucket, "account": own.account, "region": own.region, "partition": own.partition}


def _bucket(demo: RunningDemo, part: str) -> str:
    return next(name for name in demo.environment.document["buckets"] if part in name)


async def key_policy(connection: Connection, demo: RunningDemo) -> Made:
    arn = _key(demo)
    answer = await connection.gateway.call("kms", "get_key_policy", KeyId=arn, PolicyName="default")
    change = edits.append_key_policy_statement(
        document=answer["Policy"],
        key_arn=arn,
        region=demo.environment.region,
        role_arn=_role(demo),
        actions=["kms:GenerateDataKey", "kms:Decrypt"],
        sid_hint="Use",
    )
    return (change,)


async def inline_policy(connection: Connection, demo: RunningDemo) -> Made:
    role = _role(demo)
    statement = {"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": _key(demo)}
    name = role.rpartition("/")[2]
    return (edits.put_inline_role_policy(role_name=name, role_arn=role, existing={}, statements=[statement]),)


async def trust_policy(connection: Connection, demo: RunningDemo) -> Made:
    role = _role(demo)
    name = role.rpartition("/")[2]
    answer = await connection.gateway.call("iam", "get_role", RoleName=name)
    current = answer["Role"]["AssumeRolePolicyDocument"]
    return (
        edits.update_trust_policy(role_name=name, role_arn=role, current=current, actions=["sts:SetSourceIdentity"]),
    )


async def profile_settings(connection: Connection, demo: RunningDemo) -> Made:
    target = demo.environment.target
    where = {"DomainId": target.domain_id, "UserProfileName": target.user_profile}
    answer = await connection.gateway.call("sagemaker", "describe_user_profile", **where)
    change = edits.set_workspace_settings(
        level="user_profile",
        domain_id=target.domain_id,
        profile=target.user_profile,
        resource_arn=answer["UserProfileArn"],
        current_settings=answer.get("UserSettings", {}).get("CanvasAppSettings"),
        S3KmsKeyId=_key(demo, "sales"),
    )
    return (change,)


async def domain_settings(connection: Connection, demo: RunningDemo) -> Made:
    target = demo.environment.target
    answer = await connection.gateway.call("sagemaker", "describe_domain", DomainId=target.domain_id)
    change = edits.set_workspace_settings(
        level="domain",
        domain_id=target.domain_id,
        profile=None,
        resource_arn=answer["DomainArn"],
        current_settings=answer["DefaultUserSettings"].get("CanvasAppSettings"),
        S3KmsKeyId=_key(demo, "sales"),
    )
    return (change,)


async def domain_storage(connection: Connection, demo: RunningDemo) -> Made:
    target = demo.environment.target
    answer = await connection.gateway.call("sagemaker", "describe_domain", DomainId=target.domain_id)
    change = edits.update_domain_storage(
        domain_id=target.domain_id,
        resource_arn=answer["DomainArn"],
        current=answer["DefaultUserSettings"].get("SpaceStorageSettings"),
        maximum_gb=120,
    )
    return (change,)


async def bucket_policy(connection: Connection, demo: RunningDemo) -> Made:
    bucket = _bucket(demo, "sales")
    answer = await connection.gateway.call("s3", "get_bucket_policy", Bucket=bucket)
    current = json.loads(answer["Policy"])
    new = edits.remove_statement(current, index=0)
    return (edits.edit_bucket_policy(**_where(demo, bucket), current=current, new=new),)


async def new_bucket_policy(connection: Connection, demo: RunningDemo) -> Made:
    bucket = _bucket(demo, "sagemaker")
    arn = f"arn:{demo.environment.partition}:s3:::{bucket}/*"
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObjectAcl", "Resource": arn}
    new = edits.add_statement(None, deny)
    return (edits.edit_bucket_policy(**_where(demo, bucket), current=None, new=new),)


async def bucket_encryption(connection: Connection, demo: RunningDemo) -> Made:
    bucket = _bucket(demo, "sales")
    answer = await connection.gateway.call("s3", "get_bucket_encryption", Bucket=bucket)
    current = answer["ServerSideEncryptionConfiguration"]
    return (edits.put_bucket_encryption(**_where(demo, bucket), current=current, key_arn=_key(demo)),)


async def bucket_cors(connection: Connection, demo: RunningDemo) -> Made:
    bucket = _bucket(demo, "sales")
    rule = {"AllowedMethods": ["POST"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"]}
    return (edits.put_bucket_cors(**_where(demo, bucket), current=None, rule=rule),)


async def default_bucket(connection: Connection, demo: RunningDemo) -> Made:
    own = demo.environment
    name = f"sagemaker-{own.region}-{own.account}"
    return edits.create_default_bucket(**_where(demo, name), key_arn=_key(demo))


async def enabled_key(connection: Connection, demo: RunningDemo) -> Made:
    return (edits.enable_key(key_arn=_key(demo), region=demo.environment.region),)


async def rescued_key(connection: Connection, demo: RunningDemo) -> Made:
    arn, region = _key(demo), demo.environment.region
    answer = await connection.gateway.call("kms", "describe_key", KeyId=arn)
    date = answer["KeyMetadata"]["DeletionDate"]
    return (
        edits.cancel_key_deletion(key_arn=arn, region=region, deletion_date=date),
        edits.enable_key(key_arn=arn, region=region),
    )


Build = Callable[[Connection, RunningDemo], Awaitable[Made]]

#: name → the environment, and what builds the changes from it.
KINDS: dict[str, tuple[str, Build]] = {
    "key policy": ("role-denied-kms", key_policy),
    "inline policy": ("role-denied-kms", inline_policy),
    "trust policy": ("healthy", trust_policy),
    "profile settings": ("healthy", profile_settings),
    "domain settings": ("healthy", domain_settings),
    "domain storage": ("healthy", domain_storage),
    "bucket policy": ("healthy", bucket_policy),
    "new bucket policy": ("healthy", new_bucket_policy),
    "bucket encryption": ("healthy", bucket_encryption),
    "bucket cors": ("healthy", bucket_cors),
    "default bucket": ("default-bucket-missing", default_bucket),
    "enabled key": ("key-disabled", enabled_key),
    "rescued key": ("key-pending-deletion", rescued_key),
}


def typed(changes: Made) -> dict[str, str]:
    """What a user types who confirms everything."""
    return {change.resource: change.confirm for change in changes if change.confirm}


async def account_documents(connection: Connection, demo: RunningDemo) -> dict[str, object]:
    """Every document of the account that a change could touch, as AWS gives it."""
    call, document = connection.gateway.call, demo.environment.document
    found: dict[str, object] = {}
    for arn in document["keys"]:
        if arn.split(":")[4] != demo.environment.account:
            continue
        region = arn.split(":")[3]
        policy = await call("kms", "get_key_policy", KeyId=arn, PolicyName="default", region=region)
        metadata = (await call("kms", "describe_key", KeyId=arn, region=region))["KeyMetadata"]
        found[f"policy {arn}"] = json.loads(policy["Policy"])
        found[f"state {arn}"] = metadata["KeyState"]
    for role in document["roles"]:
        found[f"trust {role}"] = (await call("iam", "get_role", RoleName=role))["Role"]["AssumeRolePolicyDocument"]
        for name in (await call("iam", "list_role_policies", RoleName=role))["PolicyNames"]:
            policy = await call("iam", "get_role_policy", RoleName=role, PolicyName=name)
            found[f"inline {role} {name}"] = policy["PolicyDocument"]
    for domain, entry in document["domains"].items():
        found[domain] = (await call("sagemaker", "describe_domain", DomainId=domain))["DefaultUserSettings"]
        for profile in entry["profiles"]:
            answer = await call("sagemaker", "describe_user_profile", DomainId=domain, UserProfileName=profile)
            found[f"{domain}/{profile}"] = answer.get("UserSettings")
    buckets = [bucket["Name"] for bucket in (await call("s3", "list_buckets"))["Buckets"]]
    for bucket in buckets:
        for operation in ("policy", "encryption", "cors"):
            found[f"{bucket} {operation}"] = await _or_none(call("s3", f"get_bucket_{operation}", Bucket=bucket))
        found[f"{bucket} block"] = await _or_none(call("s3", "get_public_access_block", Bucket=bucket))
    return {name: edits.canonical(value) for name, value in found.items()}


async def _or_none(call: Awaitable) -> object:
    try:
        answer = dict(await call)
    except CallFailed as failure:
        return failure.code
    return json.loads(answer["Policy"]) if "Policy" in answer else answer
