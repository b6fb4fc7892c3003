"""Owns the pseudonyms: for each word one of the same shape, told apart from all others, and stable.

A word of which a wildcard shows only a part (``acm*``) cannot be replaced as a whole: such words, and very short ones,
are replaced letter by letter, so that every part of them is replaced alike.
"""

from __future__ import annotations

import random
import secrets
import string
from collections.abc import Iterable, Set
from dataclasses import dataclass, field

_TRIES = 500
_SHORT = 2
#: Latin, Greek and Cyrillic small letters that stand for letters outside a to z.
_FOREIGN = [
    chr(code)
    for start, end in ((0xE0, 0xF6), (0xF8, 0xFE), (0x3B1, 0x3C1), (0x430, 0x44F))
    for code in range(start, end + 1)
]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a word beside a wildcard: ``open_left`` for ``*cme``, ``open_right`` for ``acm*``."""

    text: str
    open_left: bool
    open_right: bool

    def is_part_of(self, word: str) -> bool:
        if self.open_left and self.open_right:
            return self.text in word
        return word.endswith(self.text) if self.open_left else word.startswith(self.text)


@dataclass(slots=True)
class Pseudonyms:
    """Words in, pseudonyms out. Learn every word and fragment first, then ask."""

    chance: random.Random = field(default_factory=secrets.SystemRandom)
    given: dict[str, str] = field(default_factory=dict)
    _words: set[str] = field(default_factory=set)
    _fragments: set[Fragment] = field(default_factory=set)
    _letters: dict[str, str] = field(default_factory=dict)

    def learn(self, words: Iterable[str], fragments: Iterable[Fragment]) -> None:
        """Take these words (any case) and fragments into account; gives every word its pseudonym."""
        self._words.update(lowered(word) for word in words)
        self._fragments.update(fragments)
        self._words.update(fragment.text for fragment in self._fragments)
        hard = {word for word in self._words if self._is_hard(word)}
        self._letters = self._letters or self._permutation()
        for word in sorted(hard - self.given.keys()):
            self.given[word] = "".join(self._letters.get(letter, letter) for letter in word)
        taken = {*self.given.values(), *self._words}
        shown = [Fragment(self.given[f.text], f.open_left, f.open_right) for f in self._fragments]
        for word in sorted(self._words - self.given.keys()):
            self.given[word] = self._fresh(word, taken, shown)
            taken.add(self.given[word])

    def of(self, word: str) -> str:
        """The pseudonym of a learned word, in the word's own case."""
        replaced = self.given[lowered(word)]
        return "".join(new.upper() if old.isupper() else new for old, new in zip(word, replaced, strict=True))

    def _is_hard(self, word: str) -> bool:
        if len(word) <= _SHORT:
            return True
        return any(fragment.is_part_of(word) for fragment in self._fragments)

    def _permutation(self) -> dict[str, str]:
        table: dict[str, str] = {}
        # A hexadecimal word (a key's id) stays one.
        for letters in ("abcdef", "ghijklmnopqrstuvwxyz", string.digits):
            mixed = list(letters)
            # Nothing stays itself: a rotation of a random order.
            self.chance.shuffle(mixed)
            table.update(zip(mixed, mixed[1:] + mixed[:1], strict=True))
        foreign = sorted({letter for word in self._words for letter in word if letter.isalpha()} - table.keys())
        free = [letter for letter in _FOREIGN if letter not in foreign]
        table.update(zip(foreign, self.chance.sample(free, len(free)), strict=False))
        return table

    def _fresh(self, word: str, taken: Set[str], shown: Iterable[Fragment]) -> str:
        for _ in range(_TRIES):
            alphabet = "abcdef" if _is_hexadecimal(word) else string.ascii_lowercase
            candidate = "".join(self.chance.choice(string.digits if old.isdigit() else alphabet) for old in word)
            if candidate not in taken and not any(fragment.is_part_of(candidate) for fragment in shown):
                return candidate
        raise ValueError(f"no pseudonym left for a word of {len(word)} letters")


def lowered(word: str) -> str:
    """``word`` in lower case, of the same length (``İ`` would become two letters)."""
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in word)


def _is_hexadecimal(word: str) -> bool:
    return any(letter.isdigit() for letter in word) and all(letter in string.hexdigits for letter in word)


@dataclass(slots=True)
class Numbers:
    """Account ids and other ids: a random one of the same alphabet for each."""

    chance: random.Random = field(default_factory=secrets.SystemRandom)
    given: dict[str, str] = field(default_factory=dict)
    _pieces: dict[str, str] = field(default_factory=dict)

    def of(self, original: str, *, fixed: int = 0) -> str:
        """Replace ``original`` after its first ``fixed`` characters, each piece alike wherever it stands (``r-1a``
        and ``ou-1a-2b``); separators stay."""
        if original not in self.given:
            pieces = (self._piece(piece, original) for piece in original[fixed:].split("-"))
            self.given[original] = original[:fixed] + "-".join(pieces)
        return self.given[original]

    def _piece(self, piece: str, original: str) -> str:
        while piece not in self._pieces:
            made = "".join(self._like(letter, original) for letter in piece)
            if made not in {*self._pieces.values(), *self._pieces, piece} or not piece:
                self._pieces[piece] = made
        return self._pieces[piece]

    def _like(self, letter: str, whole: str) -> str:
        if not letter.isalnum():
            return letter
        if whole.isdigit():
            return self.chance.choice(string.digits)
        if whole.isupper():
            return self.chance.choice(string.ascii_uppercase + "234567")
        return self.chance.choice("0123456789abcdef")
