"""Which place is next: one Region of an account at a time, so that an account's limits hold for all of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from canvas_kms_tui.fleet.places import Place

#: How often a place is begun anew after its worker died.
TRIES = 3


class Dispatch:
    """The places that are still to be done; used from one thread."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._waiting: deque[Place] = deque(places)
        self._running: dict[str, Place] = {}
        self._busy: set[str] = set()
        self._lost: dict[str, int] = {}
        self.planned = len(self._waiting)

    @property
    def left(self) -> int:
        """Places that are not done."""
        return len(self._waiting) + len(self._running)

    @property
    def accounts(self) -> int:
        """How many places could be worked on at the same time."""
        return len({place.account for place in self._waiting})

    def take(self) -> Place | None:
        """The next place of an account that nobody works on; None where there is none at present."""
        for _ in range(len(self._waiting)):
            place = self._waiting.popleft()
            if place.account not in self._busy:
                self._busy.add(place.account)
                self._running[place.key] = place
                return place
            self._waiting.append(place)
        return None

    def done(self, key: str) -> None:
        self._busy.discard(self._running.pop(key).account)

    def lost(self, key: str) -> bool:
        """The worker of this place died: it is done again, unless that has happened too often (then False)."""
        place = self._running[key]
        self._lost[key] = self._lost.get(key, 0) + 1
        if self._lost[key] >= TRIES:
            return False
        self.done(key)
        self._waiting.appendleft(place)
        return True
