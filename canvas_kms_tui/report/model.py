"""What a report is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from canvas_kms_tui import __version__
from canvas_kms_tui.findings import Diagnosis
from canvas_kms_tui.report.asides import Asides

TOOL = "canvas-kms-tui"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """Diagnoses of one run. ``source`` is ``live``, ``case`` or ``demo``; ``generated_at`` is an aware time.

    ``asides`` are suppressions and a comparison, where they were asked for.
    """

    source: str
    diagnoses: Sequence[Diagnosis]
    generated_at: datetime = field(default_factory=_now)
    version: str = __version__
    asides: Asides = field(default_factory=Asides)


def rfc3339(moment: datetime) -> str:
    """``2026-01-31T09:05:07Z``; seconds are enough for a report."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
