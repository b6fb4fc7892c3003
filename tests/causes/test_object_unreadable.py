"""object-unreadable: archived, or encrypted with a key that the reader must send."""

from __future__ import annotations

import pytest


def churn(**entry) -> dict:
    return {"buckets": {"sales": {"objects": {"2025/churn.csv": entry}}}}


async def test_an_archived_object_fails(look):
    found = await look("object-unreadable")
    assert found.loud == {"object-unreadable": "fail"}, found.told()


@pytest.mark.parametrize(
    ("storage_class", "status"),
    [("DEEP_ARCHIVE", "fail"), ("GLACIER_IR", "pass"), ("STANDARD_IA", "pass"), ("INTELLIGENT_TIERING", "pass")],
)
async def test_only_classes_that_want_a_restore_fail(look, storage_class, status):
    assert (await look(churn(storage_class=storage_class))).status("object-unreadable") == status


async def test_a_key_that_the_reader_sends_along_fails_and_kms_is_not_blamed(look):
    found = await look(churn(sse_c=True, encryption={"algorithm": "AES256", "key": None}))
    assert found.loud == {"object-unreadable": "fail"}, found.told()
    assert "SSE-C" in found.finding("object-unreadable").summary


async def test_one_archived_object_of_a_prefix_is_certain(look):
    objects = {f"2025/{number}.csv": {"size": 10} for number in range(4)}
    objects["2025/2.csv"] = {"size": 10, "storage_class": "GLACIER"}
    objects["2025/readme.txt"] = None
    objects["2025/churn.csv"] = None
    found = await look(
        {"buckets": {"sales": {"objects": objects}}, "target": {"datasets": ["s3://{bucket:sales}/2025/"]}}
    )
    finding = found.finding("object-unreadable")
    assert (finding.status, finding.certainty) == ("fail", "certain")
    assert "2025/2.csv" in finding.summary


async def test_an_ordinary_object_passes(look):
    assert (await look("healthy")).status("object-unreadable") == "pass"
