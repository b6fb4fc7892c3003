"""The journal in words: for a terminal and for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from canvas_kms_tui.changes.entries import ChangeRecord, Entry
from canvas_kms_tui.changes.record import digests


def journal_text(entries: Sequence[Entry]) -> str:
    """The journal for a terminal, the newest entry first."""
    if not entries:
        return "The journal is empty: nothing has been changed from here.\n"
    return "\n".join(_entry_text(entry) for entry in reversed(entries))


def journal_json(entries: Sequence[Entry]) -> str:
    """The journal for machines, the oldest entry first; documents are given by their digests."""
    return json.dumps({"journal_version": "1", "entries": [_entry_json(entry) for entry in entries]}, indent=2) + "\n"


def _entry_text(entry: Entry) -> str:
    undone = f" by {entry.undone_by}" if entry.undone_by else ""
    lines = [
        f"{entry.id}  {entry.result}{undone}  {entry.header.title}",
        f"    {entry.time}  account {entry.header.account}  {entry.header.caller}  {entry.header.source}",
        *([f"    damaged: {entry.damaged}"] if entry.damaged else []),
        *(f"    {_record_text(record)}" for record in entry.records),
    ]
    return "\n".join(map(_one_line, lines)) + "\n"


def _one_line(text: str) -> str:
    """What a value of the journal says cannot begin a line of its own, which would read like another entry."""
    return "    " * text.startswith("    ") + " ".join(text.split()) if len(text.splitlines()) > 1 else text


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
