"""not-kms: what Canvas does not take, whatever the keys."""

from __future__ import annotations

import pytest


def dataset(key: str, **entry) -> dict:
    return {
        "buckets": {"sales": {"objects": {key: {"size": 10, **entry}}}},
        "target": {"datasets": [f"s3://{{bucket:sales}}/{key}"]},
    }


async def test_a_spreadsheet_fails_and_kms_is_not_blamed(look):
    found = await look("not-kms")
    assert found.loud == {"not-kms": "fail"}, found.told()
    assert "not about KMS" in found.finding("not-kms").summary


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("2025/CHURN.CSV", "pass"),
        ("2025/churn.parquet", "pass"),
        ("2025/churn.parq", "pass"),
        ("2025/churn.pqt", "pass"),
        ("2025/churn.csv.gz", "fail"),
        ("2025/part-00000", "fail"),
        ("2025/photo.png", "warn"),
        (f"2025/{'x' * 128}.csv", "warn"),
    ],
)
async def test_the_kind_of_file_decides(look, key, status):
    assert (await look(dataset(key))).status("not-kms") == status


async def test_a_bucket_with_a_dot_in_its_name_fails(look):
    found = await look({"buckets": {"sales": {"name": "acme.sales.{account}"}}})
    assert found.status("not-kms") == "fail"


async def test_more_than_thirty_files_at_once_fail(look):
    def prefix(count: int) -> dict:
        objects: dict = {f"lots/{number}.csv": {"size": 10} for number in range(count)}
        return {"buckets": {"sales": {"objects": objects}}, "target": {"datasets": ["s3://{bucket:sales}/lots/"]}}

    assert (await look(prefix(31))).status("not-kms") == "fail"
    assert (await look(prefix(30))).status("not-kms") == "pass"


async def test_the_marker_of_another_program_is_no_data(look):
    objects = {"run/part-0.parquet": {"size": 10}, "run/_SUCCESS": {"size": 0}}
    found = await look(
        {"buckets": {"sales": {"objects": objects}}, "target": {"datasets": ["s3://{bucket:sales}/run/"]}}
    )
    assert found.status("not-kms") == "pass"


async def test_a_large_file_matters_only_for_an_upload_from_the_browser(look):
    six_gb = {"buckets": {"sales": {"objects": {"2025/churn.csv": {"size": 6 * 1024**3}}}}}
    assert (await look(six_gb)).status("not-kms") == "pass"
    assert (await look({**six_gb, "target": {"local_upload": True}})).status("not-kms") == "fail"
