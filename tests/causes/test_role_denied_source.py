"""role-denied-source: the role may not list or read the source data."""

from __future__ import annotations

from patches import OTHER, bucket_policy, inline, may, on_bucket, together

NOT_GIVEN = {"roles": {"CanvasExecutionRole": {"inline": {"SalesDataRead": None}}}}
DECRYPT = inline("Keys", may("kms:Decrypt", "{key:sales}"))
SALES = "arn:{partition}:s3:::{bucket:sales}"


async def test_a_role_without_any_right_on_the_bucket_fails_and_it_is_alone(look):
    found = await look(together(NOT_GIVEN, DECRYPT))
    assert found.loud == {"role-denied-source": "fail"}, found.told()


async def test_a_right_on_another_prefix_or_of_another_role_does_not_help(look):
    listing = may("s3:ListBucket", SALES)
    elsewhere = inline("Sales", may("s3:GetObject", f"{SALES}/2024/*"), listing)
    others = bucket_policy("sales", on_bucket("sales", "s3:GetObject", effect="Allow", principal={"AWS": OTHER}))
    found = await look(together(NOT_GIVEN, DECRYPT, elsewhere, others))
    assert found.loud == {"role-denied-source": "fail"}, found.told()


async def test_a_bucket_policy_of_the_same_account_suffices(look):
    given = on_bucket("sales", ["s3:GetObject", "s3:ListBucket"], effect="Allow",
                      principal={"AWS": "{role:CanvasExecutionRole}"})  # fmt: skip
    found = await look(together(NOT_GIVEN, DECRYPT, bucket_policy("sales", given)))
    assert found.fails == set(), found.told()


async def test_the_managed_policies_let_tagged_objects_pass(look):
    tagged = {"buckets": {"sales": {"objects": {"2025/churn.csv": {"tags": {"SageMaker": "true"}}}}}}
    found = await look(together(NOT_GIVEN, DECRYPT, inline("List", may("s3:ListBucket", SALES)), tagged))
    assert found.fails == set(), found.told()
