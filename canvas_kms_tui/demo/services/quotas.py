"""Quotas that an environment sets low enough to be reached, and Service Quotas' answers about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from canvas_kms_tui.demo.call import AwsError, Call, operation


def check(call: Call, name: str, used: int, code: str, words: str, status: int = 400) -> None:
    """Refuse one more where the environment's quota is reached.

    Raises:
        AwsError: with the service's own code for a limit.
    """
    limit = _declared(call).get(name)
    if limit is not None and used >= limit:
        raise AwsError(
            code, f"The account-level service limit '{words}' is {limit}, with current utilization of {used}.", status
        )


def _declared(call: Call) -> Mapping[str, Any]:
    found: Mapping[str, Any] = call.world.document.get("quotas", {})
    return found


#: Service and code of Service Quotas → the name in an environment's file, AWS's words, its default.
_KNOWN = {
    ("kms", "L-C2F1777E"): ("keys", "Customer Master Keys (CMKs)", 100_000),
    ("s3", "L-DC2B2D3D"): ("buckets", "General purpose buckets", 10_000),
    ("sagemaker", "L-STANDIN01"): ("domains", "Maximum number of Studio domains allowed per account", 100),
}


def _quota(call: Call, service: str, code: str) -> dict[str, Any]:
    name, words, default = _KNOWN[service, code]
    value = float(_declared(call).get(name, default))
    return {"ServiceCode": service, "QuotaCode": code, "QuotaName": words, "Value": value, "Adjustable": True}


@operation("service-quotas", "GetServiceQuota")
def get_service_quota(call: Call) -> Mapping[str, Any]:
    asked = call.params["ServiceCode"], call.params["QuotaCode"]
    if asked not in _KNOWN:
        raise AwsError(
            "NoSuchResourceException", "The request failed because the specified service quota does not exist."
        )
    return {"Quota": _quota(call, *asked)}


@operation("service-quotas", "ListServiceQuotas")
def list_service_quotas(call: Call) -> Mapping[str, Any]:
    wanted = call.params["ServiceCode"]
    return {"Quotas": [_quota(call, service, code) for service, code in _KNOWN if service == wanted]}


@operation("iam", "GetAccountSummary")
def get_account_summary(call: Call) -> Mapping[str, Any]:
    from canvas_kms_tui.demo.services import iam

    roles = len(iam.backend(call.world, call.account).roles)
    return {"SummaryMap": {"Roles": roles, "RolesQuota": int(_declared(call).get("roles", 1_000))}}
