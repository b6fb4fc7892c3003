"""The other user profiles of the Domain: what a change means for them, by the same role, settings or bucket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes.others import changed_statements, is_role
from canvas_kms_tui.changes.overlay import Overlay
from canvas_kms_tui.edits.documents import as_list
from canvas_kms_tui.facts import Facts, Unreadable, choices, known
from canvas_kms_tui.facts.canvas import Canvas
from canvas_kms_tui.import_path import ImportPath, Step
from canvas_kms_tui.policy import Decision, Principal

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


async def neighbours(facts: Facts, changes: Sequence[Change], role_arn: str) -> Neighbours | None:
    """What the changes mean for the other profiles; None where there are none, or nothing of theirs is touched."""
    shared = any(change.operation == "UpdateDomain" or change.document in _SHARED for change in changes)
    roles = [role for change in changes for role in _roles_of(change, role_arn)]
    if not shared and not roles:
        return None
    target = facts.target
    names = await known(choices.profiles(facts.calls, target.domain_id))
    if isinstance(names, Unreadable):
        text = f"the other user profiles of the Domain cannot be listed ({names.why.action})."
        return Neighbours(not shared, text)
    others = [name for name in names if name != target.user_profile]
    if shared:
        return await _simulated(facts, changes, others)
    return await _with_the_role(facts, roles, others) if others else None


def _roles_of(change: Change, role_arn: str) -> list[str]:
    """The roles that a change gives something to, or that it is a change of."""
    if change.service == "iam":
        return [change.resource]
    if change.document != "key policy":
        return []
    changed = changed_statements(change.before, change.after)
    named = [
        name for s in changed if isinstance(s.get("Principal"), dict) for name in as_list(s["Principal"].get("AWS"))
    ]
    return (
        [role_arn] if any(is_role(Principal.parse(str(name)), role_arn) for name in named if ":" in str(name)) else []
    )


async def _with_the_role(facts: Facts, roles: Iterable[str], others: Sequence[str]) -> Neighbours:
    """Who has the same execution role: what the role gains, these profiles gain."""
    looked_at = others[:LOOKED_AT]
    found = await asyncio.gather(*(known(_role(facts, name)) for name in looked_at))
    pairs = list(zip(looked_at, found, strict=True))
    same = [name for name, role in pairs if isinstance(role, str) and any(_is_same(role, other) for other in roles)]
    unread = sum(isinstance(role, Unreadable) for role in found)
    count = _count(looked_at, others)
    gap = f"; {unread} could not be read" if unread else ""
    if not same:
        text = f"{count} checked: none has this execution role, so nothing changes for them{gap}."
    else:
        text = (
            f"{count} checked: {_names(same)} {_have(same)} the same execution role and gain{_s(same)} the same{gap}."
        )
    return Neighbours(True, text, len(looked_at), len(others))


async def _role(facts: Facts, profile: str) -> str | None:
    canvas = Canvas(facts.reader, replace(facts.target, user_profile=profile))
    return (await canvas.execution_role()).value


def _is_same(first: str, second: str) -> bool:
    return is_role(Principal.role(first), second)


async def _simulated(facts: Facts, changes: Sequence[Change], others: Sequence[str]) -> Neighbours:
    """Canvas' own steps for the other profiles, before and after."""
    looked_at = others[:LOOKED_AT]
    overlay = Facts(Overlay(facts.calls, changes), facts.target).calls
    worse = await asyncio.gather(*(_worse(facts, overlay, name) for name in looked_at))
    found = [text for text in worse if text]
    if found:
        return Neighbours(False, f"{found[0]}.", len(looked_at), len(others))
    text = f"{_count(looked_at, others)} checked, none gets worse."
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


def _count(looked_at: Sequence[str], others: Sequence[str]) -> str:
    count = f"{len(looked_at)} of {len(others)}" if len(looked_at) < len(others) else f"{len(others)}"
    return f"{count} other user profile{'' if len(others) == 1 else 's'} of the Domain"


def _names(names: Sequence[str], shown: int = 5) -> str:
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {rest} more" if rest > 0 else "")


def _have(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"


def _s(names: Sequence[str]) -> str:
    return "s" if len(names) == 1 else ""
