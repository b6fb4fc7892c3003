"""Text goldens: what a screen showed when it was last looked at. ``UPDATE_GOLDENS=1`` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

HERE = Path(__file__).parent / "goldens"


def check(name: str, shown: str) -> None:
    """Compare a screen with its golden."""
    path = HERE / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        HERE.mkdir(exist_ok=True)
        path.write_text(shown + "\n", encoding="utf-8")
    assert shown + "\n" == path.read_text(encoding="utf-8"), f"{path.name} differs; if it is better, UPDATE_GOLDENS=1"
