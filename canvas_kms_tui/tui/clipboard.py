"""Copying: OSC 52 to the terminal's clipboard, and always a file too, since no terminal says whether it obeyed."""

from __future__ import annotations

import os
from pathlib import Path

from textual.app import App

from canvas_kms_tui import hidden

STATE_DIR = "CANVAS_KMS_TUI_STATE_DIR"


def state_directory() -> Path:
    """Where files of this user are kept: the variable's directory, or the platform's."""
    if named := os.environ.get(STATE_DIR):
        return Path(named)
    from platformdirs import user_state_path

    return user_state_path("canvas-kms-tui", appauthor=False)


def copy_out(app: App[int], text: str) -> Path:
    """Put ``text`` on the clipboard and into a file that only we may read; gives the file."""
    text = hidden.text(text)
    app.copy_to_clipboard(text)
    return write_private(state_directory() / "copied.txt", text)


def write_private(path: Path, text: str) -> Path:
    """Write a file that only its owner may read (0600), its directory made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(hidden.text(text))
    return path
