"""What the gateway says when the wire, a proxy or AWS itself misbehaves; all over HTTP through the fault proxy."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import textwrap
import time

import pytest

from canvas_kms_tui.aws.live import ConnectOptions, connect
from canvas_kms_tui.aws.waits import tell_of_pace
from canvas_kms_tui.gateway import CallFailed, CannotConnect, Connection, FailureKind
from tests.aws.conftest import CREDENTIALS, REGION
from tests.faults import Fault, FaultProxy, Kind

CALLS = [
    pytest.param("kms", "list_aliases", {}, id="json"),
    pytest.param("iam", "list_role_policies", {"RoleName": "reader"}, id="query"),
    pytest.param("s3", "list_buckets", {}, id="rest-xml"),
    pytest.param("s3", "head_bucket", {"Bucket": "a-bucket-of-tests"}, id="head"),
    pytest.param("ec2", "describe_route_tables", {}, id="ec2"),
]


@pytest.fixture(scope="module", autouse=True)
def things(moto_url: str):
    import boto3

    session = boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name=REGION)
    iam, s3 = session.client("iam", endpoint_url=moto_url), session.client("s3", endpoint_url=moto_url)
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument="{}")
    s3.create_bucket(Bucket="a-bucket-of-tests", CreateBucketConfiguration={"LocationConstraint": REGION})
    iam.close()
    s3.close()


@pytest.fixture
def proxy(moto_url: str):
    with FaultProxy(moto_url) as running:
        yield running


@pytest.fixture
async def through(proxy: FaultProxy):
    opened = await connect(ConnectOptions(region=REGION, endpoint_url=proxy.url, isolated=CREDENTIALS))
    yield opened
    opened.close()


async def failure(connection: Connection, service: str, operation: str, params: dict) -> CallFailed:
    with pytest.raises(CallFailed) as failed:
        await connection.gateway.call(service, operation, **params)
    return failed.value


@pytest.mark.parametrize(("service", "operation", "params"), CALLS)
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(Kind.THROTTLE), FailureKind.THROTTLED),
        (Fault(Kind.DENY), FailureKind.DENIED),
        (Fault(Kind.ERROR, status=500), FailureKind.UNREACHABLE),
        (Fault(Kind.HTML, status=502), FailureKind.UNREACHABLE),
        (Fault(Kind.RESET), FailureKind.UNREACHABLE),
        (Fault(Kind.EXPIRED), FailureKind.EXPIRED),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Fault) else None,
)
async def test_each_fault_has_its_kind(proxy, through, service, operation, params, fault, kind):
    proxy.add(fault)
    failed = await failure(through, service, operation, params)
    if operation == "head_bucket" and fault.kind is Kind.THROTTLE:
        kind = FailureKind.UNREACHABLE  # a HEAD has no body: a 503 is all that is known
    assert failed.kind is kind
    assert failed.service == service


@pytest.mark.parametrize(("service", "operation", "params"), [case for case in CALLS if case.id != "head"])
@pytest.mark.parametrize(
    "fault",
    [Fault(Kind.HTML, status=200), Fault(Kind.PARTIAL), Fault(Kind.TRUNCATED)],
    ids=["html", "partial", "truncated"],
)
async def test_a_false_answer_is_never_an_absence(proxy, through, service, operation, params, fault):
    proxy.add(fault)
    assert (await failure(through, service, operation, params)).kind is FailureKind.UNREACHABLE


@pytest.mark.parametrize("status", [403, 404])
async def test_a_web_page_is_not_awss_refusal(proxy, through, status):
    proxy.add(Fault(Kind.HTML, status=status))
    assert (await failure(through, "kms", "list_aliases", {})).kind is FailureKind.UNREACHABLE


@pytest.mark.parametrize("status", [403, 404])
async def test_a_web_page_is_not_a_missing_bucket(proxy, through, status):
    proxy.add(Fault(Kind.HTML, status=status))
    failed = await failure(through, "s3", "head_bucket", {"Bucket": "a-bucket-of-tests"})
    assert failed.kind is FailureKind.UNREACHABLE


async def test_a_bare_400_with_good_credentials_is_a_refusal(proxy, through):
    proxy.add(Fault(Kind.EXPIRED, service="s3"))
    failed = await failure(through, "s3", "head_object", {"Bucket": "a-bucket-of-tests", "Key": "k"})
    assert failed.kind is FailureKind.REJECTED
    assert failed.code == "400"


async def test_a_third_of_throttled_calls_is_waited_out_and_counted(proxy, through):
    proxy.add(Fault(Kind.THROTTLE, times=2))
    await through.gateway.call("kms", "list_aliases")
    stats = through.gateway.stats()
    assert stats.throttled == 2
    assert stats.made == 1 + 3


async def test_throttling_is_told_with_the_seconds_until_the_next_try(moto_url):
    told: list[tuple[str, float]] = []
    with FaultProxy(moto_url) as proxy:
        options = ConnectOptions(
            region=REGION, endpoint_url=proxy.url, isolated=CREDENTIALS, on_progress=lambda *one: told.append(one)
        )
        opened = await connect(options)
        proxy.add(Fault(Kind.THROTTLE, service="kms", times=1))
        started = time.monotonic()
        await opened.gateway.call("kms", "list_aliases")
        waited = time.monotonic() - started
        proxy.add(Fault(Kind.ERROR, service="s3", times=1, status=503))
        await opened.gateway.call("s3", "list_buckets")
        opened.close()
    (first, seconds), (second, _) = told
    assert re.fullmatch(r"KMS is throttling, waiting (\d+|0\.\d) s", first)
    assert 0 < seconds <= waited
    assert second.startswith("S3 answers with 503, waiting ")


def test_our_own_pace_is_told_where_it_is_felt():
    told: list[tuple[str, float]] = []
    for seconds in (0.4, 2.4):
        tell_of_pace("cloudtrail", seconds, lambda *one: told.append(one))
    assert [seconds for _, seconds in told] == [2.4]
    assert told[0][0].startswith("CloudTrail is asked slowly")
    assert told[0][0].endswith("waiting 2 s")


async def test_a_denied_call_is_counted(proxy, through):
    proxy.add(Fault(Kind.DENY))
    await failure(through, "kms", "list_aliases", {})
    assert through.gateway.stats().denied == 1


async def test_calls_wait_at_the_same_time(proxy, through):
    await through.gateway.call("kms", "list_aliases")
    proxy.add(Fault(Kind.LATENCY, seconds=0.3))
    started = time.monotonic()
    await asyncio.gather(*(through.gateway.call("kms", "list_aliases") for _ in range(20)))
    assert time.monotonic() - started < 20 * 0.3 / 4


async def test_a_cancelled_call_breaks_nothing(proxy, through):
    proxy.add(Fault(Kind.LATENCY, seconds=0.5, times=1))
    task = asyncio.create_task(through.gateway.call("kms", "list_aliases"))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await through.gateway.call("kms", "list_aliases"))["Aliases"] is not None


async def test_a_service_that_never_answers_is_soon_not_asked_any_more(proxy, through):
    proxy.add(Fault(Kind.RESET, service="kms"))
    for _ in range(3):
        await failure(through, "kms", "list_aliases", {})
    sent = len(proxy.seen)
    assert (await failure(through, "kms", "list_aliases", {})).code == "NotTried"
    assert len(proxy.seen) == sent
    await through.gateway.call("s3", "list_buckets")


async def test_a_service_that_hangs_is_not_retried_by_every_call(proxy, through):
    await through.gateway.call("kms", "list_aliases")
    proxy.add(Fault(Kind.HANG, service="kms"))
    started = time.monotonic()
    calls = [failure(through, "kms", "describe_key", {"KeyId": str(number)}) for number in range(40)]
    failed = await asyncio.gather(*calls)
    assert {one.kind for one in failed} == {FailureKind.UNREACHABLE}
    assert time.monotonic() - started < 25


async def test_an_expired_token_halfway_is_expired(proxy, through):
    proxy.add(Fault(Kind.EXPIRED, after=1))
    await through.gateway.call("kms", "list_aliases")
    assert (await failure(through, "kms", "list_aliases", {})).kind is FailureKind.EXPIRED


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault(Kind.EXPIRED), "sign in again"),
        (Fault(Kind.HTML, status=502), "does not answer"),
        (Fault(Kind.RESET), "does not answer"),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Fault) else None,
)
async def test_no_connection_is_one_clear_line(proxy, fault, says):
    proxy.add(fault)
    with pytest.raises(CannotConnect, match=says) as failed:
        await connect(ConnectOptions(region=REGION, endpoint_url=proxy.url, isolated=CREDENTIALS))
    assert failed.value.exit_code == 4
    assert "\n" not in str(failed.value)


async def test_a_refused_endpoint_is_named():
    with pytest.raises(CannotConnect, match=r"http://127\.0\.0\.1:1 does not answer"):
        await connect(ConnectOptions(region=REGION, endpoint_url="http://127.0.0.1:1", isolated=CREDENTIALS))


def test_quitting_does_not_wait_for_a_call_that_hangs(proxy):
    proxy.add(Fault(Kind.HANG, service="kms"))
    script = f"""
        import asyncio, time
        from canvas_kms_tui.aws.live import ConnectOptions, Credentials, connect
        async def main():
            options = ConnectOptions(region="{REGION}", endpoint_url="{proxy.url}", isolated=Credentials("a", "b"))
            connection = await connect(options)
            task = asyncio.create_task(connection.gateway.call("kms", "list_aliases"))
            await asyncio.sleep(1)
            assert not task.done()
            task.cancel()
            print(time.time(), flush=True)
        asyncio.run(main())
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=30)
    assert done.stderr == ""
    assert time.time() - float(done.stdout) < 1
