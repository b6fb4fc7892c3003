"""An account full of hostile text, on all screens of the real program: checked on the bytes that the terminal gets."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import hostile
import pytest
from terminal import Terminal

from canvas_kms_tui.demo import environments

LIKE = Path(environments.__file__).parent / "catalogue" / "role-denied-kms.json"

READY, LIST, UNCHANGED = "r checks again", "browse", "Nothing has been changed yet"
#: Keys, and what shows that they have done their work. Every screen, with documents, toasts and copies.
KEYS = (
    ("enter", "esc shows the list again"), ("G", ""), ("c", "Sent to the clipboard"), ("esc", LIST),
    ("d", "┃"), ("tab", ""), ("tab", ""), ("tab", "PWNED"), ("c", ""), ("/", "text to find"), ("PWNED", ""),
    ("enter", ""), ("n", ""), ("esc", ""), ("esc", LIST),
    ("e", "canvas-kms"), ("v", "context"), ("esc", LIST), ("?", "Keys:"), ("esc", LIST),
    ("^p", "Search for commands"), ("esc", LIST), ("o", ""), ("P", UNCHANGED), ("esc", LIST),
    ("f", UNCHANGED), ("t", ""), ("t", ""), ("c", ""), ("e", ""), ("G", ""), ("a", "u takes back"),
    ("u", "Undo:"), ("u", "shows the fix"), ("J", "Journal:"), ("esc", LIST),
    ("n", ""), ("n", ""), ("/", "text to look for"), ("Reason", "Reason"), ("esc", LIST), ("t", ""), ("esc", ""),
)  # fmt: skip


def environment(home: Path) -> Path:
    path = home / "hostile.json"
    path.write_text(json.dumps(hostile.environment(LIKE)))
    return path


@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 36), marks=pytest.mark.slow)])
def test_nothing_of_it_reaches_the_terminal_or_a_file(tmp_path: Path, size: tuple[int, int]) -> None:
    terminal = Terminal(["-m", "canvas_kms_tui", "--demo", str(environment(tmp_path))], tmp_path, size)
    terminal.until(READY)
    terminal.until_gone("asking CloudTrail")  # what comes later would look like the answer to a key
    for key, text in KEYS:
        before = terminal.shown()
        terminal.press(key, text)
        if key == "esc" and "esc shows the list again" in before:
            terminal.until_gone("esc shows the list again")
        elif key == "esc":  # a key that came with it would be taken for alt and that key
            terminal.until_changed(before)
        terminal.read(0.1)
    terminal.press("^q")
    terminal.finish()
    assert terminal.child.exitstatus == 0
    assert terminal.extraordinary() == []
    assert "evil.example" in terminal.sent, "it is shown, as text"
    assert unwanted(re.sub("[\x1b\r\x07]", "", terminal.sent)) == []
    copied = terminal.copied()
    assert copied
    assert unwanted(*copied) == []
    written = [path.read_text() for path in tmp_path.rglob("*") if path.suffix in {".md", ".txt", ".jsonl"}]
    assert written
    assert unwanted(*written) == []


def test_nothing_of_it_stands_in_a_report(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "canvas_kms_tui", "--batch", "--demo", str(environment(tmp_path))]
    reports = ["--format", "text,markdown,html,junit,json,ocsf", "--output", str(tmp_path / "reports")]
    done = subprocess.run([*program, *reports], capture_output=True, timeout=120)
    assert done.returncode == 1
    told = [path.read_text("utf-8") for path in (tmp_path / "reports").iterdir()]
    assert len(told) == 6
    assert all("evil.example" in text for text in told)
    assert unwanted(*told, done.stdout.decode(), done.stderr.decode()) == []


@pytest.mark.parametrize("flag", ["--user-profile", "--domain-id", "--only", "--demo", "--nonsense"])
def test_nothing_of_it_stands_in_an_error(flag: str) -> None:
    words = ["--batch", "--demo", flag, hostile.ALL.replace("\x00", "")]
    done = subprocess.run([sys.executable, "-m", "canvas_kms_tui", *words], capture_output=True, timeout=120)
    assert unwanted(done.stdout.decode(), done.stderr.decode()) == []


def unwanted(*texts: str) -> list[str]:
    """What should not be there, each with what stands around it."""
    return [text[max(at.start() - 20, 0) : at.end() + 20] for text in texts for at in hostile.UNWANTED.finditer(text)]
