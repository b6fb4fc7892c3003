"""Runs the program as a user does: a process of its own, without a terminal unless one is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHON = sys.executable
_HOME = tempfile.TemporaryDirectory(prefix="canvas-kms-tui-home-")

#: No credentials, no configuration, no way to an instance's metadata.
CLEAN = {
    "PATH": os.environ["PATH"],
    "HOME": _HOME.name,
    "LANG": "C.UTF-8",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nonexistent/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent/credentials",
}


def run(
    *arguments: str,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
    timeout: int = 60,
) -> subprocess.CompletedProcess[str]:
    """The finished program; without ``stdin`` it has none."""
    return subprocess.run(
        [PYTHON, "-m", "canvas_kms_tui", *arguments],
        env={**CLEAN, **(env or {})},
        cwd=cwd,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
    )


def the_line(done: subprocess.CompletedProcess[str]) -> str:
    """What the program complained of: one line on stderr, nothing on stdout, no traceback."""
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("canvas-kms-tui: ")
    return lines[0].removeprefix("canvas-kms-tui: ")
