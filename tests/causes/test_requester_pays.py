"""requester-pays: the reader has to say that it pays."""

from __future__ import annotations


async def test_another_accounts_bucket_refuses(look):
    found = await look("requester-pays")
    assert found.most_likely == "requester-pays", found.told()
    assert found.fails == {"requester-pays"}


async def test_the_same_bucket_paid_by_its_owner_is_not_to_blame(look):
    found = await look({"buckets": {"sales": {"requester_pays": False}}}, base="requester-pays")
    assert found.status("requester-pays") == "pass"
    assert found.fails == set()


async def test_the_own_accounts_bucket_is_only_a_hint(look):
    found = await look({"buckets": {"sales": {"requester_pays": True}}})
    finding = found.finding("requester-pays")
    assert (finding.status, finding.certainty, finding.severity) == ("warn", "possible", "low")


async def test_another_accounts_payer_that_is_not_told_is_not_known(look):
    hidden = {"buckets": {"sales": {"operator_may": ["s3:ListBucket", "s3:GetObject"]}}}
    found = await look(hidden, base="requester-pays")
    gap = found.finding("requester-pays").could_not_check
    assert gap is not None
    assert gap.action == "s3:GetBucketRequestPayment"
