"""key-aws-managed: fine within the account, impossible across accounts."""

from __future__ import annotations

FOREIGN = "999988887777"


def foreign_source(manager: str) -> dict:
    """Source objects under a key of another account that lets the operator look at it."""
    key = {"account": FOREIGN, "manager": manager, "operator_may": ["kms:DescribeKey"]}
    return {
        "keys": {"partner": key},
        "buckets": {
            "sales": {"objects": {"2025/churn.csv": {"encryption": {"algorithm": "aws:kms", "key": "{key:partner}"}}}}
        },
    }


async def test_an_aws_managed_key_of_the_own_account_is_information(look):
    found = await look("key-aws-managed")
    assert found.loud == {}, found.told()
    managed = [one for one in found.diagnosis.findings if "managed by AWS" in one.summary]
    assert [one.cause for one in managed] == ["key-aws-managed"]
    assert managed[0].severity == "info"


async def test_an_aws_managed_key_of_another_account_can_never_be_used(look):
    found = await look(foreign_source("AWS"))
    assert found.most_likely == "key-aws-managed", found.told()
    assert found.fails == {"key-aws-managed"}
    assert found.finding("source-object-key-denied").blocked_by == "key-aws-managed"


async def test_a_customer_managed_key_of_another_account_is_not_its_business(look):
    found = await look(foreign_source("CUSTOMER"))
    assert found.status("key-aws-managed") == "pass"


async def test_the_default_key_of_s3_that_does_not_exist_yet_is_no_failure(look):
    settings = {"CanvasAppSettings": {"WorkspaceSettings": {"S3KmsKeyId": None}}}
    plain = {"algorithm": "aws:kms", "key": None, "bucket_key": None}
    found = await look(
        {
            "domains": {"analytics": {"DefaultUserSettings": settings, "KmsKeyId": None}},
            "keys": {"aws_s3": None},
            "buckets": {"artifacts": {"encryption": plain, "objects": None}},
        }
    )
    assert found.loud == {}, found.told()
