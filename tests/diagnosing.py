"""Diagnosing environments of the stand-in over real HTTP with real boto3, and looking at what was found."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from canvas_kms_tui.aws.case import Case
from canvas_kms_tui.aws.live import ConnectOptions, Credentials, connect
from canvas_kms_tui.aws.recorder import Recorder
from canvas_kms_tui.demo import environments
from canvas_kms_tui.demo.environments import Environment
from canvas_kms_tui.demo.server import RunningDemo
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Diagnosis, Finding, Status, StepResult
from canvas_kms_tui.gateway import Connection

LOUD = (Status.FAIL, Status.WARN, Status.UNKNOWN)


@dataclass(frozen=True)
class Found:
    """A diagnosis of an environment, and shorthands to look at it."""

    environment: Environment
    diagnosis: Diagnosis

    @property
    def verdict(self) -> str:
        return str(self.diagnosis.verdict.status)

    @property
    def most_likely(self) -> str | None:
        return self.diagnosis.verdict.most_likely

    @property
    def fails(self) -> set[str]:
        return {finding.cause for finding in self.diagnosis.findings if finding.status is Status.FAIL}

    @property
    def loud(self) -> dict[str, str]:
        """Everything above information that counts: cause → status, the worst of its findings."""
        found: dict[str, str] = {}
        for status in reversed(LOUD):
            found |= {one.cause: str(status) for one in self.diagnosis.findings if one.status is status and one.counts}
        return found

    def finding(self, cause: str, resource: str = "") -> Finding:
        """The finding of a cause about a resource; without one, its loudest."""
        own = [one for one in self.diagnosis.findings if one.cause == cause and resource in one.resource]
        assert own, f"no finding of {cause} about {resource or 'anything'}"
        order = [*LOUD, Status.BLOCKED, Status.PASS, Status.NOT_APPLICABLE]
        return min(own, key=lambda one: order.index(one.status))

    def status(self, cause: str, resource: str = "") -> str:
        return str(self.finding(cause, resource).status)

    def step(self, name: str, action: str = "", resource: str = "") -> StepResult:
        return next(
            step
            for step in self.diagnosis.import_path
            if step.step == name and action in step.action and resource in step.resource
        )

    def key(self, alias: str) -> str:
        """The ARN of the key with this alias."""
        keys: Mapping[str, Any] = self.environment.document["keys"]
        return next(arn for arn, key in keys.items() if any(alias in name for name in key["aliases"]))

    def told(self) -> str:
        """All that was found above information, for the message of a failing test."""
        lines = [f"{self.environment.name}: {self.verdict} {self.most_likely}: {self.diagnosis.verdict.headline}"]
        lines += [
            f"  {one.status} {one.certainty} {one.cause} {one.resource}: {one.summary}"
            for one in self.diagnosis.findings
            if one.status not in (Status.PASS, Status.NOT_APPLICABLE)
        ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Diagnosed(Found):
    """One whose connection is open, to ask further."""

    connection: Connection
    facts: Facts


@dataclass(frozen=True)
class Recorded(Found):
    """One of which everything that was read is kept."""

    case: Case


def options(demo: RunningDemo) -> ConnectOptions:
    own = demo.environment.credentials
    isolated = Credentials(own.access_key_id, own.secret_access_key, own.session_token or None)
    return ConnectOptions(region=demo.environment.region, endpoint_url=demo.endpoint_url, isolated=isolated)


@contextlib.asynccontextmanager
async def connected(demo: RunningDemo) -> AsyncIterator[Connection]:
    """A connection to the stand-in as the operator of its environment."""
    connection = await connect(options(demo))
    try:
        yield connection
    finally:
        connection.close()


@contextlib.asynccontextmanager
async def diagnosed(demo: RunningDemo, **how: Any) -> AsyncIterator[Diagnosed]:
    """The stand-in's environment, diagnosed; the connection lasts as long as the block."""
    async with connected(demo) as connection:
        facts = Facts(connection.gateway, demo.environment.target)
        diagnosis = await diagnose(facts, **how)
        yield Diagnosed(demo.environment, diagnosis, connection, facts)


async def record(demo: RunningDemo) -> Recorded:
    """Diagnose the stand-in's environment, writing down what is read."""
    async with connected(demo) as connection:
        recorder = Recorder(connection)
        target = demo.environment.target
        diagnosis = await diagnose(Facts(recorder, target))
        return Recorded(demo.environment, diagnosis, recorder.case(target))


def shipped() -> list[str]:
    """The shipped environments in which there is something to diagnose."""
    return [summary.name for summary in environments.names() if summary.diagnosable]


def changed(overrides: Mapping[str, Any], *, base: str = "healthy", **moved: Any) -> Environment:
    """An environment like a shipped one with a merge patch on it, and maybe moved elsewhere."""
    return environments.load(base).moved(overrides=overrides, **moved)
