"""default-bucket-missing: the bucket for the copies is not there."""

from __future__ import annotations

import pytest
from mending import assert_mends, offered
from patches import PLACES, together, workspace

from canvas_kms_tui.changes import Journal
from canvas_kms_tui.demo import environments


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place["region"])
async def test_the_default_bucket_is_made_in_the_domains_region(place, look, tmp_path):
    found = await look(environments.load("default-bucket-missing").moved(**place))
    ((finding, fix),) = offered(found)
    create = fix.changes[0].parameters
    assert create["Bucket"] == f"sagemaker-{place['region']}-{place['account']}"
    wanted = None if place["region"] == "us-east-1" else {"LocationConstraint": place["region"]}
    assert create.get("CreateBucketConfiguration") == wanted
    await assert_mends(found, finding, fix, Journal(tmp_path))


async def test_the_new_bucket_is_closed_to_the_public_and_encrypts_with_the_configured_key(look):
    found = await look("default-bucket-missing")
    ((_, fix),) = offered(found)
    _, block, encrypt = (change.after for change in fix.changes)
    assert all(block.values())
    default = encrypt["Rules"][0]["ApplyServerSideEncryptionByDefault"]
    assert default["KMSMasterKeyID"] == found.key("canvas-artifacts")


async def test_a_configured_place_that_is_not_there_blocks_what_depends_on_it(look):
    found = await look(workspace(S3ArtifactPath="s3://no-such-bucket-here/x"))
    assert found.loud == {"default-bucket-missing": "fail"}, found.told()
    assert found.finding("canvas-prefix-denied").blocked_by == "default-bucket-missing"
    fixes = found.finding("default-bucket-missing").fixes
    assert {fix.id.split("/")[1] for fix in fixes} == {"settings-domain", "settings-user-profile"}


async def test_a_head_that_is_denied_to_us_is_settled_by_the_lists(look):
    hidden = {"operator": {"denied": [{"action": "s3:ListBucket"}]}}
    found = await look(hidden)
    assert found.status("default-bucket-missing") == "pass", found.told()


async def test_without_head_and_list_it_is_unknown_with_the_permission_that_settles_it(look):
    hidden = {"operator": {"denied": [{"action": "s3:ListBucket"}, {"action": "s3:ListAllMyBuckets"}]}}
    found = await look(together(hidden, workspace(S3ArtifactPath=None)))
    finding = found.finding("default-bucket-missing")
    assert finding.status == "unknown", found.told()
    assert finding.could_not_check.action == "s3:ListAllMyBuckets"
