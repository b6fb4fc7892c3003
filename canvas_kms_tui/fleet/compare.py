"""An earlier dump against today's diagnoses: what is new, what was fixed, what stayed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from canvas_kms_tui.findings import Diagnosis, Status
from canvas_kms_tui.report.asides import Compared, Row, TargetKey, target_key

#: What is worth comparing: a pass is the absence of it.
_LOUD = {Status.FAIL.value, Status.WARN.value, Status.UNKNOWN.value, Status.BLOCKED.value}


class BadBaseline(ValueError):
    """A file that is no dump: one line that says so."""


def load(path: Path) -> Mapping[TargetKey, frozenset[Row]]:
    """What an earlier ``--format json`` found, by target.

    Raises:
        BadBaseline: it cannot be read, or is no dump.
    """
    try:
        dump = json.loads(path.read_text("utf-8"))
        return {
            _key(diagnosis["target"]): frozenset(
                (found["cause"], found["resource"], found["status"])
                for found in diagnosis["findings"]
                if found["status"] in _LOUD
            )
            for diagnosis in dump["diagnoses"]
        }
    except (OSError, UnicodeDecodeError) as problem:
        raise BadBaseline(f"{path}: {getattr(problem, 'strerror', None) or problem}") from None
    except (ValueError, KeyError, TypeError):
        raise BadBaseline(f"{path}: is no dump of --format json") from None


def _key(target: Mapping[str, str]) -> TargetKey:
    return target["account"], target["region"], target["domain_id"], target["user_profile"]


def compare(old: Mapping[TargetKey, frozenset[Row]], diagnoses: Sequence[Diagnosis]) -> dict[TargetKey, Compared]:
    """One comparison for each diagnosis; a target that the earlier dump lacks has only new findings."""
    found = {}
    for diagnosis in diagnoses:
        before = old.get(target_key(diagnosis), frozenset())
        now = {
            (each.cause, each.resource, each.status.value) for each in diagnosis.findings if each.status.value in _LOUD
        }
        found[target_key(diagnosis)] = Compared(
            tuple(sorted(now - before)), tuple(sorted(before - now)), tuple(sorted(now & before))
        )
    return found
