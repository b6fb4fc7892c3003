"""The journal and a plan in words: for a terminal, for machines, and for the one who must approve."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes.diff import diff
from canvas_kms_tui.changes.entries import ChangeRecord, Entry
from canvas_kms_tui.changes.export_cli import as_cli
from canvas_kms_tui.changes.planfile import Plan
from canvas_kms_tui.changes.record import digests
from canvas_kms_tui.findings import Diagnosis


def journal_text(entries: Sequence[Entry]) -> str:
    """The journal for a terminal, the newest entry first."""
    if not entries:
        return "The journal is empty: nothing has been changed from here.\n"
    return "\n".join(_entry_text(entry) for entry in reversed(entries))


def journal_json(entries: Sequence[Entry]) -> str:
    """The journal for machines, the oldest entry first; documents are given by their digests."""
    return json.dumps({"journal_version": "1", "entries": [_entry_json(entry) for entry in entries]}, indent=2) + "\n"


def change_request(plan: Plan, diagnosis: Diagnosis | None = None) -> str:
    """Markdown for the approver: what, why, proof, undo."""
    chosen = {finding for finding, _ in plan.fixes}
    found = [finding for finding in diagnosis.findings if finding.id in chosen] if diagnosis else []
    why = [f"- `{finding.cause}`: {finding.summary}" for finding in found] or ["- See the diagnosis."]
    parts = [
        f"# Change request: {plan.title}",
        f"Target: `{plan.target}`",
        "\n".join(["## Why", "", *why]),
        f"## Proof\n\n{plan.proof}",
        "## What",
        *(_change_section(number, change) for number, change in enumerate(plan.changes, 1)),
    ]
    return "\n\n".join(parts) + "\n"


def _change_section(number: int, change: Change) -> str:
    shown = "\n".join(str(line) for line in diff(change))
    lines = [
        f"### {number}. {change.action} on `{change.resource}`",
        f"Undo ({change.undo.value}): {change.undo_note}",
        *([f"To confirm, type `{change.confirm}`. {change.confirm_why}"] if change.confirm else []),
        _fenced("diff", shown),
        _fenced("sh", as_cli(change)),
    ]
    return "\n\n".join(lines)


def _fenced(language: str, text: str) -> str:
    """A code block whose fence is longer than any in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def _entry_text(entry: Entry) -> str:
    undone = f" by {entry.undone_by}" if entry.undone_by else ""
    lines = [
        f"{entry.id}  {entry.result}{undone}  {entry.header.title}",
        f"    {entry.time}  account {entry.header.account}  {entry.header.caller}  {entry.header.source}",
        *([f"    damaged: {entry.damaged}"] if entry.damaged else []),
        *(f"    {_record_text(record)}" for record in entry.records),
    ]
    return "\n".join(lines) + "\n"


def _record_text(record: ChangeRecord) -> str:
    change, result = record.change, record.result.value if record.result else "open"
    return f"{change.action} on {change.resource}: {result}. {record.text}".strip()


def _entry_json(entry: Entry) -> dict[str, Any]:
    header = {name: getattr(entry.header, name) for name in entry.header.__dataclass_fields__}
    return {
        "id": entry.id,
        "time": entry.time,
        **header,
        "result": entry.result,
        "undone_by": entry.undone_by,
        "damaged": entry.damaged or None,
        "changes": [_record_json(record) for record in entry.records],
    }


def _record_json(record: ChangeRecord) -> dict[str, Any]:
    change = record.change
    return {
        "service": change.service,
        "operation": change.operation,
        "resource": change.resource,
        "document": change.document,
        "undo": change.undo.value,
        "result": record.result.value if record.result else "open",
        "text": record.text,
        "request_id": record.request_id,
        "waited_seconds": record.waited,
        "digests": digests(change),
    }
