"""Killed at every point of the way, for every kind of change: nothing lost, nothing half-known."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from killed import STAGES
from kinds import KINDS, account_documents

from canvas_kms_tui.changes.entries import Result
from canvas_kms_tui.changes.undo import recover, undo

SCRIPT = Path(__file__).with_name("killed.py")

#: What a change that was under way turns out to be.
BEFORE_THE_WRITE, AFTER_THE_WRITE = ("begun", "checked", "journalled"), ("sent", "written", "verified", "noted")


def kill(demo, environment, kind, stage, directory):
    done = subprocess.run(
        [sys.executable, SCRIPT, environment, demo.endpoint_url, directory, kind, stage],
        env={**os.environ, "PYTHONPATH": str(SCRIPT.parent)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


async def check(kind, stage, fresh_demo, connect_to, journal):
    environment, _ = KINDS[kind]
    demo = fresh_demo(environment)
    connection = await connect_to(demo)
    before = await account_documents(connection, demo)
    kill(demo, environment, kind, stage, journal.directory)
    stands = await account_documents(connection, demo)

    said = await recover(connection, journal)

    entry = journal.entries()[0]
    assert entry.closed
    assert await recover(connection, journal) == []
    assert await account_documents(connection, demo) == stands
    if stands == before:
        assert stage in BEFORE_THE_WRITE
        assert not entry.made
        assert all(one.result in (Result.NOT_BEGUN, Result.NOT_WRITTEN) for one in said)
    else:
        assert stage in AFTER_THE_WRITE
        assert entry.made
        assert (await undo(entry.id, connection=connection, journal=journal)).ok
        assert await account_documents(connection, demo) == before
    if stage != "noted":
        assert said
        assert all("The program ended" in one.text for one in said)


@pytest.mark.parametrize("stage", ["begun", "journalled", "sent", "noted"])
async def test_killed_around_the_write_of_a_key_policy(stage, fresh_demo, connect_to, journal):
    await check("key policy", stage, fresh_demo, connect_to, journal)


@pytest.mark.parametrize(("kind", "stage"), [("default bucket", "sent"), ("profile settings", "journalled")])
async def test_killed_at_some_points_of_other_changes(kind, stage, fresh_demo, connect_to, journal):
    await check(kind, stage, fresh_demo, connect_to, journal)


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("kind", KINDS)
async def test_killed_at_every_point_of_every_kind_of_change(kind, stage, fresh_demo, connect_to, journal):
    await check(kind, stage, fresh_demo, connect_to, journal)


async def test_what_another_living_copy_has_open_is_left_alone(fresh_demo, connect_to, journal):
    demo = fresh_demo("role-denied-kms")
    connection = await connect_to(demo)
    kill(demo, "role-denied-kms", "key policy", "journalled", journal.directory)
    with journal.locked():
        assert await recover(connection, journal) == []
    assert len(await recover(connection, journal)) == 1


async def test_a_line_that_was_cut_off_is_survived(fresh_demo, connect_to, journal):
    demo = fresh_demo("role-denied-kms")
    connection = await connect_to(demo)
    kill(demo, "role-denied-kms", "key policy", "written", journal.directory)
    (path,) = journal.directory.glob("*.jsonl")
    path.write_bytes(path.read_bytes() + b'{"type":"outcome","chan')
    (said,) = await recover(connection, journal)
    assert said.result is Result.DONE
    assert (await undo(said.entry.id, connection=connection, journal=journal)).ok
