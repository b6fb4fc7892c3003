"""Jump mode: a letter on everything that can be gone to; the letter goes there, any other key leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Offset
from textual.screen import ModalScreen
from textual.widgets import Static

#: The home row first; two letters where there are more places than letters.
LETTERS = "asdfghjklqwertyuiopzxcvbnm"


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of the terminal, and what going there does."""

    at: Offset
    go: Callable[[], object]


class JumpScreen(ModalScreen[Place | None]):
    CSS_PATH = "jump.tcss"
    BINDINGS: ClassVar = []
    AUTO_FOCUS = ""

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__()
        self.places = dict(zip(labels(len(places)), places, strict=True))
        self.typed = ""

    def compose(self) -> ComposeResult:
        for label, place in self.places.items():
            mark = Static(Content(label), classes="jump")
            mark.styles.offset = place.at
            yield mark

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.typed += event.character or " "
        if self.typed in self.places:
            self.dismiss(self.places[self.typed])
        elif not any(label.startswith(self.typed) for label in self.places):
            self.dismiss(None)

    def on_click(self) -> None:
        self.dismiss(None)


def labels(number: int) -> list[str]:
    """So many labels, none of which begins another."""
    if number <= len(LETTERS):
        return list(LETTERS[:number])
    return [first + second for first in LETTERS for second in LETTERS][:number]
