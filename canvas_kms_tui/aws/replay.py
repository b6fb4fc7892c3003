"""Owns the gateway that answers from a case file."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

from canvas_kms_tui.aws.case import Case, call_key, read
from canvas_kms_tui.aws.operations import Place
from canvas_kms_tui.aws.reads import check_read
from canvas_kms_tui.findings import CallStats
from canvas_kms_tui.gateway import CallFailed, Connection, FailureKind, Response

NO_WRITER = "a case file is a recording: send the change to whoever owns the account"


class CaseGateway:
    """Answers what was recorded; anything else is *not recorded*, with the command that would record it."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._calls = {call.key: call for call in case.calls}
        self._place = Place(case.caller.partition, case.region, case.caller.account)

    async def call(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        allowed = check_read(service, operation, params)
        place = self._place.at(region)
        recorded = self._calls.get(call_key(service, operation, place.region, params))
        if recorded is None:
            resource = allowed.resource(params, place)
            raise self._not_recorded(service, operation, allowed.actions[0], resource)
        if recorded.answer is None:
            raise recorded.failed()
        answer: Mapping[str, Any] = deepcopy(dict(recorded.answer))
        return answer

    def stats(self) -> CallStats:
        return CallStats()

    def now(self) -> datetime:
        return self._case.recorded_at

    def _not_recorded(self, service: str, operation: str, action: str, resource: str) -> CallFailed:
        return CallFailed(
            FailureKind.NOT_RECORDED,
            service,
            operation,
            action=action,
            resource=resource,
            code="NotRecorded",
            message=f"to record it: {record_command(self._case)}",
        )


def record_command(case: Case) -> str:
    """The command that records this diagnosis again."""
    words = ["canvas-kms-tui", "--batch", "--record", "case.json.gz", "--region", case.region]
    if case.target is not None:
        words += ["--domain-id", case.target.domain_id, "--user-profile", case.target.user_profile]
        for dataset in case.target.datasets:
            words += ["--dataset", dataset.uri]
    return shlex.join(words)


def open_case(path: Path) -> tuple[Connection, Case]:
    """A connection that answers from the file, and the case itself (its target, when it was recorded).

    Raises:
        CannotConnect: the file cannot be opened; exit code 2.
    """
    case = read(path)
    connection = Connection(
        gateway=CaseGateway(case),
        caller=case.caller,
        region=case.region,
        source="case",
        label=f"case {path.name}, recorded {case.recorded_at:%Y-%m-%d %H:%M} UTC",
        no_writer=NO_WRITER,
    )
    return connection, case
