"""access-point: the dataset is given through an access point."""

from __future__ import annotations

import pytest

ARN = "arn:{partition}:s3:{region}:{account}:accesspoint/sales-vpc"


def point(**more) -> dict:
    return {"access_points": {"sales-vpc": more}}


async def test_one_that_answers_only_from_a_vpc_fails_for_a_domain_on_the_internet(look):
    found = await look("access-point")
    assert found.loud == {"access-point": "fail"}, found.told()


async def test_one_that_is_open_to_the_internet_passes(look):
    found = await look(point(vpc=None), base="access-point")
    assert found.loud == {}, found.told()
    assert found.status("access-point") == "pass"


async def test_the_objects_key_is_found_through_the_bucket_behind(look):
    found = await look(point(vpc=None), base="access-point")
    assert found.step("decrypt-source").resource == found.key("sales-data")


async def test_a_deny_in_its_policy_is_its_own_finding(look):
    deny = {
        "Sid": "Closed",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"{ARN}/object/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [deny]}
    found = await look(point(vpc=None, policy=policy), base="access-point")
    assert found.fails == {"access-point"}, found.told()
    assert found.finding("access-point").statement is not None


async def test_a_deny_of_the_bucket_behind_counts_too(look):
    deny = {
        "Sid": "NoReaders",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:{partition}:s3:::{bucket:sales}/*",
    }
    patch = {**point(vpc=None), "buckets": {"sales": {"policy": {"Version": "2012-10-17", "Statement": [deny]}}}}
    found = await look(patch, base="access-point")
    assert found.fails == {"access-point"}, found.told()


@pytest.mark.parametrize("gone", [None])
async def test_an_access_point_that_does_not_exist_is_a_mistake_in_the_dataset(look, gone):
    from canvas_kms_tui.target import BadTarget

    with pytest.raises(BadTarget, match="access point"):
        await look({"access_points": {"sales-vpc": gone}}, base="access-point")


async def test_a_dataset_in_a_bucket_does_not_ask(look):
    assert (await look("healthy")).status("access-point") == "not_applicable"
