"""bucket-policy-requires-sse: a header, or another algorithm, that the import's writes do not carry."""

from __future__ import annotations

import pytest
from patches import NO_DOMAIN_KEY, bucket_policy, encrypted, on_bucket, together, workspace

ALGORITHM = "s3:x-amz-server-side-encryption"
KEY_ID = "s3:x-amz-server-side-encryption-aws-kms-key-id"
UNSET = workspace(S3KmsKeyId=None)


def demanding(**condition: object) -> dict:
    return bucket_policy("artifacts", on_bucket("artifacts", "s3:PutObject", **condition))


@pytest.mark.parametrize("wanted", ["AES256", "aws:kms:dsse"])
async def test_another_algorithm_than_the_one_of_canvas_fails(wanted, look):
    found = await look(demanding(StringNotEquals={ALGORITHM: wanted}))
    assert found.loud == {"bucket-policy-requires-sse": "fail"}, found.told()
    assert [fix.auto for fix in found.finding("bucket-policy-requires-sse").fixes] == ["owner"]


@pytest.mark.parametrize(
    "condition",
    [
        {"StringNotEquals": {ALGORITHM: "aws:kms"}},
        {"StringNotEquals": {ALGORITHM: ["AES256", "aws:kms"]}},
        {"Null": {ALGORITHM: "true"}},
        {"Null": {KEY_ID: "true"}},
    ],
    ids=["aws:kms", "either", "any header", "any key"],
)
async def test_the_headers_of_a_configured_key_satisfy(condition, look):
    found = await look(demanding(**condition))
    assert found.loud == {}, found.told()


@pytest.mark.parametrize(
    "condition",
    [
        {"Null": {ALGORITHM: "true"}},
        {"Null": {KEY_ID: "true"}},
        {"StringNotEquals": {ALGORITHM: "aws:kms"}},
        {"StringNotEquals": {KEY_ID: "{key:artifacts}"}},
        {"StringNotEqualsIfExists": {KEY_ID: "{key:artifacts}"}},
    ],
    ids=["any header", "any key", "aws:kms", "the bucket's own key", "the bucket's own key, if one is given"],
)
async def test_without_a_header_it_is_only_possible(condition, look):
    found = await look(together(UNSET, demanding(**condition)))
    assert found.loud == {"bucket-policy-requires-sse": "warn"}, found.told()
    finding = found.finding("bucket-policy-requires-sse")
    assert finding.certainty == "possible"
    assert [str(fix.auto) for fix in finding.fixes] == ["yes", "yes"]


async def test_also_where_default_encryption_could_not_satisfy_it_is_a_warning(look):
    plain = encrypted("artifacts", algorithm="AES256", key=None, bucket_key=None)
    found = await look(together(UNSET, NO_DOMAIN_KEY, plain, demanding(StringNotEquals={ALGORITHM: "aws:kms"})))
    assert found.loud == {"bucket-policy-requires-sse": "warn"}, found.told()
