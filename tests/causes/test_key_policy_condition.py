"""key-policy-condition: the key policy would allow it, but for a condition that the import does not meet."""

from __future__ import annotations

import pytest
from patches import ADMINISTRATION, USE, inline, key, may, root, together, use

RESERVED = root(*ADMINISTRATION)


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"kms:ViaService": "s3.{other_region}.amazonaws.com"}},
        {"StringEquals": {"kms:ViaService": "sagemaker.{region}.amazonaws.com"}},
        {"StringEquals": {"kms:CallerAccount": "999988887777"}},
        {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/gone"}},
        {"StringEquals": {"aws:PrincipalTag/team": "finance"}},
        {"Null": {"kms:ViaService": "true"}},
    ],
    ids=["Region", "service", "account", "endpoint", "address", "alias", "tag", "no service at all"],
)
async def test_a_condition_that_fails_for_what_s3_asks(condition, look):
    found = await look(key("artifacts", RESERVED, use(**condition)))
    assert found.loud == {"key-policy-condition": "fail"}, found.told()


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"kms:ViaService": ["sagemaker.{region}.amazonaws.com", "s3.{region}.amazonaws.com"]}},
        {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}},
        {"StringEquals": {"kms:CallerAccount": "{account}", "aws:PrincipalTag/team": "analytics"}},
        {"Null": {"aws:SourceVpce": "true"}},
        {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}},
    ],
    ids=["among services", "any Region", "account and tag", "no endpoint", "an endpoint, if there is one"],
)
async def test_a_condition_that_the_import_meets_is_no_finding(condition, look):
    found = await look(key("artifacts", RESERVED, use(**condition)))
    assert found.loud == {}, found.told()


async def test_a_delegation_under_a_condition_counts_as_conditional(look):
    only_volumes = root(StringEquals={"kms:ViaService": "ec2.{region}.amazonaws.com"})
    found = await look(together(key("artifacts", only_volumes), inline("Keys", may(USE, "{key:artifacts}"))))
    assert found.loud == {"key-policy-condition": "fail"}, found.told()


async def test_the_statement_that_names_the_role_is_blamed_also_where_iam_could_allow(look):
    found = await look("key-policy-condition")
    assert found.finding("key-policy-condition").statement[1] == 2


async def test_the_fix_allows_no_more_than_what_comes_through_s3(look):
    found = await look("key-policy-condition")
    added = found.finding("key-policy-condition").fixes[0].changes[0].after["Statement"][-1]
    assert added["Condition"] == {"StringEquals": {"kms:ViaService": f"s3.{found.environment.region}.amazonaws.com"}}
