"""Making and removing Domains, user profiles, apps and spaces. What is made is in service a moment later."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from canvas_kms_tui.demo.call import AwsError, Call, operation
from canvas_kms_tui.demo.services import ec2, iam, kms, quotas
from canvas_kms_tui.demo.services.sagemaker import app_id, domain_of, here, one

_READY_AFTER = timedelta(seconds=1)
_DOMAIN_MEMBERS = ("DomainName", "AuthMode", "DefaultUserSettings", "DefaultSpaceSettings", "DomainSettings",
                   "SubnetIds", "VpcId", "AppNetworkAccessType", "KmsKeyId", "TagPropagation")  # fmt: skip


def _begun(call: Call) -> dict[str, Any]:
    now = call.world.clock()
    return {"Status": "Pending", "CreationTime": now, "LastModifiedTime": now, "ready_at": now + _READY_AFTER}


def _tags(call: Call) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in call.params.get("Tags", ())}


def _place(call: Call) -> str:
    return f"arn:{call.partition}:sagemaker:{call.region}:{call.account}"


@operation("sagemaker", "CreateDomain")
def create_domain(call: Call) -> Mapping[str, Any]:
    name = call.params["DomainName"]
    if any(domain["DomainName"] == name for domain in here(call)["domains"].values()):
        raise AwsError("ResourceInUse", f"Domain with name {name} already exists.")
    quotas.check(call, "domains", len(here(call)["domains"]), "ResourceLimitExceeded", "Number of Domains")
    _check_network(call)
    if key := call.params.get("KmsKeyId"):
        _check_key(call, key)
    _check_role(call, call.params["DefaultUserSettings"])
    domain_id = f"d-{secrets.token_hex(6)}"
    arn, url = f"{_place(call)}:domain/{domain_id}", f"https://{domain_id}.studio.{call.region}.sagemaker.aws"
    here(call)["domains"][domain_id] = {
        "DomainId": domain_id, "DomainArn": arn, "Url": url, "HomeEfsFileSystemId": f"fs-{domain_id[2:]}",
        "AppNetworkAccessType": "PublicInternetOnly", **_begun(call), "tags": _tags(call),
        **{member: call.params[member] for member in _DOMAIN_MEMBERS if member in call.params},
    }  # fmt: skip
    return {"DomainArn": arn, "DomainId": domain_id, "Url": url}


def _check_key(call: Call, key: str) -> None:
    try:
        kms.find(call, key)
    except AwsError as refused:
        raise AwsError("ValidationException", f"KmsKeyId {key}: {refused.message}") from None


def _check_network(call: Call) -> None:
    """The subnets must be of the VPC, and VpcOnly asks for a security group (CreateDomain, UserSettings)."""
    known = {item["SubnetId"]: item["VpcId"] for item in ec2.subnets(call)}
    for subnet in call.params.get("SubnetIds", ()) if known else ():
        if known.get(subnet) != call.params.get("VpcId"):
            raise AwsError("ValidationException", f"Subnet {subnet} does not exist in VPC {call.params.get('VpcId')}.")
    settings = call.params["DefaultUserSettings"]
    if call.params.get("AppNetworkAccessType") == "VpcOnly" and not settings.get("SecurityGroups"):
        raise AwsError("ValidationException", "SecurityGroups are required when AppNetworkAccessType is VpcOnly.")


def _check_role(call: Call, settings: Mapping[str, Any]) -> None:
    role = settings.get("ExecutionRole")
    if role and not iam.known_elsewhere(call.world, role):
        raise AwsError("ValidationException", f"Could not assume role {role}: it does not exist.")
    if role and "sagemaker.amazonaws.com" not in iam.trust_of(call.world, role):
        raise AwsError("ValidationException", f"Could not assume role {role}: it does not trust SageMaker.")


@operation("sagemaker", "CreateUserProfile")
def create_user_profile(call: Call) -> Mapping[str, Any]:
    domain, name = domain_of(call)["DomainId"], call.params["UserProfileName"]
    if (domain, name) in here(call)["profiles"]:
        raise AwsError("ResourceInUse", f"User Profile {name} already exists.")
    quotas.check(call, "profiles", len(here(call)["profiles"]), "ResourceLimitExceeded", "Number of User Profiles")
    settings = call.params.get("UserSettings", {})
    _check_role(call, settings)
    arn = f"{_place(call)}:user-profile/{domain}/{name.lower()}"
    here(call)["profiles"][domain, name] = {
        "DomainId": domain, "UserProfileName": name, "UserProfileArn": arn, "HomeEfsFileSystemUid": "200006",
        "UserSettings": settings, **_begun(call), "tags": _tags(call),
    }  # fmt: skip
    return {"UserProfileArn": arn}


@operation("sagemaker", "DeleteUserProfile")
def delete_user_profile(call: Call) -> None:
    profile = one(call, "profiles", "UserProfileName", "UserProfile")
    key = (profile["DomainId"], profile["UserProfileName"])
    apps = here(call)["apps"].values()
    if any((app["DomainId"], app.get("UserProfileName")) == key for app in apps):
        raise AwsError("ResourceInUse", "Unable to delete UserProfile because Apps are associated with it.")
    del here(call)["profiles"][key]


@operation("sagemaker", "DeleteDomain")
def delete_domain(call: Call) -> None:
    domain = domain_of(call)["DomainId"]
    if any(item["DomainId"] == domain for kind in ("profiles", "spaces", "apps") for item in here(call)[kind].values()):
        raise AwsError("ResourceInUse", f"Unable to delete Domain {domain} because it still has user profiles.")
    del here(call)["domains"][domain]


@operation("sagemaker", "DeleteApp")
def delete_app(call: Call) -> None:
    if here(call)["apps"].pop(app_id(call.params), None) is None:
        raise AwsError("ResourceNotFound", f"App [{call.params.get('AppName')}] does not exist.")
