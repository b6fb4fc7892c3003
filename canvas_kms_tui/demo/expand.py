"""Turning an environment file as it is written into one without references: ``extends`` and ``{…}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from canvas_kms_tui.demo.naming import REFERENCE, Names


class BadReference(ValueError):
    """A ``{…}`` reference to something that the file does not declare. ``pointer`` is its place."""

    def __init__(self, pointer: str, problem: str) -> None:
        super().__init__(problem)
        self.pointer = pointer


def merge(base: Any, patch: Any) -> Any:
    """RFC 7396: objects are merged, null removes, everything else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(base) if isinstance(base, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def expand(node: Any, names: Names, pointer: str = "") -> Any:
    """A copy of ``node`` with every reference replaced, in values and in the names of members.

    Raises:
        BadReference: a reference that means nothing.
    """
    if isinstance(node, str):
        return _replace(node, names, pointer)
    if isinstance(node, Mapping):
        return {
            _replace(name, names, f"{pointer}/{name}"): expand(value, names, f"{pointer}/{name}")
            for name, value in node.items()
        }
    if isinstance(node, list):
        return [expand(value, names, f"{pointer}/{index}") for index, value in enumerate(node)]
    return node


def _replace(text: str, names: Names, pointer: str) -> str:
    def value(found: re.Match[str]) -> str:
        try:
            return names.resolve(found[1], found[2])
        except KeyError as problem:
            raise BadReference(pointer, str(problem.args[0])) from None

    return REFERENCE.sub(value, text)
