"""A gateway in which things that are only planned stand already: what a creation does to reads. Under the overlay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes.creation import is_creation
from canvas_kms_tui.edits.creation import NEW_DOMAIN
from canvas_kms_tui.edits.documents import as_text, plain
from canvas_kms_tui.findings import CallStats
from canvas_kms_tui.gateway import CallFailed, FailureKind, Gateway, Response

_Params = Mapping[str, Any]
_Answer = Callable[[Sequence[Change], Change, _Params], Response | None]


class Created:
    """Reads through ``gateway``, with what ``changes`` create."""

    def __init__(self, gateway: Gateway, changes: Sequence[Change]) -> None:
        self._gateway = gateway
        self._made = [change for change in changes if is_creation(change) and change.after is not None]

    def stats(self) -> CallStats:
        return self._gateway.stats()

    def now(self) -> datetime:
        return self._gateway.now()

    async def call(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        if whole := _WHOLE.get((service, operation)):
            for change in self._made:
                if (answer := whole(self._made, change, params)) is not None:
                    return answer
        if more := _MORE.get((service, operation)):
            listed = await self._gateway.call(service, operation, region=region, **params)
            return more(self._made, listed, params)
        return await self._gateway.call(service, operation, region=region, **params)


def _of(made: Sequence[Change], operation: str) -> list[Change]:
    return [change for change in made if change.operation == operation]


def _key_of(made: Sequence[Change], change: Change, params: _Params) -> str | None:
    """The ARN of the new key that ``params`` mean, by id, ARN or new alias; only for the change that makes it."""
    if change.operation != "CreateKey":
        return None
    asked, key_id = str(params.get("KeyId", "")), change.resource.rsplit("/", 1)[-1]
    aliases = [a.parameters["AliasName"] for a in _of(made, "CreateAlias") if a.parameters["TargetKeyId"] == key_id]
    return change.resource if asked in (change.resource, key_id, *aliases) else None


def _describe_key(made: Sequence[Change], change: Change, params: _Params) -> Response | None:
    if (arn := _key_of(made, change, params)) is None:
        return None
    metadata = {
        "AWSAccountId": arn.split(":")[4], "KeyId": arn.rsplit("/", 1)[-1], "Arn": arn, "Enabled": True,
        "KeyState": "Enabled", "KeyManager": "CUSTOMER", "Origin": "AWS_KMS", "MultiRegion": False,
        "KeySpec": change.after["KeySpec"], "KeyUsage": change.after["KeyUsage"], "CreationDate": datetime.now(UTC),
        "Description": change.parameters["Description"],
    }  # fmt: skip
    return {"KeyMetadata": metadata}


def _key_answer(answer: Callable[[Change], Response]) -> _Answer:
    def give(made: Sequence[Change], change: Change, params: _Params) -> Response | None:
        return None if _key_of(made, change, params) is None else answer(change)

    return give


def _role_answer(
    answer: Callable[[Change], Response],
) -> _Answer:
    def give(made: Sequence[Change], change: Change, params: _Params) -> Response | None:
        mine = change.operation == "CreateRole" and change.parameters["RoleName"] == params.get("RoleName")
        return answer(change) if mine else None

    return give


def _role(change: Change) -> Response:
    arn, parameters = change.resource, change.parameters
    role = {
        "RoleName": parameters["RoleName"], "Path": parameters["Path"], "Arn": arn, "RoleId": "AROATOBECREATED000000",
        "AssumeRolePolicyDocument": plain(change.after["AssumeRolePolicyDocument"]), "CreateDate": datetime.now(UTC),
        "Tags": parameters["Tags"],
    }  # fmt: skip
    return {"Role": role}


def _attached(made: Sequence[Change], change: Change, params: _Params) -> Response | None:
    """Of a new role; an old one's are in :func:`_more_attached`."""
    if change.operation != "CreateRole" or change.parameters["RoleName"] != params.get("RoleName"):
        return None
    return {"AttachedPolicies": _new_attachments(made, params)}


def _new_attachments(made: Sequence[Change], params: _Params) -> list[dict[str, str]]:
    return [
        {"PolicyArn": each.parameters["PolicyArn"], "PolicyName": each.parameters["PolicyArn"].rsplit("/", 1)[-1]}
        for each in _of(made, "AttachRolePolicy")
        if each.parameters["RoleName"] == params.get("RoleName")
    ]


def _more_attached(made: Sequence[Change], listed: Response, params: _Params) -> Response:
    standing = list(listed.get("AttachedPolicies") or ())
    known = {policy["PolicyArn"] for policy in standing}
    new = [policy for policy in _new_attachments(made, params) if policy["PolicyArn"] not in known]
    return {**listed, "AttachedPolicies": [*standing, *new]}


def _policy_of(made: Sequence[Change], change: Change, params: _Params) -> bool:
    return change.operation == "CreatePolicy" and change.resource == params.get("PolicyArn")


def _policy(made: Sequence[Change], change: Change, params: _Params) -> Response | None:
    if not _policy_of(made, change, params):
        return None
    named = {"PolicyName": change.parameters["PolicyName"], "Arn": change.resource}
    return {"Policy": {**named, "DefaultVersionId": "v1", "AttachmentCount": 1}}


def _policy_version(made: Sequence[Change], change: Change, params: _Params) -> Response | None:
    if not _policy_of(made, change, params):
        return None
    return {"PolicyVersion": {"Document": plain(change.after), "VersionId": "v1", "IsDefaultVersion": True}}


def _nobody(made: Sequence[Change], change: Change, params: _Params) -> Response | None:
    """No such inline policy, no answer of AWS about a role that is not there."""
    name = params.get("RoleName") or str(params.get("PolicySourceArn", "")).rsplit("/", 1)[-1]
    if change.operation == "CreateRole" and change.parameters["RoleName"] == name:
        raise CallFailed(FailureKind.NOT_FOUND, "iam", "get_role", code="NoSuchEntity", resource=change.resource)
    return None


def _describe_domain(made: Sequence[Change], change: Change, params: _Params) -> Response | None:
    if change.operation != "CreateDomain" or params.get("DomainId") != NEW_DOMAIN:
        return None
    now = datetime.now(UTC)
    described = {name: value for name, value in change.parameters.items() if name != "Tags"}
    return {
        **plain(described), "DomainId": NEW_DOMAIN, "DomainArn": change.resource, "Status": "InService",
        "CreationTime": now, "LastModifiedTime": now,
    }  # fmt: skip


def _describe_profile(made: Sequence[Change], change: Change, params: _Params) -> Response | None:
    names = ("DomainId", "UserProfileName")
    if change.operation != "CreateUserProfile" or any(change.parameters[n] != params.get(n) for n in names):
        return None
    now = datetime.now(UTC)
    return {
        **{name: params[name] for name in names}, "UserProfileArn": change.resource, "Status": "InService",
        "CreationTime": now, "LastModifiedTime": now, "UserSettings": {},
    }  # fmt: skip


def _nothing_in_it(member: str) -> _Answer:
    def give(made: Sequence[Change], change: Change, params: _Params) -> Response | None:
        return {member: []} if params.get("DomainIdEquals") == NEW_DOMAIN else None

    return give


def _more_aliases(made: Sequence[Change], listed: Response, params: _Params) -> Response:
    new = [{**each.after, "AliasArn": each.resource} for each in _of(made, "CreateAlias")]
    if asked := params.get("KeyId"):
        new = [alias for alias in new if alias["TargetKeyId"] == str(asked).rsplit("/", 1)[-1]]
    return {**listed, "Aliases": [*(listed.get("Aliases") or ()), *new]}


def _own_aliases(made: Sequence[Change], change: Change, params: _Params) -> Response | None:
    """AWS would be asked in vain for the aliases of a key that is not there."""
    return None if _key_of(made, change, params) is None else _more_aliases(made, {}, params)


def _profiles(made: Sequence[Change], change: Change, params: _Params) -> Response | None:
    if params.get("DomainIdEquals") != NEW_DOMAIN:
        return None
    return _more_profiles(made, {}, params)


def _more_profiles(made: Sequence[Change], listed: Response, params: _Params) -> Response:
    new = [
        {"DomainId": each.parameters["DomainId"], "UserProfileName": each.parameters["UserProfileName"]}
        for each in _of(made, "CreateUserProfile")
        if each.parameters["DomainId"] == params.get("DomainIdEquals")
    ]
    return {**listed, "UserProfiles": [*(listed.get("UserProfiles") or ()), *new]}


_WHOLE: dict[tuple[str, str], _Answer] = {
    ("kms", "describe_key"): _describe_key,
    ("kms", "get_key_policy"): _key_answer(
        lambda change: {"Policy": as_text(change.after["Policy"]), "PolicyName": "default"}
    ),
    ("kms", "list_key_policies"): _key_answer(lambda change: {"PolicyNames": ["default"]}),
    ("kms", "list_grants"): _key_answer(lambda change: {"Grants": []}),
    ("kms", "list_resource_tags"): _key_answer(lambda change: {"Tags": change.parameters["Tags"]}),
    ("kms", "list_aliases"): _own_aliases,
    ("iam", "get_role"): _role_answer(_role),
    ("iam", "list_role_policies"): _role_answer(lambda change: {"PolicyNames": []}),
    ("iam", "list_role_tags"): _role_answer(lambda change: {"Tags": change.parameters["Tags"]}),
    ("iam", "list_attached_role_policies"): _attached,
    ("iam", "get_policy"): _policy,
    ("iam", "get_policy_version"): _policy_version,
    ("iam", "get_role_policy"): _nobody,
    ("iam", "simulate_principal_policy"): _nobody,
    ("sagemaker", "describe_domain"): _describe_domain,
    ("sagemaker", "describe_user_profile"): _describe_profile,
    ("sagemaker", "list_apps"): _nothing_in_it("Apps"),
    ("sagemaker", "list_spaces"): _nothing_in_it("Spaces"),
    ("sagemaker", "list_user_profiles"): _profiles,
}
_MORE: dict[tuple[str, str], Callable[[Sequence[Change], Response, _Params], Response]] = {
    ("kms", "list_aliases"): _more_aliases,
    ("iam", "list_attached_role_policies"): _more_attached,
    ("sagemaker", "list_user_profiles"): _more_profiles,
}
