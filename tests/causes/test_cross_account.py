"""cross-account: a key or bucket of somebody else's, of which only our half can be read."""

from __future__ import annotations

from patches import FOREIGN, inline, may, workspace

KEY = f"arn:{{partition}}:kms:{{region}}:{FOREIGN}:key/11112222-3333-4444-8555-666677778888"
WITHOUT_PIN = {"buckets": {"artifacts": {"policy": None}}}


async def test_a_key_whose_policy_only_its_owner_sees_is_unknown_and_its_policy_causes_wait(look):
    found = await look({**workspace(S3KmsKeyId=KEY), **WITHOUT_PIN, **inline("Key", may("kms:*", KEY))})
    assert (found.verdict, found.status("cross-account")) == ("incomplete", "unknown"), found.told()
    for cause in ("key-policy-omits-role", "key-policy-condition", "key-policy-explicit-deny"):
        assert found.finding(cause).blocked_by == "cross-account", cause


async def test_the_other_half_is_text_to_send_and_never_applied_here(look):
    found = await look("cross-account")
    fixes = found.finding("cross-account").fixes
    assert fixes
    assert all(fix.auto == "owner" for fix in fixes)


async def test_where_everything_is_ours_it_does_not_apply(look):
    assert (await look("healthy")).status("cross-account") == "not_applicable"


async def test_an_account_that_a_policy_only_mentions_is_no_concern(look):
    found = await look(inline("Partner", may("kms:Decrypt", KEY)))
    assert found.status("cross-account") == "not_applicable"
    assert found.loud == {}, found.told()
