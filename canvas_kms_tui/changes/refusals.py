"""Writes that AWS is known to refuse, said before they are tried."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.edits.documents import as_list, statements

#: IAM user guide, "IAM identifiers": what a policy shows in the place of a principal that was deleted.
_DELETED = re.compile(r"A[A-Z]{2}A[A-Z0-9]{12,}")


def refusals(changes: Sequence[Change]) -> list[str]:
    """Why AWS would refuse; empty where nothing is known against the changes."""
    return [
        f"KMS would refuse the key policy, because it names the deleted identity {name}: remove that first"
        for change in changes
        if change.operation == "PutKeyPolicy"
        for name in dict.fromkeys(_deleted(change.after))
    ]


def _deleted(document: Any) -> Iterator[str]:
    for statement in statements(document):
        principal = statement.get("Principal")
        names = as_list(principal.get("AWS")) if isinstance(principal, Mapping) else []
        yield from (str(name) for name in names if _DELETED.fullmatch(str(name)))
