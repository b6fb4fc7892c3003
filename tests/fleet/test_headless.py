"""A headless run with proofs and evidence says of an environment what the environment says of itself."""

from __future__ import annotations

import asyncio
import json

import jsonschema
import pytest

from canvas_kms_tui.aws.live import connect
from canvas_kms_tui.aws.options import ConnectOptions, Credentials
from canvas_kms_tui.causes import catalogue
from canvas_kms_tui.demo import environments
from canvas_kms_tui.demo.environments import Environment
from canvas_kms_tui.demo.server import RunningDemo
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Diagnosis, Severity, Status
from canvas_kms_tui.fleet.exits import exit_code
from canvas_kms_tui.fleet.run import Plan, diagnose
from canvas_kms_tui.report import Report, render
from canvas_kms_tui.report.dump import schema_text

KNOWN = {cause.id for cause in catalogue()}
SHIPPED = [
    summary.name
    for summary in environments.names()
    if summary.diagnosable and set(environments.load(summary.name).expect["findings"]) <= KNOWN
]
ELSEWHERE = {
    "another account": {"account": "908070605040", "region": "ap-southeast-2", "prefix": "zq-"},
    "another partition": {"account": "420000000042", "region": "us-gov-west-1", "prefix": "Xy"},
}
#: These run each time (what only CloudTrail shows, and one of each verdict), the others with ``-m slow``.
EACH_TIME = ("healthy", "role-denied-kms", "operator-denied", "kms-limits", "service-throttled")
HERE = [pytest.param(name, marks=() if name in EACH_TIME else pytest.mark.slow) for name in SHIPPED]
VALIDATOR = jsonschema.Draft202012Validator(json.loads(schema_text()))


async def diagnosed(demo: RunningDemo) -> Diagnosis:
    fake = demo.environment.credentials
    connection = await connect(
        ConnectOptions(
            region=demo.environment.region,
            endpoint_url=demo.endpoint_url,
            isolated=Credentials(fake.access_key_id, fake.secret_access_key, fake.session_token),
        )
    )
    try:
        return await diagnose(Facts(connection.gateway, demo.environment.target), Plan())
    finally:
        connection.close()


def check(diagnosis: Diagnosis, environment: Environment) -> None:
    expect = environment.expect
    found = {(finding.cause, finding.status.value) for finding in diagnosis.findings}
    assert diagnosis.verdict.status.value == expect["verdict"], diagnosis.verdict
    assert diagnosis.verdict.most_likely == expect["most_likely"]
    assert set(expect["findings"].items()) <= found
    for status in ("fail", "warn"):
        unexpected = {cause for cause, got in found if got == status} - set(expect["findings"])
        assert not unexpected
    assert exit_code([diagnosis]) == expect["exit"]
    dump = json.loads(render("json", Report("demo", [diagnosis])))
    assert [error.message for error in VALIDATOR.iter_errors(dump)] == []


@pytest.mark.parametrize("name", HERE)
def test_an_environment_is_diagnosed_as_it_says_of_itself(fresh_demo, name):
    demo = fresh_demo(name)
    check(asyncio.run(diagnosed(demo)), demo.environment)


@pytest.mark.slow
@pytest.mark.parametrize("where", ELSEWHERE)
@pytest.mark.parametrize("name", SHIPPED)
def test_the_same_fault_elsewhere_is_diagnosed_the_same(fresh_demo, name, where):
    demo = fresh_demo(environments.load(name).moved(**ELSEWHERE[where]))
    check(asyncio.run(diagnosed(demo)), demo.environment)


def test_the_healthy_environment_has_no_finding_above_information(fresh_demo):
    diagnosis = asyncio.run(diagnosed(fresh_demo("healthy")))
    loud = [each for each in diagnosis.findings if each.status not in (Status.PASS, Status.NOT_APPLICABLE)]
    assert [each for each in loud if each.severity is not Severity.INFO] == []
