"""An environment that is moved elsewhere is diagnosed as the one that it came from."""

from __future__ import annotations

import pytest

from canvas_kms_tui import engine
from canvas_kms_tui.aws.live import connect
from canvas_kms_tui.aws.options import ConnectOptions
from canvas_kms_tui.demo import environments
from canvas_kms_tui.facts import Facts

NAMES = [summary.name for summary in environments.names() if summary.diagnosable]
ELSEWHERE = [
    {"account": "444455556666", "region": "us-east-1", "prefix": "Zz-"},
    {"region": "cn-northwest-1", "prefix": "q"},
    {"account": "000011112222", "region": "us-gov-east-1"},
]


async def said_of(demo, environment):
    demo = demo(environment)
    options = ConnectOptions(
        region=environment.region, endpoint_url=demo.endpoint_url, isolated=environment.credentials
    )
    connection = await connect(options)
    try:
        diagnosis = await engine.diagnose(Facts(connection.gateway, environment.target))
    finally:
        connection.close()
    return sorted((finding.cause, finding.status.value) for finding in diagnosis.findings)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
async def test_account_region_partition_and_names_do_not_change_the_findings(name, fresh_demo):
    original = environments.load(name)
    here = await said_of(fresh_demo, original)
    for place in ELSEWHERE:
        assert await said_of(fresh_demo, original.moved(**place)) == here
