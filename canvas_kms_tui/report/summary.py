"""What many diagnoses say together: which causes, how many targets, which one change repairs most of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from canvas_kms_tui.findings import CallStats, Diagnosis, Status, VerdictStatus

#: So many different changes are told apart; where there are more, the rarest are forgotten.
_CHANGES = 20_000
_SHOWN = 10
_LOUD = (Status.FAIL, Status.WARN, Status.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Repair:
    """One change, proven for each target that it counts: with it nothing of what was found fails any more."""

    key: str
    title: str
    cause: str
    document: str
    resource: str


@dataclass(frozen=True, slots=True)
class Row:
    """One diagnosis in a line."""

    account: str
    region: str
    domain_id: str
    user_profile: str
    verdict: str
    most_likely: str | None
    headline: str


@dataclass(slots=True)
class Summary:
    """Grows with each diagnosis and keeps none of them: its size does not hang on how many there are."""

    verdicts: Counter[str] = field(default_factory=Counter)
    causes: dict[str, Counter[str]] = field(default_factory=dict)
    repairs: Counter[str] = field(default_factory=Counter)
    accounts: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)
    domains: int = 0
    not_entered: list[tuple[str, str, str]] = field(default_factory=list)
    empty: list[tuple[str, str, str | None]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    not_reached: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    _known: dict[str, Repair] = field(default_factory=dict)

    @property
    def targets(self) -> int:
        return self.verdicts.total()

    def add(self, row: Row, loud: Mapping[str, str], repairs: Iterable[Repair], calls: CallStats) -> None:
        self.verdicts[row.verdict] += 1
        self.accounts.add(row.account)
        self.regions.add(row.region)
        for cause, status in loud.items():
            self.causes.setdefault(cause, Counter())[status] += 1
        for repair in repairs:
            self.repairs[repair.key] += 1
            self._known[repair.key] = repair
        if len(self.repairs) > _CHANGES:
            self.repairs = Counter(dict(self.repairs.most_common(_CHANGES // 2)))
            self._known = {key: self._known[key] for key in self.repairs}
        for name in ("made", "denied", "throttled"):
            self.calls[name] += getattr(calls, name)

    def best(self) -> list[tuple[Repair, int]]:
        """The changes that repair most targets, the most first."""
        return [(self._known[key], count) for key, count in self.repairs.most_common(_SHOWN)]

    def ranked_causes(self) -> list[tuple[str, Counter[str]]]:
        return sorted(self.causes.items(), key=lambda each: (*(-each[1][status.value] for status in _LOUD), each[0]))

    def data(self) -> dict[str, Any]:
        """The dump's member ``summary``."""
        return {
            "targets": self.targets,
            "accounts": len(self.accounts),
            "regions": len(self.regions),
            "domains": self.domains,
            "verdicts": {status.value: self.verdicts[status.value] for status in VerdictStatus},
            "causes": [
                {"cause": cause, **{status.value: counts[status.value] for status in _LOUD}}
                for cause, counts in self.ranked_causes()
            ],
            "repairs": [
                {"title": each.title, "cause": each.cause, "document": each.document, "resource": each.resource,
                 "repairs": count}
                for each, count in self.best()
            ],
            "not_entered": [
                {"account": account, "region": region, "reason": reason} for account, region, reason in self.not_entered
            ],
            "empty": [
                {"account": account, "region": region, "domain_id": domain} for account, region, domain in self.empty
            ],
            "left_out": [{"account": account, "reason": reason} for account, reason in self.left_out],
            "not_reached": self.not_reached,
            "calls": {name: self.calls[name] for name in ("made", "denied", "throttled")},
        }  # fmt: skip

    def headline(self) -> str:
        """One sentence."""
        if not self.targets:
            return "Nothing was diagnosed: there is no user profile in any of the places."
        parts = [f"{self.verdicts[each.value]} {each.value}" for each in VerdictStatus if self.verdicts[each.value]]
        head = f"{counted(self.targets, 'target')} in {counted(len(self.accounts), 'account')}: {', '.join(parts)}."
        return f"{head} {self.repair_sentence()}".rstrip()

    def repair_sentence(self) -> str:
        broken = self.verdicts[VerdictStatus.BROKEN.value]
        if not broken or not self.repairs:
            return ""
        repair, count = self.best()[0]
        return f"One change to the {repair.document} of {repair.resource} repairs {count} of {broken} broken."

    def sections(self) -> list[tuple[str, list[str]]]:
        """Title and lines, for the reports that humans read."""
        found: list[tuple[str, list[str]]] = []
        repairs = [
            f"{count} repaired by: {each.title} ({each.cause}; {each.document} of {each.resource})"
            for each, count in self.best()
        ]
        causes = [
            f"{cause}: " + ", ".join(f"{counts[s.value]} {s.value}" for s in _LOUD if counts[s.value])
            for cause, counts in self.ranked_causes()
        ]
        found += [("Which one change repairs most", repairs), ("Which causes", causes)]
        found.append(("Not entered", _cut([f"{a}, {r}: {why}" for a, r, why in self.not_entered])))
        found.append(("Left out", _cut([f"{account}: {why}" for account, why in self.left_out])))
        found.append(("Nothing there to diagnose", _cut([_nothing(*each) for each in self.empty])))
        if self.not_reached:
            found.append(("Not reached", [f"{counted(self.not_reached, 'place')} (account and Region) before the end"]))
        return [(title, lines) for title, lines in found if lines]


def _nothing(account: str, region: str, domain: str | None) -> str:
    what = f"Domain {domain} has no user profile" if domain else "no SageMaker Domain"
    return f"{account}, {region}: {what}"


def _cut(lines: list[str], most: int = 100) -> list[str]:
    return lines if len(lines) <= most else [*lines[:most], f"and {len(lines) - most} more"]


def counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def row_of(diagnosis: Diagnosis) -> Row:
    target, verdict = diagnosis.target, diagnosis.verdict
    return Row(
        target.account,
        target.region,
        target.domain_id,
        target.user_profile,
        verdict.status.value,
        verdict.most_likely,
        verdict.headline,
    )
