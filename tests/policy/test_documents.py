"""Reading documents and matching actions, resources and patterns: any JSON, no exponential time."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from canvas_kms_tui.policy import Decision, Document, Layers, Request
from canvas_kms_tui.policy.patterns import arn_account, arn_partition, compile_arn, compile_glob, globs_overlap
from canvas_kms_tui.policy.scope import Scope
from canvas_kms_tui.policy.values import shown
from tests.policy.build import OBJECT, allow, ask, deny, doc, role


def codes(text: Any) -> list[str]:
    return [problem.code for problem in Document.parse(text, name="d").problems]


# --- documents ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not-json"),
        ("{", "not-json"),
        ('{"Statement": NaN}', "not-json"),
        ('{"Statement": Infinity}', "not-json"),
        ('{"Statement": ' + "9" * 5000 + "}", "not-json"),
        ("[" * 100_000, "not-json"),
        (b"\xff\xfe\x00", "not-json"),
        ("[]", "not-an-object"),
        ('"text"', "not-an-object"),
        ("null", "not-an-object"),
        ("{}", "no-statement"),
        ('{"Version": 3, "Statement": []}', "bad-version"),
        ('{"Version": [], "Statement": []}', "bad-version"),
        ('{"Statement": [], "Statment": []}', "unknown-element"),
        ('{"Statement": 5}', "not-an-object"),
        ('{"Statement": [null]}', "not-an-object"),
        ('{"Statement": [], "Statement": []}', "duplicate-key"),
        ('{"Statement": {"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}}', "duplicate-key"),
        ('{"Statement": {"Effect": "Allow", "Action": 5, "Resource": "*"}}', "not-text"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": {}}}', "not-text"),
    ],
)
def test_what_is_no_policy_is_named_and_raises_nothing(text: Any, code: str) -> None:
    document = Document.parse(text, name="d")
    assert code in [problem.code for problem in document.problems]
    assert all(problem.document == "d" and problem.text for problem in document.problems)
    assert ask(Layers(identity=[document]), action="s3:x", resource="*").decision is not Decision.UNKNOWN


def test_a_sound_document_has_no_problems() -> None:
    assert codes('{"Version": "2012-10-17", "Id": "x", "Statement": []}') == []


def test_the_source_is_the_parsed_object_and_the_last_duplicate_counts() -> None:
    document = Document.parse('{"Statement": [], "Version": "2008-10-17", "Version": "2012-10-17"}', name="d")
    assert document.source == {"Statement": [], "Version": "2012-10-17"}
    assert document.version == "2012-10-17"
    assert Document.parse("[]", name="d").source == {}


def test_a_problem_names_its_statement() -> None:
    document = doc(allow(), {**allow(), "Sid": "Bad", "Effect": "Maybe"}, name="policy P")
    (problem,) = document.problems
    assert (problem.document, problem.index, problem.sid, problem.code) == ("policy P", 1, "Bad", "bad-effect")
    assert problem.text == "Effect is 'Maybe', neither Allow nor Deny"


def test_a_statement_that_cannot_be_meant_never_matches_and_says_why() -> None:
    document = doc({**deny(), "Effect": "deny"}, {**deny(), "Condition": {"Moon": {"k": "v"}}}, "text", name="d")
    answer = ask(Layers(identity=[doc(allow()), document]), action="s3:x", resource="*")
    assert answer.decision is Decision.ALLOWED
    misses = [trace.miss for trace in answer.layer("identity_policy").statements if trace.document == "d"]
    assert [miss.element for miss in misses if miss] == ["statement"] * 3
    assert misses[1] is not None
    assert misses[1].wanted == ("'Moon' is no condition operator",)


@pytest.mark.parametrize("sid", [None, "", 5, []])
def test_a_sid_that_is_no_text_is_none(sid: Any) -> None:
    assert doc({**allow(), "Sid": sid}).statements[0].sid is None


def test_single_values_stand_for_lists() -> None:
    single = Document.parse({"Statement": allow("s3:GetObject", OBJECT)}, name="d")
    listed = Document.parse({"Statement": [allow(["s3:GetObject"], [OBJECT])]}, name="d")
    for document in (single, listed):
        assert ask(Layers(identity=[document]), action="s3:GetObject", resource=OBJECT).decision is Decision.ALLOWED


def test_a_large_document_with_thousands_of_values_is_quick() -> None:
    values = [f"value-{number}-*" for number in range(3_000)]
    resources = [f"arn:aws:s3:::bucket-{number}/*" for number in range(1_000)]
    document = doc(allow("s3:*", resources, when={"StringLike": {"aws:SourceVpce": values}}))
    start = time.perf_counter()
    context = {"aws:SourceVpce": "value-2999-x"}
    layers = Layers(identity=[document])
    answer = ask(layers, action="s3:GetObject", resource="arn:aws:s3:::bucket-999/a", context=context)
    assert answer.decision is Decision.ALLOWED
    assert time.perf_counter() - start < 2


def test_deep_wildcards_do_not_take_exponential_time() -> None:
    pattern, text = "*a" * 400 + "*b", "a" * 5_000
    start = time.perf_counter()
    assert not compile_glob(pattern)(text)
    assert not compile_glob("?*" * 200 + "b")(text)
    assert not compile_glob("*a?a*" * 100 + "b")(text)
    assert compile_glob("*a" * 400 + "*")(text)
    document = doc(allow("s3:*", f"arn:aws:s3:::{pattern}", when={"StringLike": {"aws:UserAgent": pattern}}))
    asked = {"action": "s3:GetObject", "resource": f"arn:aws:s3:::{text}", "context": {"aws:UserAgent": text}}
    assert ask(Layers(identity=[document]), **asked).decision is Decision.IMPLICITLY_DENIED
    assert time.perf_counter() - start < 2


def test_the_index_of_actions_does_not_grow_without_end() -> None:
    document = doc(allow("s3:Get*"))
    for number in range(2_000):
        ask(Layers(identity=[document]), action=f"s3:Get{number}", resource="*")
    assert len(document._rows) <= 512
    assert ask(Layers(identity=[document]), action="s3:Get7", resource="*").decision is Decision.ALLOWED


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a", "'a'"),
        ("x" * 80, "'" + "x" * 57 + "...'"),
        (None, "null"),
        ([1], "a list"),
        ({}, "an object"),
        (True, "true"),
        (1.5, "1.5"),
        (2.0, "2"),
        pytest.param(10**5000, "a number too long to compare", id="long"),
    ],
)
def test_a_value_in_a_message_is_short(value: Any, words: str) -> None:
    assert shown(value) == words


# --- actions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "action", "expected"),
    [
        ("kms:Decrypt", "kms:Decrypt", True),
        ("KMS:decrypt", "kms:DECRYPT", True),
        ("kms:Dec*", "kms:Decrypt", True),
        ("kms:*crypt", "kms:Encrypt", True),
        ("kms:?ecrypt", "kms:Decrypt", True),
        ("kms:?ecrypt", "kms:Reecrypt", False),
        ("*", "kms:Decrypt", True),
        ("*:*", "kms:Decrypt", True),
        ("k*:Decrypt", "kms:Decrypt", True),
        ("kms:Decrypt*", "kms:Decrypt", True),
        ("kms:Decrypt?", "kms:Decrypt", False),
        ("s3:*", "kms:Decrypt", False),
        ("kms:De*pt*x", "kms:Decrypt", False),
        (["s3:*", "kms:D*"], "kms:Decrypt", True),
        ([], "kms:Decrypt", False),
    ],
)
def test_actions_match_without_case_and_with_wildcards(written: Any, action: str, expected: bool) -> None:
    assert doc(allow(written)).statements[0].names_action(action.lower()) is expected


def test_not_action_is_everything_else() -> None:
    statement = doc({"Effect": "Allow", "NotAction": ["iam:*", "s3:GetObject"], "Resource": "*"}).statements[0]
    assert statement.names_action("s3:putobject")
    assert not statement.names_action("s3:getobject")
    assert not statement.names_action("iam:createrole")


# --- resources ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "anything", True),
        ("arn:aws:s3:::data/in/a.csv", OBJECT, True),
        ("arn:aws:s3:::data/*", OBJECT, True),
        ("arn:aws:s3:::data*", OBJECT, True),
        ("arn:aws:s3:::DATA/*", OBJECT, False),
        ("arn:aws:s3:::data/?n/*", OBJECT, True),
        ("arn:aws:s3:::*/a.csv", OBJECT, True),
        ("arn:aws:s3:::data", OBJECT, False),
        ("arn:aws:s3:*:*:data/*", OBJECT, True),
        ("arn:*:s3:::data/*", OBJECT, True),
        ("arn:aws:?3:::data/*", OBJECT, True),
        ("arn:aws:*:::data/*", OBJECT, True),
        ("arn:aws:kms:*:1:key/*", "arn:aws:kms:eu-west-1:1:key/k", True),
        ("arn:aws:kms:*:1:key/*", "arn:aws:kms:eu-west-1:2:key/k", False),
        ("arn:aws:kms:*:*:key/k", "arn:aws:kms:r:1:alias/a:key/k", False),
        ("arn:aws:s3:::b/*:x", "arn:aws:s3:::b/a:b:x", True),
        ("arn:aws:s3:*", OBJECT, True),
        ("arn:aws:kms:*:key/k", "arn:aws:kms:r:1:key/k", True),
        ("arn:aws:s*:::data/*", "arn:aws", False),
        ("", "", True),
        ("", "a", False),
        ("a*b*", "ab", True),
        ("a*b*c", "abbc", True),
        ("a*bb*c", "abc", False),
        ("ab*ba", "aba", False),
        ("ab*ba", "abba", True),
        ("*?", "", False),
        ("*?", "x", True),
        ("a?*?d", "abcd", True),
        ("a?*?d", "abd", False),
        ("*b?d*", "aabcdx", True),
        ("*b?d*", "abbd", True),
        ("*b?d*", "abb", False),
        ("*?b*x", "bab..x", True),
        ("*??*", "a", False),
    ],
)
def test_resources_match_part_by_part(pattern: str, text: str, expected: bool) -> None:
    assert compile_arn(pattern)(text) is expected


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        (["arn:aws:s3:::x/*", OBJECT], True),
        (["arn:aws:s3:::x/*", "arn:aws:s3:::data/*"], True),
        (["arn:aws:s3:::data/${aws:username}/*"], False),
        (["arn:aws:s3:::data/${aws:PrincipalTag/dir}/*"], True),
        (["arn:aws:s3:::${aws:PrincipalTag/none, 'data'}/*"], True),
        (["arn:aws:*:::${aws:PrincipalTag/none, 'data'}/*"], True),
        (["arn:aws:s3:::data/${aws:SourceIp}/*"], None),
        (["arn:aws:s3:::data/${aws:SourceIp}/*", OBJECT], True),
        (["arn:aws:s3:::data/${aws:SourceIp}/*", "arn:aws:s3:::data/${aws:PrincipalTag/dir}/*"], True),
        (["${aws:PrincipalTag/none, 'arn:aws:s3:::data/in'}/*"], True),
    ],
)
def test_variables_in_resources(resources: list[str], expected: bool | None) -> None:
    scope = Scope(
        Request(role, "s3:x", OBJECT, context={"aws:PrincipalTag/dir": "in"}, unknown=frozenset({"aws:SourceIp"}))
    )
    assert doc(allow("*", resources)).statements[0].names_resource(scope) is expected
    inverted = doc({"Effect": "Allow", "Action": "*", "NotResource": resources}).statements[0]
    assert inverted.names_resource(scope) is (None if expected is None else not expected)
    assert (inverted.judge(scope) == 2) is (expected is None)


def test_a_key_that_leaves_a_resource_open_is_named() -> None:
    layers = Layers(identity=[doc(allow("s3:*", "arn:aws:s3:::data/${aws:SourceIp}/*"))])
    answer = ask(layers, action="s3:GetObject", resource=OBJECT, unknown=["aws:SourceIp"])
    assert (answer.decision, answer.unknown_keys) == (Decision.UNKNOWN, {"aws:SourceIp"})


def test_the_parts_of_an_arn() -> None:
    assert arn_account("arn:aws:kms:r:111122223333:key/k") == "111122223333"
    assert arn_account(OBJECT) is None
    assert arn_account("no:arn:at:all:111122223333:x") is None
    assert arn_account("*") is None
    assert arn_partition("arn:aws-cn:s3:::b") == "aws-cn"
    assert arn_partition("x") is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("abc", "abc", True),
        ("abc", "abd", False),
        ("a*", "*c", True),
        ("a*", "b*", False),
        ("a?c", "abc", True),
        ("abc", "a?c", True),
        ("a?c", "a*", True),
        ("*", "", True),
        ("", "*", True),
        ("?", "", False),
        ("a*b", "ac", False),
        ("*a*b*", "xaybz", True),
        ("ab", "*a", False),
        ("", "", True),
        ("a", "", False),
    ],
)
def test_two_globs_overlap(one: str, other: str, expected: bool) -> None:
    assert globs_overlap(one, other) is expected
    assert globs_overlap(other, one) is expected


def test_documents_are_not_altered_by_evaluation() -> None:
    source = {"Version": "2012-10-17", "Statement": [allow("s3:*", OBJECT)]}
    before = json.dumps(source)
    document = Document.parse(source, name="d")
    ask(Layers(identity=[document]), action="s3:GetObject", resource=OBJECT)
    assert json.dumps(document.source) == before


def test_a_resource_with_variables_keeps_the_colons_of_its_last_part() -> None:
    document = doc(allow("logs:*", "arn:aws:logs:*:*:log-group:${aws:PrincipalTag/team}:*"))
    asked = {"action": "logs:x", "context": {"aws:PrincipalTag/team": "a"}, "owner": "111122223333"}
    for team, expected in (("a", Decision.ALLOWED), ("b", Decision.IMPLICITLY_DENIED)):
        resource = f"arn:aws:logs:eu-west-1:111122223333:log-group:{team}:stream:x:y"
        assert ask(Layers(identity=[document]), resource=resource, **asked).decision is expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [("*ab*ab*", "abxab", True), ("*ab*ab*", "abxb", False), ("*a?c*", "xabbabc", True), ("*ab?*", "abab", True)],
)
def test_chunks_are_found_from_where_the_last_one_ended(pattern: str, text: str, expected: bool) -> None:
    assert compile_glob(pattern)(text) is expected
