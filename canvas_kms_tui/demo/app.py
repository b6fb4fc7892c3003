"""The WSGI application: who calls, what is asked, may it be answered, by whom."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from moto.core.request import Request

from canvas_kms_tui.demo import denials, moto_side, services, wire
from canvas_kms_tui.demo.call import GUARDS, OPERATIONS, Answer, AwsError, Call
from canvas_kms_tui.demo.naming import partition_of
from canvas_kms_tui.demo.services import cloudtrail
from canvas_kms_tui.demo.world import Identity, World

log = logging.getLogger(__name__)

CONTROL = "/_demo/"
TOKEN_HEADER = "X-Demo-Token"


class StandIn:
    """AWS, as far as an import into Canvas needs it.

    Paths under ``/_demo/`` steer it (new environment, log of requests) and want ``token``.
    """

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token
        services.register()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = moto_side.ServerRequest(environ)
        request.get_data(cache=True)  # before the lock: a client that is slow to send holds nobody up
        with self._world.lock:
            answer = self._control(request) if request.path.startswith(CONTROL) else self._answer(request)
        headers = [(name, str(value)) for name, value in answer.headers.items() if name.lower() != "status"]
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers.append(("Content-Length", str(len(answer.body))))
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        return [b"" if request.method == "HEAD" else answer.body]

    def _control(self, request: Request) -> Answer:
        if request.headers.get(TOKEN_HEADER) != self._token:
            return Answer(403, {}, b"")
        if request.path == CONTROL + "environment" and request.method == "POST":
            self._world.seed(json.loads(request.get_data()))
            return Answer(200, {}, b"{}")
        if request.path == CONTROL + "requests":
            return Answer(
                200, {"Content-Type": "application/json"}, json.dumps(list(self._world.log), default=str).encode()
            )
        return Answer(404, {}, b"")

    def _answer(self, request: Request) -> Answer:
        scope = wire.credential_scope(request)
        if scope is None:
            return self._unsigned(request)
        access_key, region, service = scope
        caller = self._caller(access_key)
        try:
            model, params = wire.parse(service, request)
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is not in the API as we know it
            return Answer(501, {"Content-Type": "text/plain"}, f"the stand-in knows no {service} {problem}".encode())
        call = Call(
            self._world, service, model.name, params, region, partition_of(region), caller, request,
            forward=lambda: moto_side.answer(service, request, caller.account),
        )  # fmt: skip
        self._world.note(call)
        try:
            return self._perform(call, model)
        except AwsError as error:
            return wire.failure(service, request, error)
        except Exception as problem:  # noqa: BLE001 - a defect of the stand-in is an answer, not a dropped connection
            log.error("%s", traceback.format_exc())
            text = f"the stand-in failed at {service}:{model.name}: {type(problem).__name__}: {problem}"
            return wire.failure(service, request, AwsError("StandInFailure", text, 501))

    def _perform(self, call: Call, model: Any) -> Answer:
        try:
            GUARDS.get(call.service, denials.check)(call)
            handler = OPERATIONS.get((call.service, call.operation))
            result = handler(call) if handler else call.forward()
        except AwsError as refused:
            cloudtrail.record(call, refused)
            raise
        if isinstance(result, Answer) and result.status >= HTTPStatus.BAD_REQUEST:
            return result
        cloudtrail.record(call, None)
        return result if isinstance(result, Answer) else wire.success(model, call.request, result)

    def _caller(self, access_key: str) -> Identity:
        known = self._world.identities.get(access_key) or self._world.operator
        assert known is not None
        return known

    def _unsigned(self, request: Request) -> Answer:
        if request.method == "OPTIONS":
            return moto_side.answer("s3", request, self._world.account)
        return wire.failure("s3", request, AwsError("AccessDenied", "Access Denied", 403))
