"""What the stand-in holds: the environment's state, and who is calling.

Everything is replaced at once by :meth:`World.seed`, under the lock that every request takes.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from canvas_kms_tui.demo.environments import credentials_for

if TYPE_CHECKING:
    from canvas_kms_tui.demo.call import Call

_KEPT = 20_000  # requests that are kept for tests to look at


@dataclass(frozen=True, slots=True)
class Denial:
    """One refusal to an identity: actions and resources with ``*`` and ``?``, and the wording's layer."""

    action: str
    resource: str = "*"
    because: str = "no identity-based policy allows"


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller. ``denied`` is all that it may not do: whatever is not named is allowed."""

    arn: str
    account: str
    user_id: str
    denied: tuple[Denial, ...] = ()
    expired: bool = False


Seeder = Callable[["World", Mapping[str, Any]], None]
_SEEDERS: list[Seeder] = []


def seeder(function: Seeder) -> Seeder:
    """Register a function that fills one service from an environment's document."""
    _SEEDERS.append(function)
    return function


@dataclass
class World:
    """All state but moto's own."""

    document: Mapping[str, Any] = field(default_factory=dict)
    identities: dict[str, Identity] = field(default_factory=dict)
    operator: Identity | None = None
    state: dict[str, Any] = field(default_factory=dict)
    log: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_KEPT))
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def account(self) -> str:
        return str(self.document["account"])

    @property
    def partition(self) -> str:
        return str(self.document["partition"])

    def seed(self, document: Mapping[str, Any]) -> None:
        """Forget everything and become this environment."""
        with self.lock:
            self.document = document
            self.identities = {}
            self.state = {}
            self.log.clear()
            self.now = datetime.now(UTC)
            self.operator = self.add_identity(document["operator"])
            for fill in _SEEDERS:
                fill(self, document)

    def add_identity(self, entry: Mapping[str, Any]) -> Identity:
        """Know an identity by its credentials."""
        arn = str(entry["arn"])
        parts = arn.split(":", 5)
        identity = Identity(
            arn=arn,
            account=parts[4],
            user_id=_user_id(parts[5]),
            denied=tuple(_denial(denied) for denied in entry.get("denied", ())),
            expired=bool(entry.get("expired", False)),
        )
        self.identities[credentials_for(arn).access_key_id] = identity
        return identity

    def note(self, call: Call) -> None:
        """Keep a request for tests to look at; of contents only the size."""
        params = {
            name: f"{len(value)} bytes" if isinstance(value, bytes) else value for name, value in call.params.items()
        }
        self.log.append(
            {"service": call.service, "operation": call.operation, "region": call.region, "caller": call.caller.arn,
             "params": params}
        )  # fmt: skip

    def clock(self) -> datetime:
        """The present moment; ``now`` is that of the last seeding."""
        return datetime.now(UTC)

    def section(self, service: str, account: str, region: str = "") -> dict[str, Any]:
        """The state of one service in one account and Region."""
        found: dict[str, Any] = self.state.setdefault(f"{service}/{account}/{region}", {})
        return found


def _user_id(tail: str) -> str:
    if tail.startswith("assumed-role/"):
        return "AROASTANDIN0OPERATOR0:" + tail.rsplit("/", 1)[1]
    return "AIDASTANDIN0OPERATOR0"


def _denial(written: Any) -> Denial:
    return Denial(written) if isinstance(written, str) else Denial(**written)
