"""source-wrong-region: the source bucket is elsewhere."""

from __future__ import annotations

ELSEWHERE = {
    "buckets": {
        "sales": {
            "region": "{other_region}",
            "encryption": {"algorithm": "AES256", "key": None, "bucket_key": None},
            "objects": {"2025/churn.csv": {"encryption": {"algorithm": "AES256", "key": None, "bucket_key": None}}},
        }
    }
}


async def test_another_region_is_possible_trouble(look):
    found = await look("source-wrong-region")
    assert found.loud == {"source-wrong-region": "warn"}, found.told()
    assert found.finding("source-wrong-region").certainty == "possible"


async def test_a_vpc_only_domain_reaches_its_own_region_only(look):
    found = await look(ELSEWHERE, base="vpc-only")
    finding = found.finding("source-wrong-region")
    assert (finding.status, finding.certainty) == ("fail", "likely")


async def test_the_same_region_passes(look):
    assert (await look("healthy")).status("source-wrong-region") == "pass"


async def test_without_a_dataset_it_is_not_asked(look):
    found = await look({"target": {"datasets": []}})
    assert found.status("source-wrong-region") == "not_applicable"
