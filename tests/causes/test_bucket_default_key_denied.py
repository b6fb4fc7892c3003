"""bucket-default-key-denied: no key is set for Canvas, so the bucket's default encryption decides."""

from __future__ import annotations

import pytest
from patches import NO_DOMAIN_KEY, encrypted, key, root, together, use, workspace

UNSET = workspace(S3KmsKeyId=None)


async def test_the_buckets_key_is_judged_only_where_none_is_configured(look):
    found = await look(together(key("team", root()), encrypted("artifacts", key="{key:team}")))
    assert found.status("bucket-default-key-denied") == "not_applicable"
    assert found.loud == {}, found.told()


async def test_a_closed_default_key_fails_under_its_own_id(look):
    found = await look(together(UNSET, key("team", root()), encrypted("artifacts", key="{key:team}")))
    assert found.loud == {"bucket-default-key-denied": "fail"}, found.told()


async def test_a_deny_in_its_policy_is_left_to_the_owner(look):
    closed = key("team", root(), use(), use("*", effect="Deny"))
    found = await look(together(UNSET, closed, encrypted("artifacts", key="{key:team}")))
    assert found.loud == {"bucket-default-key-denied": "fail"}, found.told()
    assert [fix.auto for fix in found.finding("bucket-default-key-denied").fixes] == ["owner"]


async def test_the_key_that_s3_makes_at_its_first_use_needs_nobody(look):
    first_use = encrypted("artifacts", algorithm="aws:kms", key=None, bucket_key=None)
    found = await look(together(UNSET, first_use, NO_DOMAIN_KEY, {"keys": {"aws_s3": None}}))
    assert found.loud == {}, found.told()


async def test_without_any_key_there_is_nothing_to_judge(look):
    plain = encrypted("artifacts", algorithm="AES256", key=None, bucket_key=None)
    found = await look(together(UNSET, plain))
    assert found.diagnosis.resolved.artifact_key.value is None
    assert found.status("bucket-default-key-denied") == "not_applicable"


async def test_default_encryption_that_may_not_be_read_is_unknown_under_this_id(look):
    found = await look(together(UNSET, {"operator": {"denied": [{"action": "s3:GetEncryptionConfiguration"}]}}))
    finding = found.finding("bucket-default-key-denied")
    assert finding.could_not_check.action == "s3:GetEncryptionConfiguration", found.told()


@pytest.mark.parametrize(("more", "algorithm"), [({}, "aws:kms"), (NO_DOMAIN_KEY, "AES256")])
async def test_another_default_is_the_last_way_and_is_typed_for(look, more, algorithm):
    found = await look(together(UNSET, key("team", root()), encrypted("artifacts", key="{key:team}"), more))
    *_, last = found.finding("bucket-default-key-denied").fixes
    assert last.id.endswith("/bucket-encryption")
    (change,) = last.changes
    assert change.after["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == algorithm
    assert change.confirm
