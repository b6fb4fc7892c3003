"""A proxy on loopback that stands in front of a server that speaks the AWS APIs, and spoils its answers on purpose.

    with FaultProxy(upstream) as proxy:
        proxy.add(Fault(Kind.THROTTLE, service="kms", share=0.3))
        … endpoint_url=proxy.url …
        proxy.seen          # every request: service, action, when

The service is read from the credential scope of the Authorization header, the action from ``X-Amz-Target``, ``Action=``
or, for S3, from method and sub-resource. Faults are tried in the order added; the first that fits acts, but latency
adds to whatever follows. Choice by ``share`` is seeded, so that a run can be repeated.
"""

from __future__ import annotations

import asyncio
import random
import re
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from urllib.parse import parse_qs, unquote

from aiohttp import ClientSession, ClientTimeout, TCPConnector, web

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request")
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "content-length", "date", "server"}
_S3_SUBRESOURCES = {
    "policyStatus": "BucketPolicyStatus",
    "policy": "BucketPolicy",
    "encryption": "BucketEncryption",
    "cors": "BucketCors",
    "ownershipControls": "BucketOwnershipControls",
    "requestPayment": "BucketRequestPayment",
    "publicAccessBlock": "PublicAccessBlock",
    "location": "BucketLocation",
}


class Kind(StrEnum):
    LATENCY = "latency"  #: ``seconds`` more, then whatever follows
    THROTTLE = "throttle"
    DENY = "deny"
    ERROR = "error"  #: ``status`` with AWS's InternalFailure
    HTML = "html"  #: ``status`` with a web page
    HANG = "hang"  #: no answer, ever
    RESET = "reset"  #: the connection is cut before an answer
    PARTIAL = "partial"  #: half the body, then the connection is cut
    TRUNCATED = "truncated"  #: half the body, said to be whole
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way of spoiling. ``after``: the number of fitting requests that pass first; ``times``: spoil only so many."""

    kind: Kind
    service: str | None = None
    action: str | None = None
    share: float = 1.0
    after: int = 0
    times: int | None = None
    seconds: float = 0.1
    status: int = 503
    region: str | None = None

    def fits(self, request: Seen) -> bool:
        wanted = (self.service, self.action, self.region)
        return all(
            want in (None, got)
            for want, got in zip(wanted, (request.service, request.action, request.region), strict=True)
        )


@dataclass(frozen=True, slots=True)
class Seen:
    service: str
    action: str
    region: str
    path: str
    at: float = field(default_factory=time.monotonic, compare=False)


class FaultProxy:
    """Runs on its own thread and loop, so that it also works under a loop that is blocked."""

    def __init__(self, upstream: str, faults: Iterable[Fault] = (), *, seed: int = 0) -> None:
        self._upstream = upstream.rstrip("/")
        self._random = random.Random(seed)
        self._faults: list[Fault] = list(faults)
        self._met: dict[int, int] = {}
        self.seen: list[Seen] = []
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="fault-proxy", daemon=True)

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()
        self._met.clear()
        self.seen.clear()

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/{tail:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        connector = TCPConnector(limit=0)
        async with ClientSession(connector=connector, auto_decompress=False, timeout=ClientTimeout(60)) as self._client:
            self._ready.set()
            await self._stop.wait()
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        what = recognise(request, body)
        self.seen.append(what)
        fault = await self._chosen(what)
        match fault.kind if fault else None:
            case Kind.HANG:
                await self._stop.wait()
                return _cut(request)
            case Kind.RESET:
                return _cut(request)
            case None | Kind.PARTIAL | Kind.TRUNCATED:
                return await self._forward(request, body, fault.kind if fault else None)
        assert fault is not None
        return spoiled(fault, what)

    async def _chosen(self, what: Seen) -> Fault | None:
        for number, fault in enumerate(self._faults):
            if not fault.fits(what) or not self._acts(number, fault):
                continue
            if fault.kind is not Kind.LATENCY:
                return fault
            await asyncio.sleep(fault.seconds)
        return None

    def _acts(self, number: int, fault: Fault) -> bool:
        met = self._met.get(number, 0)
        self._met[number] = met + 1
        if met < fault.after or (fault.times is not None and met >= fault.after + fault.times):
            return False
        return fault.share >= 1 or self._random.random() < fault.share

    async def _forward(self, request: web.Request, body: bytes, spoil: Kind | None) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        url = self._upstream + request.raw_path
        async with self._client.request(
            request.method, _Raw(url), headers=headers, data=body or None, allow_redirects=False
        ) as answer:
            content = await answer.read()
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP}
            if request.method == "HEAD":
                kept.pop("Content-Encoding", None)
            half = content[: len(content) // 2]
            if spoil is Kind.PARTIAL:
                return await _half(request, answer.status, kept, half, len(content))
            return web.Response(status=answer.status, headers=kept, body=half if spoil else content)


def _Raw(url: str):  # noqa: N802 - reads as the type that it makes
    from yarl import URL

    return URL(url, encoded=True)


async def _half(
    request: web.Request, status: int, headers: dict[str, str], half: bytes, size: int
) -> web.StreamResponse:
    response = web.StreamResponse(status=status, headers=headers | {"Content-Length": str(max(size, 1))})
    await response.prepare(request)
    await response.write(half)
    if request.transport:
        request.transport.close()
    return response


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)


def recognise(request: web.Request, body: bytes) -> Seen:
    scope = _SCOPE.search(request.headers.get("Authorization", ""))
    region, service = scope.groups() if scope else ("", "")
    return Seen(service, _action(service, request, body), region, unquote(request.path))


def _action(service: str, request: web.Request, body: bytes) -> str:
    if target := request.headers.get("X-Amz-Target"):
        return target.rpartition(".")[2]
    if named := parse_qs(body.decode("utf-8", "replace")).get("Action"):
        return named[0]
    if service == "s3":
        return _s3_action(request)
    return f"{request.method} {request.path}"


def _s3_action(request: web.Request) -> str:
    verb = {"GET": "Get", "PUT": "Put", "DELETE": "Delete", "HEAD": "Head"}.get(request.method, request.method)
    if request.path.startswith("/v20180820/"):
        return f"{verb} {request.path}"
    is_object = "/" in request.path.strip("/")
    for query, name in _S3_SUBRESOURCES.items():
        if query in request.query and not is_object:
            return verb + name
    if "tagging" in request.query:
        return f"{verb}{'Object' if is_object else 'Bucket'}Tagging"
    if "acl" in request.query:
        return f"{verb}{'Object' if is_object else 'Bucket'}Acl"
    if verb == "Get" and not is_object:
        return "ListBuckets" if request.path == "/" else "ListObjectsV2"
    if is_object:
        return f"{verb}Object"
    return {"Put": "CreateBucket"}.get(verb, f"{verb}Bucket")


_CODES = {
    Kind.THROTTLE: (400, "ThrottlingException", "Rate exceeded"),
    Kind.DENY: (403, "AccessDeniedException", "User: you is not authorized to perform: this"),
    Kind.EXPIRED: (400, "ExpiredTokenException", "The security token included in the request is expired"),
    Kind.ERROR: (0, "InternalFailure", "We encountered an internal error"),
}
_S3_CODES = {
    Kind.THROTTLE: (503, "SlowDown", "Please reduce your request rate."),
    Kind.DENY: (403, "AccessDenied", "Access Denied"),
    Kind.EXPIRED: (400, "ExpiredToken", "The provided token has expired."),
    Kind.ERROR: (0, "InternalError", "We encountered an internal error. Please try again."),
}


def spoiled(fault: Fault, what: Seen) -> web.Response:
    """The answer that AWS (or a proxy between) gives when it fails in this way."""
    if fault.kind is Kind.HTML:
        page = "<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body>nginx</body></html>"
        return web.Response(status=fault.status, text=page, content_type="text/html")
    status, code, message = (_S3_CODES if what.service == "s3" else _CODES)[fault.kind]
    headers = {"x-amzn-RequestId": "11111111-2222-3333-4444-555555555555", "x-amz-request-id": "4442587FB7D0A2F9"}
    text, content_type = _error_body(what.service, code, message)
    return web.Response(status=status or fault.status, text=text, content_type=content_type, headers=headers)


def _error_body(service: str, code: str, message: str) -> tuple[str, str]:
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    if service == "s3":
        return error, "application/xml"
    if service == "ec2":
        return f"<Response><Errors>{error}</Errors><RequestID>1</RequestID></Response>", "text/xml"
    if service in ("sts", "iam"):
        return f"<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>", "text/xml"
    return f'{{"__type": "{code}", "message": "{message}"}}', "application/x-amz-json-1.1"
