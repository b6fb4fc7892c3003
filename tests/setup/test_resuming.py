"""Broken off at any point, a set-up goes on from what stands: nothing is made twice, nothing is forgotten."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from test_making import answers, connected, nothing_is_there_twice

from canvas_kms_tui.changes import Event, Journal, recover
from canvas_kms_tui.demo import environments
from canvas_kms_tui.demo.server import RunningDemo
from canvas_kms_tui.facts import Calls, Facts
from canvas_kms_tui.findings import VerdictStatus
from canvas_kms_tui.fleet.run import Plan, diagnose
from canvas_kms_tui.gateway import CallFailed, Connection, FailureKind
from canvas_kms_tui.setup import Answers, make, prepare

PIECES = 10
STAGES = ("begun", "checked", "journalled", "sent", "written", "verified")
SAMPLE = [(4, "sent"), (5, "journalled"), (8, "sent"), (9, "written")]


class Killed(BaseException):
    """Nothing after it runs but what runs for every exception: as for a kill, no entry is closed."""


async def broken_off(connection: Connection, state: Path, demo: RunningDemo, piece: int, stage: str) -> None:
    """Make the set-up until one stage of one piece."""

    def progress(event: Event) -> None:
        if (event.index, event.stage) == (piece, stage):
            raise Killed

    real = connection.writer
    assert real is not None
    sent = []

    class Dying:
        def __init__(self, writer):
            self.writer = writer

        async def send(self, *args, **kwargs):
            answer = await self.writer.send(*args, **kwargs)
            sent.append(args)
            if stage == "sent" and len(sent) == piece + 1:
                raise Killed
            return answer

    async def writer():
        return Dying(await real())

    planned = await prepare(answers(demo), connection)
    with pytest.raises(Killed):
        await make(
            planned,
            connection=dataclasses.replace(connection, writer=writer),
            journal=Journal(state),
            typed=planned.confirms,
            progress=progress,
        )


async def goes_on(demo: RunningDemo, state: Path, piece: int, stage: str) -> None:
    async with connected(demo) as connection:
        await broken_off(connection, state, demo, piece, stage)
    async with connected(demo) as connection:
        await recover(connection, Journal(state))
        planned = await prepare(answers(demo), connection)
        assert planned.proven or not planned.changes
        made = await make(planned, connection=connection, journal=Journal(state), typed=planned.confirms)
        assert made.ok, made.text
        diagnosis = await diagnose(Facts(Calls(connection.gateway), made.target), Plan())
        assert diagnosis.verdict.status is VerdictStatus.HEALTHY
        assert (await prepare(answers(demo), connection)).changes == ()
        await nothing_is_there_twice(connection)


@pytest.mark.parametrize(("piece", "stage"), SAMPLE)
async def test_a_set_up_that_was_killed_goes_on(fresh_demo, tmp_path, piece, stage):
    await goes_on(fresh_demo("empty-account"), tmp_path, piece, stage)


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("piece", range(PIECES))
async def test_a_set_up_that_was_killed_anywhere_goes_on(fresh_demo, tmp_path, piece, stage):
    await goes_on(fresh_demo("empty-account"), tmp_path, piece, stage)


async def test_a_domain_that_an_earlier_run_left_under_way_is_proven_as_it_will_be(fresh_demo):
    under_way = {"domains": {"analytics": {"status": "Updating"}}}
    demo = fresh_demo(environments.load("data-key-missing").moved(overrides=under_way))
    async with connected(demo) as connection:
        planned = await prepare(Answers(domain="analytics"), connection)
    assert planned.changes
    assert planned.proven


async def test_a_role_that_aws_does_not_know_everywhere_yet_is_waited_for(fresh_demo, tmp_path):
    demo, refused = fresh_demo("empty-account"), []
    async with connected(demo) as connection:
        real = connection.writer
        assert real is not None

        class Forgetful:
            def __init__(self, writer):
                self.writer = writer

            async def send(self, service, operation, **params):
                if operation == "create_key" and len(refused) < 2:
                    refused.append(operation)
                    text = "Policy contains a statement with one or more invalid principals."
                    raise CallFailed(
                        FailureKind.REJECTED, service, operation, code="MalformedPolicyDocumentException", message=text
                    )
                return await self.writer.send(service, operation, **params)

        async def writer():
            return Forgetful(await real())

        said = []
        planned = await prepare(answers(demo), connection)
        made = await make(
            planned,
            connection=dataclasses.replace(connection, writer=writer),
            journal=Journal(tmp_path),
            typed=planned.confirms,
            progress=lambda event: said.append(event.text),
        )
    assert made.ok
    assert len(refused) == 2
    assert any("does not know the new role" in text for text in said)
