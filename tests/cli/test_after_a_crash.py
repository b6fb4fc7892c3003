"""The next start after a crash says what stands; a refused undo shows the three-way difference."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from test_shell import Shell

SCRIPT = Path(__file__).parents[1] / "changes" / "killed.py"


def killed(shell: Shell, stage: str) -> None:
    """A copy of the program that ends in the middle of a change."""
    journal = shell.place / "state" / "journal"
    done = subprocess.run(
        [sys.executable, SCRIPT, "role-denied-kms", shell.demo.endpoint_url, journal, "key policy", stage],
        env={**os.environ, "PYTHONPATH": str(SCRIPT.parent)},
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL


def entries(shell: Shell) -> list[dict]:
    return json.loads(shell.run("--journal", "--format", "json").stdout)["entries"]


def test_the_next_start_says_that_the_change_stands_and_it_can_be_undone(fresh_demo, tmp_path):
    shell = Shell(fresh_demo("role-denied-kms"), tmp_path)
    killed(shell, "sent")
    assert [entry["result"] for entry in entries(shell)] == ["open"]
    done = shell.run("--batch", *target_of(shell))
    assert "the change stands and can be undone" in done.stderr
    assert "can be undone" not in done.stdout
    (entry,) = entries(shell)
    assert entry["result"] == "done"
    assert shell.run("--undo", entry["id"], "--expect-account", shell.account).returncode == 0
    assert shell.verdict() == "broken"


def test_the_next_start_says_that_nothing_was_written(fresh_demo, tmp_path):
    shell = Shell(fresh_demo("role-denied-kms"), tmp_path)
    killed(shell, "journalled")
    assert "it stands as before" in shell.run("--batch", *target_of(shell)).stderr
    assert shell.run("--batch", *target_of(shell)).stderr == ""


def test_a_refused_undo_shows_what_stands_and_what_was_wanted(fresh_demo, tmp_path):
    shell = Shell(fresh_demo("role-denied-kms"), tmp_path)
    shell.plan()
    shell.apply()
    meddle(shell)
    done = shell.run("--undo", entries(shell)[0]["id"], "--expect-account", shell.account)
    assert done.returncode == 5
    assert "changed since it was shown" in done.stderr
    assert "shown → what stands:" in done.stdout
    assert "SomebodyElse" in done.stdout
    assert len(shell.writes()) == 2


def target_of(shell: Shell) -> list[str]:
    from test_batch import target

    return list(target(shell.demo))


def meddle(shell: Shell) -> None:
    """Somebody else adds a statement to the key policy that was written."""
    import boto3

    own = shell.demo.environment
    (written,) = shell.writes()
    client = boto3.client(
        "kms",
        region_name=own.region,
        endpoint_url=shell.demo.endpoint_url,
        aws_access_key_id=own.credentials.access_key_id,
        aws_secret_access_key=own.credentials.secret_access_key,
        aws_session_token=own.credentials.session_token or None,
    )
    policy = json.loads(written["params"]["Policy"])
    policy["Statement"].append({**policy["Statement"][0], "Sid": "SomebodyElse"})
    client.put_key_policy(KeyId=written["params"]["KeyId"], PolicyName="default", Policy=json.dumps(policy))
    client.close()
