"""Owns what we change in botocore's way of making a request: odd hosts, false answers, retries into silence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from botocore.session import Session

from canvas_kms_tui.aws import watch
from canvas_kms_tui.aws.failures import NotAnAnswer
from canvas_kms_tui.aws.meter import Meter
from canvas_kms_tui.aws.silence import Silence
from canvas_kms_tui.aws.turns import Turns

_WEB_PAGE = re.compile(rb"^\s*(<!doctype\s+html|<html)", re.IGNORECASE)


def attach(
    session: Session,
    endpoint: Callable[[str], str | None],
    *,
    meter: Meter,
    silence: Silence,
    turns: Turns,
) -> None:
    """Hook into every client that ``session`` makes from now on."""
    session.register("before-send", lambda **_: meter.sent())
    session.register("before-send", lambda **_: turns.leave())
    session.register("response-received", watch.throttling(meter))
    session.register("response-received", watch.clock(meter))
    session.register("response-received", watch.silence(silence))
    session.register("request-created", _no_retry_into(silence))
    session.register("before-call.s3-control", _keep_host(endpoint))
    session.register("after-call", _refuse_false_answer)


def _no_retry_into(silence: Silence) -> Callable[..., None]:
    def check(*, request: Any, event_name: str, **_: Any) -> None:
        service, region = watch.service_of(event_name), str(request.context.get("client_region"))
        if silence.holds(service, region):
            raise NotAnAnswer(f"{service} in {region} does not answer: not tried again")

    return check


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
