"""source-policy-explicit-deny: a Deny of the source bucket's policy matches, or may match."""

from __future__ import annotations

import pytest
from patches import OTHER, bucket_policy, on_bucket


@pytest.mark.parametrize(
    "condition",
    [{}, {"ArnNotEquals": {"aws:PrincipalArn": OTHER}}, {"Bool": {"aws:PrincipalIsAWSService": "false"}}],
    ids=["everybody", "all but another role", "all but services"],
)
async def test_a_deny_that_matches_fails_and_is_alone(look, condition):
    found = await look(bucket_policy("sales", on_bucket("sales", "s3:GetObject", **condition)))
    assert found.loud == {"source-policy-explicit-deny": "fail"}, found.told()
    assert all(fix.auto == "owner" for fix in found.finding("source-policy-explicit-deny").fixes)


@pytest.mark.parametrize(
    "condition",
    [{"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}],
    ids=["endpoint", "address"],
)
async def test_one_that_hangs_on_the_network_is_possible_and_no_more(look, condition):
    found = await look(bucket_policy("sales", on_bucket("sales", "s3:GetObject", **condition)))
    assert found.loud == {"source-policy-explicit-deny": "warn"}, found.told()
    assert found.finding("source-policy-explicit-deny").certainty == "possible"


@pytest.mark.parametrize(
    "statement",
    [
        on_bucket("sales", "s3:GetObject", principal={"AWS": OTHER}),
        on_bucket("sales", "s3:DeleteObject"),
        on_bucket("sales", "s3:*", Bool={"aws:SecureTransport": "false"}),
        on_bucket("sales", "s3:*", StringNotEquals={"aws:PrincipalAccount": "{account}"}),
    ],
    ids=["another role", "another action", "without TLS", "another account"],
)
async def test_one_that_does_not_match_is_no_finding(look, statement):
    assert (await look(bucket_policy("sales", statement))).loud == {}
