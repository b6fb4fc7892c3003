"""Times in environment files: ISO 8601, or an age like ``-3d``, ``-2h``, ``+12d`` from the moment of seeding."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_AGE = re.compile(r"^([+-])(\d+)([dhms])$")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def when(text: str | None, now: datetime, default: str = "-30d") -> datetime:
    """The moment that ``text`` means. Raises ValueError where it means none."""
    written = text or default
    if found := _AGE.match(written):
        step = timedelta(**{_UNITS[found[3]]: int(found[2])})
        return now - step if found[1] == "-" else now + step
    moment = datetime.fromisoformat(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
