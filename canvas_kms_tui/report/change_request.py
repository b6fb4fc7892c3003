"""A change request in Markdown for whoever approves: what, why, proof, who else, undo, and how it is applied.

Whatever comes from AWS stands in a code span or is escaped, as in the report for tickets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from canvas_kms_tui.change import Change, Undo
from canvas_kms_tui.changes import (
    Advice,
    Plan,
    Proof,
    RepairPlan,
    as_cli,
    as_cloudformation,
    as_powershell,
    as_terraform,
    diff,
)
from canvas_kms_tui.findings import Diagnosis, StepResult
from canvas_kms_tui.report.markdown import block, code, escape

_MARKS = {"allowed": "✓ allowed", "unknown": "? unknown"}


def change_request(
    plan: Plan, diagnosis: Diagnosis | None = None, *, repair: RepairPlan | None = None, advice: Advice | None = None
) -> str:
    """The request for one plan; ``repair`` is what it was made of, with the proof and the other ways."""
    parts = [
        f"# Change request: {escape(plan.title)}",
        f"Target: {code(str(plan.target))}",
        _why(plan, diagnosis),
        _proof(plan, repair.proof if repair else None),
        *_advice(advice),
        "## What",
        *(
            _change(number, change, managed=_is_managed(change, advice))
            for number, change in enumerate(plan.changes, 1)
        ),
        _undo(plan.changes),
        *_left(repair),
        *_others(repair),
    ]
    return "\n\n".join(parts) + "\n"


def _why(plan: Plan, diagnosis: Diagnosis | None) -> str:
    chosen = {finding for finding, _ in plan.fixes}
    found = [finding for finding in diagnosis.findings if finding.id in chosen] if diagnosis else []
    why = [f"- {code(finding.cause)}: {escape(finding.summary)}" for finding in found] or ["- See the diagnosis."]
    return "\n".join(["## Why", "", *why])


def _proof(plan: Plan, proof: Proof | None) -> str:
    lines = ["## Proof", "", escape(plan.proof)]
    if proof is not None:
        lines += ["", "| request | on | now | with the change |", "|---|---|---|---|", *_rows(proof)]
        lines += ["", "### Who else", "", *(f"- {escape(line)}" for line in proof.others or ("Nobody else is named.",))]
    return "\n".join(lines)


def _rows(proof: Proof) -> Iterator[str]:
    """The import path before and after, a row for each request; one that moves elsewhere has a row on each side."""
    before = {(step.step, step.action, step.resource): step for step in proof.before}
    after = {(step.step, step.action, step.resource): step for step in proof.after}
    for key in {**before, **after}:
        now, then = before.get(key), after.get(key)
        yield f"| {_cell(key[1])} | {_cell(key[2])} | {_decision(now)} | {_decision(then)} |"


def _cell(text: str) -> str:
    """A bar ends a cell, in a code span too."""
    return code(text).replace("|", "\\|")


def _decision(step: StepResult | None) -> str:
    if step is None:
        return "–"
    decision = str(step.decision)
    return _MARKS.get(decision, "✗ " + decision.replace("_", " "))


def _advice(advice: Advice | None) -> Iterator[str]:
    if advice is not None and (advice.warnings or advice.said):
        lines = [f"- **{escape(line)}**" for line in advice.warnings] + [f"- {escape(line)}" for line in advice.said]
        yield "\n".join(["## To know before", "", *lines])


def _is_managed(change: Change, advice: Advice | None) -> bool:
    return advice is not None and change.resource in advice.managed


def _change(number: int, change: Change, *, managed: bool) -> str:
    as_code = [
        "Preferred, as code. Terraform:",
        block(as_terraform(change), "hcl"),
        "CloudFormation:",
        block(as_cloudformation(change), "json"),
    ]
    lines = [
        f"### {number}. {code(change.action)} on {code(change.resource)}",
        f"Undo ({change.undo.value}): {escape(change.undo_note)}",
        *([f"To confirm, type {code(change.confirm)}. {escape(change.confirm_why)}"] if change.confirm else []),
        block("\n".join(str(line) for line in diff(change)), "diff"),
        *(as_code if managed else []),
        "In bash:",
        block(as_cli(change), "sh"),
        "In PowerShell:",
        block(as_powershell(change), "powershell"),
    ]
    return "\n\n".join(lines)


def _undo(changes: Sequence[Change]) -> str:
    lines = [
        "## Undo",
        "",
        f"{code('canvas-kms-tui --undo ENTRY --expect-account ID')}, with the entry that applying prints; it is "
        "refused where somebody changed a document since. In reverse order:",
        "",
        *(f"- {_undo_line(change)}" for change in reversed(changes)),
    ]
    return "\n".join(lines)


def _undo_line(change: Change) -> str:
    kind = {Undo.EXACT: "exact", Undo.COMPENSATING: "by another call", Undo.NONE: "none"}[change.undo]
    return f"{code(change.action)} on {code(change.resource)}: {kind}. {escape(change.undo_note)}"


def _left(repair: RepairPlan | None) -> Iterator[str]:
    if repair is not None and repair.left:
        left = [f"- {code(finding.cause)}: {escape(finding.summary)}" for finding in repair.left]
        yield "\n".join(["## What this leaves to others", "", *left])


def _others(repair: RepairPlan | None) -> Iterator[str]:
    if repair is not None and repair.alternatives:
        lines = [f"{number}. {escape(other.title)}" for number, other in enumerate(repair.alternatives, 1)]
        told = f"Each does the same; {code('--alternative N')} beside {code('--plan')} plans it instead."
        yield "\n".join(["## Other ways", "", told, "", *lines])
