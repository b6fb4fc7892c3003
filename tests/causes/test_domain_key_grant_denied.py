"""domain-key-grant-denied: the role may use the Domain's key, but may not let SageMaker have grants on it."""

from __future__ import annotations

from patches import NO_DOMAIN_KEY, OTHER, ROLE, key, root, use


async def test_use_without_grants_fails_and_is_alone(look):
    found = await look(key("storage", root(), use()))
    assert found.loud == {"domain-key-grant-denied": "fail"}, found.told()
    assert found.finding("domain-key-grant-denied").certainty == "likely"


async def test_a_grant_right_of_another_role_does_not_help(look):
    found = await look(key("storage", root(), use(), use(OTHER, "kms:CreateGrant")))
    assert found.loud == {"domain-key-grant-denied": "fail"}, found.told()


async def test_grants_for_aws_services_alone_are_enough(look):
    only = use(ROLE, "kms:CreateGrant", Bool={"kms:GrantIsForAWSResource": "true"})
    found = await look(key("storage", root(), use(), only))
    assert found.loud == {}, found.told()


async def test_a_domain_under_the_managed_key_needs_none(look):
    assert (await look(NO_DOMAIN_KEY)).status("domain-key-grant-denied") == "not_applicable"
