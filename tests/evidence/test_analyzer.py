"""Access Analyzer's opinion on the documents that stand in the way."""

from __future__ import annotations

import contextlib

import pytest
from diagnosing import changed, diagnosed

from canvas_kms_tui.evidence import look
from canvas_kms_tui.evidence.analyzer import SOURCE

QUICK = {"what_changed": False, "who_else": False}
PIN = {"StringNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "{key:sales}"}}


@pytest.fixture
async def told(fresh_demo):
    async with contextlib.AsyncExitStack() as stack:

        async def of(wanted, cause: str):
            before = await stack.enter_async_context(diagnosed(fresh_demo(wanted)))
            after = await look(before.facts, before.diagnosis, **QUICK)
            found = next(one for one in after.findings if one.cause == cause and one.status == "fail")
            return [one for one in found.evidence if one.source == SOURCE]

        yield of


async def test_the_key_policy_that_omits_the_role_is_asked_about(told):
    (said,) = await told("key-policy-omits-role", "key-policy-omits-role")
    assert said.what.startswith("how the key policy of ")
    assert said.value == "Access Analyzer: nothing to object to; our own check: nothing to object to"


async def test_what_the_two_object_to_stands_side_by_side(told):
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
             "Resource": "arn:{partition}:s3:::{bucket:artifacts}/*", "Condition": PIN},
            {"Effect": "Deny", "Principal": "*", "Action": "s3:PutThing", "Resource": "*"},
        ],
    }  # fmt: skip
    (said,) = await told(changed({"buckets": {"artifacts": {"policy": policy}}}), "bucket-policy-requires-other-key")
    assert said.what.startswith("how the bucket policy of ")
    theirs, _, ours = said.value.partition("; our own check: ")
    assert theirs == "Access Analyzer: nothing to object to"
    assert "s3:PutThing" in ours


async def test_a_guardrail_is_asked_about_as_what_it_is(told):
    (said,) = await told("scp-denied", "scp-denied")
    assert "service control policy" in said.what


async def test_where_we_may_not_ask_nothing_is_said(told):
    denied = changed({"operator": {"denied": ["access-analyzer:ValidatePolicy"]}}, base="key-policy-omits-role")
    assert await told(denied, "key-policy-omits-role") == []
