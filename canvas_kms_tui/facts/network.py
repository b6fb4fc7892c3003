"""Owns the network of a VpcOnly Domain: the S3 endpoints of its VPC and their policies."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from canvas_kms_tui.facts.canvas import Canvas
from canvas_kms_tui.facts.reader import Reader, question
from canvas_kms_tui.facts.reading import Unreadable, known
from canvas_kms_tui.policy import Document, Unread
from canvas_kms_tui.target import Target


class Network:
    """EC2's answers about the Domain's VPC. Where the Domain has internet access no endpoint is in the way."""

    def __init__(self, reader: Reader, canvas: Canvas, target: Target) -> None:
        self._reader = reader
        self._canvas = canvas
        self._target = target
        self.remembered: dict[Any, asyncio.Task[Any]] = {}

    @question
    async def vpc(self) -> str | None:
        """The VPC that all traffic of the Domain takes; None where it has direct internet access."""
        domain = await self._canvas.domain()
        return domain.get("VpcId") if domain.get("AppNetworkAccessType") == "VpcOnly" else None

    @question
    async def s3_endpoints(self) -> tuple[Mapping[str, Any], ...]:
        """The VPC's endpoints for S3, as EC2 describes them; () where the Domain needs none.

        Raises:
            Unreadable: we may not list them.
        """
        vpc = await self.vpc()
        if vpc is None:
            return ()
        answer = await self._reader.get("ec2", "describe_vpc_endpoints", Filters=[{"Name": "vpc-id", "Values": [vpc]}])
        return tuple(
            endpoint
            for endpoint in answer.get("VpcEndpoints") or ()
            if str(endpoint.get("ServiceName")).endswith(f".{self._target.region}.s3")
        )

    @question
    async def s3_endpoint_policies(self) -> tuple[Document, ...] | Unread | None:
        """The endpoint policies as a layer of the evaluator; None where no endpoint is in the way."""
        if await self.vpc() is None:
            return None
        endpoints = await known(self.s3_endpoints())
        if isinstance(endpoints, Unreadable):
            return Unread("policy of the VPC endpoint for S3", endpoints.why)
        usable = [endpoint for endpoint in endpoints if str(endpoint.get("State")).lower() == "available"]
        return (
            tuple(
                Document.parse(endpoint["PolicyDocument"], name=f"policy of VPC endpoint {endpoint['VpcEndpointId']}")
                for endpoint in usable
                if endpoint.get("PolicyDocument")
            )
            or None
        )

    async def unrouted_subnets(self) -> tuple[str, ...]:
        """The Domain's subnets that no S3 endpoint serves; () where an interface endpoint serves the VPC.

        Raises:
            Unreadable: endpoints or route tables may not be listed.
        """
        usable = [item for item in await self.s3_endpoints() if str(item.get("State")).lower() == "available"]
        if any(item.get("VpcEndpointType") == "Interface" for item in usable):
            return ()
        domain = await self._canvas.domain()
        served = {table for item in usable for table in item.get("RouteTableIds") or ()}
        answer = await self._reader.get(
            "ec2", "describe_route_tables", Filters=[{"Name": "vpc-id", "Values": [domain.get("VpcId")]}]
        )
        tables = answer.get("RouteTables") or ()
        return tuple(subnet for subnet in domain.get("SubnetIds") or () if _table_of(subnet, tables) not in served)


def _table_of(subnet: str, tables: Sequence[Mapping[str, Any]]) -> str | None:
    """The route table of a subnet: its own, else the VPC's main one."""
    main = None
    for table in tables:
        for association in table.get("Associations") or ():
            if association.get("SubnetId") == subnet:
                return str(table["RouteTableId"])
            if association.get("Main"):
                main = str(table["RouteTableId"])
    return main
