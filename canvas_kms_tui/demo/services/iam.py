"""IAM: moto answers; here it is filled, and made as strict as AWS where a fix depends on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from moto.iam.models import AWSManagedPolicy, IAMBackend, ManagedPolicy, Role, User, iam_backends

from canvas_kms_tui.demo import moto_side
from canvas_kms_tui.demo.call import Answer, AwsError, Call, operation
from canvas_kms_tui.demo.services import quotas
from canvas_kms_tui.demo.times import when
from canvas_kms_tui.demo.world import World, seeder

_SPREADS = timedelta(seconds=1)  # a new identity's way to other services; AWS says "eventually"
_ATTACHED_LIMIT = 10  # managed policies per role (IAM quotas)
_INLINE_LIMIT = 10_240  # characters of all inline policies of a role, white space not counted (IAM quotas)
_UNIQUE_IDS = re.compile(r'"(A(?:ROA|IDA)[A-Z0-9]{12,})"')
_OWN_IDENTITIES = re.compile(r'"(arn:aws[a-z-]*:iam::\d{12}:(?:role|user)/[^"*]+)"')
_SAGEMAKER_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@seeder
def seed(world: World, document: Mapping[str, Any]) -> None:
    moto_side.forget()
    for name, entry in document.get("policies", {}).items():
        _add_policy(world, name, entry)
    for name, entry in document.get("roles", {}).items():
        _add_role(world, name, entry)
    for name, entry in document.get("users", {}).items():
        _add_user(world, name, entry)


def backend(world: World, account: str) -> IAMBackend:
    return iam_backends[account][world.partition]


def text_of(policy: Any) -> str:
    """A policy as it is stored: text stays as written, an object becomes JSON."""
    return policy if isinstance(policy, str) else json.dumps(policy)


def exists(world: World, arn: str) -> bool:
    """Whether a role or user ARN names an identity of this environment's accounts."""
    account = arn.split(":")[4]
    iam = backend(world, account)
    return any(role.arn == arn for role in iam.roles.values()) or any(user.arn == arn for user in iam.users.values())


def known_elsewhere(world: World, arn: str) -> bool:
    """Whether other services see an identity: one made a moment ago is still on its way to them."""
    made = world.section("iam", arn.split(":")[4]).get(arn)
    return exists(world, arn) and (made is None or world.clock() - made >= _SPREADS)


def trust_of(world: World, arn: str) -> str:
    """The trust policy's text of a role; empty for one of an account that the environment does not hold."""
    roles = backend(world, arn.split(":")[4]).roles.values()
    return next((str(role.assume_role_policy_document) for role in roles if role.arn == arn), "")


def _add_policy(world: World, name: str, entry: Mapping[str, Any]) -> None:
    created = when(entry.get("created"), world.now)
    versions = [*entry.get("older_versions", ()), entry["document"]]
    policy = ManagedPolicy(  # type: ignore[abstract]
        name, entry["account"], world.document["region"], document=text_of(versions[0]), path=entry.get("path", "/"),
        create_date=created, update_date=created, description=entry.get("description", ""),
        tags=_tags(entry),
    )  # fmt: skip
    iam = backend(world, entry["account"])
    iam.managed_policies[policy.arn] = policy
    for document in versions[1:]:
        iam.create_policy_version(policy.arn, text_of(document), True)


def _add_role(world: World, name: str, entry: Mapping[str, Any]) -> None:
    role = Role(  # type: ignore[abstract]
        account_id=entry["account"], partition=world.partition, role_id=entry["id"], name=name,
        assume_role_policy_document=text_of(entry.get("trust", _SAGEMAKER_TRUST)), path=entry.get("path", "/"),
        permissions_boundary=_policy_arn(world, entry["boundary"], entry["account"]) if "boundary" in entry else None,
        description=entry.get("description", ""), tags=list(_tags(entry).values()), max_session_duration="3600",
    )  # fmt: skip
    role.create_date = when(entry.get("created"), world.now).replace(tzinfo=None)
    role.policies = {own: text_of(policy) for own, policy in entry.get("inline", {}).items()}
    backend(world, entry["account"]).roles[role.id] = role
    _attach(world, role, entry)


def _add_user(world: World, name: str, entry: Mapping[str, Any]) -> None:
    user = User(entry["account"], world.document["region"], name, entry.get("path", "/"))  # type: ignore[abstract]
    user.policies = {own: text_of(policy) for own, policy in entry.get("inline", {}).items()}
    backend(world, entry["account"]).users[name] = user
    _attach(world, user, entry)


def _attach(world: World, identity: Role | User, entry: Mapping[str, Any]) -> None:
    for written in entry.get("attached", ()):
        arn = _policy_arn(world, written, entry["account"])
        backend(world, entry["account"]).managed_policies[arn].attach_to(identity)


def _tags(entry: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    return {key: {"Key": key, "Value": value} for key, value in entry.get("tags", {}).items()}


def _policy_arn(world: World, written: str, account: str) -> str:
    """ARN of a policy given by ARN or by name: one of this account, or else one of AWS's own."""
    iam = backend(world, account)
    if not written.startswith("arn:"):
        own = next((policy.arn for policy in iam.managed_policies.values() if policy.name == written), None)
        written = own or _aws_policy_arn(world, written)
    if ":iam::aws:policy/" in written:
        _know_aws_policy(world, account, written.rsplit("/", 1)[1])
    return written


@cache
def _aws_policies() -> dict[str, Any]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    loaded: dict[str, Any] = json.loads(aws_managed_policies_data)
    return loaded


def aws_policy_names() -> Iterator[str]:
    yield from _aws_policies()


def _aws_policy_arn(world: World, name: str) -> str:
    return f"arn:{world.partition}:iam::aws:policy{_aws_policies()[name].get('Path', '/')}{name}"


def _know_aws_policy(world: World, account: str, name: str) -> None:
    """Give the account one of AWS's managed policies (moto's copy), written for the partition."""
    iam = backend(world, account)
    data = _aws_policies().get(name)
    if data is None or _aws_policy_arn(world, name) in iam.managed_policies:
        return
    for_partition = json.loads(json.dumps(data).replace("arn:aws:", f"arn:{world.partition}:"))
    policy = AWSManagedPolicy.from_data(name, account, world.document["region"], for_partition)
    iam.managed_policies[policy.arn] = policy


@operation("iam", "GetPolicy", "GetPolicyVersion", "ListPolicyVersions", "AttachRolePolicy",
           "PutRolePermissionsBoundary", "ListEntitiesForPolicy")  # fmt: skip
def one_policy(call: Call) -> Answer:
    arn = call.params.get("PolicyArn") or call.params.get("PermissionsBoundary", "")
    if ":iam::aws:policy/" in arn:
        _know_aws_policy(call.world, call.account, arn.rsplit("/", 1)[1])
    if call.operation == "AttachRolePolicy":
        attached = backend(call.world, call.account).get_role(call.params["RoleName"]).managed_policies
        if arn not in attached and len(attached) >= _ATTACHED_LIMIT:
            raise AwsError("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {_ATTACHED_LIMIT}", 409)
    return call.forward()


@operation("iam", "ListPolicies")
def all_policies(call: Call) -> Answer:
    if call.params.get("Scope", "All") != "Local":
        for name in _aws_policies():
            _know_aws_policy(call.world, call.account, name)
    return call.forward()


@operation("iam", "UpdateAssumeRolePolicy", "CreateRole")
def trust(call: Call) -> Answer:
    """A trust policy that names a deleted or unknown identity of this account is refused."""
    policy = call.params.get("PolicyDocument") or call.params["AssumeRolePolicyDocument"]
    for arn in _UNIQUE_IDS.findall(policy) + _OWN_IDENTITIES.findall(policy):
        if not arn.startswith("arn:") or (arn.split(":")[4] == call.account and not exists(call.world, arn)):
            raise AwsError("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{arn}"')
    if call.operation == "CreateRole":
        return _create_role(call)
    return call.forward()


def _create_role(call: Call) -> Answer:
    roles = backend(call.world, call.account).roles
    quotas.check(call, "roles", len(roles), "LimitExceeded", "RolesPerAccount", 409)
    known = set(roles)
    answer = call.forward()
    for new in set(roles) - known:
        call.world.section("iam", call.account)[roles[new].arn] = call.world.clock()
    return answer


@operation("iam", "PutRolePolicy")
def put_role_policy(call: Call) -> Answer:
    role = backend(call.world, call.account).get_role(call.params["RoleName"])
    inline = {**role.policies, call.params["PolicyName"]: call.params["PolicyDocument"]}
    if sum(len("".join(policy.split())) for policy in inline.values()) > _INLINE_LIMIT:
        raise AwsError(
            "LimitExceeded", f"Maximum policy size of {_INLINE_LIMIT} bytes exceeded for role {role.name}", 409
        )
    return call.forward()
