"""The look: Textual's themes, the terminal's own colours, and one that does not need red and green told apart."""

from __future__ import annotations

import os

from textual.theme import BUILTIN_THEMES, Theme

DEFAULT = "textual-dark"
#: Where colour is unwanted the terminal's own foreground and background are all that is used.
COLOURLESS = "ansi-dark"

#: Okabe and Ito's palette: told apart with every common colour blindness.
COLOUR_BLIND = Theme(
    name="colour-blind",
    primary="#56B4E9",
    secondary="#0072B2",
    accent="#CC79A7",
    warning="#F0E442",
    error="#E69F00",
    success="#56B4E9",
    foreground="#e8e8e8",
    dark=True,
)


def names() -> list[str]:
    """Every theme's name, sorted."""
    return sorted([*BUILTIN_THEMES, COLOUR_BLIND.name])


def no_colour() -> bool:
    """As Textual reads it: the variable is there, whatever its value."""
    return "NO_COLOR" in os.environ
