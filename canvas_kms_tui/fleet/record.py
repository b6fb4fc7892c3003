"""What a worker hands over, one JSON line each: a finished target, written in every format; a finished place."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from canvas_kms_tui import report
from canvas_kms_tui.findings import CallStats, Diagnosis, Status
from canvas_kms_tui.fleet.exits import exit_code
from canvas_kms_tui.fleet.proofs import changes_key
from canvas_kms_tui.report import Report, many
from canvas_kms_tui.report.summary import Repair, Row, row_of

_ORDER = (Status.FAIL, Status.WARN, Status.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Result:
    """One diagnosis. ``parts`` is its piece of each format's one report, ``files`` its own report where those go to a
    directory; ``exit`` is what it alone would end with."""

    place: str
    row: Row
    loud: Mapping[str, str]
    repairs: Sequence[Repair]
    exit: int
    calls: CallStats
    parts: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> tuple[str, str]:
        return self.row.domain_id, self.row.user_profile


@dataclass(frozen=True, slots=True)
class Ended:
    """A place is done. ``empty`` are Domains without profiles, None for a place without Domains."""

    place: str
    account: str
    region: str
    domains: int
    empty: tuple[str | None, ...] = ()
    not_entered: str = ""
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Pulse:
    """A sign of life from a worker: requests sent and throttled up to now, by it."""

    place: str
    made: int
    throttled: int


Record = Result | Ended | Pulse
_KINDS: dict[str, type[Result] | type[Ended] | type[Pulse]] = {"result": Result, "ended": Ended, "pulse": Pulse}


def result_of(place: str, diagnosis: Diagnosis, frame: Report, *, fail_on: Sequence[str], formats: Sequence[str],
              own_files: bool) -> Result:  # fmt: skip
    """``frame`` is the report that the diagnosis is a part of: source, time, suppressions, comparison."""
    own = dataclasses.replace(frame, diagnoses=[diagnosis])
    return Result(
        place=place,
        row=row_of(diagnosis),
        loud=_loud(diagnosis, frame),
        repairs=tuple(_repairs(diagnosis, frame)),
        exit=int(exit_code([diagnosis], fail_on, frame.asides)),
        calls=diagnosis.calls,
        parts={name: many.part(name, own) for name in formats},
        files={name: report.render(name, own) for name in formats} if own_files else {},
    )


def _loud(diagnosis: Diagnosis, frame: Report) -> dict[str, str]:
    """Each cause that says something, with the worst of its statuses; what is suppressed or assumed is left out."""
    found: dict[str, str] = {}
    for status in reversed(_ORDER):
        for finding in diagnosis.findings:
            if finding.status is status and finding.counts and frame.asides.of(finding) is None:
                found[finding.cause] = status.value
    return found


def _repairs(diagnosis: Diagnosis, frame: Report) -> list[Repair]:
    """The single changes with which nothing of what was found fails: proven, and for every failing finding."""
    failing = [
        finding for finding in diagnosis.findings if finding.status is Status.FAIL and frame.asides.of(finding) is None
    ]
    ways = [
        {changes_key(fix): fix for fix in finding.fixes if fix.proven and len(fix.changes) == 1} for finding in failing
    ]
    if not ways:
        return []
    shared = set.intersection(*(set(way) for way in ways))
    found = []
    for key in sorted(shared):
        fix, change = ways[0][key], ways[0][key].changes[0]
        name = hashlib.sha256(key.encode()).hexdigest()[:24]
        found.append(Repair(name, fix.title, failing[0].cause, change.document, change.resource))
    return found


def to_line(record: Record) -> str:
    kind = next(name for name, each in _KINDS.items() if isinstance(record, each))
    return json.dumps({"kind": kind, **dataclasses.asdict(record)}, separators=(",", ":")) + "\n"


def from_line(line: str | bytes) -> Record:
    """Raises ValueError, KeyError or TypeError where it is none."""
    data: dict[str, Any] = json.loads(line)
    made = _KINDS[data.pop("kind")]
    if made is Result:
        data["row"], data["calls"] = Row(**data["row"]), CallStats(**data["calls"])
        data["repairs"] = tuple(Repair(**each) for each in data["repairs"])
    if made is Ended:
        data["empty"] = tuple(data["empty"])
    return made(**data)
