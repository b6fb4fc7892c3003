"""Buckets of other Regions, and hosts that a custom endpoint does not have."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from canvas_kms_tui.aws.live import ConnectOptions, connect
from canvas_kms_tui.gateway import CallFailed, FailureKind
from tests.aws.conftest import CREDENTIALS, REGION
from tests.faults import recognise

HOME = "us-west-2"
IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/me</Arn>"
    "<UserId>AIDA</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


@pytest.fixture
async def elsewhere():
    """A server whose only bucket is in another Region, as S3 is: it redirects, and on HEAD it says 400 or 301."""
    seen = []

    async def handle(request: web.Request) -> web.Response:
        what = recognise(request, await request.read())
        seen.append((what.action, what.region, request.path))
        if what.service == "sts":
            return web.Response(text=IDENTITY, content_type="text/xml")
        if "private" in request.path:
            return web.Response(status=403, headers={"x-amz-bucket-region": HOME}, content_type="application/xml")
        if what.region != HOME:
            return web.Response(status=301, headers={"x-amz-bucket-region": HOME})
        return web.Response(
            text="<ListBucketResult><Name>far</Name></ListBucketResult>", content_type="application/xml"
        )

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handle)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    url = f"http://127.0.0.1:{server.port}"
    connection = await connect(ConnectOptions(region=REGION, endpoint_url=url, isolated=CREDENTIALS))
    yield connection, seen
    connection.close()
    await server.close()


@pytest.mark.parametrize("operation", ["head_bucket", "list_objects_v2"])
async def test_a_bucket_in_another_region_is_followed_on_the_same_endpoint(elsewhere, operation):
    connection, seen = elsewhere
    await connection.gateway.call("s3", operation, Bucket="far-away-bucket")
    assert [region for _, region, _ in seen[1:]] == [REGION, HOME]
    assert all(path.startswith("/far-away-bucket") for _, _, path in seen[1:])


async def test_a_refused_head_still_tells_the_region(elsewhere):
    connection, _ = elsewhere
    with pytest.raises(CallFailed) as failed:
        await connection.gateway.call("s3", "head_bucket", Bucket="a-private-bucket")
    assert failed.value.kind is FailureKind.DENIED
    assert failed.value.headers["x-amz-bucket-region"] == HOME


async def test_a_call_can_go_to_another_region(elsewhere):
    connection, seen = elsewhere
    await connection.gateway.call("s3", "list_objects_v2", Bucket="far-away-bucket", region=HOME)
    assert seen[-1][1] == HOME
    assert len(seen) == 2


async def test_s3_control_does_not_put_the_account_before_a_custom_host(connection):
    with pytest.raises(CallFailed) as failed:
        await connection.gateway.call("s3control", "get_public_access_block", AccountId="123456789012")
    assert failed.value.kind is FailureKind.NOT_FOUND
