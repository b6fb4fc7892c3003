"""permissions-boundary: the role's limit, which also limits what a key or bucket policy gives to the role's ARN."""

from __future__ import annotations

import json

import pytest
from patches import NO_DOMAIN_KEY, boundary, key, may, root, together, use


@pytest.mark.parametrize(
    "limit",
    [
        may(["s3:*", "iam:*"], "*"),
        {"Effect": "Allow", "NotAction": "kms:*", "Resource": "*"},
        may("*", "arn:{partition}:s3:::*"),
    ],
    ids=["no KMS", "all but KMS", "S3 alone"],
)
async def test_a_limit_without_kms_is_the_only_finding(look, limit):
    found = await look(boundary(limit))
    assert found.loud == {"permissions-boundary": "fail"}, found.told()


async def test_an_explicit_deny_of_the_limit_is_blamed_on_it_alone(look):
    found = await look(boundary(may("*", "*"), may("s3:PutObject", "*", effect="Deny")))
    assert found.loud == {"permissions-boundary": "fail"}, found.told()


async def test_a_limit_and_a_silent_role_are_both_told(look):
    found = await look(together(boundary(may("s3:*", "*")), key("artifacts", root())))
    assert found.fails == {"permissions-boundary", "role-denied-kms"}, found.told()


async def test_a_wide_limit_passes_and_another_roles_limit_is_no_concern(look):
    wide = await look(boundary(may("*", "*")))
    assert (wide.status("permissions-boundary"), wide.loud) == ("pass", {})
    policies = boundary(may("s3:*", "*"))["policies"]
    other = await look({"policies": policies, "roles": {"NightlyReports": {"boundary": "Limit"}}})
    assert (other.status("permissions-boundary"), other.loud) == ("not_applicable", {})


async def test_a_session_named_in_the_key_policy_is_not_needed_for_the_limit_to_bite(look):
    found = await look(together(boundary(may("s3:*", "*")), key("artifacts", root(), use())))
    assert found.loud == {"permissions-boundary": "fail"}, found.told()


async def test_the_owner_is_told_the_very_statement_that_is_missing(look):
    limit = {"Effect": "Allow", "NotAction": "kms:GenerateDataKey", "Resource": "*"}
    found = await look(together(boundary(limit), NO_DOMAIN_KEY))
    (fix,) = found.finding("permissions-boundary").fixes
    statement = json.loads(fix.text.splitlines()[-1])
    assert (statement["Effect"], statement["Action"]) == ("Allow", ["kms:GenerateDataKey"])
    assert all(":kms:" in resource for resource in statement["Resource"])
    denied = await look(boundary(may("*", "*"), may("s3:PutObject", "*", effect="Deny")))
    assert "An explicit Deny decides" in denied.finding("permissions-boundary").fixes[0].text
