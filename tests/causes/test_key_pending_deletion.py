"""key-pending-deletion: the key waits for its end and is refused meanwhile."""

from __future__ import annotations

import pytest


def state(name: str, which: str = "artifacts") -> dict:
    return {"keys": {which: {"state": name, "deletion_date": "+9d"}}}


@pytest.mark.parametrize("name", ["PendingDeletion", "PendingReplicaDeletion"])
async def test_a_key_that_waits_for_its_end_fails_and_is_alone(look, name):
    found = await look(state(name))
    assert found.loud == {"key-pending-deletion": "fail"}, found.told()


async def test_the_date_is_said_and_the_fix_cancels_and_enables(look):
    finding = (await look(state("PendingDeletion"))).finding("key-pending-deletion")
    assert "it will be deleted on 20" in finding.summary
    assert [change.operation for change in finding.fixes[0].changes] == ["CancelKeyDeletion", "EnableKey"]
    assert finding.fixes[0].changes[0].confirm


async def test_the_key_of_the_source_is_looked_at_too(look):
    found = await look(state("PendingDeletion", "sales"))
    assert found.loud == {"key-pending-deletion": "fail"}, found.told()
    assert found.finding("key-pending-deletion").resource == found.key("sales-data")


async def test_an_enabled_key_passes(look):
    assert (await look("healthy")).status("key-pending-deletion") == "pass"
