"""key-disabled: nothing works with the key, whatever the policies say."""

from __future__ import annotations

from patches import key, root, together

OFF = {"keys": {"artifacts": {"state": "Disabled"}}}


async def test_a_disabled_key_is_the_only_finding_also_where_its_policy_is_wrong(look):
    found = await look(together(OFF, key("artifacts", root("kms:Describe*", "kms:Put*"))))
    assert found.loud == {"key-disabled": "fail"}, found.told()
    assert found.finding("key-policy-omits-role", found.key("artifacts")).blocked_by == "key-disabled"


async def test_enabling_it_asks_for_a_typed_confirmation(look):
    found = await look(OFF)
    change = found.finding("key-disabled").fixes[0].changes[0]
    assert (change.operation, change.undo) == ("EnableKey", "compensating")
    assert change.confirm


async def test_a_disabled_key_that_nothing_uses_is_no_finding(look):
    found = await look({"keys": {"retired": {"aliases": ["alias/retired"], "state": "Disabled"}}})
    assert found.loud == {}, found.told()
