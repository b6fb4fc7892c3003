"""The doctor tries every read and says what the operator lacks."""

from __future__ import annotations

import pytest

from canvas_kms_tui.aws.doctor import Check, State, clock_skew, examine
from canvas_kms_tui.aws.live import ConnectOptions, connect
from canvas_kms_tui.aws.reads import READS
from canvas_kms_tui.demo import environments, server
from tests.aws.test_case import open_demo
from tests.faults import Fault, FaultProxy, Kind


@pytest.fixture(scope="module")
def demo():
    with server.start(environments.load("healthy")) as running:
        yield running


async def test_every_read_is_tried_or_says_why_not(demo):
    connection, environment = await open_demo(demo, "healthy")
    checks = [check async for check in examine(connection, environment.target)]
    connection.close()
    assert [check.call for check in checks] == [f"{service} {operation}" for service, operation in READS]
    assert not [check for check in checks if check.state in (State.DENIED, State.UNREACHABLE)]
    able = {check.call for check in checks if check.state is State.ABLE}
    assert {"kms get_key_policy", "iam get_policy_version", "s3 head_object", "sagemaker describe_app"} <= able


async def test_without_a_target_the_first_of_each_kind_is_tried(demo):
    connection, _ = await open_demo(demo, "healthy")
    able = {check.call async for check in examine(connection) if check.state is State.ABLE}
    connection.close()
    assert {"sagemaker describe_user_profile", "iam get_role", "kms describe_key"} <= able


async def test_a_missing_permission_comes_with_the_statement_that_grants_it(demo):
    connection, environment = await open_demo(demo, "operator-denied")
    denied: list[Check] = [
        check async for check in examine(connection, environment.target) if check.state is State.DENIED
    ]
    connection.close()
    assert denied
    for check in denied:
        assert check.grant is not None
        assert check.grant["Action"] == check.action


async def test_a_service_that_does_not_answer_is_unreachable_not_denied(demo):
    connection, environment = await open_demo(demo, "healthy")
    connection.close()
    with FaultProxy(demo.endpoint_url, [Fault(Kind.RESET, service="kms")]) as proxy:
        from canvas_kms_tui.aws.live import Credentials

        fake = environment.credentials
        isolated = Credentials(fake.access_key_id, fake.secret_access_key, fake.session_token)
        options = ConnectOptions(region=environment.region, endpoint_url=proxy.url, isolated=isolated)
        connection = await connect(options)
        states = {check.call: check.state async for check in examine(connection, environment.target)}
        connection.close()
    assert states["kms list_aliases"] is State.UNREACHABLE
    assert states["kms get_key_policy"] is State.NOT_TRIED
    assert states["iam get_role"] is State.ABLE


async def test_the_clock_is_compared_with_awss(connection):
    skew = clock_skew(connection)
    assert skew is not None
    assert abs(skew) < 5
