"""key-policy-explicit-deny: a Deny of the key policy that matches what S3 asks for the role."""

from __future__ import annotations

import pytest
from patches import OTHER, ROLE, ROOT, key, root, together, use

ALLOWED = (root(), use())


def denying(**condition: object) -> dict:
    return use("*", ["kms:Decrypt"], effect="Deny", **condition)


@pytest.mark.parametrize(
    "deny",
    [
        denying(),
        use(ROLE, "kms:*", effect="Deny"),
        denying(StringNotEquals={"aws:PrincipalTag/team": "finance"}),
        denying(BoolIfExists={"aws:MultiFactorAuthPresent": "false"}),
        denying(StringNotEquals={"aws:SourceVpce": "vpce-1"}),
        denying(StringNotEquals={"aws:PrincipalOrgID": "o-123"}),
        denying(ArnNotLike={"aws:PrincipalArn": "arn:{partition}:iam::*:role/breakglass"}),
        {"Sid": "N", "Effect": "Deny", "NotPrincipal": {"AWS": [ROOT, OTHER]}, "Action": "kms:*", "Resource": "*"},
        {"Sid": "N", "Effect": "Deny", "Principal": {"AWS": ROLE}, "NotAction": "kms:Decrypt", "Resource": "*"},
    ],
    ids=[
        "everybody",
        "the role",
        "who lacks a tag",
        "who has no MFA, if asked",
        "who comes from no endpoint",
        "who is in no organization",
        "who is somebody else",
        "NotPrincipal",
        "NotAction",
    ],
)
async def test_a_deny_that_matches_ends_it(deny, look):
    found = await look(key("artifacts", *ALLOWED, deny))
    assert found.loud == {"key-policy-explicit-deny": "fail"}, found.told()
    (fix,) = found.finding("key-policy-explicit-deny").fixes
    assert (fix.auto, fix.changes) == ("owner", ())


@pytest.mark.parametrize(
    "deny",
    [
        use(OTHER, "kms:*", effect="Deny"),
        denying(StringNotEquals={"aws:PrincipalTag/team": "analytics"}),
        denying(Bool={"aws:MultiFactorAuthPresent": "false"}),
        denying(StringNotEquals={"aws:SourceVpce": "vpce-1"}, Bool={"aws:ViaAWSService": "false"}),
        denying(StringNotEquals={"kms:CallerAccount": "{account}"}),
        denying(StringNotEquals={"kms:ViaService": "s3.{region}.amazonaws.com"}),
        denying(Bool={"aws:SecureTransport": "false"}),
        use("*", ["kms:ScheduleKeyDeletion"], effect="Deny"),
        use("*", ["kms:GenerateDataKey"], effect="Deny",
            **{"ForAllValues:StringNotEquals": {"kms:EncryptionContextKeys": ["aws:s3:arn"]}}),
    ],
    ids=[
        "another role",
        "who lacks a tag that the role has",
        "no MFA, which a role session never tells",
        "no endpoint, unless a service asks",
        "other accounts",
        "other services",
        "no TLS",
        "other actions",
        "other context keys",
    ],
)  # fmt: skip
async def test_a_deny_that_does_not_match_is_no_finding(deny, look):
    found = await look(key("artifacts", *ALLOWED, deny))
    assert found.loud == {}, found.told()


async def test_a_deny_and_a_missing_allow_are_two_findings(look):
    found = await look(key("artifacts", root(), use("*", ["kms:GenerateDataKey"], effect="Deny")))
    assert found.loud == {"key-policy-explicit-deny": "fail", "role-denied-kms": "fail"}, found.told()


async def test_a_deny_on_the_key_of_copies_and_volumes_is_one_finding(look):
    domain = {"domains": {"analytics": {"KmsKeyId": "{key:artifacts}"}}}
    found = await look(together(key("artifacts", *ALLOWED, use(ROLE, "kms:*", effect="Deny")), domain))
    assert found.loud == {"key-policy-explicit-deny": "fail"}, found.told()
