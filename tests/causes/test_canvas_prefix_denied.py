"""canvas-prefix-denied: reading, writing and listing under ``Canvas/<user profile>/``."""

from __future__ import annotations

import pytest
from patches import OTHER, bucket_policy, document, may, on_bucket, together, workspace

BUCKET = "arn:{partition}:s3:::{bucket:artifacts}"


def only(*statements: dict) -> dict:
    """The role without managed policies, with these rights in the artifact bucket."""
    return {"roles": {"CanvasExecutionRole": {"attached": [], "inline": {"Folder": document(*statements)}}}}


async def test_rights_in_another_profiles_folder_are_not_enough(look):
    found = await look(only(may(["s3:GetObject", "s3:PutObject"], f"{BUCKET}/Canvas/ben/*"), may("s3:List*", BUCKET)))
    assert found.loud == {"canvas-prefix-denied": "fail"}, found.told()


async def test_rights_in_the_own_folder_are(look):
    folder = may(["s3:GetObject", "s3:PutObject"], f"{BUCKET}/Canvas/ana/*")
    found = await look(only(folder, may("s3:ListBucket", BUCKET, StringLike={"s3:prefix": "Canvas/*"})))
    assert found.loud == {}, found.told()


async def test_a_configured_prefix_is_part_of_the_folder(look):
    rights = only(may("s3:*", [BUCKET, f"{BUCKET}/Canvas/*"]))
    found = await look(together(rights, workspace(S3ArtifactPath="s3://{bucket:artifacts}/teams/a/")))
    assert found.loud == {"canvas-prefix-denied": "fail"}, found.told()
    assert "teams/a/Canvas/ana/" in found.step("copy").resource


async def test_the_fix_is_for_this_folder_alone(look):
    found = await look("canvas-prefix-denied")
    (fix,) = found.finding("canvas-prefix-denied").fixes
    statements = fix.changes[0].after["Statement"]
    assert all("studio/Canvas/ana/" in str(statement) for statement in statements)


@pytest.mark.parametrize(
    "deny",
    [
        on_bucket("artifacts", "s3:PutObject", principal={"AWS": "{role:CanvasExecutionRole}"}),
        on_bucket("artifacts", "s3:*", StringNotLike={"aws:userId": ["{role_id:NightlyReports}:*", "{account}"]}),
        on_bucket("artifacts", "s3:*", ArnNotEquals={"aws:PrincipalArn": OTHER}),
    ],
    ids=["the role", "other unique ids", "other roles"],
)
async def test_a_deny_of_the_bucket_is_left_to_its_owner(deny, look):
    found = await look(bucket_policy("artifacts", deny))
    assert found.loud == {"canvas-prefix-denied": "fail"}, found.told()
    assert [(str(fix.auto), fix.changes) for fix in found.finding("canvas-prefix-denied").fixes] == [("owner", ())]


async def test_a_unique_id_with_any_session_is_the_roles(look):
    own = {"aws:userId": ["{role_id:CanvasExecutionRole}:*", "{account}"]}
    found = await look(bucket_policy("artifacts", on_bucket("artifacts", "s3:*", StringNotLike=own)))
    assert found.loud == {}, found.told()


async def test_a_unique_id_with_one_session_stays_open(look):
    own = {"aws:userId": ["{role_id:CanvasExecutionRole}:SageMaker", "{account}"]}
    found = await look(bucket_policy("artifacts", on_bucket("artifacts", "s3:*", StringNotLike=own)))
    assert set(found.loud.values()) == {"warn"}, found.told()


async def test_what_is_in_the_folder_and_what_encrypts_it_is_told(look):
    found = await look("healthy")
    told = {one.what: one.value for one in found.finding("canvas-prefix-denied").evidence}
    assert told["folder"].startswith("2 objects")
    assert told["newest object encrypted with"] == found.key("canvas-artifacts")


async def test_a_statement_that_no_read_can_settle_is_asked_of_its_owner(look):
    demand = {
        "Sid": "Acl",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": "arn:{partition}:s3:::{bucket:artifacts}/*",
        "Condition": {"StringNotEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
    }
    found = await look({"buckets": {"artifacts": {"policy": {"Version": "2012-10-17", "Statement": [demand]}}}})
    assert found.loud == {"canvas-prefix-denied": "warn"}, found.told()
    (fix,) = found.finding("canvas-prefix-denied").fixes
    assert (fix.id, fix.auto) == ("canvas-prefix-denied/ask-owner", "owner")
    assert "statement 0 of the bucket policy" in fix.text
