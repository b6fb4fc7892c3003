"""Owns the longest chain of dependent calls: how long a diagnosis must take, however many calls are made at once.

A call depends on another where one of its parameters was first told by the other's answer: it stands there, and no call
before it could use it. Kept only where a log file is written.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

#: Shorter words are no names: a page's size, a version.
_SHORTEST: Final = 3
#: AWS's own words, which answers may hold by chance.
_CONSTANT: Final = frozenset({"default"})
#: Parameters that say how something is asked, not about what.
_HOW: Final = frozenset(
    {"PolicyName", "Filter", "MaxKeys", "MaxResults", "Limit", "ExpectedBucketOwner", "ActionNames", "ContextEntries"}
)


@dataclass(slots=True)
class _Answered:
    """The end of a chain: the calls of the way, the seconds they took, and the words of its last answer."""

    way: tuple[str, ...]
    seconds: float
    words: str


_START: Final = _Answered((), 0.0, "")


class Chain:
    """Told of every call; used from one event loop. ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._answered: list[_Answered] = []
        self._known: set[str] = set()

    def link(self, name: str, params: Mapping[str, Any]) -> Link:
        """A call that is asked for just now."""
        ways = [self._way_to(word) for word in set(_words(params))]
        before = max((way for way in ways if way is not None), key=lambda end: len(end.way), default=_START)
        return Link(self, name, before, self._clock())

    def _way_to(self, word: str) -> _Answered | None:
        """The end of the shortest way to an answer that told this word; None where it was known without."""
        if word in self._known:
            return None
        told = [one for one in self._answered if word in one.words]
        if not told:
            self._known.add(word)
        return min(told, key=lambda one: len(one.way), default=None)

    def add(self, link: Link, answer: Mapping[str, Any]) -> None:
        taken = self._clock() - link.began
        way, seconds = (*link.before.way, link.name), link.before.seconds + taken
        self._answered.append(_Answered(way, seconds, "\n".join(_texts(answer))))

    def longest(self) -> str:
        """One line: how many calls, their seconds one after another, and which they are; "" where none was made."""
        if not self._answered:
            return ""
        ends = max(self._answered, key=lambda one: (len(one.way), one.seconds))
        return f"longest chain of dependent calls: {len(ends.way)} ({ends.seconds:.3f} s): {' > '.join(ends.way)}"


@dataclass(frozen=True, slots=True)
class Link:
    """One call under way: ``before`` is the end of the chain that it hangs on."""

    chain: Chain
    name: str
    before: _Answered
    began: float

    def answered(self, answer: Mapping[str, Any]) -> None:
        """The answer came; an empty one where the call failed."""
        self.chain.add(self, answer)


def _words(params: Mapping[str, Any]) -> Iterator[str]:
    for name, value in params.items():
        if name not in _HOW:
            yield from (text for text in _texts(value) if len(text) >= _SHORTEST and text not in _CONSTANT)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
