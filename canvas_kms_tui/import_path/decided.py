"""Owns what was decided before: the same request in front of the same documents gets the same answer.

The profiles of an account ask much alike (the same role, keys and encryption context); facts that stand beside each
other share one of these.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from canvas_kms_tui.import_path.context import Context, mentions
from canvas_kms_tui.import_path.simulate import judge
from canvas_kms_tui.policy import Answer, Layers, Principal, Request

#: So many answers are kept; then all are forgotten, so that a long run does not grow.
_KEPT = 4_096


class Decided:
    """Documents are told apart by identity: a document never changes, and what is kept here keeps them alive."""

    def __init__(self) -> None:
        self._answers: dict[Any, tuple[Layers, Request, Answer]] = {}
        self._mentions: dict[Any, tuple[Layers, bool]] = {}

    def judge(
        self,
        principal: Principal,
        action: str,
        resource: str,
        *,
        owner: str | None,
        context: Context,
        layers: Layers,
        now: datetime,
    ) -> tuple[Request, Answer]:
        """As :func:`canvas_kms_tui.import_path.simulate.judge`; ``now`` is that of the first who asks."""
        values, unknown = frozenset(context.values.items()), frozenset(context.unknown)
        key = (principal, action, resource, owner, values, unknown, _identity(layers))
        found = self._answers.get(key)
        if found is None:
            asked = judge(principal, action, resource, owner=owner, context=context, layers=layers, now=now)
            found = self._keep(self._answers, key, (layers, *asked))
        return found[1], found[2]

    def mentions(self, layers: Layers, words: Iterable[str]) -> frozenset[str]:
        """Those of the words that any document of the layers has."""
        place, found = _identity(layers), []
        for word in words:
            key = (word, place)
            known = self._mentions.get(key)
            if known is None:
                known = self._keep(self._mentions, key, (layers, mentions(layers, word)))
            if known[1]:
                found.append(word)
        return frozenset(found)

    @staticmethod
    def _keep(kept: dict[Any, Any], key: Any, value: Any) -> Any:
        if len(kept) >= _KEPT:
            kept.clear()
        kept[key] = value
        return value


def _identity(layers: Layers) -> tuple[int, ...]:
    return (
        id(layers.identity), id(layers.boundary), id(layers.session), id(layers.scps), id(layers.rcps),
        id(layers.resource), id(layers.grants), id(layers.endpoint),
    )  # fmt: skip
