"""settings-not-picked-up: the settings changed after the running app was started."""

from __future__ import annotations


async def test_a_change_after_the_app_was_started_warns(look):
    found = await look("settings-not-picked-up")
    assert found.loud == {"settings-not-picked-up": "warn"}, found.told()
    assert "log out" in found.finding("settings-not-picked-up").summary


async def test_a_change_of_the_user_profile_counts_too(look):
    found = await look({"domains": {"analytics": {"profiles": {"ana": {"modified": "-1h"}}}}})
    assert "user profile" in found.finding("settings-not-picked-up").summary


async def test_a_change_of_another_profile_does_not_matter(look):
    found = await look({"domains": {"analytics": {"profiles": {"ben": {"modified": "-1h"}}}}})
    assert found.status("settings-not-picked-up") == "pass"


async def test_an_app_that_was_started_later_has_the_settings(look):
    assert (await look("healthy")).status("settings-not-picked-up") == "pass"


async def test_with_no_app_running_there_is_nothing_to_pick_up(look):
    found = await look({"domains": {"analytics": {"modified": "-1h", "apps": []}}})
    assert found.status("settings-not-picked-up") == "not_applicable"
