"""The wire: requests to parameters, results and errors to HTTP, by botocore's API models through moto's machinery."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

from canvas_kms_tui.demo.call import Answer, AwsError

#: signing name → boto3's name, where they differ
_SIGNED_AS = {"access-analyzer": "accessanalyzer", "servicequotas": "service-quotas"}


def credential_scope(request: Request) -> tuple[str, str, str] | None:
    """Access key id, Region and boto3 service of a signed request; None where it is not signed."""
    authorization = request.headers.get("Authorization", "")
    if "Credential=" in authorization:
        scope = authorization.split("Credential=", 1)[1].split(",", 1)[0]
    else:
        scope = parse_qs(request.query_string.decode()).get("X-Amz-Credential", [""])[0]
    parts = scope.strip().split("/")
    if len(parts) != 5:
        return None
    access_key, _, region, service, _ = parts
    if service == "s3" and request.path.startswith("/v20180820/"):
        service = "s3control"
    if service == "iam" and request.path.startswith("/authorization-details/"):
        service = "iam-toolbox"
    return access_key, region, _SIGNED_AS.get(service, service)


def parse(service: str, request: Request) -> tuple[Any, dict[str, Any]]:
    """The operation's model and its parameters. Raises KeyError where the API has no such operation."""
    model = get_service_model(service)
    try:
        operation, uri_params = get_service_router(service).match(request)
    except Exception as problem:
        raise KeyError(f"{request.method} {request.path}") from problem
    parser = PROTOCOL_PARSERS[_protocol(model, request)](operation, map_type=dict)
    body = request.get_data(cache=True)
    params = parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": body,
            "url_path": request.path,
            "url_params": uri_params,
        }
    )
    return operation, {**uri_params, **params}


def success(operation: Any, request: Request, result: Mapping[str, Any] | None) -> Answer:
    """The answer that carries ``result``, shaped as the operation's output."""
    model = operation.service_model
    serializer = get_serializer_class(model.service_name, _protocol(model, request))(operation)
    written = serializer.serialize(result or {})
    body = written["body"]
    headers = {**dict(written["headers"]), **_request_ids(model.service_name)}
    return Answer(written["status_code"], headers, body if isinstance(body, bytes) else body.encode())


def failure(service: str, request: Request, error: AwsError) -> Answer:
    """The answer that carries an error, in the shape that the service's protocol gives to errors."""
    model = get_service_model(service)
    protocol = "rest-xml" if service == "s3" else _protocol(model, request)
    headers = {**error.headers, **_request_ids(service)}
    request_id = headers.get("x-amzn-RequestId") or headers["x-amz-request-id"]
    if protocol in ("json", "rest-json"):
        headers["Content-Type"] = "application/json" if protocol == "rest-json" else "application/x-amz-json-1.1"
        headers["x-amzn-ErrorType"] = error.code
        body = json.dumps({"__type": error.code, "message": error.message, **error.members})
    else:
        headers["Content-Type"] = "application/xml" if service == "s3" else "text/xml"
        body = _XML[protocol if service != "s3" else "s3"](error, request_id)
    return Answer(error.status, headers, b"" if request.method == "HEAD" else body.encode())


def _error_members(error: AwsError) -> str:
    members = {"Code": error.code, "Message": error.message, **error.members}
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in members.items())


_XML = {
    "s3": lambda error, request_id: (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{_error_members(error)}'
        f"<RequestId>{request_id}</RequestId><HostId>stand-in</HostId></Error>"
    ),
    "ec2": lambda error, request_id: (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>{_error_members(error)}</Error></Errors>'
        f"<RequestID>{request_id}</RequestID></Response>"
    ),
    "query": lambda error, request_id: (
        f"<ErrorResponse><Error><Type>Sender</Type>{_error_members(error)}</Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    ),
    "rest-xml": lambda error, request_id: (
        f"<ErrorResponse><Error>{_error_members(error)}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    ),
}


def _protocol(model: Any, request: Request) -> str:
    return determine_request_protocol(model, request.content_type)


def _request_ids(service: str) -> dict[str, str]:
    if service in ("s3", "s3control"):
        return {"x-amz-request-id": uuid.uuid4().hex[:16].upper(), "x-amz-id-2": "stand-in"}
    return {"x-amzn-RequestId": str(uuid.uuid4())}
