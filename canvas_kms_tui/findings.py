"""What a diagnosis says: statuses, findings, evidence, the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from canvas_kms_tui.change import Fix
from canvas_kms_tui.target import Target


class Status(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"
    NOT_APPLICABLE = "not_applicable"


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Certainty(StrEnum):
    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class VerdictStatus(StrEnum):
    BROKEN = "broken"
    HEALTHY = "healthy"
    INCOMPLETE = "incomplete"
    WARNINGS = "warnings"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observed fact: ``what`` it is, its ``value``, and the API call (or rule) it comes from."""

    what: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class CouldNotCheck:
    """Why something is unknown, and the statement that would let us know.

    ``action`` is the IAM action that was refused (``kms:GetKeyPolicy``), ``grant`` a policy statement for
    the operator, or None where no statement would help (throttled, unreachable, another account's policy).
    """

    action: str
    resource: str
    reason: str
    grant: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Refusals in CloudTrail that fit a finding: confirmation, never the only proof.

    ``certainty``: likely where key or object fit, possible where only role and time do. ``layer`` is what AWS's wording
    names, or "". ``contradicts`` says where that is at odds with the simulation, or "". ``whole`` is False where older
    events of the window were not read.
    """

    count: int
    first: datetime
    last: datetime
    certainty: Certainty
    layer: str
    message: str
    contradicts: str = ""
    whole: bool = True

    def __str__(self) -> str:
        times = "once" if self.count == 1 else f"{self.count}{'' if self.whole else ' or more'} times"
        return f"seen at {self.last:%H:%M} UTC on {self.last:%Y-%m-%d}, {times}"


@dataclass(frozen=True, slots=True)
class Altered:
    """One management event that altered the key, bucket, role or Domain in question."""

    time: datetime
    event: str
    resource: str
    caller: str
    error: str = ""

    def __str__(self) -> str:
        tried = f" (refused: {self.error})" if self.error else ""
        return f"{self.time:%Y-%m-%d %H:%M} UTC  {self.event} on {self.resource} by {self.caller}{tried}"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What AWS itself says of one request, beside our own answer; ``source`` says who and about which layers only.

    One that is not ``comparable`` was asked in another way than the import asks; ``note`` says what differs.
    """

    source: str
    action: str
    resource: str
    says: str
    ours: str
    note: str = ""
    comparable: bool = True

    @property
    def agrees(self) -> bool:
        return not self.comparable or self.says == self.ours


@dataclass(frozen=True, slots=True)
class Affected:
    """The user profiles of the Domain that resolve to the same broken thing, this one included.

    ``looked_at`` of ``total`` profiles were compared.
    """

    what: str
    profiles: tuple[str, ...]
    looked_at: int
    total: int

    def __str__(self) -> str:
        part = "" if self.looked_at == self.total else f" looked at (the Domain has {self.total})"
        verb = "is" if len(self.profiles) == 1 else "are"
        return f"{len(self.profiles)} of {self.looked_at} user profiles{part} {verb} affected: the same {self.what}"


@dataclass(frozen=True, slots=True)
class Said:
    """The message that was pasted: what it says, and which finding (its id) it belongs to, or None."""

    message: str
    about: str
    text: str
    causes: tuple[str, ...]
    layer: str = ""
    finding: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one cause for one resource.

    ``resource`` is an ARN. ``step_ids`` are the steps of the import that it explains; ``statement`` points at
    the deciding statement as ``(document name, index)`` where there is one. ``explanation`` is the longer why.
    """

    cause: str
    title: str
    status: Status
    severity: Severity
    certainty: Certainty
    summary: str
    resource: str
    evidence: tuple[Evidence, ...] = ()
    blocked_by: str | None = None
    could_not_check: CouldNotCheck | None = None
    fixes: tuple[Fix, ...] = ()
    layer: str = ""
    explanation: str = ""
    step_ids: tuple[str, ...] = ()
    statement: tuple[str, int] | None = None
    counts: bool = True  #: False for an unread organization guardrail: an assumption, not a gap
    seen: Seen | None = None

    @property
    def id(self) -> str:
        """Tells the findings of one cause apart: ``cause`` or ``cause=resource``."""
        return f"{self.cause}={self.resource}"


@dataclass(frozen=True, slots=True)
class DecidedBy:
    """One statement (or absence of one) that decided a step; ``statement`` is its index in ``document``."""

    layer: str
    document: str
    statement: int | None
    sid: str | None
    why: str


@dataclass(frozen=True, slots=True)
class StepResult:
    """One request of the import and how AWS would decide it, in the words of the dump."""

    step: str
    title: str
    action: str
    resource: str
    decision: str
    decided_by: tuple[DecidedBy, ...]
    assuming: tuple[str, ...]
    explanation: str = ""
    group: str = ""  #: read, decrypt, copy, encrypt, read back, …: the stations of the path line
    blocked_by: str | None = None
    required: bool = True  #: False for what an import can do without (browsing)


@dataclass(frozen=True, slots=True)
class Sourced:
    """A resolved value and where it came from (``user profile``, ``Domain``, ``sharing settings``, ``default``…)."""

    value: str | None
    origin: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """Which role, location and keys the import uses. A part that could not be read has value None and says so."""

    execution_role: Sourced
    artifact_location: Sourced
    artifact_key: Sourced
    domain_key: Sourced
    source_keys: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    status: VerdictStatus
    most_likely: str | None
    headline: str


@dataclass(frozen=True, slots=True)
class CallStats:
    """Requests sent (retries included), refused, throttled, and the seconds from first to last."""

    made: int = 0
    denied: int = 0
    throttled: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Diagnosis:
    target: Target
    resolved: Resolved
    verdict: Verdict
    import_path: tuple[StepResult, ...]
    findings: tuple[Finding, ...]
    calls: CallStats = field(default_factory=CallStats)
    accepted_unknown: tuple[str, ...] = ()
    said: Said | None = None
    timeline: tuple[Altered, ...] = ()  #: what was altered, the newest first
    opinions: tuple[Opinion, ...] = ()
    affected: Affected | None = None
    trail_gap: CouldNotCheck | None = None  #: why CloudTrail could not be asked, where it was

    def coverage(self) -> dict[str, int]:
        counts = {status.value: 0 for status in Status}
        for finding in self.findings:
            counts[finding.status.value] += 1
        return {"planned": len(self.findings), **counts}
