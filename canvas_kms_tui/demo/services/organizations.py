"""Organizations: the account's parents and the policies on the way. Members may read them only where declared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from canvas_kms_tui.demo.call import AwsError, Call, operation
from canvas_kms_tui.demo.services.paging import page

#: What AWS attaches to every root, organizational unit and account.
_FULL_ACCESS = {
    "p-FullAWSAccess": ("SERVICE_CONTROL_POLICY", {"Effect": "Allow", "Action": "*", "Resource": "*"}),
    "p-RCPFullAWSAccess": (
        "RESOURCE_CONTROL_POLICY",
        {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
    ),
}


def _organization(call: Call) -> Mapping[str, Any]:
    found: Mapping[str, Any] | None = call.world.document.get("organization")
    if found is None:
        raise AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    return found


def _readable(call: Call) -> Mapping[str, Any]:
    found = _organization(call)
    if not found.get("readable", False):
        raise AwsError("AccessDeniedException", "You don't have permissions to access this resource.")
    return found


def _path(organization: Mapping[str, Any], account: str) -> list[str]:
    """Root, organizational units, account."""
    return [*organization["path"], account]


def _policies(call: Call, organization: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    place = f"arn:{call.partition}:organizations::{organization['management_account']}"
    everywhere = _path(organization, call.world.account)
    found: dict[str, dict[str, Any]] = {}
    for policy_id, (kind, statement) in _FULL_ACCESS.items():
        arn = f"arn:{call.partition}:organizations::aws:policy/{kind.lower()}/{policy_id}"
        document = {"Version": "2012-10-17", "Statement": [statement]}
        found[policy_id] = _policy(arn, policy_id, {"type": kind, "name": policy_id[2:], "document": document}, True)
        found[policy_id]["targets"] = [target for target in everywhere if target not in organization.get("closed", ())]
    for policy_id, entry in organization.get("policies", {}).items():
        arn = f"{place}:policy/{organization['id']}/{entry['type'].lower()}/{policy_id}"
        found[policy_id] = {**_policy(arn, policy_id, entry, False), "targets": entry["targets"]}
    return found


def _policy(arn: str, policy_id: str, entry: Mapping[str, Any], aws_managed: bool) -> dict[str, Any]:
    document = entry["document"]
    return {
        "PolicySummary": {"Id": policy_id, "Arn": arn, "Name": entry["name"], "Type": entry["type"],
                          "Description": entry.get("description", ""), "AwsManaged": aws_managed},
        "Content": document if isinstance(document, str) else json.dumps(document),
    }  # fmt: skip


@operation("organizations", "DescribeOrganization")
def describe_organization(call: Call) -> Mapping[str, Any]:
    """Every member may ask this one."""
    found = _organization(call)
    management = found["management_account"]
    place = f"arn:{call.partition}:organizations::{management}"
    return {"Organization": {
        "Id": found["id"], "Arn": f"{place}:organization/{found['id']}", "FeatureSet": "ALL",
        "MasterAccountId": management, "MasterAccountArn": f"{place}:account/{found['id']}/{management}",
    }}  # fmt: skip


def _listed(call: Call, member: str, items: list[Any]) -> Mapping[str, Any]:
    part, token = page(
        items, call.params.get("MaxResults"), call.params.get("NextToken"), default=20, refusal="InvalidInputException"
    )
    return {member: part, **({"NextToken": token} if token else {})}


@operation("organizations", "ListAccounts")
def list_accounts(call: Call) -> Mapping[str, Any]:
    """For the management account alone; ``organization.accounts`` declares the members (its own is always there)."""
    found = _organization(call)
    if call.account != found["management_account"]:
        raise AwsError("AccessDeniedException", "You don't have permissions to access this resource.")
    place = f"arn:{call.partition}:organizations::{call.account}:account/{found['id']}"
    members = {call.account: "ACTIVE", **found.get("accounts", {})}
    return _listed(call, "Accounts", [
        {"Id": number, "Arn": f"{place}/{number}", "Name": f"account-{number}", "Status": status, "State": status}
        for number, status in members.items()
    ])  # fmt: skip


@operation("organizations", "ListRoots")
def list_roots(call: Call) -> Mapping[str, Any]:
    root = _readable(call)["path"][0]
    kinds = [{"Type": kind, "Status": "ENABLED"} for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")]
    return {"Roots": [{"Id": root, "Name": "Root", "PolicyTypes": kinds}]}


@operation("organizations", "ListParents")
def list_parents(call: Call) -> Mapping[str, Any]:
    found = _readable(call)
    path, child = _path(found, call.world.account), call.params["ChildId"]
    if child not in path[1:]:
        raise AwsError("ChildNotFoundException", "We can't find an organizational unit (OU) or AWS account of this id.")
    parent = path[path.index(child) - 1]
    kind = "ROOT" if parent.startswith("r-") else "ORGANIZATIONAL_UNIT"
    return {"Parents": [{"Id": parent, "Type": kind}]}


@operation("organizations", "ListPoliciesForTarget")
def list_policies_for_target(call: Call) -> Mapping[str, Any]:
    found = _readable(call)
    target, kind = call.params["TargetId"], call.params["Filter"]
    if target not in _path(found, call.world.account):
        raise AwsError("TargetNotFoundException", "We can't find a root, OU, or account with the TargetId specified.")
    summaries = [
        policy["PolicySummary"]
        for policy in _policies(call, found).values()
        if target in policy["targets"] and policy["PolicySummary"]["Type"] == kind
    ]
    return _listed(call, "Policies", summaries)


@operation("organizations", "DescribePolicy")
def describe_policy(call: Call) -> Mapping[str, Any]:
    found = _policies(call, _readable(call)).get(call.params["PolicyId"])
    if found is None:
        raise AwsError("PolicyNotFoundException", "We can't find a policy with the PolicyId that you specified.")
    return {"Policy": found}


def control_policies(call: Call, kind: str) -> list[list[Mapping[str, Any]]]:
    """The documents of one kind on each level above the account; empty where there is no organization."""
    found = call.world.document.get("organization")
    if found is None or found["management_account"] == call.world.account:
        return []
    policies = [policy for policy in _policies(call, found).values() if policy["PolicySummary"]["Type"] == kind]
    return [
        [json.loads(policy["Content"]) for policy in policies if level in policy["targets"]]
        for level in _path(found, call.world.account)
    ]
