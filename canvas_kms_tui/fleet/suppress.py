"""Suppressions: findings that somebody decided not to count, with a reason and a last day, in a small TOML file::

[[suppress]]
cause = "cors-missing"
resource = "arn:aws:s3:::sales-raw"
reason = "nobody uploads from the browser here"
until = 2027-01-31
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from canvas_kms_tui.report.asides import Suppression

_MEMBERS = {"cause": str, "resource": str, "reason": str, "until": date}


class BadSuppressions(ValueError):
    """A file of suppressions that cannot be meant: one line with file, entry and problem."""


def load(path: Path, known: Sequence[str]) -> list[Suppression]:
    """Every suppression of the file, expired ones too.

    Raises:
        BadSuppressions: it cannot be read, or an entry lacks something or names an unknown cause.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise BadSuppressions(f"{path}: {getattr(problem, 'strerror', None) or problem}") from None
    except tomllib.TOMLDecodeError as problem:
        raise BadSuppressions(f"{path}: {problem}") from None
    entries = document.get("suppress", [])
    if set(document) - {"suppress"} or not isinstance(entries, list):
        raise BadSuppressions(f"{path}: only [[suppress]] entries may stand in it")
    return [_one(entry, f"{path}: suppress {number}", known) for number, entry in enumerate(entries, 1)]


def _one(entry: Mapping[str, Any], where: str, known: Sequence[str]) -> Suppression:
    for name, kind in _MEMBERS.items():
        value = entry.get(name)
        if not isinstance(value, kind) or isinstance(value, datetime) or value == "":
            raise BadSuppressions(f"{where}: {name} must be {'a date, 2027-01-31' if kind is date else 'a text'}")
    if unknown := set(entry) - set(_MEMBERS):
        raise BadSuppressions(f"{where}: {min(unknown)} is not known; only {', '.join(_MEMBERS)}")
    if entry["cause"] not in known:
        raise BadSuppressions(f"{where}: no cause {entry['cause']!r}; --list-causes shows all")
    return Suppression(**entry)


def still_valid(suppressions: Sequence[Suppression], today: date) -> tuple[list[Suppression], list[Suppression]]:
    """Those that hold today, and those that have run out."""
    return (
        [each for each in suppressions if each.until >= today],
        [each for each in suppressions if each.until < today],
    )
