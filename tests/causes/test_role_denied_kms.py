"""role-denied-kms: the key policy leaves the key to IAM, and the role's own policies do not allow it."""

from __future__ import annotations

import pytest
from mending import assert_mends, offered
from patches import NO_DOMAIN_KEY, OTHER, ROOT, USE, inline, key, may, root, source_object, together, use

from canvas_kms_tui.changes import Journal, prove_all

ARTIFACTS = "{key:artifacts}"
LEFT_TO_IAM = key("artifacts", root())


def granted(**constraints: object) -> dict:
    grant = {"GrantId": "a" * 64, "GranteePrincipal": "{role:CanvasExecutionRole}", "IssuingAccount": ROOT}
    limits = {"Constraints": constraints} if constraints else {}
    return key("artifacts", root(), grants=[{**grant, "Operations": ["Decrypt", "GenerateDataKey"], **limits}])


@pytest.mark.parametrize(
    "allowed",
    [
        may(USE, "{key:sales}"),
        may("kms:Describe*", ARTIFACTS),
        may(USE, ARTIFACTS, StringEquals={"kms:ViaService": "ec2.{region}.amazonaws.com"}),
        may(USE, "*", **{"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/other"}}),
    ],
    ids=["another key", "another action", "another service", "another alias"],
)
async def test_a_policy_for_something_else_does_not_help(allowed, look):
    found = await look(together(LEFT_TO_IAM, inline("Keys", allowed)))
    assert found.loud == {"role-denied-kms": "fail"}, found.told()


@pytest.mark.parametrize(
    "allowed",
    [
        may(USE, ARTIFACTS),
        may("kms:*", "arn:{partition}:kms:{region}:{account}:key/*"),
        may(USE, "*", **{"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/artifacts"}}),
        may(USE, ARTIFACTS, StringEquals={"kms:ViaService": "s3.{region}.amazonaws.com"}),
    ],
    ids=["the key", "every key of the Region", "its alias", "through S3"],
)
async def test_a_policy_that_reaches_the_key_suffices(allowed, look):
    found = await look(together(LEFT_TO_IAM, inline("Keys", allowed)))
    assert found.loud == {}, found.told()


async def test_the_rights_of_another_role_are_not_the_roles(look):
    found = await look(key("artifacts", root(), use(OTHER)))
    assert found.loud == {"role-denied-kms": "fail"}, found.told()


async def test_the_account_may_be_named_by_its_bare_id(look):
    delegated = {**root(), "Principal": {"AWS": "{account}"}}
    found = await look(together(key("artifacts", delegated), inline("Keys", may(USE, ARTIFACTS))))
    assert found.loud == {}, found.told()


async def test_a_grant_suffices(look):
    found = await look(granted())
    assert found.loud == {}, found.told()


async def test_a_grant_for_the_context_that_s3_sends_suffices(look):
    found = await look(granted(EncryptionContextSubset={"aws:s3:arn": "arn:{partition}:s3:::{bucket:artifacts}"}))
    assert found.loud == {}, found.told()


async def test_a_grant_for_another_encryption_context_does_not(look):
    found = await look(granted(EncryptionContextEquals={"aws:s3:arn": "arn:{partition}:s3:::{bucket:artifacts}/x"}))
    assert found.loud == {"role-denied-kms": "fail"}, found.told()


async def test_the_fix_names_only_what_is_missing(look):
    found = await look(together(LEFT_TO_IAM, inline("Keys", may("kms:Decrypt", ARTIFACTS))))
    added = found.finding("role-denied-kms").fixes[0].changes[0].after["Statement"][-1]
    assert added["Action"] == ["kms:GenerateDataKey"]
    assert added["Principal"] == {"AWS": found.diagnosis.resolved.execution_role.value}


async def test_an_explicit_deny_of_the_role_is_left_to_its_owner(look):
    found = await look(inline("Never", may("kms:GenerateDataKey", ARTIFACTS, effect="Deny")))
    assert found.loud == {"role-denied-kms": "fail"}, found.told()
    (fix,) = found.finding("role-denied-kms").fixes
    assert fix.auto == "owner"
    assert not fix.changes
    assert "inline policy Never" in fix.text


async def test_one_key_for_copies_and_source_is_one_finding(look):
    found = await look(together(LEFT_TO_IAM, source_object(key=ARTIFACTS), NO_DOMAIN_KEY))
    assert found.loud == {"role-denied-kms": "fail"}, found.told()


async def test_one_key_for_copies_and_volumes_is_one_finding_with_one_fix(look, tmp_path):
    found = await look(together(LEFT_TO_IAM, {"domains": {"analytics": {"KmsKeyId": ARTIFACTS}}}))
    assert found.loud == {"role-denied-kms": "fail"}, found.told()
    assert found.finding("domain-key-grant-denied").blocked_by == "role-denied-kms"
    for finding, fix in offered(found):
        after = await assert_mends(found, finding, fix, Journal(tmp_path))
        assert all(step.decision == "allowed" for step in after.import_path), fix.id


async def test_the_domains_own_key_is_judged_too_and_only_likely(look):
    found = await look(key("storage", root()))
    finding = found.finding("role-denied-kms", found.key("storage"))
    assert (finding.status, finding.certainty) == ("fail", "likely"), found.told()
    assert found.status("role-denied-kms", found.key("artifacts")) == "pass"


async def test_grants_that_may_not_be_read_leave_it_open(look):
    hidden = {"operator": {"denied": [{"action": "kms:ListGrants"}]}}
    found = await look(together(LEFT_TO_IAM, hidden))
    finding = found.finding("role-denied-kms", found.key("artifacts"))
    assert finding.status == "unknown", found.told()
    assert finding.could_not_check.action == "kms:ListGrants"


async def test_both_of_the_guides_ways_are_offered_the_key_policy_first(look):
    found = await look("role-denied-kms")
    proven = await prove_all(found.diagnosis, found.facts)
    (finding,) = [one for one in proven.findings if one.status == "fail"]
    assert [(fix.id, fix.auto, fix.proven) for fix in finding.fixes] == [
        ("role-denied-kms/key-policy", "yes", True),
        ("role-denied-kms/role-policy", "yes", True),
    ]


async def test_a_key_of_the_domain_without_any_rights_is_one_finding(look):
    found = await look(key("storage", root()))
    assert found.loud == {"role-denied-kms": "fail"}, found.told()
    assert found.finding("domain-key-grant-denied").blocked_by == "role-denied-kms"


async def test_one_deny_of_the_role_is_one_finding_whatever_it_refuses(look):
    found = await look(inline("No", may(["kms:Decrypt", "s3:GetObject"], "*", effect="Deny")))
    assert found.loud == {"role-denied-kms": "fail"}, found.told()
    for cause in ("canvas-prefix-denied", "source-object-key-denied", "role-denied-source"):
        assert found.finding(cause).blocked_by == "role-denied-kms"


async def test_the_evidence_of_a_failure_names_the_layer(look):
    found = await look(key("storage", root()))
    layers = [one.value for one in found.finding("role-denied-kms").evidence if one.what == "layer in the way"]
    assert layers == ["identity policy"]


async def test_one_deny_that_hits_every_key_is_one_finding(look):
    found = await look(inline("No", may("kms:Decrypt", "*", effect="Deny")))
    told = [(one.cause, one.status.value, one.blocked_by) for one in found.diagnosis.findings if one.cause in OF_KEYS]
    assert [each for each in told if each[1] == "fail"] == [("role-denied-kms", "fail", None)]
    assert ("role-denied-kms", "blocked", "role-denied-kms") in told
    assert ("source-object-key-denied", "blocked", "role-denied-kms") in told
    assert "more cause" not in found.diagnosis.verdict.headline


OF_KEYS = ("role-denied-kms", "source-object-key-denied")
