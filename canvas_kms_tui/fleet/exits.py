"""Exit codes: one rule for every format."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import IntEnum

from canvas_kms_tui.findings import Diagnosis, Status, VerdictStatus
from canvas_kms_tui.report.asides import Asides
from canvas_kms_tui.verdict import counts


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


def exit_code(
    diagnoses: Iterable[Diagnosis], fail_on: Collection[str] = ("fail",), asides: Asides | None = None
) -> Exit:
    """1 where a finding reaches ``fail_on`` (``warn`` includes ``fail``), else 3 where a gap counts, else 0.

    What is suppressed does not count.
    """
    reached = {Status.FAIL, Status.WARN} if "warn" in fail_on else {Status.FAIL}
    asides = asides or Asides()
    incomplete = False
    for diagnosis in diagnoses:
        counted = [finding for finding in diagnosis.findings if asides.of(finding) is None]
        if any(finding.status in reached for finding in counted):
            return Exit.FOUND
        gaps = len(counted) == len(diagnosis.findings) and diagnosis.verdict.status is VerdictStatus.INCOMPLETE
        incomplete = incomplete or gaps or any(counts(finding, diagnosis.accepted_unknown) for finding in counted)
    return Exit.INCOMPLETE if incomplete else Exit.CLEAN
