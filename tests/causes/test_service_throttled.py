"""service-throttled: seen in CloudTrail or in the message, never guessed."""

from __future__ import annotations


async def test_before_cloudtrail_was_asked_nothing_is_said(look):
    found = await look("service-throttled")
    assert found.loud == {}
    assert found.status("service-throttled") == "not_applicable"
