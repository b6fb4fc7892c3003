"""Owns what we hook into botocore's way of making a request: counting, throttling seen, odd hosts, false answers."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from botocore.session import Session

from canvas_kms_tui.aws.failures import NotAnAnswer, is_throttling
from canvas_kms_tui.aws.meter import Meter

_WEB_PAGE = re.compile(rb"^\s*(<!doctype\s+html|<html)", re.IGNORECASE)


def attach(
    session: Session, meter: Meter, endpoint: Callable[[str], str | None], on_progress: Callable[[str], None] | None
) -> None:
    """Hook into every client that ``session`` makes from now on."""
    session.register("before-send", lambda **_: meter.sent())
    session.register("response-received", _watch_throttling(meter, on_progress))
    session.register("response-received", _watch_clock(meter))
    session.register("before-call.s3-control", _keep_host(endpoint))
    session.register("after-call", _refuse_false_answer)


def _watch_throttling(meter: Meter, on_progress: Callable[[str], None] | None) -> Callable[..., None]:
    def watch(*, parsed_response: Mapping[str, Any] | None, event_name: str, **_: Any) -> None:
        if parsed_response is None:
            return
        status = parsed_response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if is_throttling(str(parsed_response.get("Error", {}).get("Code", "")), status):
            meter.throttled()
            if on_progress:
                on_progress(f"{_service_named(event_name)} is throttling, waiting to try again")

    return watch


def _watch_clock(meter: Meter) -> Callable[..., None]:
    def watch(*, response_dict: Mapping[str, Any] | None, **_: Any) -> None:
        said = (response_dict or {}).get("headers", {}).get("date")
        if not said:
            return
        # A proxy's Date may be anything; then the clock stays unknown.
        with contextlib.suppress(ValueError, TypeError):
            meter.skew = (datetime.now(UTC) - parsedate_to_datetime(said)).total_seconds()

    return watch


def _service_named(event_name: str) -> str:
    service = event_name.split(".")[1]
    return service.upper() if len(service) <= 3 else service.title().replace("-", " ")


def _keep_host(endpoint: Callable[[str], str | None]) -> Callable[..., None]:
    """S3 Control puts the account id before the host; a custom endpoint (127.0.0.1) has no such name."""

    def keep(*, params: dict[str, Any], **_: Any) -> None:
        if custom := endpoint("s3control"):
            host = urlsplit(custom).netloc
            params["url"] = urlunsplit(urlsplit(params["url"])._replace(netloc=host))

    return keep


def _refuse_false_answer(**event: Any) -> None:
    """botocore reads a proxy's page, or half a document, as a success in which everything is absent."""
    http_response, model = event["http_response"], event["model"]
    if http_response.status_code >= 300 or model.http.get("method") == "HEAD" or model.has_streaming_output:
        return
    body = http_response.content
    if _WEB_PAGE.search(body[:200]):
        raise NotAnAnswer("the answer is a web page, not AWS's: a proxy or a wrong endpoint stands between")
    if model.output_shape is None or event["parsed"].keys() - {"ResponseMetadata"}:
        return
    if not _can_be_empty(body, model.service_model.protocol):
        raise NotAnAnswer("the answer is empty or cut off")


def _can_be_empty(body: bytes, protocol: str) -> bool:
    if "json" not in protocol:
        return b"<" in body
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False
