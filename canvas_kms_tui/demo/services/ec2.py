"""EC2, as far as a Domain needs it: VPCs, subnets, route tables, VPC endpoints, security groups."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from canvas_kms_tui.demo.call import AwsError, Call, operation
from canvas_kms_tui.demo.services.paging import page
from canvas_kms_tui.demo.times import when

_FULL_ACCESS = {
    "Version": "2008-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}

Item = Mapping[str, Any]
Filters = Mapping[str, Callable[[Item], Sequence[str]]]


def _network(call: Call, kind: str) -> Mapping[str, Any]:
    here = call.world.document
    if (call.account, call.region) != (here["account"], here["region"]):
        return {}
    found: Mapping[str, Any] = here.get("network", {}).get(kind, {})
    return found


def _described(call: Call, member: str, items: Sequence[Item], id_member: str, ids: str, filters: Filters) -> Item:
    """The items asked for by id and by filter, one page of them."""
    wanted = call.params.get(ids)
    known = {item[id_member] for item in items}
    for missing in set(wanted or ()) - known:
        raise AwsError(f"Invalid{id_member}.NotFound", f"The {id_member} '{missing}' does not exist")
    chosen = [item for item in items if not wanted or item[id_member] in wanted]
    for asked in call.params.get("Filters", ()):
        if asked["Name"] not in filters:
            raise AwsError("InvalidParameterValue", f"The filter '{asked['Name']}' is invalid")
        values = filters[asked["Name"]]
        chosen = [item for item in chosen if set(values(item)) & set(asked["Values"])]
    part, token = page(chosen, call.params.get("MaxResults"), call.params.get("NextToken"), default=1000)
    return {member: part, **({"NextToken": token} if token else {})}


@operation("ec2", "DescribeVpcEndpoints")
def describe_vpc_endpoints(call: Call) -> Item:
    items = [_endpoint(call, own_id, entry) for own_id, entry in _network(call, "endpoints").items()]
    return _described(call, "VpcEndpoints", items, "VpcEndpointId", "VpcEndpointIds", {
        "vpc-id": lambda item: [item["VpcId"]],
        "service-name": lambda item: [item["ServiceName"]],
        "vpc-endpoint-type": lambda item: [item["VpcEndpointType"]],
        "vpc-endpoint-state": lambda item: [item["State"]],
        "vpc-endpoint-id": lambda item: [item["VpcEndpointId"]],
    })  # fmt: skip


def _endpoint(call: Call, own_id: str, entry: Item) -> dict[str, Any]:
    service = entry["service"]
    policy = entry.get("policy", _FULL_ACCESS)
    return {
        "VpcEndpointId": own_id, "VpcEndpointType": entry.get("type", "Interface"), "VpcId": entry["vpc"],
        "ServiceName": service if service.startswith(("com.", "cn.")) else f"com.amazonaws.{call.region}.{service}",
        "State": entry.get("state", "available"), "OwnerId": call.account, "Groups": [], "DnsEntries": [],
        "PolicyDocument": policy if isinstance(policy, str) else json.dumps(policy),
        "RouteTableIds": entry.get("route_tables", []), "SubnetIds": entry.get("subnets", []),
        "PrivateDnsEnabled": entry.get("private_dns", entry.get("type", "Interface") == "Interface"),
        "CreationTimestamp": when(entry.get("created"), call.world.now, "-150d"), "RequesterManaged": False,
    }  # fmt: skip


@operation("ec2", "DescribeRouteTables")
def describe_route_tables(call: Call) -> Item:
    items = [_route_table(call, own_id, entry) for own_id, entry in _network(call, "route_tables").items()]
    return _described(call, "RouteTables", items, "RouteTableId", "RouteTableIds", {
        "vpc-id": lambda item: [item["VpcId"]],
        "route-table-id": lambda item: [item["RouteTableId"]],
        "association.subnet-id": lambda item: [one["SubnetId"] for one in item["Associations"] if "SubnetId" in one],
        "association.main": lambda item: [str(one["Main"]).lower() for one in item["Associations"]],
    })  # fmt: skip


def _route_table(call: Call, own_id: str, entry: Item) -> dict[str, Any]:
    state = {"AssociationState": {"State": "associated"}}
    associations: list[dict[str, Any]] = [
        {"RouteTableAssociationId": f"rtbassoc-{subnet[7:]}", "RouteTableId": own_id, "SubnetId": subnet,
         "Main": False, **state}
        for subnet in entry.get("subnets", ())
    ]  # fmt: skip
    if entry.get("main"):
        main = {"RouteTableAssociationId": f"rtbassoc-{own_id[4:]}", "RouteTableId": own_id, "Main": True}
        associations.insert(0, {**main, **state})
    local = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
    through = [
        {"DestinationPrefixListId": "pl-6da54004", "GatewayId": endpoint, "State": "active"}
        for endpoint, declared in _network(call, "endpoints").items()
        if own_id in declared.get("route_tables", ())
    ]
    return {
        "RouteTableId": own_id, "VpcId": entry["vpc"], "OwnerId": call.account, "Associations": associations,
        "Routes": [local, *through, *entry.get("routes", ())], "PropagatingVgws": [], "Tags": [],
    }  # fmt: skip


def subnets(call: Call) -> list[dict[str, Any]]:
    """The subnets of the caller's account and Region."""
    return [_subnet(call, own_id, entry) for own_id, entry in _network(call, "subnets").items()]


@operation("ec2", "DescribeSubnets")
def describe_subnets(call: Call) -> Item:
    return _described(call, "Subnets", subnets(call), "SubnetId", "SubnetIds", {
        "vpc-id": lambda item: [item["VpcId"]],
        "subnet-id": lambda item: [item["SubnetId"]],
    })  # fmt: skip


def _subnet(call: Call, own_id: str, entry: Item) -> dict[str, Any]:
    return {
        "SubnetId": own_id, "VpcId": entry["vpc"], "State": "available", "OwnerId": call.account,
        "AvailabilityZone": entry.get("zone", f"{call.region}a"), "CidrBlock": entry.get("cidr", "10.0.1.0/24"),
        "AvailableIpAddressCount": 250, "DefaultForAz": False, "MapPublicIpOnLaunch": False, "Tags": [],
    }  # fmt: skip


@operation("ec2", "DescribeSecurityGroups")
def describe_security_groups(call: Call) -> Item:
    """Those that the file declares, and the one named default that every VPC has."""
    items = [_security_group(call, own_id, entry) for own_id, entry in _network(call, "security_groups").items()]
    having = {item["VpcId"] for item in items if item["GroupName"] == "default"}
    items += [_security_group(call, f"sg-{vpc[4:]}", {"vpc": vpc}) for vpc in _vpcs(call) if vpc not in having]
    return _described(call, "SecurityGroups", items, "GroupId", "GroupIds", {
        "vpc-id": lambda item: [item["VpcId"]],
        "group-name": lambda item: [item["GroupName"]],
        "group-id": lambda item: [item["GroupId"]],
    })  # fmt: skip


def _security_group(call: Call, own_id: str, entry: Item) -> dict[str, Any]:
    name = entry.get("name", "default")
    return {
        "GroupId": own_id, "GroupName": name, "VpcId": entry["vpc"], "OwnerId": call.account,
        "Description": entry.get("description", f"{name} VPC security group"), "IpPermissions": [],
        "IpPermissionsEgress": [], "Tags": [],
    }  # fmt: skip


def _vpcs(call: Call) -> list[str]:
    kinds = ("subnets", "route_tables", "endpoints", "security_groups")
    return sorted({entry["vpc"] for kind in kinds for entry in _network(call, kind).values()})


@operation("ec2", "DescribeVpcs")
def describe_vpcs(call: Call) -> Item:
    items = [
        {"VpcId": vpc, "State": "available", "CidrBlock": "10.0.0.0/16", "OwnerId": call.account, "IsDefault": False}
        for vpc in _vpcs(call)
    ]
    return _described(call, "Vpcs", items, "VpcId", "VpcIds", {"vpc-id": lambda item: [item["VpcId"]]})
