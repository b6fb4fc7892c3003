"""Runs the program as a user does: a process of its own, without a terminal unless one is asked for."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from forking import Nursery

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

#: Variables that the interpreter reads when it starts.
_INTERPRETERS = ("PYTHON", "LANG", "LC_")
_NURSERY = Nursery(CLEAN)
atexit.register(_NURSERY.close)


def run(
    *arguments: str,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
    timeout: int = 60,
) -> subprocess.CompletedProcess[str]:
    """The finished program; without ``stdin`` it has none.

    It is forked from a process that has imported everything, unless the environment steers the interpreter itself.
    """
    whole = {**CLEAN, **(env or {})}
    if not any(name.startswith(_INTERPRETERS) for name in env or {}):
        return _forked(arguments, whole, cwd, stdin, timeout)
    return subprocess.run(
        [PYTHON, "-m", "canvas_kms_tui", *arguments],
        env=whole,
        cwd=cwd,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
    )


def _forked(
    arguments: tuple[str, ...], env: dict[str, str], cwd: Path | None, stdin: str | None, timeout: int
) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as place:
        files = [Path(place, name) for name in ("stdin", "stdout", "stderr")]
        for file in files:
            file.write_text(stdin or "" if file.name == "stdin" else "", "utf-8")
        if stdin is None:
            files[0] = Path(os.devnull)
        order = {"argv": arguments, "env": env, "cwd": str(cwd or Path.cwd()), "files": [str(file) for file in files]}
        code = _NURSERY.run(order, timeout)
        return subprocess.CompletedProcess(arguments, code, *(file.read_bytes().decode("utf-8") for file in files[1:]))


def the_line(done: subprocess.CompletedProcess[str]) -> str:
    """What the program complained of: one line on stderr, nothing on stdout, no traceback."""
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("canvas-kms-tui: ")
    return lines[0].removeprefix("canvas-kms-tui: ")
