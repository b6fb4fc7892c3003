"""``--evaluate``: requests in, decisions out, and every line answered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from canvas_kms_tui.policy import Document, Grant, Layer, Layers, Principal, Request, Unread, evaluate
from canvas_kms_tui.policy.lines import BadLine, evaluate_lines, read_line, write_line
from tests.policy.test_conformance import CASES, load

ROLE = "arn:aws:iam::111122223333:role/service-role/Canvas"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALLOW_ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def one(line: dict[str, Any]) -> dict[str, Any]:
    (answer,) = evaluate_lines([json.dumps(line)])
    return json.loads(answer)


def test_the_three_needed_fields_are_enough() -> None:
    answer = one({"principal": ROLE, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k"})
    assert answer["decision"] == "implicitly_denied"
    assert answer["id"] is None
    assert answer["explanation"]


def test_a_bucket_without_a_named_owner_belongs_to_the_callers_account() -> None:
    line = {
        "principal": ROLE,
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::b/k",
        "identity_policies": [ALLOW_ALL],
    }
    assert one(line)["decision"] == "allowed"


def test_the_long_and_the_short_names_mean_the_same() -> None:
    short = {"principal": ROLE, "action": "kms:Decrypt", "resource": KEY}
    long = {"principal_arn": ROLE, "action": "kms:Decrypt", "resource_arn": KEY}
    assert one(short) == one(long)


def test_a_null_principal_is_an_anonymous_caller() -> None:
    public = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}}
    line = {"principal": None, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "resource_policy": public}
    assert one(line)["decision"] == "allowed"


def test_an_unknown_key_is_named() -> None:
    policy = {
        "Statement": {
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": "*",
            "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        }
    }
    line = {
        "id": 7,
        "principal": ROLE,
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::b/k",
        "identity_policies": [policy],
        "unknown_context": ["aws:sourceip"],
    }
    answer = one(line)
    assert (answer["id"], answer["decision"], answer["unknown_keys"]) == (7, "unknown", ["aws:SourceIp"])


def test_decided_by_points_at_the_statement() -> None:
    key_policy = {
        "Statement": [
            {"Sid": "Canvas", "Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "kms:*", "Resource": "*"}
        ]
    }
    answer = one({"principal": ROLE, "action": "kms:Decrypt", "resource": KEY, "resource_policy": key_policy})
    (decided,) = answer["decided_by"]
    assert (decided["layer"], decided["document"], decided["statement"], decided["sid"]) == (
        "resource_policy",
        "resource policy",
        0,
        "Canvas",
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "no JSON"),
        ("[]", "a JSON object"),
        ("17", "a JSON object"),
        ("{}", "'principal_arn' is missing"),
        ('{"principal": 5, "action": "s3:x", "resource": "*"}', "'principal_arn' is 5"),
        ('{"principal": null, "action": "", "resource": "*"}', "'action' is ''"),
        ('{"principal": null, "action": "s3:x"}', "'resource_arn' is missing"),
        ('{"principal": null, "action": "s3:x", "resource": "*", "context": []}', None),
        ('{"principal": null, "action": "s3:x", "resource": "*", "context": [1]}', "'context' is a list"),
        ('{"principal": null, "action": "s3:x", "resource": "*", "context": {"k": {}}}', "the context key 'k'"),
        ('{"principal": null, "action": "s3:x", "resource": "*", "context": {"k": [null]}}', "the context key 'k'"),
        ('{"principal": null, "action": "s3:x", "resource": "*", "unknown_context": "k"}', "'unknown_context'"),
        (
            '{"principal": null, "action": "s3:x", "resource": "*", "identity_policies": {}}',
            "'identity_policies' is an object",
        ),
        (
            '{"principal": null, "action": "s3:x", "resource": "*", "identity_policies": [3]}',
            "'identity_policies' holds 3",
        ),
        ('{"principal": null, "action": "s3:x", "resource": "*", "permission_boundaries": [{}, {}]}', "more than one"),
        ('{"principal": null, "action": "s3:x", "resource": "*", "grants": [[]]}', "'grants' holds a list"),
        ('{"principal": null, "action": "s3:x", "resource": "*", "unread": ["moon"]}', "'unread' names 'moon'"),
    ],
)
def test_a_bad_line_is_answered_with_its_number_and_the_rest_goes_on(line: str, words: str | None) -> None:
    good = json.dumps({"principal": ROLE, "action": "kms:Decrypt", "resource": KEY})
    answers = []
    stream = evaluate_lines([good, "", line, good])
    if words is None:
        assert [json.loads(answer)["decision"] for answer in stream] == ["implicitly_denied"] * 3
        return
    with pytest.raises(BadLine, match="line 3"):
        answers.extend(json.loads(answer) for answer in stream)
    assert [("decision" in answer) for answer in answers] == [True, False, True]
    assert answers[1]["line"] == 3
    assert words in answers[1]["error"]


def test_a_bad_line_keeps_its_id_and_the_end_counts_the_others() -> None:
    lines = ['{"id": "a"}', '{"id": "b"}']
    answers = []
    with pytest.raises(BadLine, match=r"line 1: .* \(and 1 more\)"):
        answers.extend(json.loads(answer) for answer in evaluate_lines(lines))
    assert [answer["id"] for answer in answers] == ["a", "b"]


def test_one_level_of_scps_may_stand_without_its_list() -> None:
    deny = {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
    line = {"principal": ROLE, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "scps": [deny]}
    assert one(line)["decision"] == "explicitly_denied"


def test_a_policy_may_be_json_text() -> None:
    line = {"principal": ROLE, "action": "s3:x", "resource": "*", "identity_policies": [json.dumps(ALLOW_ALL)]}
    assert one(line)["decision"] == "allowed"


def test_an_unread_layer_makes_the_answer_unknown() -> None:
    line = {"principal": ROLE, "action": "kms:Decrypt", "resource": KEY, "unread": ["resource_policy"]}
    assert one(line)["decision"] == "unknown"


def test_an_unread_guardrail_is_an_assumption() -> None:
    line = {
        "principal": ROLE,
        "action": "s3:x",
        "resource": "*",
        "identity_policies": [ALLOW_ALL],
        "unread": ["service_control_policy"],
    }
    answer = one(line)
    assert (answer["decision"], answer["assuming"]) == ("allowed", ["service_control_policy"])


def test_a_written_line_gives_the_same_answer_when_read() -> None:
    request = Request(
        Principal.role(ROLE, session_name="SageMaker", tags={"team": "a"}),
        "kms:Decrypt",
        KEY,
        context={"kms:ViaService": "s3.eu-west-1.amazonaws.com", "aws:TagKeys": ["a", "b"]},
        unknown=frozenset({"aws:SourceIp"}),
    )
    layers = Layers(
        identity=(Document.parse(ALLOW_ALL, name="inline policy A of role Canvas"), Unread("managed policy B")),
        scps=Unread("SCPs"),
        rcps=[[Document.parse(ALLOW_ALL, name="RCP X")]],
        resource=[Document.parse({"Statement": []}, name="key policy of the key")],
        grants=[Grant.from_api({"GrantId": "g", "KeyId": KEY, "GranteePrincipal": ROLE, "Operations": ["Encrypt"]})],
    )
    line = write_line(request, layers, name="import/decrypt")
    again_request, again_layers = read_line(line)
    before, after = evaluate(request, layers), evaluate(again_request, again_layers)
    assert (after.decision, after.explanation, after.assuming) == (before.decision, before.explanation, before.assuming)
    assert json.loads(line)["id"] == "import/decrypt"


def test_unread_grants_survive_a_written_line() -> None:
    request = Request(Principal.role(ROLE), "kms:Decrypt", KEY)
    line = write_line(request, Layers(resource=[Document.parse({"Statement": []}, name="k")], grants=Unread("grants")))
    assert one(json.loads(line))["decision"] == "unknown"


@pytest.mark.skipif(not CASES.exists(), reason="the shared conformance cases are not beside this checkout")
def test_the_conformance_cases_are_lines() -> None:
    words = {"Allowed": "allowed", "ImplicitlyDenied": "implicitly_denied", "ExplicitlyDenied": "explicitly_denied"}
    cases = [case for case in load() if case["expected_precision"] == "exact"]
    answers = [json.loads(answer) for answer in evaluate_lines(json.dumps(case) for case in cases)]
    assert [(answer["id"], answer["decision"]) for answer in answers] == [
        (case["id"], words[case["expected"]]) for case in cases
    ]


def test_a_written_line_holds_every_field_under_its_name() -> None:
    source = {"Version": "2012-10-17", "Statement": []}
    grant = {"GrantId": "g", "KeyId": KEY, "GranteePrincipal": ROLE, "Operations": ["Encrypt"]}

    def named(name: str) -> Document:
        return Document.parse(source, name=name)

    request = Request(
        Principal.role(ROLE, session_name="SageMaker", tags={"team": "a"}),
        "kms:Decrypt",
        KEY,
        resource_account="111122223333",
        context={"kms:ViaService": "s3", "aws:TagKeys": ("a", "b")},
        unknown=frozenset({"b", "a"}),
    )
    layers = Layers(
        identity=(named("I"), Unread("managed policy B")),
        boundary=named("B"),
        session=[named("S")],
        scps=[[named("P1")], [named("P2"), named("P3")]],
        rcps=Unread("RCPs"),
        resource=[named("R")],
        grants=[Grant.from_api(grant)],
        endpoint=[named("E")],
    )
    assert json.loads(write_line(request, layers, name="x")) == {
        "id": "x",
        "principal_arn": ROLE,
        "principal_type": "role",
        "session_name": "SageMaker",
        "action": "kms:Decrypt",
        "resource_arn": KEY,
        "resource_account": "111122223333",
        "context": {"aws:PrincipalTag/team": "a", "kms:ViaService": "s3", "aws:TagKeys": ["a", "b"]},
        "unknown_context": ["a", "b"],
        "identity_policies": [source],
        "permission_boundaries": [source],
        "session_policies": [source],
        "scps": [[source], [source, source]],
        "resource_policy": [source],
        "grants": [grant],
        "vpc_endpoint_policies": [source],
        "unread": ["identity_policy", "resource_control_policy"],
        "document_names": {
            "identity_policies": ["I"],
            "permission_boundaries": ["B"],
            "session_policies": ["S"],
            "scps": ["P1", "P2", "P3"],
            "resource_policy": ["R"],
            "vpc_endpoint_policies": ["E"],
        },
    }


def test_a_written_line_leaves_out_what_is_empty() -> None:
    request = Request(Principal.service("s3.amazonaws.com"), "s3:x", "*")
    assert json.loads(write_line(request, Layers())) == {
        "id": None,
        "principal_arn": "s3.amazonaws.com",
        "principal_type": "service",
        "session_name": None,
        "action": "s3:x",
        "resource_arn": "*",
        "resource_account": None,
        "resource_policy": None,
    }
    assert write_line(request, Layers()).endswith("}\n")


@pytest.mark.parametrize("layer", list(Layer))
def test_each_unread_layer_comes_back_unread(layer: Layer) -> None:
    line = {"principal": ROLE, "action": "kms:Decrypt", "resource": KEY, "unread": [layer.value]}
    request, layers = read_line(json.dumps(line))
    answer = evaluate(request, layers)
    assert [found.layer for found in answer.layers if found.unread] == [layer]
    assert json.loads(write_line(request, layers))["unread"] == [layer.value]


def test_each_documents_name_is_told_in_the_trace() -> None:
    policy = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}]}
    line = {
        "principal": ROLE,
        "action": "kms:Decrypt",
        "resource": KEY,
        "identity_policies": [policy, policy],
        "permission_boundaries": [policy],
        "session_policies": [policy],
        "scps": [[policy], [policy]],
        "rcps": [[policy]],
        "resource_policy": policy,
        "vpc_endpoint_policies": [policy],
    }
    request, layers = read_line(json.dumps(line))
    answer = evaluate(request, layers)
    assert [trace.document for layer in answer.layers for trace in layer.statements] == [
        "resource control policy",
        "service control policy 0",
        "service control policy 1",
        "resource policy",
        "identity policy 0",
        "identity policy 1",
        "permissions boundary",
        "session policy",
        "VPC endpoint policy",
    ]


def test_an_answer_line_holds_every_field_under_its_name() -> None:
    policy = {
        "Statement": {
            "Sid": "S",
            "Effect": "Allow",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        }
    }
    line = {"id": 1, "principal": ROLE, "action": "s3:x", "resource": "*", "identity_policies": [policy]}
    answer = one(line)
    words = "no identity policy of role Canvas allows s3:x on *; "
    words += 'statement 0 ("S") of the identity policy allows it only if StringEquals aws:SourceVpce "vpce-1" holds '
    words += "(the request has none)"
    assert answer == {
        "id": 1,
        "decision": "implicitly_denied",
        "decided_by": [
            {"layer": "identity_policy", "document": "identity policy", "statement": None, "sid": None, "why": words}
        ],
        "nearest_miss": {
            "document": "identity policy",
            "index": 0,
            "sid": "S",
            "element": "condition",
            "operator": "StringEquals",
            "key": "aws:SourceVpce",
            "wanted": ["vpce-1"],
            "actual": None,
            "negated": False,
        },
        "explanation": f"N{words[1:]}.",
        "denied": True,
        "unknown_keys": [],
        "assuming": [],
    }


def test_the_kind_of_a_caller_helps_where_its_name_is_no_arn() -> None:
    line = {"principal": "internal", "principal_type": "service", "action": "s3:x", "resource": "*"}
    request, _ = read_line(json.dumps(line))
    assert request.principal == Principal.service("internal")
    odd = {**line, "principal": ROLE, "principal_type": 7, "session_name": 7}
    assert read_line(json.dumps(odd))[0].principal == Principal.role(ROLE)


def test_a_session_name_belongs_to_a_role_arn_only() -> None:
    line = {"principal": "arn:aws:iam::1:user/u", "session_name": "s", "action": "s3:x", "resource": "*"}
    assert read_line(json.dumps(line))[0].principal.kind == "user"
    session = {**line, "principal": "arn:aws:sts::111122223333:assumed-role/R/x"}
    assert read_line(json.dumps(session))[0].principal.session_name == "x"


def test_an_unread_layer_has_a_name_for_humans() -> None:
    line = {"principal": ROLE, "action": "s3:x", "resource": "*", "unread": ["identity_policy"]}
    assert one(line)["explanation"].endswith("could not be read: identity policy (not read).")


def test_documents_may_bring_their_names() -> None:
    line = {
        "principal": ROLE,
        "action": "s3:x",
        "resource": "*",
        "identity_policies": [ALLOW_ALL, ALLOW_ALL],
        "scps": [[ALLOW_ALL, ALLOW_ALL], [ALLOW_ALL]],
        "document_names": {"identity_policies": ["inline policy A"], "scps": 5},
    }
    request, layers = read_line(json.dumps(line))
    names = [trace.document for layer in evaluate(request, layers).layers for trace in layer.statements]
    assert names == [
        "service control policy 0",
        "service control policy 1",
        "service control policy 2",
        "inline policy A",
        "identity policy 1",
    ]


def test_grants_are_numbered() -> None:
    line = {"principal": ROLE, "action": "kms:Decrypt", "resource": KEY, "grants": [{}, {}]}
    request, layers = read_line(json.dumps(line))
    (traces,) = [layer.statements for layer in evaluate(request, layers).layers if layer.statements]
    assert [trace.index for trace in traces] == [0, 1]


def test_what_is_wrong_with_a_line_is_shown() -> None:
    base = '"principal": null, "action": "s3:x", "resource": "*"'
    lines = [
        f'{{{base}, "context": {{"k": {{}}}}}}',
        f'{{{base}, "unknown_context": "k"}}',
        f'{{{base}, "identity_policies": 5}}',
    ]
    answers = []
    with pytest.raises(BadLine) as raised:
        answers.extend(json.loads(answer)["error"] for answer in evaluate_lines(lines))
    assert answers == [
        "line 1: the context key 'k' is an object; it must be text or a list of texts",
        "line 2: 'unknown_context' is 'k'; it must be a list of texts",
        "line 3: 'identity_policies' is 5; it must be a list",
    ]
    assert str(raised.value) == f"{answers[0]} (and 2 more)"
    with pytest.raises(BadLine) as single:
        list(evaluate_lines(lines[:1]))
    assert str(single.value) == answers[0]
