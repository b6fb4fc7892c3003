"""Owns what a pasted message has to do with the findings: which one it belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.errors import recognise
from canvas_kms_tui.findings import Finding, Said, Status

_ORDER = (Status.FAIL, Status.WARN, Status.UNKNOWN, Status.BLOCKED)


def said_of(message: str | None, findings: Sequence[Finding]) -> Said | None:
    """What the message says, and the loudest finding that it points at; None without a message."""
    if not message or not message.strip():
        return None
    found = recognise(message)
    pointed = [one for one in findings if one.cause in found.causes and one.status in _ORDER]
    pointed.sort(key=lambda one: (_ORDER.index(one.status), found.causes.index(one.cause)))
    return Said(
        message=message,
        about=str(found.about),
        text=found.text,
        causes=found.causes,
        layer=found.layer,
        finding=pointed[0].id if pointed else None,
    )
