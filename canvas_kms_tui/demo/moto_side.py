"""moto's part: S3, IAM and STS, asked directly, without its own web server and dispatch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.request import Request

from canvas_kms_tui.demo.call import Answer, AwsError


class ServerRequest(Request):
    """A request that came through a real web server (moto then leaves the Date header to it)."""

    from_wsgi_server = True


def answer(service: str, request: Request, account: str) -> Answer:
    """moto's answer to a request, made in ``account``.

    Raises:
        AwsError: moto has no such operation.
    """
    request.environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
    try:
        status, headers, body = _dispatcher(service, request)(request, request.raw_url, request.headers)
    except NotImplementedError as problem:
        raise AwsError("NotImplemented", f"the stand-in does not know this operation: {problem}", 501) from None
    body = body.encode() if isinstance(body, str) else body or b""
    return Answer(int(status), {name: str(value) for name, value in dict(headers).items()}, body)


def _dispatcher(service: str, request: Request) -> Callable[..., tuple[int, Any, Any]]:
    if service == "s3":
        return _s3_dispatcher(request)
    if service == "iam":
        from moto.iam.responses import IamResponse

        return IamResponse.dispatch
    if service == "sts":
        from moto.sts.responses import TokenResponse

        return TokenResponse.dispatch
    raise NotImplementedError(service)


def _s3_dispatcher(request: Request) -> Callable[..., tuple[int, Any, Any]]:
    from moto.s3.responses import S3Response

    bucket, _, key = request.raw_path.lstrip("/").partition("/")
    if not bucket:
        return S3Response.bucket_dispatch
    return S3Response.key_dispatch if key else S3Response.ambiguous_dispatch


def forget() -> None:
    """Empty every backend of moto."""
    from moto.core.base_backend import BackendDict
    from moto.s3.models import s3_backends

    BackendDict.reset()
    s3_backends.bucket_accounts.clear()
