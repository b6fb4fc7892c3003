"""The words, signs and order that the reports for humans share."""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts.terms import Origin
from canvas_kms_tui.findings import Diagnosis, Finding, Seen, Severity, Sourced, Status, VerdictStatus

SIGN = {
    Status.PASS: "✓",
    Status.FAIL: "✗",
    Status.WARN: "!",
    Status.UNKNOWN: "?",
    Status.BLOCKED: "-",
    Status.NOT_APPLICABLE: "·",
}
VERDICT_SIGN = {
    VerdictStatus.BROKEN: "✗",
    VerdictStatus.HEALTHY: "✓",
    VerdictStatus.INCOMPLETE: "?",
    VerdictStatus.WARNINGS: "!",
}
DECISION_SIGN = {"allowed": "✓", "explicitly_denied": "✗", "implicitly_denied": "✗", "unknown": "?"}

_WHO_APPLIES = {
    Auto.YES: "can be applied here",
    Auto.OWNER: "for the owner to decide",
    Auto.NEVER: "never applied by this program",
}

#: What needs attention first.
_STATUS_ORDER = (Status.FAIL, Status.WARN, Status.UNKNOWN, Status.BLOCKED, Status.PASS, Status.NOT_APPLICABLE)
_SEVERITY_ORDER = tuple(Severity)


def by_urgency(diagnosis: Diagnosis) -> list[Finding]:
    """The findings, worst first; the most likely cause before everything."""
    likely = diagnosis.verdict.most_likely

    def rank(finding: Finding) -> tuple[int, bool, int]:
        return (
            _STATUS_ORDER.index(finding.status),
            finding.cause != likely,
            _SEVERITY_ORDER.index(finding.severity),
        )

    return sorted(diagnosis.findings, key=rank)


def by_gap(findings: Sequence[Finding]) -> list[list[Finding]]:
    """The findings in their order, those together that are unknown for want of the very same answer."""
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        alone = finding.could_not_check is None or bool(finding.seen or finding.fixes)
        gap = finding.could_not_check
        key = finding.id if alone or gap is None else (finding.status, gap.action, gap.resource, gap.reason)
        groups.setdefault(key, []).append(finding)
    return list(groups.values())


def needs_words(finding: Finding) -> bool:
    """Whether a reader wants all of it: everything but a pass and what does not apply."""
    return finding.status not in (Status.PASS, Status.NOT_APPLICABLE)


def who_applies(fix: Fix) -> str:
    return _WHO_APPLIES[fix.auto]


def proof(fix: Fix) -> str:
    """What the simulation said of the fix; empty for a fix that changes nothing."""
    if not fix.changes:
        return ""
    if fix.proven:
        return fix.proof or "proven: with it the simulated import passes and nothing that passed now fails"
    if fix.proven is False:
        return "not proven" + (f": {fix.proof}" if fix.proof else "")
    return "not simulated yet"


def seen_line(seen: Seen) -> str:
    """What CloudTrail has of it, and whether that is at odds with the simulation."""
    odds = f"; at odds with the simulation: {seen.contradicts}" if seen.contradicts else ""
    return f"CloudTrail: {seen} ({seen.certainty.value}): {seen.message}{odds}"


def coverage_line(diagnosis: Diagnosis) -> str:
    counts = diagnosis.coverage()
    parts = [f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if name != "planned" and count]
    return f"{counts['planned']} planned: {', '.join(parts)}" if parts else "nothing planned"


def calls_line(diagnosis: Diagnosis) -> str:
    calls = diagnosis.calls
    return f"{calls.made} made, {calls.denied} denied, {calls.throttled} throttled, {calls.seconds:.1f} s"


def one_line(text: str) -> str:
    return " ".join(text.split())


def resolved_rows(diagnosis: Diagnosis) -> list[tuple[str, str, str]]:
    """(what, value, where it comes from)"""
    resolved = diagnosis.resolved
    rows = [
        ("execution role", resolved.execution_role.value or "not known", resolved.execution_role.origin),
        ("artifact location", resolved.artifact_location.value or "not known", resolved.artifact_location.origin),
        ("artifact key", resolved.artifact_key.value or _absent(resolved.artifact_key), resolved.artifact_key.origin),
        ("Domain key", resolved.domain_key.value or _absent(resolved.domain_key), resolved.domain_key.origin),
    ]
    rows += [("source key", arn or "none", uri) for uri, arn in resolved.source_keys]
    return rows


def _absent(key: Sourced) -> str:
    """A key that could not be read is not a key that is not there."""
    return "not known" if key.origin == Origin.UNREAD else "none"


def target_line(diagnosis: Diagnosis) -> str:
    target = diagnosis.target
    return f"{target.domain_id} / {target.user_profile}, account {target.account}, {target.region} ({target.partition})"


def datasets_line(diagnosis: Diagnosis) -> str:
    return ", ".join(dataset.uri for dataset in diagnosis.target.datasets) or "source not checked: no dataset was given"


def ids(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names))
