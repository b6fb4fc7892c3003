"""Owns what is said while a call waits: AWS asks for fewer requests, a service does not answer, our own pace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.retries.standard import register_retry_handler

from canvas_kms_tui.aws.failures import is_throttling
from canvas_kms_tui.aws.options import Told
from canvas_kms_tui.aws.session import ATTEMPTS

_NAMES = {
    "cloudtrail": "CloudTrail",
    "sagemaker": "SageMaker",
    "s3control": "S3 Control",
    "accessanalyzer": "Access Analyzer",
}


def shown(service: str) -> str:
    """What people call the service of boto3's name."""
    return _NAMES.get(service) or (service.upper() if len(service) <= len("KMS") else service.title())


def seconds_shown(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds >= 1 else f"{seconds:.1f} s"


def tell_of_retries(client: Any, service: str, told: Told) -> None:
    """Let the client say for how long it waits before it tries again.

    botocore's standard retry handler is put behind ours: only it knows the seconds, and only by what it returns.
    """
    events, name = client.meta.events, client.meta.service_model.service_id.hyphenize()
    event, own_id = f"needs-retry.{name}", f"retry-config-{name}"
    events.unregister(event, unique_id=own_id)
    handler = register_retry_handler(client, ATTEMPTS)
    events.unregister(event, unique_id=own_id)
    events.register(event, _telling(handler.needs_retry, service, told), unique_id=own_id)


def _telling(needs_retry: Callable[..., float | None], service: str, told: Told) -> Callable[..., float | None]:
    def ask(**happened: Any) -> float | None:
        delay = needs_retry(**happened)
        if delay:
            told(f"{shown(service)} {_why(happened.get('response'))}, waiting {seconds_shown(delay)}", delay)
        return delay

    return ask


def _why(response: tuple[Any, Mapping[str, Any]] | None) -> str:
    if response is None:
        return "does not answer"
    http, parsed = response
    code = str((parsed.get("Error") or {}).get("Code", ""))
    return "is throttling" if is_throttling(code, http.status_code) else f"answers with {http.status_code}"


def tell_of_pace(service: str, wait: float, told: Told | None) -> None:
    """Say that we hold ourselves back, where somebody would notice."""
    if told and wait >= 1:
        told(f"{shown(service)} is asked slowly, to leave the account's own work its quota, waiting {wait:.0f} s", wait)
