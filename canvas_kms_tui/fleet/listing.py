"""What is listed once for many targets: the organization's accounts, Domains, profiles, and the apps of a Domain."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from canvas_kms_tui.facts import Calls
from canvas_kms_tui.facts.reader import Reader
from canvas_kms_tui.fleet.accounts import role_arn
from canvas_kms_tui.fleet.places import Account
from canvas_kms_tui.gateway import Caller, Gateway, Response

#: SageMaker's largest page; its own is ten.
_PAGE = 100
#: The folder of one profile, and before it the one of all of them.
_OWN_FOLDER = re.compile(r"((?:.*/)?Canvas/)[^/]+/")
#: So many that no account has more (quota of user profiles in an account: 60 by default).
_MOST_PAGES = 10_000


class SharedCalls(Calls):
    """Calls of many profiles: what is running is asked once for a Domain, Canvas' folders are listed once for a bucket.

    Where the folders hold more than one listing gives, each profile's own is listed, as for one target.
    """

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(gateway)
        self._apps: dict[str, Mapping[str, list[Any]]] = {}

    async def call(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        if operation == "list_apps" and set(params) == {"DomainIdEquals", "UserProfileNameEquals"} and not region:
            return await self._list_apps(params["DomainIdEquals"], params["UserProfileNameEquals"])
        if operation == "list_objects_v2" and set(params) == {"Bucket", "Prefix", "MaxKeys"} and not region:
            return await self._list_folder(params)
        return await super().call(service, operation, region=region, **params)

    async def _list_apps(self, domain: str, profile: str) -> Response:
        if domain not in self._apps:
            self._apps[domain] = _by_profile(await _all_pages(super().call, "list_apps", "Apps", DomainIdEquals=domain))
        return {"Apps": self._apps[domain].get(profile, [])}

    async def _list_folder(self, params: Mapping[str, Any]) -> Response:
        own = _OWN_FOLDER.fullmatch(params["Prefix"])
        if own is None:
            return await super().call("s3", "list_objects_v2", **params)
        whole = await super().call("s3", "list_objects_v2", **{**params, "Prefix": own[1]})
        if whole.get("IsTruncated"):
            return await super().call("s3", "list_objects_v2", **params)
        found = [item for item in whole.get("Contents") or () if item["Key"].startswith(params["Prefix"])]
        return {**whole, "Prefix": params["Prefix"], "Contents": found, "KeyCount": len(found)}


def _by_profile(apps: Sequence[Any]) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for app in apps:
        found.setdefault(app.get("UserProfileName") or "", []).append(app)
    return found


async def domain_ids(gateway: Gateway) -> list[str]:
    """Raises Unreadable where we may not list them."""
    return [found["DomainId"] for found in await _all_pages(Reader(gateway).get, "list_domains", "Domains")]


async def profile_names(gateway: Gateway, domain_id: str) -> list[str]:
    """Raises Unreadable where we may not list them."""
    found = await _all_pages(Reader(gateway).get, "list_user_profiles", "UserProfiles", DomainIdEquals=domain_id)
    return [each["UserProfileName"] for each in found]


async def _all_pages(ask: Callable[..., Awaitable[Response]], operation: str, member: str, **params: Any) -> list[Any]:
    """The items of every page, a hundred each.

    Raises:
        CallFailed, Unreadable: as ``ask`` does for a page that is not answered.
    """
    found: list[Any] = []
    token: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        answer = await ask("sagemaker", operation, MaxResults=_PAGE, **params, **token)
        found += answer.get(member) or ()
        if not answer.get("NextToken"):
            break
        token = {"NextToken": answer["NextToken"]}
    return found


async def organization_accounts(gateway: Gateway, caller: Caller, role: str) -> list[Account]:
    """The organization's accounts, each entered by the role of that name; our own as who we are.

    Raises:
        Unreadable: we may not list them (the management account and delegated administrators may).
    """
    answer = await Reader(gateway).get("organizations", "list_accounts")
    return [_member(account, caller, role) for account in answer.get("Accounts") or ()]


def _member(account: Mapping[str, Any], caller: Caller, role: str) -> Account:
    number, status = str(account["Id"]), str(account.get("State") or account.get("Status") or "ACTIVE")
    if status != "ACTIVE":
        return Account(number, why_not=f"the organization says {status}")
    if number == caller.account:
        return Account(number)
    return Account(number, role_arn(number, role, caller.partition))
