"""encryption-context-mismatch: with S3 Bucket Keys the context is the bucket's ARN, not the object's."""

from __future__ import annotations

import pytest
from mending import assert_mends
from patches import ADMINISTRATION, USE, encrypted, inline, key, may, root, source_object, together, use

from canvas_kms_tui.changes import Journal

CONTEXT = "kms:EncryptionContext:aws:s3:arn"
BUCKET = "arn:{partition}:s3:::{bucket:artifacts}"
OBJECTS = f"{BUCKET}/*"


def own_policy(*values: str) -> dict:
    allowed = may(USE, "{key:artifacts}", StringLike={CONTEXT: list(values)})
    return together(key("artifacts", root()), inline("Keys", allowed))


async def test_the_roles_own_policy_gets_the_buckets_arn_added(look, tmp_path):
    found = await look(own_policy(OBJECTS))
    assert found.loud == {"encryption-context-mismatch": "fail"}, found.told()
    finding = found.finding("encryption-context-mismatch")
    (fix,) = finding.fixes
    assert (fix.id, fix.auto) == ("encryption-context-mismatch/role-policy", "yes")
    await assert_mends(found, finding, fix, Journal(tmp_path))


async def test_both_arns_in_the_condition_are_well(look):
    found = await look(own_policy(BUCKET, OBJECTS))
    assert found.loud == {}, found.told()


async def test_without_bucket_keys_the_objects_arn_is_right(look):
    found = await look(together(encrypted("artifacts", bucket_key=False), own_policy(OBJECTS)))
    assert found.loud == {}, found.told()


async def test_without_bucket_keys_the_buckets_arn_is_wrong(look):
    found = await look(together(encrypted("artifacts", bucket_key=False), own_policy(BUCKET)))
    assert found.loud == {"encryption-context-mismatch": "fail"}, found.told()


async def test_the_condition_of_the_key_policy_is_its_owners(look):
    found = await look(key("artifacts", root(*ADMINISTRATION), use(StringLike={CONTEXT: OBJECTS})))
    assert found.loud == {"encryption-context-mismatch": "fail"}, found.told()
    (fix,) = found.finding("encryption-context-mismatch").fixes
    assert fix.auto == "owner"
    assert fix.changes[0].after["Statement"][-1]["Condition"]["StringEquals"] == {
        CONTEXT: f"arn:aws:s3:::sagemaker-{found.environment.region}-{found.environment.account}"
    }


async def test_a_deny_for_every_other_context_is_a_mismatch(look):
    deny = use("*", ["kms:GenerateDataKey*"], effect="Deny", StringNotLike={CONTEXT: OBJECTS})
    found = await look(key("artifacts", root(), use(), deny))
    assert found.loud == {"encryption-context-mismatch": "fail"}, found.told()
    assert found.finding("encryption-context-mismatch").fixes[0].auto == "owner"


async def test_a_deny_for_this_very_context_is_an_explicit_deny(look):
    deny = use("*", ["kms:GenerateDataKey*"], effect="Deny", StringLike={CONTEXT: f"{BUCKET}*"})
    found = await look(key("artifacts", root(), use(), deny))
    assert found.loud == {"key-policy-explicit-deny": "fail"}, found.told()


async def test_the_key_of_a_source_object_keeps_its_own_id_and_gets_the_same_fix(look, tmp_path):
    objects = "arn:{partition}:s3:::{bucket:sales}/*"
    reading = inline(
        "SalesDataRead",
        may("s3:*", ["arn:{partition}:s3:::{bucket:sales}", objects]),
        may("kms:Decrypt", "{key:sales}", StringLike={CONTEXT: objects}),
    )
    found = await look(together(source_object(bucket_key=True), reading))
    assert found.loud == {"source-object-key-denied": "fail"}, found.told()
    finding = found.finding("source-object-key-denied")
    (fix,) = finding.fixes
    assert fix.id == "source-object-key-denied/role-policy"
    await assert_mends(found, finding, fix, Journal(tmp_path))


@pytest.mark.parametrize("values", [(OBJECTS,), (BUCKET, OBJECTS)])
async def test_bucket_settings_that_may_not_be_read_leave_it_open(values, look):
    hidden = {"operator": {"denied": [{"action": "s3:GetEncryptionConfiguration"}]}}
    found = await look(together(own_policy(*values), hidden))
    finding = found.finding("encryption-context-mismatch", found.key("artifacts"))
    assert finding.status == "unknown", found.told()
    assert finding.could_not_check.action == "s3:GetEncryptionConfiguration"
