"""key-pending-import: KMS has no key material, or cannot reach it."""

from __future__ import annotations

import pytest
from patches import key, root, use


@pytest.mark.parametrize(
    "written",
    [
        {"state": "PendingImport", "origin": "EXTERNAL", "rotation": False},
        {"state": "Unavailable", "custom_key_store": "cks-1234567890abcdef0", "rotation": False},
    ],
    ids=["no material", "key store gone"],
)
async def test_a_key_without_material_fails_is_alone_and_the_owners(look, written):
    found = await look({"keys": {"artifacts": written}})
    assert found.loud == {"key-pending-import": "fail"}, found.told()
    assert all(fix.auto == "owner" for fix in found.finding("key-pending-import").fixes)


async def test_imported_material_that_is_there_passes(look):
    found = await look({"keys": {"artifacts": {"origin": "EXTERNAL", "rotation": False}}})
    assert found.loud == {}, found.told()


async def test_a_key_without_material_that_nothing_uses_is_no_finding(look):
    spare = key("spare", root(), use(), state="PendingImport", origin="EXTERNAL")
    assert (await look(spare)).loud == {}
