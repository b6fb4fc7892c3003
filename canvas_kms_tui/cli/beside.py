"""``--suppress`` and ``--compare``: read before anything is asked of AWS, told beside every diagnosis."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from canvas_kms_tui.causes import catalogue
from canvas_kms_tui.cli.options import PROGRAM, Options, UsageError
from canvas_kms_tui.findings import Diagnosis
from canvas_kms_tui.fleet import compare, suppress
from canvas_kms_tui.report.asides import Asides


class Beside:
    """What the two files say."""

    def __init__(self, options: Options) -> None:
        """Raises :class:`UsageError` where a file cannot be meant; what has run out is said on stderr."""
        try:
            known = [cause.id for cause in catalogue()]
            every = suppress.load(_path(options.suppress), known) if options.suppress else []
            self._before = compare.load(_path(options.compare)) if options.compare else None
        except suppress.BadSuppressions as bad:
            raise UsageError(f"--suppress {bad}") from None
        except compare.BadBaseline as bad:
            raise UsageError(f"--compare {bad}") from None
        self.suppressions, self.run_out = suppress.still_valid(every, datetime.now(UTC).date())
        for each in self.run_out:
            line = f"the suppression of {each.cause} on {each.resource} ran out on {each.until}: it counts again"
            print(f"{PROGRAM}: {line}", file=sys.stderr)

    @property
    def fingerprint(self) -> str:
        """The same for the same earlier dump."""
        return repr(sorted((key, sorted(rows)) for key, rows in (self._before or {}).items()))

    def before_of(self, account: str, region: str | None) -> list[Any] | None:
        """What the earlier dump says of one place, as data: Domain, profile, rows. None where nothing is compared."""
        if self._before is None:
            return None
        return [
            [key[2], key[3], [list(row) for row in sorted(rows)]]
            for key, rows in self._before.items()
            if key[0] == account and region in (None, key[1])
        ]

    def of(self, diagnoses: Sequence[Diagnosis]) -> Asides:
        compared = None if self._before is None else compare.compare(self._before, diagnoses)
        return Asides(self.suppressions, compared)


def _path(said: str) -> Path:
    return Path(said).expanduser()
