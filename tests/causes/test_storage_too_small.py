"""storage-too-small: volumes of less than 100 GB."""

from __future__ import annotations


def volumes(largest: int) -> dict:
    sizes = {"DefaultEbsVolumeSizeInGb": 20, "MaximumEbsVolumeSizeInGb": largest}
    return {"SpaceStorageSettings": {"DefaultEbsStorageSettings": sizes}}


async def test_a_small_maximum_fails_and_the_failed_app_is_explained_by_it(look):
    found = await look("storage-too-small")
    assert found.loud == {"storage-too-small": "fail"}, found.told()
    assert found.finding("domain-not-ready", ":app/").blocked_by == "storage-too-small"


async def test_the_fix_raises_the_maximum_and_keeps_the_rest(look):
    found = await look("storage-too-small")
    change = found.finding("storage-too-small").fixes[0].changes[0]
    sizes = change.after["DefaultEbsStorageSettings"]
    assert sizes == {"DefaultEbsVolumeSizeInGb": 20, "MaximumEbsVolumeSizeInGb": 100}


async def test_exactly_100_gb_pass(look):
    assert (await look("healthy")).status("storage-too-small") == "pass"


async def test_without_a_maximum_sagemakers_default_holds(look):
    found = await look({"domains": {"analytics": {"DefaultUserSettings": {"SpaceStorageSettings": None}}}})
    assert found.status("storage-too-small") == "pass"


async def test_the_user_profiles_own_maximum_wins(look):
    found = await look({"domains": {"analytics": {"profiles": {"ana": {"UserSettings": volumes(99)}}}}})
    finding = found.finding("storage-too-small")
    assert finding.status == "fail"
    assert finding.fixes[0].changes[0].operation == "UpdateUserProfile"


async def test_while_the_app_runs_it_is_only_likely(look):
    found = await look({"domains": {"analytics": {"DefaultUserSettings": volumes(50)}}})
    assert found.finding("storage-too-small").certainty == "likely"
