"""kms-limits: seen in CloudTrail or in the message, never guessed."""

from __future__ import annotations

MESSAGE = "LimitExceededException: The number of grants for this key has reached the limit."


async def test_before_cloudtrail_was_asked_nothing_is_said(look):
    found = await look("kms-limits")
    assert found.loud == {}
    assert found.status("kms-limits") == "not_applicable"


async def test_a_message_that_says_so_warns(look):
    found = await look({"target": {"error": MESSAGE}})
    finding = found.finding("kms-limits")
    assert (finding.status, finding.certainty) == ("warn", "possible")
    assert found.loud == {"kms-limits": "warn"}
