"""The guide's five actions of 2022 against the one that reading uses."""

from __future__ import annotations


def told(found) -> str:
    finding = found.finding("source-object-key-denied", found.key("sales-data"))
    return next(one.value for one in finding.evidence if one.what == "actions of the guide of 2022")


async def test_missing_recommended_actions_are_information_and_never_fail(look):
    found = await look("healthy")
    assert found.status("source-object-key-denied") == "pass"
    assert "the import uses kms:Decrypt" in told(found)
    assert "kms:Encrypt" in told(found)
    assert found.loud == {}
