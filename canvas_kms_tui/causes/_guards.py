"""Owns how the causes about guardrails (boundary, SCP, RCP, endpoint policy) go over the steps of the import."""

from __future__ import annotations

from canvas_kms_tui.causes._cause import Cause
from canvas_kms_tui.causes._steps import judge
from canvas_kms_tui.findings import CouldNotCheck, Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame, Kind
from canvas_kms_tui.import_path.path import Judged
from canvas_kms_tui.policy import Unread


async def guard_finding(cause: Cause, path: ImportPath, resource: str, *, called: str, passes: str) -> Finding:
    """One finding for a guardrail over every step; steps that fail for other reasons do not concern it."""

    def says(item: Judged, blame: Blame) -> str:
        return f"{called} does not allow {item.step.action} on {item.step.resource}: {blame.text}."

    return judge(cause, resource, await path.judged(), says=says, passes=passes)


async def missing_statements(path: ImportPath, finding: Finding) -> list[dict[str, object]]:
    """What a guardrail that is silent would have to allow for the steps that the finding explains, least first."""
    wanted: dict[str, dict[str, None]] = {}
    for item in await path.judged():
        if any(blame.cause == finding.cause and blame.kind is Kind.DENIED for blame in item.blames):
            wanted.setdefault(item.step.resource, {})[item.step.action] = None
    by_actions: dict[tuple[str, ...], list[str]] = {}
    for resource, actions in wanted.items():
        by_actions.setdefault(tuple(actions), []).append(resource)
    return [
        {"Effect": "Allow", "Action": list(actions), "Resource": resources} for actions, resources in by_actions.items()
    ]


def unread_guardrail(cause: Cause, resource: str, unread: Unread) -> Finding:
    """An assumption, not a gap: hardly anybody may read the guardrails of an organization."""
    why = unread.detail
    if not isinstance(why, CouldNotCheck):
        why = CouldNotCheck("organizations:DescribeOrganization", resource, unread.layer_note, None)
    summary = f"The {unread.layer_note} could not be read; the import is judged as if none denies."
    return cause.unknown(resource, why, summary, severity=Severity.INFO, counts=False)
