"""A stand-in that may be written to, a connection to it, a journal of its own; and what no test may ever send."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from kinds import opened

from canvas_kms_tui.aws.writes import WRITES
from canvas_kms_tui.changes.journal import Journal
from canvas_kms_tui.changes.standing import boto3_name

BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@pytest.fixture
def journal(tmp_path) -> Journal:
    return Journal(tmp_path / "journal")


@pytest.fixture
async def connect_to() -> AsyncIterator:
    """``await connect_to(demo)``: a connection that is closed at the end of the test."""
    made = []

    async def give(demo, endpoint: str = "", **more):
        connection = await opened(demo, endpoint, **more)
        made.append(connection)
        return connection

    yield give
    for connection in made:
        connection.close()


@pytest.fixture(autouse=True)
def nothing_dangerous_is_sent(request) -> Iterator[None]:
    """Over every request of every test here: no safety check off, no stranger's bucket, no weaker public access."""
    demo = request.getfixturevalue("_writable_demo") if "fresh_demo" in request.fixturenames else None
    yield
    for sent in demo.requests() if demo else ():
        params, operation = sent["params"], sent["operation"]
        assert "BypassPolicyLockoutSafetyCheck" not in params
        assert "ConfirmRemoveSelfBucketAccess" not in params
        is_write = (sent["service"], boto3_name(operation)) in WRITES
        if sent["service"] == "s3" and is_write and operation != "CreateBucket":
            assert params["ExpectedBucketOwner"]
        assert operation != "DeletePublicAccessBlock"
        if operation == "PutPublicAccessBlock":
            assert all(params["PublicAccessBlockConfiguration"][name] for name in BLOCKS)
