"""Owns what each way of failing means: botocore's exceptions and AWS's error codes, as :class:`FailureKind`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from canvas_kms_tui.aws import clean
from canvas_kms_tui.gateway import CallFailed, FailureKind

LONGEST_MESSAGE = 2_000

_THROTTLED = re.compile(
    r"^(Throttl|SlowDown|TooManyRequests|RequestLimitExceeded|RequestThrottled|BandwidthLimitExceeded"
    r"|PriorRequestNotComplete|EC2Throttled|ProvisionedThroughputExceeded)"
)
_EXPIRED = re.compile(
    r"^(ExpiredToken|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature|RequestExpired"
    r"|InvalidAccessKeyId|InvalidToken|TokenRefreshRequired|AuthFailure|MissingAuthenticationToken|IncompleteSignature"
    r"|RequestTimeTooSkewed|NotSignedUp)"
)
_DENIED = re.compile(r"^(AccessDenied|Unauthorized|NotAuthorized|AuthorizationError|Forbidden|AllAccessDisabled)")
_NOT_FOUND = re.compile(r"^NoSuch|NotFound|^AWSOrganizationsNotInUse")
_WEB_PAGE = re.compile(r"\s*<(!doctype html|html)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
_MISSING_BY_MESSAGE = re.compile(r"does not exist|not found|could not find|cannot find", re.IGNORECASE)

_NO_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.UnauthorizedSSOTokenError,
    boto.SSOError,
    boto.TokenRetrievalError,
    boto.LoginError,
    boto.RefreshWithMFAUnsupportedError,
)
_NO_ANSWER = (boto.HTTPClientError, boto.ConnectionError, ResponseParserError, boto.IncompleteReadError)


def is_throttling(code: str, status: int) -> bool:
    return status == 429 or bool(_THROTTLED.search(code))


def is_of_the_clock(code: str, message: str) -> bool:
    """Whether AWS refuses a signature because this machine's clock is wrong."""
    return code == "RequestTimeTooSkewed" or "Signature expired" in message or "not yet current" in message


class NotAnAnswer(Exception):
    """A success whose body is not one: the page of a proxy, half a document."""


def kind_of(code: str, message: str, status: int, *, is_awss: bool) -> FailureKind:
    """The class of an error that came as a response.

    A status without a code is AWS's word only where ``is_awss``; otherwise a proxy or a wrong server spoke.
    """
    if is_throttling(code, status):
        return FailureKind.THROTTLED
    if _EXPIRED.search(code):
        return FailureKind.EXPIRED
    if code.isdigit() and not is_awss:
        return FailureKind.UNREACHABLE
    if _DENIED.search(code) or "is not authorized to perform" in message:
        return FailureKind.DENIED
    if _NOT_FOUND.search(code) or (code.startswith("Validation") and _MISSING_BY_MESSAGE.search(message)):
        return FailureKind.NOT_FOUND
    return _kind_of_status(status)


def _kind_of_status(status: int) -> FailureKind:
    if status >= 500:
        return FailureKind.UNREACHABLE
    return {403: FailureKind.DENIED, 401: FailureKind.DENIED, 404: FailureKind.NOT_FOUND}.get(
        status, FailureKind.REJECTED
    )


def from_exception(
    error: Exception, service: str, operation: str, *, action: str = "", resource: str = "*"
) -> CallFailed | None:
    """What ``error`` means, or None when it is no failure of a call but a defect."""
    if isinstance(error, boto.ClientError):
        return _from_response(error.response, service, operation, action=action, resource=resource)
    kind = _kind_of_exception(error)
    if kind is None:
        return None
    return CallFailed(
        kind,
        service,
        operation,
        action=action,
        resource=clean.text(resource),
        code=type(error).__name__,
        message=_shown(str(error)),
    )


def _kind_of_exception(error: Exception) -> FailureKind | None:
    if isinstance(error, _NO_CREDENTIALS):
        return FailureKind.EXPIRED
    if isinstance(error, (*_NO_ANSWER, NotAnAnswer, OSError)):
        return FailureKind.UNREACHABLE
    return FailureKind.REJECTED if isinstance(error, boto.BotoCoreError) else None


def _from_response(
    response: Mapping[str, Any], service: str, operation: str, *, action: str, resource: str
) -> CallFailed:
    error = response.get("Error") or {}
    metadata = response.get("ResponseMetadata") or {}
    headers = {str(name).lower(): clean.text(str(value)) for name, value in metadata.get("HTTPHeaders", {}).items()}
    request_id = str(
        metadata.get("RequestId") or headers.get("x-amzn-requestid") or headers.get("x-amz-request-id") or ""
    )
    code, message = _shown(str(error.get("Code") or "")), _shown(str(error.get("Message") or ""))
    status = int(metadata.get("HTTPStatusCode") or 0)
    return CallFailed(
        kind_of(code or str(status), message, status, is_awss=_is_awss(operation, request_id, headers)),
        service,
        operation,
        action=action,
        resource=clean.text(resource),
        code=code,
        message=message,
        request_id=clean.text(request_id),
        status=status,
        headers=headers,
    )


def _is_awss(operation: str, request_id: str, headers: Mapping[str, str]) -> bool:
    """AWS sends a request id; a HEAD, which never has a body, is believed unless it announces a web page."""
    is_head = operation.startswith("head_")
    return bool(request_id) or (is_head and not headers.get("content-type", "").startswith("text/html"))


def _title(page: str) -> str:
    found = _TITLE.search(page)
    return f": {' '.join(clean.text(found.group(1)).split())[:100]}" if found else ""


def _shown(message: str) -> str:
    if _WEB_PAGE.match(message):
        return f"a web page, not an answer of AWS{_title(message)}"
    cleaned = clean.text(message)
    return cleaned if len(cleaned) <= LONGEST_MESSAGE else cleaned[:LONGEST_MESSAGE] + "…"
