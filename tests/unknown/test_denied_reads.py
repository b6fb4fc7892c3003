"""Every read denied to the operator, alone, in every shipped environment: it never turns into its opposite.

Each environment is read once over HTTP; the sweep then answers from memory, and turns the answers of one operation
into AccessDenied.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import pytest
from diagnosing import connected, shipped

from canvas_kms_tui.aws.operations import Place
from canvas_kms_tui.aws.reads import READS
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Calls, Facts
from canvas_kms_tui.findings import CallStats, Diagnosis, Status, VerdictStatus
from canvas_kms_tui.gateway import CallFailed, FailureKind, Gateway, Response

Operation = tuple[str, str]
BAD = (Status.FAIL, Status.WARN)
GOOD = (Status.PASS, Status.NOT_APPLICABLE)


class Denying:
    """Answers as the gateway behind it does, one operation apart: that is denied to the caller."""

    def __init__(self, gateway: Gateway, denied: Operation | None, place: Place) -> None:
        self._gateway = gateway
        self._denied = denied
        self._place = place
        self.asked: set[Operation] = set()

    async def call(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        self.asked.add((service, operation))
        if (service, operation) != self._denied:
            return await self._gateway.call(service, operation, region=region, **params)
        read = READS[service, operation]
        raise CallFailed(
            FailureKind.DENIED,
            service,
            operation,
            action=read.actions[0],
            resource=read.resource(params, self._place.at(region)),
            code="AccessDenied",
            message="User is not authorized to perform this operation",
            status=403,
        )

    def stats(self) -> CallStats:
        return CallStats()

    def now(self) -> datetime:
        return datetime.now(UTC)


#: A run denies a third of an environment's reads, so each read in a third of the environments; the slow run the rest.
THIRDS = [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)]


@pytest.mark.parametrize("third", THIRDS)
@pytest.mark.parametrize(("index", "name"), list(enumerate(shipped())))
async def test_no_denied_read_turns_a_finding_into_its_opposite(index, name, third, fresh_demo):
    demo = fresh_demo(name)
    target = demo.environment.target
    place = Place(target.partition, target.region, target.account)
    async with connected(demo) as connection:
        memory = Calls(connection.gateway)
        plain = Denying(memory, None, place)
        before = await diagnose(Facts(plain, target))
        wrong: list[str] = []
        for operation in sorted(plain.asked)[(index + third) % 3 :: 3]:
            after = await diagnose(Facts(Denying(memory, operation, place), target))
            wrong += [f"{':'.join(operation)}: {what}" for what in opposites(before, after, READS[operation].actions)]
    assert not wrong, "\n".join([name, *wrong])


def opposites(before: Diagnosis, after: Diagnosis, denied: Collection[str]) -> list[str]:
    """What the denied read turned wrong, in words."""
    return [
        *_turned_findings(before, after),
        *_turned_steps(before, after),
        *_unnamed(before, after, denied),
        *_not_told(after),
    ]


def _turned_findings(before: Diagnosis, after: Diagnosis) -> list[str]:
    wrong = []
    for cause in {finding.cause for finding in before.findings}:
        was = {one.status for one in before.findings if one.cause == cause}
        now = {one.status for one in after.findings if one.cause == cause}
        if was & set(BAD) and now <= set(GOOD):
            wrong.append(f"{cause} was {_words(was)} and is {_words(now)}")
        if Status.FAIL not in was and Status.FAIL in now:
            wrong.append(f"{cause} was {_words(was)} and fails")
        if not was & {*BAD, Status.UNKNOWN} and Status.WARN in now:
            wrong.append(f"{cause} was {_words(was)} and warns")
    return wrong


def _turned_steps(before: Diagnosis, after: Diagnosis) -> list[str]:
    was = {(step.step, step.action, step.resource): step.decision for step in before.import_path}
    wrong = []
    for step in after.import_path:
        old = was.get((step.step, step.action, step.resource))
        if step.assuming:
            continue
        if old and "unknown" not in (old, step.decision) and (old == "allowed") != (step.decision == "allowed"):
            wrong.append(f"step {step.step} {step.action} was {old} and is {step.decision}")
    return wrong


def _unnamed(before: Diagnosis, after: Diagnosis, denied: Collection[str]) -> list[str]:
    """A difference that no finding explains by the missing permission, or that ends healthy."""
    was = {finding.id: finding.status for finding in before.findings}
    now = {finding.id: finding.status for finding in after.findings}
    if was == now:
        return []
    named = [
        finding
        for finding in after.findings
        if finding.could_not_check and set(denied) & set(finding.could_not_check.action.split(","))
    ]
    wrong = [] if named else [f"no finding names {', '.join(denied)}: {_difference(was, now)}"]
    assumed = all(not finding.counts for finding in named)
    if after.verdict.status is VerdictStatus.HEALTHY and not assumed:
        wrong.append(f"the verdict is healthy: {_difference(was, now)}")
    return wrong


def _not_told(after: Diagnosis) -> list[str]:
    return [
        f"{finding.cause} is unknown without a reason, or by a defect"
        for finding in after.findings
        if finding.status is Status.UNKNOWN
        and (finding.could_not_check is None or "a defect" in finding.could_not_check.reason)
    ]


def _words(statuses: Collection[Status]) -> str:
    return "/".join(sorted(statuses))


def _difference(was: dict[str, Status], now: dict[str, Status]) -> str:
    return "; ".join(
        f"{one}: {was.get(one, 'absent')} → {now.get(one, 'absent')}"
        for one in {**was, **now}
        if was.get(one) != now.get(one)
    )
