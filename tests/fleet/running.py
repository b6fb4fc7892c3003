"""The program as a subprocess over many accounts of a stand-in, and what it said of each target."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fleet.world import Target, World

PROGRAM = (sys.executable, "-m", "canvas_kms_tui", "--batch")


def environment(world: World) -> dict[str, str]:
    """The hub's credentials, and nothing of the user's own settings."""
    own = world.environment.credentials
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "AWS_ACCESS_KEY_ID": own.access_key_id,
        "AWS_SECRET_ACCESS_KEY": own.secret_access_key,
        "AWS_SESSION_TOKEN": own.session_token,
        "AWS_DEFAULT_REGION": world.regions[0],
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
    }


def accounts_file(world: World, folder: Path) -> Path:
    path = folder / "accounts.toml"
    path.write_text(world.toml())
    return path


def run(world: World, *flags: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *flags], env=environment(world), capture_output=True, text=True, timeout=timeout)


def start(world: World, *flags: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *flags], env=environment(world), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def remainder(process: subprocess.Popen[str], timeout: float) -> tuple[list[str], str]:
    """The lines still to come, and standard error: ``communicate`` would lose what ``readline`` read ahead."""
    assert process.stdout is not None
    assert process.stderr is not None
    late = threading.Timer(timeout, process.kill)
    late.start()
    try:
        with ThreadPoolExecutor(1) as beside:
            errors = beside.submit(process.stderr.read)
            lines = process.stdout.readlines()
            process.wait()
            return lines, errors.result()
    finally:
        late.cancel()


def said(lines: Iterable[str]) -> dict[Target, tuple[str, str | None]]:
    """What JSON lines say of each target; each is there once."""
    found: dict[Target, tuple[str, str | None]] = {}
    for line in lines:
        diagnosis = json.loads(line)
        target, verdict = diagnosis["target"], diagnosis["verdict"]
        key = (target["account"], target["region"], target["domain_id"], target["user_profile"])
        assert key not in found, f"{key} twice"
        found[key] = (verdict["status"], verdict["most_likely"])
    return found
