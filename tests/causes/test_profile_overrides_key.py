"""profile-overrides-key: the profile's own key or location wins; said as a warning where the Domain's would work."""

from __future__ import annotations

from patches import key, profile_workspace, root, together, use

ADMINISTRATION = root("kms:Describe*", "kms:Put*")


async def test_a_profiles_key_that_is_closed_is_the_cause_and_the_override_a_warning(look):
    found = await look("profile-overrides-key")
    assert found.most_likely == "key-policy-omits-role"
    assert found.loud == {"key-policy-omits-role": "fail", "profile-overrides-key": "warn"}, found.told()


async def test_a_profiles_key_that_works_is_information(look):
    own = together(profile_workspace(S3KmsKeyId="{key:pilot}"), key("pilot", root(), use()))
    found = await look(together(own, {"buckets": {"artifacts": {"policy": None}}}))
    assert found.status("profile-overrides-key") == "pass"
    assert found.finding("profile-overrides-key").severity == "info"
    assert "profile-overrides-key" not in found.loud


async def test_another_profiles_key_is_no_concern(look):
    other = {
        "UserSettings": profile_workspace(S3KmsKeyId="{key:pilot}")["domains"]["analytics"]["profiles"]["ana"][
            "UserSettings"
        ]
    }
    patch = together({"domains": {"analytics": {"profiles": {"ben": other}}}}, key("pilot", ADMINISTRATION))
    assert (await look(patch)).loud == {}
