"""Every environment that can be mended, from the shell: plan, apply, diagnose clean, undo; every document compared."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest
from test_batch import target
from test_shell import Shell

from canvas_kms_tui.causes import catalogue
from canvas_kms_tui.demo import environments

sys.path.append(str(Path(__file__).parents[1] / "changes"))

from kinds import account_documents, opened

OURS = {cause.id for cause in catalogue() if cause.auto == "yes"} | {"stale-principal"}
SAMPLE = ("crowded-key-policy",)
#: The rest is somebody else's: a boundary.
NEVER_CLEAN = {"two-layers"}
#: Changes whose undo is no exact one: AWS takes no deleted identity back.
NOT_EXACT = {"stale-principal"}


def mendable() -> list[str]:
    """Every environment in which a cause with a fix of our own is expected."""
    found = {name.name: environments.load(name.name).expect.get("findings", {}) for name in environments.names()}
    return [
        name
        for name, expected in found.items()
        if OURS & {cause for cause, status in expected.items() if status in ("fail", "warn")}
    ]


def documents(shell: Shell) -> dict[str, object]:
    async def read() -> dict[str, object]:
        connection = await opened(shell.demo)
        try:
            return await account_documents(connection, shell.demo)
        finally:
            connection.close()

    return asyncio.run(read())


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in SAMPLE else pytest.mark.slow) for name in mendable()]
)
def test_plan_apply_diagnose_and_undo(name, fresh_demo, tmp_path):
    shell = Shell(fresh_demo(name), tmp_path)
    local = ["--local-upload"] if shell.demo.environment.target.local_upload else []
    before = documents(shell)
    shell.plan(*local)
    file = tmp_path / "plan.json"
    if not file.exists():
        pytest.skip("nothing here is ours to change")
    asked = {change["confirm"] for change in json.loads(file.read_text())["changes"] if change["confirm"]}
    applied = shell.apply(*[word for text in sorted(asked) for word in ("--confirm", text)])
    assert applied.returncode == 0, applied.stderr
    again = shell.run("--batch", *target(shell.demo), *local)
    assert again.returncode == (1 if name in NEVER_CLEAN else 0), again.stdout
    entry = applied.stdout.splitlines()[1]
    undone = shell.run("--undo", entry, "--expect-account", shell.account)
    assert undone.returncode == 0, undone.stderr
    stands = documents(shell)
    assert {key for key in {**before, **stands} if before.get(key) != stands.get(key)} == set() or name in NOT_EXACT
