"""boto3 clients for a running stand-in, untouched by this machine's AWS configuration."""

from __future__ import annotations

from typing import Any

import botocore.session
from botocore.config import Config

from canvas_kms_tui.demo.server import RunningDemo

_LOADER = botocore.session.Session().get_component("data_loader")


def client(demo: RunningDemo, service: str, *, region: str | None = None, **options: Any) -> Any:
    """A client of the operator, one attempt per call."""
    session = botocore.session.Session()
    session.register_component("data_loader", _LOADER)
    credentials = demo.environment.credentials
    return session.create_client(
        service,
        region_name=region or demo.environment.region,
        endpoint_url=demo.endpoint_url,
        aws_access_key_id=options.get("access_key", credentials.access_key_id),
        aws_secret_access_key=options.get("secret", credentials.secret_access_key),
        aws_session_token=options.get("token", credentials.session_token) or None,
        config=Config(proxies={}, retries={"total_max_attempts": 1, "mode": "standard"}),
    )
