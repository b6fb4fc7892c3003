"""boto3 clients for a running stand-in, untouched by this machine's AWS configuration."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from canvas_kms_tui.demo.environments import Credentials
from canvas_kms_tui.demo.server import RunningDemo

_LOADER = botocore.session.Session().get_component("data_loader")


def client(
    demo: RunningDemo, service: str, *, region: str | None = None, credentials: Credentials | None = None
) -> Any:
    """A client of the operator (or of whoever ``credentials`` are), one attempt per call."""
    session = botocore.session.Session()
    session.register_component("data_loader", _LOADER)
    who = credentials or demo.environment.credentials
    made = session.create_client(
        service,
        region_name=region or demo.environment.region,
        endpoint_url=demo.endpoint_url,
        aws_access_key_id=who.access_key_id,
        aws_secret_access_key=who.secret_access_key,
        aws_session_token=who.session_token or None,
        config=Config(
            proxies={},
            connect_timeout=5,
            read_timeout=20,
            retries={"total_max_attempts": 1, "mode": "standard"},
        ),
    )
    made.meta.events.register("before-call.s3-control", lambda params, **_: _without_prefix(params, demo.endpoint_url))
    return made


def _without_prefix(request: dict[str, Any], endpoint: str) -> None:
    """S3 Control puts the account id before the host, a name that no resolver knows on loopback."""
    path = request["url"].split("/", 3)[3]
    request["url"] = f"{endpoint}/{path}"


def refused(call: Any, **params: Any) -> ClientError:
    """The error of a call that must fail."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    return caught.value


def code(call: Any, **params: Any) -> str:
    """The error code of a call that must fail."""
    return str(refused(call, **params).response["Error"]["Code"])
