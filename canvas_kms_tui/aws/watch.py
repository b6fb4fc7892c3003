"""Owns what is noticed in each answer on the wire: throttling, the clock, silence."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from canvas_kms_tui.aws.failures import is_throttling
from canvas_kms_tui.aws.meter import Meter
from canvas_kms_tui.aws.silence import Silence

Handler = Callable[..., None]


def service_of(event_name: str) -> str:
    """boto3's name of the service in ``response-received.s3-control.GetAccessPoint``."""
    return event_name.split(".")[1].replace("-", "")


def throttling(meter: Meter) -> Handler:
    def watch(*, parsed_response: Mapping[str, Any] | None, **_: Any) -> None:
        if parsed_response is None:
            return
        status = parsed_response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if is_throttling(str(parsed_response.get("Error", {}).get("Code", "")), status):
            meter.throttled()

    return watch


def clock(meter: Meter) -> Handler:
    def watch(*, response_dict: Mapping[str, Any] | None, **_: Any) -> None:
        said = (response_dict or {}).get("headers", {}).get("date")
        if not said:
            return
        # A proxy's Date may be anything; then the clock stays unknown.
        with contextlib.suppress(ValueError, TypeError):
            meter.skew = (datetime.now(UTC) - parsedate_to_datetime(said)).total_seconds()

    return watch


def silence(kept: Silence) -> Handler:
    def watch(*, exception: Exception | None, context: Mapping[str, Any], event_name: str, **_: Any) -> None:
        service, region = service_of(event_name), str(context.get("client_region"))
        if isinstance(exception, ConnectTimeoutError | ReadTimeoutError):
            kept.unanswered(service, region)
        elif exception is None:
            kept.answered(service, region)

    return watch
