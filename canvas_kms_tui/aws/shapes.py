"""Owns of which kind a case file's parts must be: somebody else wrote it, and its readers trust AWS's shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from canvas_kms_tui.aws.fields import FIELDS

_KINDS: Final = {str: "a text", int: "a number", dict: "an object"}
_FAILURE: Final[dict[str, type]] = {
    "action": str, "resource": str, "code": str, "message": str, "request_id": str, "status": int, "headers": dict,
}  # fmt: skip


def text_or_none(said: Mapping[str, Any], name: str) -> str | None:
    """Raises ValueError where the member is something else."""
    value = said.get(name)
    if value is not None:
        _demand(name, value, str)
    return value


def failure(said: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a failure that are known, beside its kind.

    Raises:
        ValueError: one is of another kind.
    """
    known = {name: said[name] for name in _FAILURE if name in said}
    for name, value in known.items():
        _demand(f"failure.{name}", value, _FAILURE[name])
    return known


def check_answer(service: str, operation: str, answer: Mapping[str, Any]) -> None:
    """Raises ValueError where a member that holds others is no object and no list."""
    for path in FIELDS.get((service, operation), "").split():
        holders = path.split(".")[:-1]
        _walk(answer, holders, f"the answer of {service} {operation}: ")


def _walk(value: Any, holders: list[str], where: str) -> None:
    if isinstance(value, list):
        for item in value:
            _walk(item, holders, where)
        return
    if value is None:
        return
    if not isinstance(value, Mapping):
        raise ValueError(f"{where.rstrip(': .')} is neither an object nor a list")
    if holders and holders[0] in value:
        _walk(value[holders[0]], holders[1:], f"{where}{holders[0]}.")


def _demand(name: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        raise ValueError(f"{name} is not {_KINDS[kind]}")
