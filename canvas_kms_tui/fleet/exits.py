"""Exit codes: one rule for every format."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import IntEnum

from canvas_kms_tui.findings import Diagnosis, Status, VerdictStatus


class Exit(IntEnum):
    """The words between this program and the shell."""

    CLEAN = 0
    FOUND = 1
    USAGE = 2
    INCOMPLETE = 3
    CREDENTIALS = 4
    REFUSED = 5
    DEFECT = 70
    CANCELLED = 130


def exit_code(diagnoses: Iterable[Diagnosis], fail_on: Collection[str] = ("fail",)) -> Exit:
    """1 where a finding reaches ``fail_on`` (``warn`` includes ``fail``), else 3 where a gap counts, else 0."""
    reached = {Status.FAIL, Status.WARN} if "warn" in fail_on else {Status.FAIL}
    incomplete = False
    for diagnosis in diagnoses:
        if any(finding.status in reached for finding in diagnosis.findings):
            return Exit.FOUND
        incomplete = incomplete or diagnosis.verdict.status is VerdictStatus.INCOMPLETE
    return Exit.INCOMPLETE if incomplete else Exit.CLEAN
