"""What is told beside a diagnosis: findings that somebody suppressed, and what changed since an earlier diagnosis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from canvas_kms_tui.findings import Diagnosis, Finding

#: cause, resource, status
Row = tuple[str, str, str]
#: account, Region, Domain, user profile
TargetKey = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Suppression:
    """One finding that does not count until the day ``until`` is over, and why."""

    cause: str
    resource: str
    reason: str
    until: date

    def fits(self, finding: Finding) -> bool:
        return (self.cause, self.resource) == (finding.cause, finding.resource)


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found (passes left out) against an earlier diagnosis of the same target."""

    new: tuple[Row, ...]
    fixed: tuple[Row, ...]
    unchanged: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Asides:
    """For the whole run. ``compared`` is None where nothing was compared."""

    suppressions: Sequence[Suppression] = ()
    compared: Mapping[TargetKey, Compared] | None = field(default=None)

    def suppressed(self, diagnosis: Diagnosis) -> list[Suppression]:
        """Those that fit a finding of this diagnosis."""
        return [each for each in self.suppressions if any(map(each.fits, diagnosis.findings))]

    def of(self, finding: Finding) -> Suppression | None:
        return next((each for each in self.suppressions if each.fits(finding)), None)

    def comparison(self, diagnosis: Diagnosis) -> Compared | None:
        return (self.compared or {}).get(target_key(diagnosis))

    def data(self, diagnosis: Diagnosis) -> dict[str, Any]:
        """The dump's members; each is there only where it was asked for."""
        data: dict[str, Any] = {}
        if suppressed := self.suppressed(diagnosis):
            data["suppressed"] = [
                {"cause": each.cause, "resource": each.resource, "reason": each.reason, "until": each.until.isoformat()}
                for each in suppressed
            ]
        if compared := self.comparison(diagnosis):
            data["compared"] = {
                name: [dict(zip(("cause", "resource", "status"), row, strict=True)) for row in getattr(compared, name)]
                for name in ("new", "fixed", "unchanged")
            }
        return data

    def sections(self, diagnosis: Diagnosis) -> list[tuple[str, list[str]]]:
        """Title and lines, for the reports that humans read."""
        found = []
        if suppressed := self.suppressed(diagnosis):
            lines = [f"{each.cause} on {each.resource}: {each.reason} (until {each.until})" for each in suppressed]
            found.append(("Suppressed", lines))
        if compared := self.comparison(diagnosis):
            parts = (("new", compared.new), ("fixed", compared.fixed), ("unchanged", compared.unchanged))
            lines = [
                f"{word}: {cause} on {resource} ({status})" for word, rows in parts for cause, resource, status in rows
            ]
            found.append(("Since the earlier diagnosis", lines or ["nothing then, nothing now"]))
        return found


def target_key(diagnosis: Diagnosis) -> TargetKey:
    target = diagnosis.target
    return target.account, target.region, target.domain_id, target.user_profile
