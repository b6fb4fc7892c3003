"""key-not-found: the setting names a key that KMS does not know."""

from __future__ import annotations

from patches import key, root, together, use, workspace

GHOST = "arn:{partition}:kms:{region}:{account}:key/0f9e8d7c-6b5a-4321-8fed-cba987654321"
WITHOUT_PIN = {"buckets": {"artifacts": {"policy": None}}}


async def test_a_key_that_is_gone_fails_and_is_alone(look):
    found = await look(together(workspace(S3KmsKeyId=GHOST), WITHOUT_PIN))
    assert found.loud == {"key-not-found": "fail"}, found.told()


async def test_so_does_an_alias_that_leads_nowhere(look):
    found = await look(together(workspace(S3KmsKeyId="alias/nobody"), WITHOUT_PIN))
    assert found.status("key-not-found") == "fail", found.told()
    assert found.most_likely == "key-not-found"


async def test_a_key_that_may_not_be_described_is_unknown_not_gone(look):
    found = await look({"operator": {"denied": ["kms:DescribeKey"]}})
    assert found.status("key-not-found") == "unknown"
    assert "key-not-found" not in found.fails


async def test_another_key_that_exists_passes(look):
    found = await look(together(workspace(S3KmsKeyId="{key:team}"), WITHOUT_PIN, key("team", root(), use())))
    assert found.status("key-not-found", found.key("team")) == "pass"
    assert found.fails == set(), found.told()
