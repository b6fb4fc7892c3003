"""SageMaker: Domains, user profiles, apps and spaces."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from canvas_kms_tui.demo.call import AwsError, Call, operation
from canvas_kms_tui.demo.services.paging import page
from canvas_kms_tui.demo.times import when
from canvas_kms_tui.demo.world import World, seeder

State = dict[str, Any]

#: Members of DescribeDomain that a file may give directly, in AWS's words.
_PLAIN = ("DefaultUserSettings", "DefaultSpaceSettings", "DomainSettings", "FailureReason", "AuthMode", "VpcId",
          "SubnetIds", "AppNetworkAccessType", "KmsKeyId", "TagPropagation", "HomeEfsFileSystemId")  # fmt: skip


@seeder
def seed(world: World, document: Mapping[str, Any]) -> None:
    for domain_id, entry in document.get("domains", {}).items():
        region, account = entry.get("region", document["region"]), entry.get("account", document["account"])
        state = _state(world, account, region)
        arn = f"arn:{world.partition}:sagemaker:{region}:{account}"
        created = when(entry.get("created"), world.now, "-180d")
        state["domains"][domain_id] = _domain(world, domain_id, entry, f"{arn}:domain/{domain_id}", created)
        for name, profile in entry.get("profiles", {}).items():
            state["profiles"][domain_id, name] = _profile(
                world, domain_id, name, profile, f"{arn}:user-profile/{domain_id}/{name.lower()}"
            )
        for app in entry.get("apps", ()):
            made = _app(world, domain_id, app, arn)
            state["apps"][app_id(made)] = made
        for name, space in entry.get("spaces", {}).items():
            state["spaces"][domain_id, name] = _space(world, domain_id, name, space, f"{arn}:space/{domain_id}/{name}")


def _state(world: World, account: str, region: str) -> State:
    state = world.section("sagemaker", account, region)
    for name in ("domains", "profiles", "apps", "spaces"):
        state.setdefault(name, {})
    return state


def _times(world: World, entry: Mapping[str, Any], default: str) -> dict[str, datetime]:
    created = when(entry.get("created"), world.now, default)
    modified = when(entry["modified"], world.now) if "modified" in entry else created
    return {"CreationTime": created, "LastModifiedTime": modified}


def _domain(world: World, domain_id: str, entry: Mapping[str, Any], arn: str, created: datetime) -> State:
    modified = when(entry["modified"], world.now) if "modified" in entry else created
    region = arn.split(":")[3]
    return {
        "DomainArn": arn, "DomainId": domain_id, "DomainName": entry["name"],
        "Status": entry.get("status", "InService"), "CreationTime": created, "LastModifiedTime": modified,
        "AuthMode": "IAM", "AppNetworkAccessType": "PublicInternetOnly",
        "HomeEfsFileSystemId": "fs-" + domain_id[2:], "Url": f"https://{domain_id}.studio.{region}.sagemaker.aws",
        **{name: entry[name] for name in _PLAIN if name in entry},
        "tags": dict(entry.get("tags", {})),
    }  # fmt: skip


def _profile(world: World, domain_id: str, name: str, entry: Mapping[str, Any], arn: str) -> State:
    found: State = {
        "DomainId": domain_id, "UserProfileArn": arn, "UserProfileName": name, "HomeEfsFileSystemUid": "200005",
        "Status": entry.get("status", "InService"), **_times(world, entry, "-170d"),
        "UserSettings": dict(entry.get("UserSettings", {})), "tags": dict(entry.get("tags", {})),
    }  # fmt: skip
    if "FailureReason" in entry:
        found["FailureReason"] = entry["FailureReason"]
    return found


def _app(world: World, domain_id: str, entry: Mapping[str, Any], arn: str) -> State:
    name, kind = entry.get("AppName", "default"), entry.get("AppType", "Canvas")
    owner = entry.get("UserProfileName") or entry.get("SpaceName")
    return {
        "AppArn": f"{arn}:app/{domain_id}/{owner}/{kind.lower()}/{name}", "AppType": kind, "AppName": name,
        "DomainId": domain_id, "Status": entry.get("status", "InService"),
        "CreationTime": when(entry.get("created"), world.now, "-1d"),
        **{member: entry[member] for member in ("UserProfileName", "SpaceName", "FailureReason") if member in entry},
    }  # fmt: skip


def app_id(app: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells apps apart."""
    return tuple(app.get(name) for name in ("DomainId", "UserProfileName", "SpaceName", "AppType", "AppName"))


def _space(world: World, domain_id: str, name: str, entry: Mapping[str, Any], arn: str) -> State:
    found: State = {
        "DomainId": domain_id, "SpaceArn": arn, "SpaceName": name, "Status": entry.get("status", "InService"),
        **_times(world, entry, "-90d"), "SpaceSettings": entry.get("SpaceSettings", {}),
    }  # fmt: skip
    for member in ("FailureReason", "OwnershipSettings", "SpaceSharingSettings"):
        if member in entry:
            found[member] = entry[member]
    return found


def here(call: Call) -> State:
    """What the caller's account has in the Region: ``domains``, ``profiles``, ``apps``, ``spaces``."""
    state = _state(call.world, call.account, call.region)
    now = call.world.clock()
    for item in (*state["domains"].values(), *state["profiles"].values()):
        if item["Status"] == "Pending" and item.get("ready_at", now) < now:
            item["Status"] = "InService"
    return state


def domain_of(call: Call) -> State:
    """The Domain of ``DomainId``. Raises AwsError: ResourceNotFound."""
    found = here(call)["domains"].get(call.params["DomainId"])
    if found is None:
        raise AwsError("ResourceNotFound", f"Domain [{call.params['DomainId']}] does not exist.")
    return found  # type: ignore[no-any-return]


def one(call: Call, kind: str, name: str, words: str) -> State:
    """One item of a kind in the Domain of ``DomainId``. Raises AwsError: ResourceNotFound."""
    domain_id = domain_of(call)["DomainId"]
    found = here(call)[kind].get((domain_id, call.params[name]))
    if found is None:
        raise AwsError("ResourceNotFound", f"{words} [{call.params[name]}] does not exist in Domain [{domain_id}].")
    return found  # type: ignore[no-any-return]


@operation("sagemaker", "DescribeDomain")
def describe_domain(call: Call) -> Mapping[str, Any]:
    return domain_of(call)


@operation("sagemaker", "DescribeUserProfile")
def describe_user_profile(call: Call) -> Mapping[str, Any]:
    return one(call, "profiles", "UserProfileName", "UserProfile")


@operation("sagemaker", "DescribeSpace")
def describe_space(call: Call) -> Mapping[str, Any]:
    return one(call, "spaces", "SpaceName", "Space")


@operation("sagemaker", "DescribeApp")
def describe_app(call: Call) -> Mapping[str, Any]:
    domain_of(call)
    found = here(call)["apps"].get(app_id(call.params))
    if found is None:
        raise AwsError("ResourceNotFound", f"App [{call.params.get('AppName')}] does not exist.")
    return found  # type: ignore[no-any-return]


def _listed(call: Call, member: str, items: list[Any]) -> Mapping[str, Any]:
    part, token = page(items, call.params.get("MaxResults"), call.params.get("NextToken"), default=10)
    return {member: part, **({"NextToken": token} if token else {})}


@operation("sagemaker", "ListDomains")
def list_domains(call: Call) -> Mapping[str, Any]:
    return _listed(call, "Domains", list(here(call)["domains"].values()))


@operation("sagemaker", "ListUserProfiles")
def list_user_profiles(call: Call) -> Mapping[str, Any]:
    return _listed(call, "UserProfiles", _chosen(call, "profiles", ("UserProfileName",)))


@operation("sagemaker", "ListSpaces")
def list_spaces(call: Call) -> Mapping[str, Any]:
    return _listed(call, "Spaces", [_summary(space) for space in _chosen(call, "spaces", ("SpaceName",))])


def _summary(space: State) -> State:
    """A space as ListSpaces gives it: settings and ownership in short."""
    settings = {"AppType": space["SpaceSettings"]["AppType"]} if "AppType" in space["SpaceSettings"] else {}
    owner = {name: space["OwnershipSettings"] for name in ("OwnershipSettingsSummary",) if "OwnershipSettings" in space}
    return {**space, "SpaceSettingsSummary": settings, **owner}


@operation("sagemaker", "ListApps")
def list_apps(call: Call) -> Mapping[str, Any]:
    return _listed(call, "Apps", _chosen(call, "apps", ("UserProfileName", "SpaceName")))


def _chosen(call: Call, kind: str, filters: tuple[str, ...]) -> list[State]:
    """The items of a kind: of one Domain where it is given (``…Equals``), names by part (``…Contains``) or whole."""
    found: list[State] = list(here(call)[kind].values())
    if wanted := call.params.get("DomainIdEquals"):
        found = [item for item in found if item["DomainId"] == wanted]
    for name in filters:
        if part := call.params.get(f"{name}Contains"):
            found = [item for item in found if part in item.get(name, "")]
        if whole := call.params.get(f"{name}Equals"):
            found = [item for item in found if item.get(name) == whole]
    return found


@operation("sagemaker", "UpdateDomain")
def update_domain(call: Call) -> Mapping[str, Any]:
    domain = domain_of(call)
    _refuse_while_busy(domain, "Domain")
    sent = {"DefaultUserSettings": "DefaultUserSettings", "DefaultSpaceSettings": "DefaultSpaceSettings",
            "DomainSettingsForUpdate": "DomainSettings"}  # fmt: skip
    for parameter, member in sent.items():
        if parameter in call.params:
            domain[member] = {**domain.get(member, {}), **call.params[parameter]}
    for member in ("SubnetIds", "AppNetworkAccessType", "TagPropagation"):
        if member in call.params:
            domain[member] = call.params[member]
    domain["LastModifiedTime"] = call.world.clock()
    return {"DomainArn": domain["DomainArn"]}


@operation("sagemaker", "UpdateUserProfile")
def update_user_profile(call: Call) -> Mapping[str, Any]:
    profile = one(call, "profiles", "UserProfileName", "UserProfile")
    _refuse_while_busy(profile, "UserProfile")
    profile["UserSettings"] = {**profile["UserSettings"], **call.params.get("UserSettings", {})}
    profile["LastModifiedTime"] = call.world.clock()
    return {"UserProfileArn": profile["UserProfileArn"]}


def _refuse_while_busy(item: State, words: str) -> None:
    if item["Status"] not in ("InService", "Failed", "Update_Failed"):
        raise AwsError("ResourceInUse", f"{words} is in status {item['Status']} and cannot be updated.")


@operation("sagemaker", "ListTags")
def list_tags(call: Call) -> Mapping[str, Any]:
    wanted = call.params["ResourceArn"]
    state = here(call)
    for item in (*state["domains"].values(), *state["profiles"].values()):
        if wanted in (item.get("UserProfileArn"), item.get("DomainArn")):
            return {"Tags": [{"Key": key, "Value": value} for key, value in item["tags"].items()]}
    raise AwsError("ValidationException", f"Resource {wanted} does not exist.")
