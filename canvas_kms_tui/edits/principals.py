"""The principals that a policy names: replacing one, and removing identities that were deleted. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from canvas_kms_tui.edits.documents import CannotEdit, Json, as_list, plain, statements, with_statements

#: IAM user guide, "IAM identifiers": what a policy shows in the place of a principal that was deleted.
_DELETED = re.compile(r"A[A-Z]{2}A[A-Z0-9]{12,}")


def replace_principal(document: Json, *, index: int, old: str, new: str | None) -> dict[str, Any]:
    """The policy with one principal of one statement replaced, or removed when ``new`` is None.

    A statement whose last principal is removed goes as a whole.

    Raises:
        CannotEdit: ``NotPrincipal`` would name nobody any more, so that the statement would mean everybody.
    """
    found = statements(document)
    element = "Principal" if "Principal" in found[index] else "NotPrincipal"
    principal = found[index].get(element)
    if not isinstance(principal, Mapping):
        raise ValueError(f"statement {index} names no principal {old!r}")
    kept = {kind: _replaced(names, old, new) for kind, names in principal.items()}
    kept = {kind: names for kind, names in kept.items() if names}
    if kept:
        found[index] = {**found[index], element: kept}
        return with_statements(document, found)
    if element == "NotPrincipal":
        raise CannotEdit(f"statement {index} exempts nobody but {old}: without it the statement would mean everybody")
    return with_statements(document, found[:index] + found[index + 1 :])


def deleted_identities(document: Json | None) -> tuple[str, ...]:
    """The unique ids (``AROA…``) that stand in the place of deleted identities, each once."""
    return tuple(dict.fromkeys(name for _, name in _deleted(document)))


def without_deleted(document: Json) -> dict[str, Any]:
    """The policy without its deleted identities, which match nobody; AWS takes no policy that names one.

    Raises:
        CannotEdit: as :func:`replace_principal`.
    """
    new = plain(document)
    for index, name in reversed(_deleted(document)):
        new = replace_principal(new, index=index, old=name, new=None)
    return dict(new)


def _deleted(document: Json | None) -> list[tuple[int, str]]:
    return [
        (index, name)
        for index, statement in enumerate(statements(document))
        for element in ("Principal", "NotPrincipal")
        if isinstance(principal := statement.get(element), Mapping)
        for name in map(str, as_list(principal.get("AWS")))
        if _DELETED.fullmatch(name)
    ]


def _replaced(names: Any, old: str, new: str | None) -> Any:
    if isinstance(names, str):
        return new if names == old else names
    swapped = [new if name == old else name for name in as_list(names)]
    return list(dict.fromkeys(name for name in swapped if name))
