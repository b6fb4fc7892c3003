"""public-policy-restricted: RestrictPublicBuckets with a public policy."""

from __future__ import annotations


def sales(block: dict | bool, principal: str | dict = "*") -> dict:
    statement = {
        "Sid": "Some",
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": "arn:{partition}:s3:::{bucket:sales}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"buckets": {"sales": {"block_public_access": block, "policy": policy}}}


OPEN = {"BlockPublicAcls": True, "IgnorePublicAcls": True}


async def test_a_public_policy_that_is_restricted_warns(look):
    found = await look("public-policy-restricted")
    assert found.loud == {"public-policy-restricted": "warn"}, found.told()
    assert "Block Public Access" not in " ".join(fix.title for fix in found.finding("public-policy-restricted").fixes)


async def test_a_public_policy_that_still_counts_passes(look):
    assert (await look(sales(OPEN))).status("public-policy-restricted") == "pass"


async def test_a_policy_that_names_its_readers_is_not_public(look):
    named = sales({**OPEN, "RestrictPublicBuckets": True}, {"AWS": "{role:NightlyReports}"})
    assert (await look(named)).status("public-policy-restricted") == "pass"


async def test_a_deny_for_everybody_is_no_public_policy(look):
    assert (await look("healthy")).status("public-policy-restricted") == "pass"
