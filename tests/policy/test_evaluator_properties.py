"""What holds for every request: denies win, allows only add, no definite answer where completions differ."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canvas_kms_tui.policy import Decision, Document, Principal, Request, difference, evaluate, lint
from canvas_kms_tui.policy.layers import Layers
from tests.policy import random_cases
from tests.policy.cases import answer_of
from tests.policy.strategies import ACCOUNTS, KEY, VALUES, anything, cases, random_policy, statements

many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
DENY_ALL = {"Effect": "Deny", "Action": "*", "Resource": "*"}
DENY_EVERYBODY = {**DENY_ALL, "Principal": "*"}
LISTS = ("identity_policies", "permission_boundaries", "session_policies", "vpc_endpoint_policies")


def completions(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The case with every unknown key absent or with each value of the small world."""
    keys = case["unknown_context"]
    for chosen in product([None, *VALUES, ["a", "b"], []], repeat=len(keys)):
        known = {key: value for key, value in zip(keys, chosen, strict=True) if value is not None}
        yield {**case, "context": {**case["context"], **known}, "unknown_context": []}


def with_statement(case: dict[str, Any], place: str, statement: dict[str, Any]) -> dict[str, Any]:
    """The case with one more statement in an existing document, or in a new one where the layer has no say else."""
    changed = copy.deepcopy(case)
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    if place == "resource_policy":
        if changed[place] is None:
            changed[place] = policy
        else:
            changed[place]["Statement"].append(statement)
    elif place == "identity_policies":
        changed[place].append(policy)
    elif changed[place]:
        changed[place][0]["Statement"].append(statement)
    return changed


@many
@given(cases())
def test_no_definite_answer_where_two_completions_differ(case: dict[str, Any]) -> None:
    answer = answer_of(case)
    decisions = {answer_of(completion).decision for completion in completions(case)}
    if answer.decision is not Decision.UNKNOWN:
        assert decisions == {answer.decision}
    if answer.denied:
        assert Decision.ALLOWED not in decisions


@many
@given(cases())
def test_an_unknown_answer_names_what_would_settle_it(case: dict[str, Any]) -> None:
    answer = answer_of(case)
    if answer.decision is Decision.UNKNOWN:
        assert answer.explanation.endswith(".")
        assert answer.unknown_keys <= {*case["unknown_context"], "aws:userid"}
        assert answer.unknown_keys or answer.undocumented
    else:
        assert answer.unknown_keys == frozenset()


@many
@given(cases(), st.sampled_from(["identity_policies", "resource_policy"]))
def test_an_explicit_deny_that_matches_always_wins(case: dict[str, Any], place: str) -> None:
    if place == "identity_policies" and (case["principal_arn"] is None or case["principal_arn"].endswith(":root")):
        return
    statement = DENY_ALL if place == "identity_policies" else DENY_EVERYBODY
    assert answer_of(with_statement(case, place, statement)).decision is Decision.EXPLICITLY_DENIED


@many
@given(cases(), st.sampled_from([*LISTS, "resource_policy"]), st.data())
def test_adding_an_allow_never_turns_allowed_into_denied(case: dict[str, Any], place: str, data: st.DataObject) -> None:
    statement = data.draw(statements(named=place in ("resource_policy", "vpc_endpoint_policies"), effect="Allow"))
    before, after = answer_of(case), answer_of(with_statement(case, place, statement))
    if before.decision is Decision.ALLOWED:
        assert after.decision is Decision.ALLOWED
    if after.decision is Decision.EXPLICITLY_DENIED:
        assert before.decision is Decision.EXPLICITLY_DENIED


@many
@given(cases(), st.sampled_from([*LISTS, "resource_policy"]), st.data())
def test_adding_a_deny_never_turns_denied_into_allowed(case: dict[str, Any], place: str, data: st.DataObject) -> None:
    statement = data.draw(statements(named=place in ("resource_policy", "vpc_endpoint_policies"), effect="Deny"))
    before, after = answer_of(case), answer_of(with_statement(case, place, statement))
    if before.decision is not Decision.ALLOWED:
        assert after.decision is not Decision.ALLOWED
    if before.decision is Decision.EXPLICITLY_DENIED:
        assert after.decision is Decision.EXPLICITLY_DENIED


@many
@given(cases())
def test_every_statement_is_in_the_trace_and_every_miss_has_a_reason(case: dict[str, Any]) -> None:
    answer = answer_of(case)
    for layer in answer.layers:
        for trace in layer.statements:
            assert (trace.miss is None) == (trace.matched is not False)
            assert bool(trace.unknown_keys) <= (trace.matched is None)
    assert answer.explanation
    assert (
        answer.decided_by
        or answer.decision is Decision.UNKNOWN
        or case["principal_arn"] is None
        or ":root" in case["principal_arn"]
    )


@many
@given(cases())
def test_an_implicit_deny_has_a_layer_in_the_way(case: dict[str, Any]) -> None:
    answer = answer_of(case)
    blocking = [layer for layer in answer.layers if layer.blocks]
    if answer.decision is Decision.ALLOWED:
        assert not blocking
    elif answer.denied and case["principal_arn"] is not None:
        assert blocking


@many
@given(cases())
def test_an_answer_does_not_differ_from_itself(case: dict[str, Any]) -> None:
    assert not difference(answer_of(case), answer_of(case))


@many
@given(anything)
def test_parse_serialise_parse_is_identity(source: Any) -> None:
    text = json.dumps(source)
    once = Document.parse(text, name="d")
    again = Document.parse(json.dumps(once.source), name="d")
    assert again.source == once.source
    assert [statement.problems for statement in again.statements] == [
        statement.problems for statement in once.statements
    ]


def exercise(text: str | bytes) -> None:
    """Everything that can be asked of a document, whatever it is."""
    document = Document.parse(text, name="any")
    role = Principal.role(f"arn:aws:iam::{ACCOUNTS[0]}:role/R")
    request = Request(role, "kms:Decrypt", KEY, context={"aws:TagKeys": ["a"]}, unknown=frozenset({"aws:username"}))
    answer = evaluate(
        request,
        Layers(
            identity=[document],
            boundary=document,
            session=[document],
            scps=[[document]],
            rcps=[[document]],
            resource=[document],
            endpoint=[document],
        ),
    )
    assert answer.explanation
    assert isinstance(answer.decided_by, tuple)
    for layer in answer.layers:
        assert all(isinstance(trace.misses, tuple) for trace in layer.statements)
    assert answer.nearest_miss is None or answer.nearest_miss.document
    assert isinstance(answer.unknown_keys, frozenset)
    assert isinstance(lint(document), tuple)


@many
@given(anything)
def test_random_documents_raise_nothing(source: Any) -> None:
    exercise(json.dumps(source))


def test_ten_thousand_random_documents_raise_nothing() -> None:
    for seed in range(10_000):
        exercise(json.dumps(random_policy(random.Random(seed))))


@many
@given(st.binary(max_size=60))
def test_bytes_that_are_no_document_raise_nothing(raw: bytes) -> None:
    exercise(raw)


@pytest.mark.slow
def test_twenty_thousand_cases_with_unknown_keys_are_sound() -> None:
    assert random_cases.count(20_000, seed=10_000)["unsound"] == 0


def test_a_few_hundred_cases_with_unknown_keys_are_sound() -> None:
    found = random_cases.count(300)
    assert found["unsound"] == 0
    assert found["unknown although all completions agree"] < found["definite"] * 0.1
