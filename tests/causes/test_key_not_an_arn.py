"""key-not-an-arn: a bare id or an alias in the place of an ARN."""

from __future__ import annotations

import pytest


def canvas_key(reference: str) -> dict:
    settings = {"CanvasAppSettings": {"WorkspaceSettings": {"S3KmsKeyId": reference}}}
    return {"domains": {"analytics": {"DefaultUserSettings": settings}}}


async def test_an_alias_warns_and_the_fix_stores_the_arn(look):
    found = await look("key-not-an-arn")
    assert found.loud == {"key-not-an-arn": "warn"}, found.told()
    change = found.finding("key-not-an-arn").fixes[0].changes[0]
    assert change.after["WorkspaceSettings"]["S3KmsKeyId"] == found.key("canvas-artifacts")


async def test_a_bare_id_warns(look):
    healthy = await look("healthy")
    bare = healthy.key("canvas-artifacts").rsplit("/", 1)[-1]
    found = await look(canvas_key(bare))
    assert "bare key id" in found.finding("key-not-an-arn").summary


async def test_an_arn_passes(look):
    assert (await look("healthy")).status("key-not-an-arn") == "pass"


async def test_an_alias_as_default_of_the_bucket_counts_only_while_it_decides(look):
    bucket = {"buckets": {"artifacts": {"encryption": {"key": "{alias:artifacts}"}}}}
    assert (await look(bucket)).status("key-not-an-arn") == "pass"
    found = await look({**bucket, **canvas_key(None)})  # type: ignore[arg-type]
    finding = found.finding("key-not-an-arn", "s3:::")
    assert finding.status == "warn"
    assert finding.fixes[0].changes[0].operation == "PutBucketEncryption"


@pytest.mark.parametrize("reference", ["{alias:storage}"])
async def test_the_domains_own_key_can_not_be_changed_and_is_information(look, reference):
    found = await look({"domains": {"analytics": {"KmsKeyId": reference}}})
    assert found.loud == {}, found.told()
