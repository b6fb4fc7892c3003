"""domain-not-ready: Domain, user profile, app or space is not in service."""

from __future__ import annotations

import pytest


def app(**more) -> dict:
    return {"AppType": "Canvas", "AppName": "default", "UserProfileName": "{profile:ana}", **more}


def apps(*them: dict) -> dict:
    return {"domains": {"analytics": {"apps": list(them)}}}


async def test_a_failed_domain_fails_with_the_reason_that_sagemaker_gives(look):
    found = await look("domain-not-ready")
    assert found.loud == {"domain-not-ready": "fail"}, found.told()
    assert "free addresses" in found.finding("domain-not-ready").summary


async def test_what_passes_by_itself_only_warns(look):
    found = await look({"domains": {"analytics": {"status": "Updating"}}})
    assert found.loud == {"domain-not-ready": "warn"}, found.told()


@pytest.mark.parametrize("status", ["Failed", "Deleting", "Delete_Failed"])
async def test_a_user_profile_that_is_not_in_service_fails(look, status):
    found = await look({"domains": {"analytics": {"profiles": {"ana": {"status": status}}}}})
    assert found.fails == {"domain-not-ready"}
    assert ":user-profile/" in found.finding("domain-not-ready").resource


async def test_nobody_logged_in_is_no_fault(look):
    found = await look(apps())
    assert found.loud == {}, found.told()


async def test_a_deleted_app_is_no_fault(look):
    assert (await look(apps(app(status="Deleted", created="-2h")))).loud == {}


async def test_a_failed_app_fails_with_its_reason(look):
    found = await look(apps(app(status="Failed", FailureReason="Something broke.", created="-2h")))
    assert found.fails == {"domain-not-ready"}
    assert "Something broke" in found.finding("domain-not-ready").summary


async def test_another_kind_of_app_does_not_matter(look):
    found = await look(apps({**app(status="Failed"), "AppType": "JupyterLab"}))
    assert found.loud == {}, found.told()


async def test_a_failed_app_is_blocked_by_what_explains_it(look):
    found = await look(apps(app(status="Failed", created="-2h")), base="domain-key-grant-denied")
    assert found.fails == {"domain-key-grant-denied"}
    assert found.finding("domain-not-ready", ":app/").blocked_by == "domain-key-grant-denied"


async def test_a_failed_space_of_the_user_fails_and_of_another_user_does_not(look):
    def spaces(owner: str) -> dict:
        space = {"status": "Failed", "OwnershipSettings": {"OwnerUserProfileName": owner}}
        return {"domains": {"analytics": {"spaces": {"canvas-space": space}}}}

    assert (await look(spaces("{profile:ana}"))).fails == {"domain-not-ready"}
    assert (await look(spaces("{profile:ben}"))).loud == {}


@pytest.mark.parametrize(
    "reason",
    [
        "AccessDeniedException: User is not authorized to perform: kms:CreateGrant on this resource.",
        "The requested volume size exceeds the maximum of the domain.",
    ],
)
async def test_a_failed_app_whose_reason_is_mended_only_wants_to_be_started(look, reason):
    found = await look(apps(app(status="Failed", FailureReason=reason, created="-2h")))
    assert found.loud == {"domain-not-ready": "warn"}, found.told()
    assert "log in to Canvas again" in found.finding("domain-not-ready", ":app/").summary


async def test_a_reason_of_the_key_stays_a_failure_where_the_domain_names_no_key(look):
    reason = "AccessDeniedException: User is not authorized to perform: kms:CreateGrant on this resource."
    changed = apps(app(status="Failed", FailureReason=reason, created="-2h"))
    changed["domains"]["analytics"]["KmsKeyId"] = None
    assert "domain-not-ready" in (await look(changed)).fails
