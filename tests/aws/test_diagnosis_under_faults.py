"""A whole diagnosis while AWS misbehaves: it ends, says what it could know, and is never wrong about it."""

from __future__ import annotations

import time

import pytest

from canvas_kms_tui.aws.live import ConnectOptions, Credentials, connect
from canvas_kms_tui.demo import environments, server
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Diagnosis, Status
from tests.faults import Fault, FaultProxy, Kind

ENVIRONMENTS = ("healthy", "two-causes", "source-object-key-denied")
QUICK = [
    Fault(Kind.LATENCY, seconds=0.1),
    Fault(Kind.THROTTLE, share=0.3),
    Fault(Kind.ERROR, share=0.3, status=500),
    Fault(Kind.RESET, share=0.3),
    Fault(Kind.HTML, share=0.3, status=502),
    Fault(Kind.HTML, service="kms", status=200),
    Fault(Kind.PARTIAL, share=0.3),
    Fault(Kind.TRUNCATED, share=0.3),
    Fault(Kind.EXPIRED, after=8),
    Fault(Kind.DENY, share=0.5),
    *(Fault(Kind.RESET, service=service) for service in ("kms", "s3", "iam", "organizations")),
    *(Fault(Kind.DENY, service=service) for service in ("kms", "s3", "iam", "organizations")),
]
SLOW = [
    Fault(Kind.LATENCY, seconds=2),
    *(Fault(Kind.HANG, service=service) for service in ("kms", "s3", "iam")),
]


@pytest.fixture(scope="module")
def demo():
    with server.start(environments.load("healthy")) as running:
        yield running


async def diagnosed(url: str, environment: environments.Environment) -> Diagnosis:
    fake = environment.credentials
    isolated = Credentials(fake.access_key_id, fake.secret_access_key, fake.session_token)
    connection = await connect(ConnectOptions(region=environment.region, endpoint_url=url, isolated=isolated))
    try:
        return await diagnose(Facts(connection.gateway, environment.target))
    finally:
        connection.close()


async def check(demo: server.RunningDemo, name: str, fault: Fault, seconds: float) -> None:
    environment = environments.load(name)
    demo.load(environment)
    clean = await diagnosed(demo.endpoint_url, environment)
    spared = Fault(fault.kind, service="sts", share=0.0)
    with FaultProxy(demo.endpoint_url, [spared], seed=7) as proxy:
        connected_first = fault if fault.after else Fault(**{**_as_dict(fault), "after": 1})
        proxy.add(connected_first)
        started = time.monotonic()
        spoiled = await diagnosed(proxy.url, environment)
        assert time.monotonic() - started < seconds
    assert_never_the_opposite(clean, spoiled)


def _as_dict(fault: Fault) -> dict:
    return {name: getattr(fault, name) for name in Fault.__slots__}


def assert_never_the_opposite(clean: Diagnosis, spoiled: Diagnosis) -> None:
    judged = {(finding.cause, finding.resource): finding.status for finding in clean.findings}
    opposite = {Status.PASS: {Status.FAIL}, Status.FAIL: {Status.PASS}}
    for finding in spoiled.findings:
        before = judged.get((finding.cause, finding.resource))
        assert finding.status not in opposite.get(before, ()), f"{finding.cause} on {finding.resource}: was {before}"
        if finding.status is Status.UNKNOWN:
            assert finding.could_not_check is not None
    decisions = {step.step: step.decision for step in clean.import_path}
    for step in spoiled.import_path:
        if step.step in decisions and step.decision != "unknown":
            assert step.decision == decisions[step.step], step.step
    verdicts = (clean.verdict.status.value, spoiled.verdict.status.value)
    assert verdicts not in {("broken", "healthy"), ("healthy", "broken")}


@pytest.mark.parametrize(
    "name", [ENVIRONMENTS[0], *(pytest.param(name, marks=pytest.mark.slow) for name in ENVIRONMENTS[1:])]
)
@pytest.mark.parametrize("fault", QUICK, ids=lambda fault: f"{fault.kind}-{fault.service or 'all'}-{fault.seconds}")
async def test_a_fault_never_turns_an_answer_round(demo, name, fault):
    await check(demo, name, fault, seconds=30)


@pytest.mark.slow
@pytest.mark.parametrize("fault", SLOW, ids=lambda fault: f"{fault.kind}-{fault.service or 'all'}-{fault.seconds}")
async def test_a_slow_fault_ends_in_bounded_time(demo, fault):
    await check(demo, "two-causes", fault, seconds=100)
