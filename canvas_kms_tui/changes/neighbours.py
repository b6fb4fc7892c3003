"""The other user profiles of the Domain, where a change concerns them: the same settings, the same bucket."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes.overlay import Overlay
from canvas_kms_tui.facts import Facts, Unreadable, choices, known
from canvas_kms_tui.import_path import ImportPath, Step
from canvas_kms_tui.policy import Decision

#: So many profiles are looked at; the proof says when there are more.
LOOKED_AT = 50

_SHARED = ("bucket policy", "default encryption")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """``ok`` False: somebody's import would break, or it could not be found out."""

    ok: bool
    text: str
    looked_at: int = 0
    total: int = 0


async def neighbours(facts: Facts, changes: Sequence[Change]) -> Neighbours | None:
    """Simulate Canvas' own steps for the other profiles before and after; None where nothing shared changes."""
    if not any(change.operation == "UpdateDomain" or change.document in _SHARED for change in changes):
        return None
    target = facts.target
    names = await known(choices.profiles(facts.calls, target.domain_id))
    if isinstance(names, Unreadable):
        return Neighbours(False, f"the other user profiles of the Domain cannot be listed ({names.why.action}).")
    others = [name for name in names if name != target.user_profile]
    looked_at = others[:LOOKED_AT]
    overlay = Facts(Overlay(facts.calls, changes), target).calls
    worse = await asyncio.gather(*(_worse(facts, overlay, name) for name in looked_at))
    found = [text for text in worse if text]
    if found:
        return Neighbours(False, f"{found[0]}.", len(looked_at), len(others))
    count = f"{len(looked_at)} of {len(others)}" if len(looked_at) < len(others) else f"{len(others)}"
    text = f"{count} other user profile{'' if len(others) == 1 else 's'} of the Domain checked, none gets worse."
    return Neighbours(True, text, len(looked_at), len(others))


async def _worse(facts: Facts, overlay: object, name: str) -> str:
    """What would break for one profile, in words; empty where nothing does."""
    target = replace(facts.target, user_profile=name, datasets=())
    before = await known(ImportPath(Facts(facts.calls, target)).steps())
    after = await known(ImportPath(Facts(overlay, target)).steps())  # type: ignore[arg-type]
    if isinstance(after, Unreadable):
        return "" if isinstance(before, Unreadable) else f"for {name} nothing could be said any more"
    passed = _passed(before) if not isinstance(before, Unreadable) else set()
    for step in after:
        if (step.name, step.action) in passed and step.decision is not Decision.ALLOWED:
            return f"{step.action} on {step.resource} would be {str(step.decision).replace('_', ' ')} for {name}"
    return ""


def _passed(steps: Sequence[Step]) -> set[tuple[str, str]]:
    """Requests that pass everywhere they are made."""
    denied = {(step.name, step.action) for step in steps if step.decision is not Decision.ALLOWED}
    return {(step.name, step.action) for step in steps} - denied
