"""Every condition operator, quantifier and IfExists, with keys that are there, absent, empty and not known."""

from __future__ import annotations

from typing import Any

import pytest

from canvas_kms_tui.policy import Principal, Request
from canvas_kms_tui.policy.conditions import BadOperator, Condition
from canvas_kms_tui.policy.scope import Scope
from tests.policy.build import KEY, ROLE

K = "aws:SourceIdentity"
ABSENT = object()


def holds(
    operator: str, wanted: Any, actual: Any = ABSENT, *, unknown: bool = False, version: bool = True, **more: Any
) -> Any:
    """Whether ``operator`` of the key with these wanted values holds for a request with this actual value."""
    values = wanted if isinstance(wanted, list) else [wanted]
    context = {**({} if actual is ABSENT else {K: actual}), **more.pop("context", {})}
    names = frozenset({*([K] if unknown else []), *more.pop("unknown_keys", ())})
    request = Request(more.pop("principal", Principal.role(ROLE)), "kms:Decrypt", KEY, context=context, unknown=names)
    return Condition(operator, K, values, variables=version).test(Scope(request))


@pytest.mark.parametrize(
    ("operator", "wanted", "actual", "expected"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "a", "A", False),
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", "a*", "ab", False),
        ("StringEquals", "a*", "a*", True),
        ("StringEquals", [], "a", False),
        ("StringNotEquals", "a", "a", False),
        ("StringNotEquals", "a", "b", True),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotEquals", ["a", "b"], "c", True),
        ("StringNotEquals", [], "a", True),
        ("StringEqualsIgnoreCase", "Ab", "aB", True),
        ("StringEqualsIgnoreCase", "Ab", "ac", False),
        ("StringNotEqualsIgnoreCase", "Ab", "aB", False),
        ("StringNotEqualsIgnoreCase", "Ab", "ac", True),
        ("StringLike", "a*", "ab", True),
        ("StringLike", "A*", "ab", False),
        ("StringLike", "a?", "ab", True),
        ("StringLike", "a?", "a", False),
        ("StringLike", ["x", "*b"], "ab", True),
        ("StringLike", "*", "", True),
        ("StringNotLike", "a*", "ab", False),
        ("StringNotLike", "a*", "b", True),
        ("stringequals", "a", "a", True),
        ("NumericEquals", "10", "10.0", True),
        ("NumericEquals", "10", "1e1", True),
        ("NumericEquals", "10", "11", False),
        ("NumericEquals", "10", "ten", False),
        ("NumericEquals", "1_0", "10", False),
        ("NumericNotEquals", "10", "10", False),
        ("NumericNotEquals", "10", "11", True),
        ("NumericLessThan", "10", "9.9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThan", "1.2", "1.1", True),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericLessThanEquals", "10", "10.1", False),
        ("NumericGreaterThan", "10", "11", True),
        ("NumericGreaterThan", "10", "10", False),
        ("NumericGreaterThanEquals", "10", "10", True),
        ("NumericGreaterThanEquals", "10", "-11", False),
        ("NumericLessThan", ["1", "100"], "50", True),
        ("NumericEquals", "9007199254740993", "9007199254740992", False),
        ("DateEquals", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", True),
        ("DateEquals", "2020-01-01T00:00:00Z", "2020-01-01", True),
        ("DateEquals", "2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00", True),
        ("DateEquals", "2020-01-01T00:00:00Z", "2019-12-31T23:00:00-01:00", True),
        ("DateEquals", "2020-01-01T00:00:00Z", "2020-01-01T01:00:00+0100", True),
        ("DateEquals", "2020-01-01T00:00Z", "2020-01-01T00:00:00Z", True),
        ("DateEquals", "2020", "2020-01-01", True),
        ("DateEquals", "2020-03", "2020-03-01", True),
        ("DateEquals", "1577836800", "2020-01-01T00:00:00Z", True),
        ("DateEquals", "1577836800000", "2020-01-01T00:00:00Z", True),
        ("DateEquals", "2020-01-01T00:00:00.5Z", "1577836800.5", True),
        ("DateEquals", "2020-01-01T00:00:00.5Z", "1577836800500", True),
        ("DateEquals", "2020-01-01T00:00:00.5Z", "2020-01-01T00:00:00Z", False),
        ("DateEquals", "2020-02-30", "2020-02-30", False),
        ("DateEquals", "yesterday", "yesterday", False),
        ("DateEquals", "2020-01-01T00:00:00+99:00", "2020-01-01", False),
        ("DateNotEquals", "2020-01-01", "2020-01-02", True),
        ("DateNotEquals", "2020-01-01", "2020-01-01", False),
        ("DateLessThan", "2020-01-01T00:00:00Z", "2019-12-31T23:59:59Z", True),
        ("DateLessThan", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", False),
        ("DateLessThanEquals", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", True),
        ("DateGreaterThan", "2020-01-01T00:00:00Z", "1577836801", True),
        ("DateGreaterThan", "2020-01-01T00:00:00Z", "1577836800", False),
        ("DateGreaterThanEquals", "2020-01-01T00:00:00Z", "1577836800", True),
        ("DateLessThan", "9999-12-31T23:59:59-12:00", "2020-01-01", True),
        ("Bool", "true", "true", True),
        ("Bool", "true", "TRUE", True),
        ("Bool", "True", "true", True),
        ("Bool", "true", "false", False),
        ("Bool", "false", "false", True),
        ("Bool", ["true", "false"], "false", True),
        ("Bool", "yes", "yes", False),
        ("BinaryEquals", "YWJj", "YWJj", True),
        ("BinaryEquals", "YWJj", "YWJk", False),
        ("BinaryEquals", "YWJj", "abc", True),
        ("BinaryEquals", "é", "é", True),
        ("IpAddress", "203.0.113.0/24", "203.0.113.7", True),
        ("IpAddress", "203.0.113.0/24", "203.0.114.7", False),
        ("IpAddress", "203.0.113.7", "203.0.113.7", True),
        ("IpAddress", "203.0.113.7/24", "203.0.113.9", True),
        ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
        ("IpAddress", "2001:db8::/32", "2001:db9::1", False),
        ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678:0:0:0:1", True),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
        ("IpAddress", ["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1", True),
        ("IpAddress", "nonsense", "203.0.113.7", False),
        ("IpAddress", "203.0.113.0/24", "nonsense", False),
        ("NotIpAddress", "203.0.113.0/24", "203.0.113.7", False),
        ("NotIpAddress", "203.0.113.0/24", "203.0.114.7", True),
        ("ArnEquals", "arn:aws:s3:::b*", "arn:aws:s3:::bucket", True),
        ("ArnEquals", "arn:aws:s3:::b", "arn:aws:s3:::b", True),
        ("ArnLike", "arn:aws:iam::*:role/?", "arn:aws:iam::111122223333:role/R", True),
        ("ArnLike", "arn:aws:*:::b", "arn:aws:s3:::b", True),
        ("ArnLike", "arn:*:s3:::b", "arn:aws:x:s3:::b", False),
        ("ArnLike", "arn:aws:s3:::b", "no arn", False),
        ("ArnLike", "*", "anything", True),
        ("ArnNotEquals", "arn:aws:s3:::b*", "arn:aws:s3:::bucket", False),
        ("ArnNotLike", "arn:aws:s3:::b*", "arn:aws:s3:::c", True),
        ("Null", "true", "a", False),
        ("Null", "false", "a", True),
        ("Null", "FALSE", "a", True),
        ("Null", ["true", "false"], "a", True),
        ("Null", "false", [], False),
        ("Null", "true", [], True),
        ("Null", "maybe", "a", False),
    ],
)
def test_an_operator_compares(operator: str, wanted: Any, actual: Any, expected: bool) -> None:
    assert holds(operator, wanted, actual) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", False),
        ("StringLike", False),
        ("NumericLessThan", False),
        ("DateEquals", False),
        ("Bool", False),
        ("BinaryEquals", False),
        ("IpAddress", False),
        ("ArnLike", False),
        ("StringNotEquals", True),
        ("StringNotLike", True),
        ("StringNotEqualsIgnoreCase", True),
        ("NumericNotEquals", True),
        ("DateNotEquals", True),
        ("NotIpAddress", True),
        ("ArnNotEquals", True),
        ("ArnNotLike", True),
        ("StringEqualsIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("BoolIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAllValues:StringNotEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("ForAnyValue:StringEqualsIfExists", True),
        ("ForAllValues:StringEqualsIfExists", True),
    ],
)
@pytest.mark.parametrize("actual", [ABSENT, []])
def test_an_absent_or_empty_key(operator: str, expected: bool, actual: Any) -> None:
    assert holds(operator, "true", actual) is expected


@pytest.mark.parametrize(
    ("wanted", "expected"), [("true", True), ("false", False), (["false", "true"], True), ([], False)]
)
def test_null_asks_whether_the_key_is_absent(wanted: Any, expected: bool) -> None:
    assert holds("Null", wanted) is expected


@pytest.mark.parametrize("operator", ["StringEqualsIfExists", "ForAnyValue:StringEqualsIfExists"])
def test_if_exists_compares_a_key_that_is_there(operator: str) -> None:
    assert holds(operator, "a", "a") is True
    assert holds(operator, "a", "b") is False


@pytest.mark.parametrize(
    ("operator", "actual", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "c"], False),
        ("ForAllValues:StringEquals", ["a"], True),
        ("ForAllValues:StringEquals", "c", False),
        ("ForAllValues:StringEquals", [""], True),
        ("ForAllValues:StringEquals", ["", "c"], False),
        ("ForAllValues:StringNotEquals", ["c", "d"], True),
        ("ForAllValues:StringNotEquals", ["c", "a"], False),
        ("ForAnyValue:StringEquals", ["c", "a"], True),
        ("ForAnyValue:StringEquals", ["c", "d"], False),
        ("ForAnyValue:StringEquals", [""], False),
        ("ForAnyValue:StringNotEquals", ["a", "c"], True),
        ("ForAnyValue:StringNotEquals", ["a", "b"], False),
        ("forallvalues:StringLike", ["a", "b"], True),
        ("StringEquals", ["c", "a"], True),
        ("StringEquals", ["c", "d"], False),
        ("StringNotEquals", ["c", "a"], False),
        ("StringNotEquals", ["c", "d"], True),
    ],
)
def test_several_values_of_the_request(operator: str, actual: Any, expected: bool) -> None:
    assert holds(operator, ["a", "b"], actual) is expected


def test_an_empty_value_that_is_wanted_matches_an_empty_value() -> None:
    assert holds("StringEquals", ["", "home/"], "") is True
    assert holds("StringEquals", "home/", "") is False


@pytest.mark.parametrize(
    "operator",
    [
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIfExists",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringEquals",
        "Null",
    ],
)
def test_a_key_that_is_not_known_leaves_the_condition_open(operator: str) -> None:
    assert holds(operator, "true", unknown=True) is None
    assert holds(operator, "true", unknown_keys=["aws:source*"]) is None
    assert holds(operator, "true", "true", unknown=True) is None


def test_a_known_key_is_not_hidden_by_an_unknown_prefix() -> None:
    assert holds("StringEquals", "a", "a", unknown_keys=["aws:*"]) is True


def test_condition_keys_have_no_case() -> None:
    condition = Condition("StringEquals", "AWS:sourceIDENTITY", ["a"], variables=True)
    request = Request(Principal.role(ROLE), "s3:x", "*", context={"aws:SourceIdentity": "a"})
    assert condition.test(Scope(request)) is True
    request = Request(Principal.role(ROLE), "s3:x", "*", unknown=frozenset({"AWS:SOURCEIDENTITY"}))
    assert condition.test(Scope(request)) is None


# --- policy variables ---------------------------------------------------------------------------------------------

TEAM = {"aws:PrincipalTag/Team": "red"}


@pytest.mark.parametrize(
    ("operator", "wanted", "actual", "expected"),
    [
        ("StringEquals", "${aws:PrincipalTag/Team}", "red", True),
        ("StringEquals", "${aws:principaltag/team}", "red", True),
        ("StringEquals", "${aws:PrincipalTag/Team}", "blue", False),
        ("StringEquals", "x-${aws:PrincipalTag/Team}-y", "x-red-y", True),
        ("StringNotEquals", "${aws:PrincipalTag/Team}", "red", False),
        ("StringEqualsIgnoreCase", "${aws:PrincipalTag/Team}", "RED", True),
        ("StringLike", "${aws:PrincipalTag/Team}/*", "red/a", True),
        ("StringLike", "*/${aws:PrincipalTag/Team}", "a/red", True),
        ("StringLike", "${aws:PrincipalTag/Team}/?", "red/ab", False),
        ("StringEquals", "${aws:PrincipalTag/None}", "red", False),
        ("StringNotEquals", "${aws:PrincipalTag/None}", "red", True),
        ("StringLike", "*${aws:PrincipalTag/None}*", "red", False),
        ("StringEquals", "${aws:PrincipalTag/None, 'green'}", "green", True),
        ("StringEquals", "${aws:PrincipalTag/None,'green'}", "green", True),
        ("StringEquals", "${aws:PrincipalTag/Team, 'green'}", "red", True),
        ("StringEquals", "${aws:PrincipalTag/None, ''}", "", True),
        ("StringEquals", ["${aws:PrincipalTag/None}", "red"], "red", True),
        ("StringEquals", "${aws:PrincipalTag/Team", "${aws:PrincipalTag/Team", True),
        ("StringLike", "${*}", "*", True),
        ("StringLike", "${*}", "a", False),
        ("StringLike", "a${?}*", "a?b", True),
        ("StringLike", "a${?}", "ab", False),
        ("StringEquals", "${$}{x}", "${x}", True),
        ("ArnLike", "arn:aws:s3:::${aws:PrincipalTag/Team}-*", "arn:aws:s3:::red-1", True),
        ("ArnLike", "arn:aws:s3:::${aws:PrincipalTag/Team}-*", "arn:aws:s3:::blue-1", False),
        ("ArnLike", "arn:*:s3:::${aws:PrincipalTag/Team}", "arn:aws:x:s3:::red", False),
        ("ArnLike", "${aws:PrincipalTag/Team}", "red", True),
        ("NumericEquals", "${aws:PrincipalTag/Team}", "1", False),
        ("ForAllValues:StringEquals", "${aws:PrincipalTag/Team}", ["red", "red"], True),
        ("ForAllValues:StringEquals", "${aws:PrincipalTag/Team}", ["red", "blue"], False),
        ("ForAnyValue:StringEquals", "${aws:PrincipalTag/Team}", ["red", "blue"], True),
    ],
)
def test_variables_take_the_requests_value(operator: str, wanted: Any, actual: Any, expected: bool) -> None:
    assert holds(operator, wanted, actual, context=TEAM) is expected


def test_a_variables_value_is_text_not_a_pattern() -> None:
    starred = {"aws:PrincipalTag/Team": "r*"}
    assert holds("StringLike", "${aws:PrincipalTag/Team}", "red", context=starred) is False
    assert holds("StringLike", "${aws:PrincipalTag/Team}", "r*", context=starred) is True
    assert holds("StringLike", "*${aws:PrincipalTag/Team}", "x-r*", context=starred) is True


def test_a_variable_of_several_values_matches_nothing() -> None:
    assert holds("StringEquals", "${aws:TagKeys}", "a", context={"aws:TagKeys": ["a", "b"]}) is False
    assert holds("StringEquals", "${aws:TagKeys, 'a'}", "a", context={"aws:TagKeys": ["a", "b"]}) is False
    assert holds("StringEquals", "${aws:TagKeys, 'a'}", "a", context={"aws:TagKeys": []}) is True


def test_variables_are_literal_in_the_old_version() -> None:
    assert holds("StringEquals", "${aws:PrincipalTag/Team}", "red", context=TEAM, version=False) is False
    text = "${aws:PrincipalTag/Team}"
    assert holds("StringEquals", text, text, context=TEAM, version=False) is True


@pytest.mark.parametrize(
    ("operator", "wanted", "actual", "expected"),
    [
        ("StringEquals", "${aws:PrincipalTag/Team}", "red", None),
        ("StringNotEquals", "${aws:PrincipalTag/Team}", "red", None),
        ("StringEquals", ["${aws:PrincipalTag/Team}", "red"], "red", True),
        ("StringNotEquals", ["${aws:PrincipalTag/Team}", "red"], "red", False),
        ("StringEquals", "${aws:PrincipalTag/Team, 'red'}", "red", None),
        ("StringEquals", "${aws:PrincipalTag/Team}${aws:PrincipalTag/None}", "red", None),
        ("StringEquals", "${aws:PrincipalTag/Team}${aws:SourceVpc}", "red", False),
        ("ForAllValues:StringEquals", ["${aws:PrincipalTag/Team}"], ["red"], None),
        ("ForAnyValue:StringEquals", ["${aws:PrincipalTag/Team}", "a"], ["red", "a"], True),
    ],
)
def test_a_variable_that_is_not_known(operator: str, wanted: Any, actual: Any, expected: Any) -> None:
    assert holds(operator, wanted, actual, unknown_keys=["aws:PrincipalTag/*"]) is expected


def test_the_keys_that_would_settle_a_condition_are_named() -> None:
    condition = Condition("StringLike", "aws:SourceVpc", ["${aws:PrincipalTag/Team}*"], variables=True)
    unknown = frozenset({"aws:SourceVpc", "aws:PrincipalTag/*"})
    scope = Scope(Request(Principal.role(ROLE), "s3:x", "*", unknown=unknown))
    assert condition.unknown_keys(scope) == {"aws:SourceVpc", "aws:PrincipalTag/Team"}


@pytest.mark.parametrize(
    "operator", ["StringSame", "NullIfExists", "Some:StringEquals", ":StringEquals", "", "IfExists"]
)
def test_an_operator_that_does_not_exist_is_refused(operator: str) -> None:
    with pytest.raises(BadOperator, match="is no condition operator"):
        Condition(operator, "k", ["a"], variables=True)


# --- keys that follow from the caller -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("principal", "key", "value"),
    [
        (Principal.role(ROLE, session_name="s"), "aws:PrincipalArn", ROLE),
        (Principal.role(ROLE), "aws:PrincipalAccount", "111122223333"),
        (Principal.role(ROLE), "aws:PrincipalType", "AssumedRole"),
        (Principal.role(ROLE), "aws:PrincipalIsAWSService", "false"),
        (Principal.role(ROLE, tags={"Team": "red"}), "aws:PrincipalTag/Team", "red"),
        (Principal.user("arn:aws:iam::111122223333:user/div/Ann", tags={"a": "b"}), "aws:username", "Ann"),
        (Principal.user("arn:aws:iam::111122223333:user/Ann", tags={"a": "b"}), "aws:PrincipalTag/a", "b"),
        (Principal.user("arn:aws:iam::111122223333:user/Ann"), "aws:PrincipalType", "User"),
        (Principal.root("111122223333"), "aws:PrincipalType", "Account"),
        (Principal.root("111122223333"), "aws:PrincipalArn", "arn:aws:iam::111122223333:root"),
        (Principal.parse("arn:aws:sts::111122223333:federated-user/Bob"), "aws:PrincipalType", "FederatedUser"),
        (Principal.anonymous(), "aws:PrincipalType", "Anonymous"),
        (Principal.service("s3.amazonaws.com"), "aws:PrincipalIsAWSService", "true"),
    ],
)
def test_keys_of_the_caller_need_not_be_given(principal: Principal, key: str, value: str) -> None:
    scope = Scope(Request(principal, "s3:x", "*"))
    assert scope.look_up(key.lower()) == (value,)


def test_a_given_key_of_the_caller_counts_and_one_that_is_not_known_is_open() -> None:
    given = Scope(
        Request(Principal.user("arn:aws:iam::111122223333:user/Ann"), "s3:x", "*", context={"aws:username": "B"})
    )
    assert given.look_up("aws:username") == ("B",)
    hidden = Request(Principal.role(ROLE), "s3:x", "*", unknown=frozenset({"aws:PrincipalArn"}))
    assert repr(Scope(hidden).look_up("aws:principalarn")) == "UNKNOWN"


def test_a_sessions_arn_does_not_tell_its_roles_path() -> None:
    session = Principal.parse("arn:aws:sts::111122223333:assumed-role/Canvas/s")
    assert repr(Scope(Request(session, "s3:x", "*")).look_up("aws:principalarn")) == "UNKNOWN"
    told = Request(session, "s3:x", "*", context={"aws:PrincipalArn": ROLE})
    assert Scope(told).look_up("aws:principalarn") == (ROLE,)


def test_base64_is_read_strictly_and_other_text_stands_for_itself() -> None:
    assert holds("BinaryEquals", "YWJj", "YW!Jj") is False
    assert holds("BinaryEquals", "\ud800", "\ud800") is True
    assert holds("BinaryEquals", "YWJj", "YWJ") is False


@pytest.mark.parametrize(("actual", "expected"), [("101", False), ("99", True), ("nonsense", False)])
def test_the_bounds_are_read_once_and_the_value_each_time(actual: str, expected: bool) -> None:
    condition = Condition("NumericLessThan", K, ["100", "nonsense"], variables=True)
    for _ in range(2):
        request = Request(Principal.role(ROLE), "s3:x", "*", context={K: actual})
        assert condition.test(Scope(request)) is expected
