"""The changes of a set-up as the things that they make: what infrastructure code calls resources.

A role with its policies is one thing, and so are a key with alias and rotation and a bucket with its settings. What
alters something that stands already belongs to whoever owns that, and is kept apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from canvas_kms_tui.change import Change
from canvas_kms_tui.edits import creation

#: The operation that makes a thing, and the thing's kind.
_KINDS = {
    "CreateRole": "role",
    "CreateKey": "key",
    "CreateBucket": "bucket",
    "CreateDomain": "domain",
    "CreateUserProfile": "profile",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that is made: its kind, a word that tells it from others of its kind, and its changes in order."""

    kind: str
    label: str
    changes: tuple[Change, ...]

    @property
    def made_by(self) -> Change:
        return self.changes[0]

    def change(self, operation: str) -> Change | None:
        """Its change of this operation, None where the plan has none."""
        return next((change for change in self.changes if change.operation == operation), None)

    def all(self, operation: str) -> list[Change]:
        return [change for change in self.changes if change.operation == operation]


@dataclass(frozen=True, slots=True)
class Things:
    """``made`` in the order of their making; ``altered`` is what is done to things that stand already."""

    made: tuple[Thing, ...]
    altered: tuple[Change, ...]

    def of(self, kind: str) -> list[Thing]:
        return [thing for thing in self.made if thing.kind == kind]


def things(changes: Sequence[Change]) -> Things:
    """The plan's changes by the thing that they make."""
    makers = [change for change in changes if change.operation in _KINDS]
    groups = {_about(maker): [maker] for maker in makers}
    altered = []
    for change in changes:
        if change.operation in _KINDS:
            continue
        if (group := groups.get(_about(change))) is not None:
            group.append(change)
        else:
            altered.append(change)
    made = (Thing(_KINDS[maker.operation], _label(maker), tuple(groups[_about(maker)])) for maker in makers)
    return Things(tuple(made), tuple(altered))


def _about(change: Change) -> str:
    """What a change is about: the same for an alias as for its key."""
    if change.operation == "CreateAlias":
        return str(change.parameters["TargetKeyId"])
    if change.service == "kms":
        return change.resource.rsplit("/", 1)[-1]
    return change.resource


def _label(maker: Change) -> str:
    if maker.operation == "CreateKey":
        return key_label(maker.resource.rsplit("/", 1)[-1])
    if maker.operation == "CreateUserProfile":
        return str(maker.parameters["UserProfileName"])
    return "canvas"


def key_label(key_id: str) -> str:
    """``data`` or ``storage``: what a key that is yet to be made is for."""
    return next(which for which in ("data", "storage") if creation.new_key_id(which) == key_id)


def named(words: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    every = list(words)
    return " and ".join([", ".join(every[:-1]), every[-1]]) if len(every) > 1 else "".join(every)
