"""Owns the check that a redaction kept every relation: equal stays equal, and a wildcard matches what it matched."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from canvas_kms_tui.aws.redact.words import Fragment, lowered

_ATOM = re.compile(r"[^\W_]+")
_WILD = ("*", "?")


def broken(rewritten: Iterable[tuple[str, str]]) -> set[str]:
    """The words, in lower case, whose relations differ between the originals and their pseudonyms.

    ``rewritten`` are pairs of a text before and after. A pair whose length changed (an address) is left out.
    """
    pairs = [(lowered(before), lowered(after)) for before, after in rewritten if len(before) == len(after)]
    atoms = {atom for before, after in pairs for atom in _atoms(before, after)}
    fragments = {fragment for before, after in pairs for fragment in _fragments(before, after)}
    return _torn(atoms) | _mismatched(atoms, fragments)


def _atoms(before: str, after: str) -> Iterator[tuple[str, str]]:
    for found in _ATOM.finditer(before):
        yield found.group(), after[found.start() : found.end()]


def _fragments(before: str, after: str) -> Iterator[tuple[Fragment, Fragment]]:
    for found in _ATOM.finditer(before):
        left, right = before[found.start() - 1 : found.start()] in _WILD, before[found.end() : found.end() + 1] in _WILD
        if left or right:
            then = after[found.start() : found.end()]
            yield Fragment(found.group(), left, right), Fragment(then, left, right)


def _torn(atoms: set[tuple[str, str]]) -> set[str]:
    """Words that did not become the same everywhere, or became the same as another word."""
    forth, back = defaultdict(set), defaultdict(set)
    for before, after in atoms:
        forth[before].add(after)
        back[after].add(before)
    torn = {before for before, after in forth.items() if len(after) > 1}
    return torn | {before for befores in back.values() if len(befores) > 1 for before in befores}


def _mismatched(atoms: set[tuple[str, str]], fragments: set[tuple[Fragment, Fragment]]) -> set[str]:
    found: set[str] = set()
    for before, after in fragments:
        for word, pseudonym in atoms:
            if before.is_part_of(word) != after.is_part_of(pseudonym):
                found.update((before.text, word))
    return found
