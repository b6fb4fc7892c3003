"""What other engines get wrong, one test for each line of the list."""

from __future__ import annotations

import pytest

from canvas_kms_tui.policy import Decision, Layers
from tests.policy.build import (
    ACCOUNT,
    FOREIGN_ROOT,
    KEY,
    OBJECT,
    ROLE,
    ROOT,
    allow,
    ask,
    decision,
    deny,
    doc,
    foreign,
    key_policy,
)

S3_ARN = "kms:EncryptionContext:aws:s3:arn"


def test_a_deny_on_the_encryption_context_is_not_dropped() -> None:
    statements = [
        allow("kms:*", to=ROLE),
        deny("kms:*", to="*", when={"StringLike": {S3_ARN: "arn:aws:s3:::secret/*"}}),
    ]
    layers = Layers(resource=key_policy(*statements))
    assert decision(layers, context={S3_ARN: "arn:aws:s3:::secret/a.csv"}) == "explicitly_denied"
    assert decision(layers, context={S3_ARN: "arn:aws:s3:::data/a.csv"}) == "allowed"


def test_a_resource_statement_for_another_resource_gives_no_access() -> None:
    layers = Layers(resource=[doc(allow("s3:GetObject", "arn:aws:s3:::data/other/*", to=ROLE))])
    assert decision(layers, action="s3:GetObject", resource=OBJECT) == "implicitly_denied"


@pytest.mark.parametrize("resource", [OBJECT, KEY])
def test_a_boundary_limits_an_allow_to_the_role_arn(resource: str) -> None:
    action = "kms:Decrypt" if resource == KEY else "s3:GetObject"
    layers = Layers(resource=[doc(allow(action, to=ROLE))], boundary=doc(allow("ec2:*")))
    assert decision(layers, action=action, resource=resource) == "implicitly_denied"


def test_across_accounts_no_resource_policy_means_no_access() -> None:
    layers = Layers(identity=[doc(allow())])
    assert decision(layers, principal=foreign, action="s3:GetObject", resource=OBJECT) == "implicitly_denied"


def test_an_identity_allow_needs_the_root_delegation_of_the_key() -> None:
    iam = [doc(allow("kms:*"))]
    assert decision(Layers(identity=iam, resource=key_policy(allow("kms:*", to=FOREIGN_ROOT)))) == "implicitly_denied"
    assert decision(Layers(identity=iam, resource=key_policy(allow("kms:*", to=ROOT)))) == "allowed"


@pytest.mark.parametrize(("resource", "expected"), [(OBJECT, "allowed"), ("arn:aws:s3:::other/x", "explicitly_denied")])
def test_a_deny_with_not_resource_denies_everything_else(resource: str, expected: str) -> None:
    shield = {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::data/*"}
    layers = Layers(identity=[doc(allow("s3:*"), shield)])
    assert decision(layers, action="s3:GetObject", resource=resource) == expected


def test_string_not_like_is_true_for_a_missing_key() -> None:
    condition = {"StringNotLike": {"aws:PrincipalArn": "x", "aws:SourceVpce": "vpce-*"}}
    layers = Layers(identity=[doc(allow("s3:*"), deny("s3:*", when=condition))])
    assert decision(layers, action="s3:GetObject", resource=OBJECT) == "explicitly_denied"


@pytest.mark.parametrize("context", [{}, {"aws:TagKeys": []}, {"aws:TagKeys": ""}])
def test_for_all_values_is_true_for_a_missing_or_empty_key(context: dict[str, str]) -> None:
    condition = {"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}
    layers = Layers(identity=[doc(allow("s3:*", when=condition))])
    assert decision(layers, action="s3:GetObject", resource=OBJECT, context=context) == "allowed"


@pytest.mark.parametrize("value", [1577836800, 1577836800.5, 1.5e9, "1577836800.5", "nonsense", True, 10**400])
def test_float_and_epoch_values_do_not_crash(value: object) -> None:
    condition = {"DateGreaterThan": {"aws:CurrentTime": value}, "NumericLessThan": {"s3:max-keys": value}}
    layers = Layers(identity=[doc(allow("s3:*", when=condition))])
    context = {"aws:CurrentTime": "2026-01-01T00:00:00Z", "s3:max-keys": "10.5"}
    answer = ask(layers, action="s3:GetObject", resource=OBJECT, context=context)
    expected = Decision.IMPLICITLY_DENIED if value in ("nonsense", True) or value == 10**400 else Decision.ALLOWED
    assert answer.decision is expected


def test_a_float_in_a_policy_compares_as_a_number() -> None:
    layers = Layers(identity=[doc(allow("s3:*"), deny("s3:*", when={"NumericLessThan": {"s3:TlsVersion": 1.2}}))])
    for version, expected in (("1.1", "explicitly_denied"), ("1.2", "allowed"), ("1.3", "allowed")):
        context = {"s3:TlsVersion": version}
        assert decision(layers, action="s3:GetObject", resource=OBJECT, context=context) == expected


def test_accounts_given_as_numbers_or_ids_are_accounts() -> None:
    layers = Layers(identity=[doc(allow("s3:*", when={"StringEquals": {"aws:PrincipalAccount": int(ACCOUNT)}}))])
    assert decision(layers, action="s3:GetObject", resource=OBJECT) == "allowed"
