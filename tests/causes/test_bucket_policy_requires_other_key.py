"""bucket-policy-requires-other-key: a Deny of the artifact bucket pins another key than the effective one."""

from __future__ import annotations

import pytest
from patches import OTHER, bucket_policy, on_bucket, together, workspace

KEY_ID = "s3:x-amz-server-side-encryption-aws-kms-key-id"
ARTIFACTS = "{key:artifacts}"


def pinned(operator: str, value: object) -> dict:
    return bucket_policy("artifacts", on_bucket("artifacts", "s3:PutObject", **{operator: {KEY_ID: value}}))


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("StringNotEquals", "{key:sales}"),
        ("StringNotLike", "{key:sales}"),
        ("ArnNotEquals", "{key:sales}"),
        ("ArnNotLike", "arn:{partition}:kms:*:999988887777:key/*"),
        ("StringNotEqualsIfExists", "{key:sales}"),
        ("StringNotEquals", ["{key:sales}", "{key:storage}"]),
    ],
)
async def test_another_key_is_pinned(operator, value, look):
    found = await look(pinned(operator, value))
    assert found.loud == {"bucket-policy-requires-other-key": "fail"}, found.told()


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("StringNotEquals", ARTIFACTS),
        ("StringNotLike", "arn:{partition}:kms:{region}:{account}:key/*"),
        ("StringNotEquals", ["{key:sales}", ARTIFACTS]),
    ],
)
async def test_the_key_of_canvas_is_among_the_pinned(operator, value, look):
    found = await look(pinned(operator, value))
    assert found.loud == {}, found.told()


async def test_a_pin_for_somebody_else_or_elsewhere_is_no_finding(look):
    pin = {"StringNotEquals": {KEY_ID: "{key:sales}"}}
    folder = {
        **on_bucket("artifacts", "s3:PutObject", **pin),
        "Resource": "arn:{partition}:s3:::{bucket:artifacts}/x/*",
    }
    found = await look(
        bucket_policy("artifacts", on_bucket("artifacts", "s3:PutObject", principal={"AWS": OTHER}, **pin), folder)
    )
    assert found.loud == {}, found.told()


async def test_a_default_key_that_is_not_the_pinned_one_fails_without_a_header_too(look):
    found = await look(together(workspace(S3KmsKeyId=None), pinned("StringNotEquals", "{key:sales}")))
    finding = found.finding("bucket-policy-requires-other-key")
    assert (finding.status, finding.certainty) == ("fail", "likely"), found.told()


async def test_the_setting_is_the_preferred_fix_and_the_own_default_buckets_policy_the_second(look):
    found = await look("bucket-policy-requires-other-key")
    fixes = found.finding("bucket-policy-requires-other-key").fixes
    assert [(fix.id.split("/")[1], str(fix.auto)) for fix in fixes] == [
        ("settings-domain", "yes"),
        ("settings-user-profile", "yes"),
        ("bucket-policy", "yes"),
    ]


async def test_the_bucket_policy_keeps_the_pinned_key_for_whoever_uses_it(look):
    found = await look("bucket-policy-requires-other-key")
    change = found.finding("bucket-policy-requires-other-key").fixes[-1].changes[0]
    accepted = change.after["Statement"][1]["Condition"]["StringNotEquals"][KEY_ID]
    assert accepted == [found.key("company"), found.key("canvas-artifacts")]


async def test_the_policy_of_any_other_bucket_is_its_owners(look):
    team = {
        "buckets": {
            "team": {
                "name": "team-sagemaker-data",
                "encryption": {"algorithm": "aws:kms", "key": ARTIFACTS, "bucket_key": True},
                "policy": {
                    "Version": "2012-10-17",
                    "Statement": [on_bucket("team", "s3:PutObject", StringNotEquals={KEY_ID: "{key:sales}"})],
                },
            }
        }
    }
    found = await look(together(team, workspace(S3ArtifactPath="s3://{bucket:team}")))
    fixes = {fix.id.split("/")[1]: str(fix.auto) for fix in found.finding("bucket-policy-requires-other-key").fixes}
    assert fixes["bucket-policy"] == "owner", found.told()


async def test_a_pin_on_a_key_that_does_not_exist_leaves_the_bucket_policy(look):
    found = await look(pinned("StringNotEquals", "arn:{partition}:kms:{region}:{account}:key/gone"))
    assert [fix.id.split("/")[1] for fix in found.finding("bucket-policy-requires-other-key").fixes] == [
        "bucket-policy"
    ]


@pytest.mark.parametrize("name", ["{key_id:artifacts}", "{alias:artifacts}"])
async def test_the_right_key_by_another_name_than_its_arn_is_said_to_be_that(name, look):
    found = await look(pinned("StringNotEquals", name))
    finding = found.finding("bucket-policy-requires-other-key")
    assert found.loud == {"bucket-policy-requires-other-key": "fail"}, found.told()
    assert finding.certainty == "likely"
    assert "names Canvas' own key as" in finding.summary
    assert [fix.id.rpartition("/")[2] for fix in finding.fixes] == ["bucket-policy"], "the setting is right as it is"
