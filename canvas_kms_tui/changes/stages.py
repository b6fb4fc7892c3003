"""Plans in stages: what only shows once something else is mended (a disabled key hides that a right is missing)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from canvas_kms_tui.change import Auto, Change
from canvas_kms_tui.changes.carry import with_after
from canvas_kms_tui.changes.merge import Conflict, merged
from canvas_kms_tui.changes.overlay import Overlay
from canvas_kms_tui.edits.documents import CannotEdit, equal
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Diagnosis


def after(facts: Facts, changes: Sequence[Change]) -> Facts:
    """The facts as they would be once the changes are made."""
    return Facts(Overlay(facts.calls, changes), facts.target)


def chained(first: Sequence[Change], second: Sequence[Change]) -> tuple[Change, ...]:
    """Both stages as one set: what the second does to a document that the first left behind becomes part of the first.

    Raises:
        Conflict: the second starts from something else than the first leaves behind.
        CannotEdit: the document of both would pass AWS's limit.
    """
    made = list(first)
    for change in second:
        at = next((i for i, one in enumerate(made) if _goes_on(one, change)), None)
        if at is None:
            made.append(change)
        else:
            both = with_after(made[at], change.after)
            made[at] = both if both.confirm else _confirmed_as(both, change)
    return merged(made)


async def proposed(ids: Sequence[tuple[str, str]], diagnosis: Diagnosis, facts: Facts) -> tuple[Change, ...] | None:
    """The changes of the fixes of these ids (finding, fix), as the diagnosis proposes them, or as it would propose them
    once those before are made; None where it does not."""
    found = {(finding.id, fix.id): fix for finding in diagnosis.findings for fix in finding.fixes}
    now = [found[one] for one in ids if one in found]
    if not now or any(fix.auto is not Auto.YES for fix in now):
        return None
    try:
        changes = merged([change for fix in now for change in fix.changes])
        if not (later := [one for one in ids if one not in found]):
            return changes
        overlay = after(facts, changes)
        rest = await proposed(later, await diagnose(overlay), overlay)
        return None if rest is None else chained(changes, rest)
    except (Conflict, CannotEdit):
        return None


def _goes_on(first: Change, second: Change) -> bool:
    """Whether the second change edits the document that the first one wrote."""
    place = (first.resource, first.document, first.operation) == (second.resource, second.document, second.operation)
    return place and equal(first.after, second.before)


def _confirmed_as(change: Change, other: Change) -> Change:
    return replace(change, confirm=other.confirm, confirm_why=other.confirm_why)
