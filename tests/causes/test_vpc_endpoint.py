"""vpc-endpoint: a Domain without internet reaches S3 through an endpoint, or not at all."""

from __future__ import annotations

import pytest

ENDPOINT = "vpce-0c0ffee0c0ffee001"


def endpoint(**written: object) -> dict:
    return {"network": {"endpoints": {ENDPOINT: written}}}


def policy(*statements: dict) -> dict:
    return endpoint(policy={"Version": "2012-10-17", "Statement": list(statements)})


ALL = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


@pytest.mark.parametrize(
    "patch",
    [
        {"network": {"endpoints": {ENDPOINT: None}}},
        endpoint(state="pending"),
        policy(ALL, {**ALL, "Effect": "Deny", "Action": "s3:PutObject"}),
        policy({**ALL, "Resource": ["arn:{partition}:s3:::{bucket:artifacts}*"]}),
    ],
    ids=["none", "not available", "denies writing", "leaves the source out"],
)
async def test_an_endpoint_that_does_not_carry_the_import_fails_and_it_is_alone(look, patch):
    found = await look(patch, base="vpc-only")
    assert found.loud == {"vpc-endpoint": "fail"}, found.told()


async def test_an_open_policy_and_a_deny_for_others_pass(look):
    other = {**ALL, "Effect": "Deny", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "{account}"}}}
    found = await look(policy(ALL, other), base="vpc-only")
    assert (found.status("vpc-endpoint"), found.loud) == ("pass", {}), found.told()


async def test_with_internet_it_does_not_apply(look):
    assert (await look("healthy")).status("vpc-endpoint") == "not_applicable"
