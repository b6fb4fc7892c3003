"""key-wrong-region: S3 uses keys of the bucket's own Region alone."""

from __future__ import annotations

from patches import key, root, together, use, workspace

WITHOUT_PIN = {"buckets": {"artifacts": {"policy": None}}}


async def test_a_key_of_another_region_fails_and_is_alone(look):
    far = key("far", root(), use(), region="{other_region}")
    found = await look(together(workspace(S3KmsKeyId="{key:far}"), WITHOUT_PIN, far))
    assert found.loud == {"key-wrong-region": "fail"}, found.told()


async def test_a_replica_is_named_as_what_to_set_instead(look):
    found = await look("key-wrong-region")
    fix = found.finding("key-wrong-region").fixes[0]
    assert fix.auto == "yes"
    assert f":{found.environment.region}:" in str(fix.changes[0].after)


async def test_a_key_elsewhere_that_nothing_uses_is_no_finding(look):
    assert (await look(key("far", root(), region="{other_region}"))).loud == {}
