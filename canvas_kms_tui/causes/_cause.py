"""Owns what a cause is, and how it says its findings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Certainty, CouldNotCheck, Evidence, Finding, Severity, Status
from canvas_kms_tui.import_path import ImportPath


class Group(StrEnum):
    """The layers of the tree, in the order in which they are shown."""

    WHO = "Who asks"
    ROLE = "Role permissions"
    KEY = "The keys"
    KEY_POLICY = "Key policies"
    STORAGE = "Canvas storage"
    SOURCE = "Source data"
    AROUND = "Around them"


_MENDING = "**How to mend it.**"

Check = Callable[[Facts, ImportPath], Awaitable[Sequence[Finding]]]
Fixes = Callable[[Facts, ImportPath, Finding], Awaitable[Sequence[Fix]]]
Confirm = Callable[[Facts, ImportPath, Finding, timedelta], Awaitable[Finding]]


async def _no_fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    return ()


async def _as_it_was(facts: Facts, path: ImportPath, finding: Finding, since: timedelta) -> Finding:
    return finding


async def _nothing(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    return ()


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason why an import fails. A module in ``causes`` names one ``CAUSE`` and has ``check`` and maybe ``fixes``.

    Attributes:
        id: the slug that users see; it never changes once released.
        title: what is true when all is well, one line.
        group: where it stands in the tree.
        severity: of its failures.
        source: the FAQ item or AWS page that it comes from.
        auto: whether the program may apply its fix.
        reads: the API calls that it needs.
        order: its place in lists; the FAQ's own causes come first.
        help: the module's docstring: what it checks, why that breaks an import, how to mend it.
        confirm: the finding again, with what CloudTrail of a window says; runs after the verdict, never before.
    """

    id: str
    title: str
    group: Group
    severity: Severity
    source: str
    auto: Auto | None
    reads: tuple[str, ...]
    order: int
    help: str = ""
    check: Check = field(default=_nothing, repr=False)
    fixes: Fixes = field(default=_no_fixes, repr=False)
    confirm: Confirm = field(default=_as_it_was, repr=False)

    def _finding(self, status: Status, resource: str, summary: str, **more: Any) -> Finding:
        loud = status in (Status.FAIL, Status.WARN, Status.UNKNOWN, Status.BLOCKED)
        certainty = more.pop("certainty", Certainty.CERTAIN)
        severity = more.pop("severity", self.severity if loud else Severity.INFO)
        return Finding(
            cause=self.id,
            title=self.title,
            status=status,
            severity=severity,
            certainty=certainty,
            summary=summary,
            resource=resource,
            layer=self.group,
            **more,
        )

    def passes(self, resource: str, summary: str, evidence: Sequence[Evidence] = (), **more: Any) -> Finding:
        """All is well; information is a pass too."""
        return self._finding(Status.PASS, resource, summary, evidence=tuple(evidence), **more)

    def fails(self, resource: str, summary: str, evidence: Sequence[Evidence] = (), **more: Any) -> Finding:
        """It breaks the import; ``certainty`` must be certain or likely."""
        return self._finding(Status.FAIL, resource, summary, evidence=tuple(evidence), **more)

    def warns(self, resource: str, summary: str, evidence: Sequence[Evidence] = (), **more: Any) -> Finding:
        return self._finding(Status.WARN, resource, summary, evidence=tuple(evidence), **more)

    def unknown(self, resource: str, why: CouldNotCheck, summary: str = "", **more: Any) -> Finding:
        """It could not be checked; ``why`` says which permission is missing."""
        text = summary or f"Not known: {why.action} on {why.resource}: {why.reason}."
        return self._finding(Status.UNKNOWN, resource, text, could_not_check=why, **more)

    def blocked(self, resource: str, by: str, summary: str, **more: Any) -> Finding:
        """It cannot be judged before the cause ``by`` is mended."""
        return self._finding(Status.BLOCKED, resource, summary, blocked_by=by, **more)

    def advice(self) -> tuple[Fix, ...]:
        """What the help says of mending it, for a finding that there is nothing to change for."""
        _, _, text = self.help.partition(_MENDING)
        text = " ".join(text.partition("\n\n")[0].split())
        return (Fix(f"{self.id}/advice", "What to do", Auto.NEVER, text=text),) if text else ()

    def not_applicable(self, resource: str, summary: str) -> Finding:
        return self._finding(Status.NOT_APPLICABLE, resource, summary)
