"""use-case-unsupported: information with both dates, never the cause of an import failure."""

from __future__ import annotations

import pytest

OWN = "use-case-unsupported"


@pytest.mark.parametrize("case", ["regression", "binary", "multi-class", "batch-inference", "time-series"])
async def test_every_use_case_is_information(look, case):
    found = await look({"target": {"use_case": case}})
    finding = found.finding(OWN)
    assert (finding.status, finding.severity) == ("pass", "info")
    assert found.loud == {}, found.told()


async def test_time_series_says_both_dates(look):
    summary = (await look(OWN)).finding(OWN).summary
    assert "2022" in summary
    assert "30 December 2022" in summary


async def test_it_does_not_take_the_blame_of_what_is_broken(look):
    found = await look({"target": {"use_case": "time-series"}}, base="role-denied-kms")
    assert found.most_likely == "role-denied-kms"
