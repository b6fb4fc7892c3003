"""Owns one step of the import: a request that the execution role makes, and how it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from canvas_kms_tui.findings import CouldNotCheck, DecidedBy, StepResult
from canvas_kms_tui.import_path.obstacles import Obstacle
from canvas_kms_tui.import_path.resolve import KeyUse
from canvas_kms_tui.policy import Answer, Decision, Layers, Request


class Station(StrEnum):
    """Where on the way of an import a step belongs, in order."""

    BROWSE = "browse"
    READ = "read"
    DECRYPT = "decrypt"
    COPY = "copy"
    ENCRYPT = "encrypt"
    READ_BACK = "read back"
    UPLOAD = "upload"
    STORAGE = "app storage"


class Side(StrEnum):
    """Which bucket or key a step touches: the customer's source, Canvas' own place, the Domain's storage."""

    SOURCE = "source"
    ARTIFACT = "artifact"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class Step:
    """One request of the import.

    ``name`` is the step's id in the dump. ``use`` is the key that a KMS step uses. ``obstacle`` is what refuses the
    request before any policy is asked. ``gap`` is why the request could not even be formed. ``headerless``: a write
    without SSE header, for which AWS's texts disagree. ``required`` is False for what an import can do without
    (browsing).
    """

    name: str
    station: Station
    side: Side
    title: str
    action: str
    resource: str
    request: Request | None = None
    layers: Layers | None = None
    answer: Answer | None = None
    use: KeyUse | None = None
    obstacle: Obstacle | None = None
    gap: CouldNotCheck | None = None
    headerless: bool = False
    required: bool = True
    foreign: bool = False
    unread_keys: Mapping[str, CouldNotCheck] = field(default_factory=dict)
    unseen: CouldNotCheck | None = None
    _result: StepResult | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def id(self) -> str:
        return f"{self.name}:{self.action}:{self.resource}"

    @property
    def decision(self) -> Decision:
        """How AWS would decide; an obstacle refuses whatever the policies say.

        A denial of which only the kind is not known counts as implicit.
        """
        if self.obstacle:
            return Decision.IMPLICITLY_DENIED
        if self.answer is None:
            return Decision.UNKNOWN
        if self.answer.decision is Decision.UNKNOWN and self.answer.denied:
            return Decision.IMPLICITLY_DENIED
        if self.unseen and self.answer.decision is Decision.ALLOWED:
            return Decision.UNKNOWN
        return self.answer.decision

    @property
    def is_kms(self) -> bool:
        return self.action.startswith("kms:")

    @property
    def result(self) -> StepResult:
        if self._result is None:
            object.__setattr__(self, "_result", self._as_result())
        assert self._result is not None
        return self._result

    def _as_result(self) -> StepResult:
        return StepResult(
            step=self.name,
            title=self.title,
            action=self.action,
            resource=self.resource,
            decision=str(self.decision),
            decided_by=self._decided_by(),
            assuming=tuple(str(layer) for layer in self.answer.assuming) if self.answer else (),
            explanation=self._explanation(),
            group=self.station,
            blocked_by=self.obstacle.cause if self.obstacle else None,
            required=self.required,
        )

    def _decided_by(self) -> tuple[DecidedBy, ...]:
        if self.obstacle:
            return (DecidedBy("resource_state", self.resource, None, None, self.obstacle.text),)
        if gap := self.gap or (self.unseen if self.decision is Decision.UNKNOWN else None):
            return (DecidedBy("not_read", gap.action, None, None, gap.reason),)
        if self.answer is None:
            return ()
        return tuple(
            DecidedBy(str(by.layer), by.document, by.statement, by.sid, by.why) for by in self.answer.decided_by
        )

    def _explanation(self) -> str:
        if self.obstacle:
            return f"{self.action} on {self.resource} fails: {self.obstacle.text}."
        if self.gap:
            return f"{self.action} could not be simulated: {self.gap.reason}."
        if self.unseen and self.decision is Decision.UNKNOWN:
            return f"The policies allow {self.action}, but the key itself could not be looked at: {self.unseen.reason}."
        return self.answer.explanation if self.answer else ""
