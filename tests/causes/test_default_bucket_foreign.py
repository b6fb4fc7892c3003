"""default-bucket-foreign: somebody else has the default bucket's name."""

from __future__ import annotations

from patches import FOREIGN, together, workspace


async def test_nothing_is_ever_written_there(look):
    found = await look("default-bucket-foreign")
    finding = found.finding("default-bucket-foreign")
    assert (finding.severity, finding.status) == ("critical", "fail"), found.told()
    assert [(str(fix.auto), fix.changes) for fix in finding.fixes] == [("never", ())]
    assert found.finding("canvas-prefix-denied").blocked_by == "default-bucket-foreign"


async def test_without_the_list_of_buckets_it_is_unknown(look):
    hidden = {"operator": {"denied": [{"action": "s3:ListAllMyBuckets"}]}}
    taken = {"buckets": {"artifacts": {"account": FOREIGN, "encryption": None, "objects": None, "cors": None}}}
    found = await look(together(workspace(S3ArtifactPath=None), taken, hidden))
    finding = found.finding("default-bucket-foreign")
    assert finding.status == "unknown", found.told()
    assert finding.could_not_check.action == "s3:ListAllMyBuckets"
    assert found.verdict == "incomplete"


async def test_a_configured_bucket_of_another_account_is_not_its_business(look):
    partner = {"buckets": {"team": {"name": "partner-sagemaker-bucket", "account": FOREIGN, "operator_may": ["s3:*"]}}}
    found = await look(together(partner, workspace(S3ArtifactPath="s3://{bucket:team}/x")))
    assert found.status("default-bucket-foreign") == "not_applicable"
    assert found.loud == {"cross-account": "fail"}, found.told()
