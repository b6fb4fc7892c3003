"""Writes that AWS is known to refuse, said before they are tried."""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.change import Change
from canvas_kms_tui.edits.principals import deleted_identities


def refusals(changes: Sequence[Change]) -> list[str]:
    """Why AWS would refuse; empty where nothing is known against the changes."""
    return [
        f"KMS would refuse the key policy, because it names the deleted identity {name}: remove that first"
        for change in changes
        if change.operation == "PutKeyPolicy"
        for name in deleted_identities(change.after)
    ]
