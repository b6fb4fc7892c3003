"""Owns the case file: the recorded calls of a diagnosis, as JSON that a stranger's machine can open.

Version 1. Members that a reader does not know are ignored, members that an older version lacks have defaults; only a
newer major version is refused. Times are written as ``{"$time": RFC 3339}``. The schema is ``case.schema.json``.
"""

from __future__ import annotations

import gzip
import json
import os
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from canvas_kms_tui import __version__
from canvas_kms_tui.aws import clean, shapes
from canvas_kms_tui.gateway import Caller, CallFailed, CannotConnect, FailureKind
from canvas_kms_tui.target import Dataset, Target

VERSION: Final = "1"
_TIME: Final = "$time"
_USAGE: Final = 2
#: A gzip bomb must not fill the memory.
LARGEST: Final = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call: what was asked, and the answer or the failure. ``region`` is always the real one."""

    service: str
    operation: str
    region: str
    params: Mapping[str, Any]
    answer: Mapping[str, Any] | None = None
    failure: Mapping[str, Any] | None = None

    @property
    def key(self) -> str:
        return call_key(self.service, self.operation, self.region, self.params)

    def failed(self) -> CallFailed:
        """The failure as the gateway raises it."""
        said = dict(self.failure or {})
        kind = FailureKind(said.pop("kind", FailureKind.UNREACHABLE))
        return CallFailed(kind, self.service, self.operation, **said)


@dataclass(frozen=True, slots=True)
class Case:
    """A recorded diagnosis. ``redacted`` says that names are pseudonyms."""

    caller: Caller
    region: str
    target: Target | None
    calls: tuple[Recorded, ...]
    recorded_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    tool_version: str = __version__
    redacted: bool = False


#: Parameters that differ from run to run and do not change what is asked.
_MOMENTARY: Final = frozenset({"StartTime", "EndTime"})


def call_key(service: str, operation: str, region: str, params: Mapping[str, Any]) -> str:
    """Tells calls apart: two calls with one key ask the same."""
    lasting = {name: value for name, value in params.items() if name not in _MOMENTARY}
    return json.dumps([service, operation, region, lasting], sort_keys=True, default=str)


def write(case: Case, path: Path) -> None:
    """Write ``case`` whole or not at all, mode 0600; gzipped when the name ends in ``.gz``.

    Raises:
        OSError: it cannot be written there.
    """
    data = json.dumps(as_json(case), indent=1, ensure_ascii=False).encode() + b"\n"
    write_private(path, gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def write_private(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read(path: Path) -> Case:
    """Open a case file, or the case of a support bundle.

    Raises:
        CannotConnect: it is not there, not a case, or of a newer version; exit code 2.
    """
    return from_json(_document(path), str(path))


def _document(path: Path) -> Any:
    data = _content(path)
    if len(data) > LARGEST:
        raise _refused(str(path), f"it is larger than {LARGEST // 2**20} MB")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _refused(str(path), f"it is not JSON ({error})") from error


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.peek(4)[:4]
        if start == b"PK\x03\x04":
            from canvas_kms_tui.aws.bundle import case_in

            return case_in(path)
        with gzip.open(path) if start[:2] == b"\x1f\x8b" else path.open("rb") as file:
            return file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _refused(str(path), getattr(error, "strerror", None) or str(error)) from error


def _refused(name: str, why: str) -> CannotConnect:
    return CannotConnect(f"cannot open the case {name}: {clean.text(why)}", _USAGE)


def _timed(value: Any) -> Any:
    """``value`` with its times as datetimes."""
    if isinstance(value, Mapping):
        if value.keys() == {_TIME}:
            return _moment(value[_TIME])
        return {name: _timed(item) for name, item in value.items()}
    return [_timed(item) for item in value] if isinstance(value, list) else value


def as_json(case: Case) -> dict[str, Any]:
    return {
        "case_version": VERSION,
        "tool": {"name": "canvas-kms-tui", "version": case.tool_version},
        "recorded_at": case.recorded_at.isoformat(timespec="seconds"),
        "redacted": case.redacted,
        "caller": {"account": case.caller.account, "arn": case.caller.arn, "partition": case.caller.partition},
        "region": case.region,
        "target": _target_as_json(case.target),
        "calls": [_call_as_json(call) for call in case.calls],
    }


def _call_as_json(call: Recorded) -> dict[str, Any]:
    outcome = {"answer": call.answer} if call.answer is not None else {"failure": call.failure}
    asked = {"service": call.service, "operation": call.operation, "region": call.region, "params": call.params}
    written: dict[str, Any] = _with_times({**asked, **outcome})
    return written


def _with_times(value: Any) -> Any:
    if isinstance(value, datetime):
        return {_TIME: value.astimezone(UTC).isoformat()}
    if isinstance(value, Mapping):
        return {str(name): _with_times(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_times(item) for item in value]
    return value


def _target_as_json(target: Target | None) -> dict[str, Any] | None:
    if target is None:
        return None
    return {
        "domain_id": target.domain_id,
        "user_profile": target.user_profile,
        "datasets": [dataset.uri for dataset in target.datasets],
        "use_case": target.use_case,
        "local_upload": target.local_upload,
        "error_text": target.error_text,
    }


def from_json(document: Any, name: str) -> Case:
    """The case in a parsed document.

    Raises:
        CannotConnect: it is none; the message names ``name`` and the missing member.
    """
    if not isinstance(document, dict) or "case_version" not in document:
        raise _refused(name, "it is not a case file (no case_version)")
    if str(document["case_version"]).split(".")[0] != VERSION:
        raise _refused(name, f"it is of version {document['case_version']}; this program reads {VERSION}: upgrade it")
    try:
        document = _timed(clean.Cleaner().tree(document))
        caller = Caller(**{part: str(document["caller"][part]) for part in ("account", "arn", "partition")})
        region = str(document["region"])
        return Case(
            caller=caller,
            region=region,
            target=_target_from_json(document.get("target"), caller, region),
            calls=tuple(_call_from_json(call, region) for call in document["calls"]),
            recorded_at=_moment(document["recorded_at"]),
            tool_version=str(document.get("tool", {}).get("version", "")),
            redacted=bool(document.get("redacted")),
        )
    except KeyError as missing:
        raise _refused(name, f"it lacks {missing}") from missing
    except (TypeError, ValueError, AttributeError) as error:
        raise _refused(name, f"it is malformed ({error})") from error


def _moment(said: str) -> datetime:
    """A time that names no zone is UTC."""
    moment = datetime.fromisoformat(said)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _call_from_json(call: Mapping[str, Any], region: str) -> Recorded:
    if not isinstance(call.get("answer"), dict) and not isinstance(call.get("failure"), dict):
        raise ValueError(f"{call['service']} {call['operation']} has neither answer nor failure")
    shapes.check_answer(str(call["service"]), str(call["operation"]), call.get("answer") or {})
    return Recorded(
        service=str(call["service"]),
        operation=str(call["operation"]),
        region=str(call.get("region") or region),
        params=dict(call.get("params") or {}),
        answer=call.get("answer"),
        failure=_failure_from_json(call.get("failure")),
    )


def _failure_from_json(failure: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if failure is None:
        return None
    return {"kind": FailureKind(failure["kind"]).value, **shapes.failure(failure)}


def _target_from_json(said: Mapping[str, Any] | None, caller: Caller, region: str) -> Target | None:
    if not said:
        return None
    return Target(
        account=caller.account,
        partition=caller.partition,
        region=region,
        domain_id=str(said["domain_id"]),
        user_profile=str(said["user_profile"]),
        datasets=tuple(Dataset.parse(uri) for uri in said.get("datasets") or ()),
        use_case=shapes.text_or_none(said, "use_case"),
        local_upload=bool(said.get("local_upload")),
        error_text=shapes.text_or_none(said, "error_text"),
    )
