"""What an answer tells: sentences that can be pasted, who decided, the nearest miss, the difference to another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from canvas_kms_tui.policy import (
    Answer,
    Decision,
    Grant,
    Layer,
    Layers,
    Outcome,
    Principal,
    Unread,
    difference,
    evaluate,
)
from tests.policy.build import (
    ACCOUNT,
    BUCKET,
    KEY,
    OBJECT,
    ROLE,
    ROOT,
    USER,
    allow,
    anonymous_role,
    ask,
    deny,
    doc,
    foreign,
    role,
    user,
)

KEY_NAME = "key policy of 1234abcd"
VIA_S3 = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
INLINE = doc(allow("kms:Decrypt", Sid="Use"), name="inline policy P of role Canvas")


def key(
    *statements: Any, principal: Any = anonymous_role, context: Any = None, unknown: Any = (), **parts: Any
) -> Answer:
    layers = Layers(resource=[doc(*statements, name=KEY_NAME)], **parts)
    return ask(layers, principal=principal, context=context, unknown=unknown)


def get(
    *statements: Any, principal: Any = anonymous_role, context: Any = None, unknown: Any = (), **parts: Any
) -> Answer:
    resource = [doc(*statements, name="bucket policy of data")] if statements else None
    layers = Layers(resource=resource, **parts)
    return ask(layers, principal=principal, action="s3:GetObject", resource=OBJECT, context=context, unknown=unknown)


# --- sentences ----------------------------------------------------------------------------------------------------


def test_a_partial_delegation_is_explained() -> None:
    answer = key(allow("kms:Describe*", to=ROOT, Sid="Root"), identity=[INLINE])
    assert answer.explanation == (
        "The key policy of 1234abcd does not let role Canvas use kms:Decrypt: no statement names the role, and "
        'statement 0 ("Root") delegates only kms:Describe* to IAM.'
    )


def test_a_key_policy_that_knows_neither_role_nor_account_is_explained() -> None:
    assert key(allow("kms:*", to=USER)).explanation == (
        "The key policy of 1234abcd does not let role Canvas use kms:Decrypt: "
        "no statement names the role or its account."
    )
    assert "names the user or its account" in key(allow("kms:*", to=ROLE), principal=user).explanation


def test_a_condition_in_the_way_is_explained() -> None:
    answer = key(allow("kms:*", to=ROLE, when=VIA_S3), context={"kms:ViaService": "sqs.eu-west-1.amazonaws.com"})
    assert answer.explanation == (
        "The key policy of 1234abcd does not let role Canvas use kms:Decrypt: "
        "statement 0 allows it only if StringEquals "
        'kms:ViaService "s3.eu-west-1.amazonaws.com" holds (the request has "sqs.eu-west-1.amazonaws.com").'
    )
    assert "holds (the request has none)" in key(allow("kms:*", to=ROLE, when=VIA_S3)).explanation


def test_a_conditional_delegation_is_explained() -> None:
    answer = key(allow("kms:*", to=ROOT, when=VIA_S3), identity=[INLINE])
    assert "no statement names the role, and statement 0 delegates it to IAM only if StringEquals" in answer.explanation


def test_another_resource_in_the_key_policy_is_explained() -> None:
    other = KEY.replace("1234abcd", "ffffffff")
    assert f"statement 0 allows it only on {other}" in key(allow("kms:*", other, to=ROLE)).explanation
    inverted = {**allow("kms:*", to=ROLE), "NotResource": KEY}
    del inverted["Resource"]
    assert f"statement 0 allows it everywhere but on {KEY}" in key(inverted).explanation


def test_not_action_is_explained() -> None:
    inverted = {**allow(to=ROLE), "NotAction": ["kms:Decrypt", "kms:Encrypt"]}
    del inverted["Action"]
    assert "statement 0 allows everything but kms:Decrypt, kms:Encrypt" in key(inverted).explanation


def test_long_lists_are_cut() -> None:
    answer = key(allow(["kms:A", "kms:B", "kms:C", "kms:D", "kms:E"], to=ROLE))
    assert "statement 0 allows only kms:A, kms:B, kms:C and 2 more." in answer.explanation


def test_silent_identity_policies_are_explained() -> None:
    answer = key(
        allow("kms:*", to=ROOT), identity=[doc(allow("kms:Decrypt", "arn:aws:kms:*:*:key/x", Sid="A"), name="P")]
    )
    assert answer.explanation == (
        f"No identity policy of role Canvas allows kms:Decrypt on {KEY}; "
        'statement 0 ("A") of the P allows it only on arn:aws:kms:*:*:key/x.'
    )


def test_a_boundary_in_the_way_is_explained() -> None:
    answer = get(identity=[doc(allow("s3:*"))], boundary=doc(allow("kms:*"), name="policy B"))
    assert answer.explanation == (
        f"The permissions boundary of role Canvas (policy B) does not allow s3:GetObject on {OBJECT}."
    )


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("scps", f"No service control policy allows s3:GetObject on {OBJECT}."),
        ("session", f"No session policy of role Canvas allows s3:GetObject on {OBJECT}."),
        ("endpoint", f"No VPC endpoint policy allows s3:GetObject on {OBJECT}."),
    ],
)
def test_other_layers_in_the_way_are_explained(part: str, words: str) -> None:
    document = doc(allow("kms:*", to="*" if part == "endpoint" else None))
    limit: Any = [[document]] if part == "scps" else [document]
    assert get(identity=[doc(allow("s3:*"))], **{part: limit}).explanation == words


def test_two_layers_in_the_way_are_both_explained() -> None:
    answer = get(boundary=doc(allow("kms:*"), name="B"), scps=[[doc(allow("kms:*"))]])
    assert [by.layer for by in answer.decided_by] == [
        "service_control_policy",
        "identity_policy",
        "permissions_boundary",
    ]
    assert answer.explanation.count("s3:GetObject") == 3
    assert all(by.statement is None and by.sid is None for by in answer.decided_by)
    assert [by.document for by in answer.decided_by] == ["policy", "identity policy", "B"]


def test_a_missing_resource_policy_is_explained() -> None:
    answer = get(principal=foreign, identity=[doc(allow())])
    assert answer.explanation == (
        f"There is no resource policy that lets role Canvas (session s) use s3:GetObject on {OBJECT}."
    )


def test_an_explicit_deny_is_explained() -> None:
    sse = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}, "Bool": {"aws:SecureTransport": "true"}}
    answer = get(deny("s3:*", to="*", Sid="NoSSE", when=sse), context={"aws:SecureTransport": "true"})
    assert answer.explanation == (
        'Statement 0 ("NoSSE") of the bucket policy of data explicitly denies role Canvas '
        f"s3:GetObject on {OBJECT}, because "
        's3:x-amz-server-side-encryption is absent from the request (StringNotEquals "aws:kms"), and '
        'aws:SecureTransport is "true" (Bool "true").'
    )
    (by,) = answer.decided_by
    assert (by.layer, by.document, by.statement, by.sid) == ("resource_policy", "bucket policy of data", 0, "NoSSE")


def test_an_explicit_deny_without_condition_is_explained() -> None:
    assert get(deny("s3:*", to="*")).explanation == (
        f"Statement 0 of the bucket policy of data explicitly denies role Canvas s3:GetObject on {OBJECT}."
    )


def test_a_delegated_allow_is_explained() -> None:
    assert key(allow("kms:*", to=ROOT, Sid="Root"), identity=[INLINE]).explanation == (
        f'Role Canvas may use kms:Decrypt on {KEY}: statement 0 ("Root") of the key policy of 1234abcd delegates '
        f"kms:Decrypt to the IAM policies of account {ACCOUNT}, and "
        'statement 0 ("Use") of the inline policy P of role Canvas allows kms:Decrypt.'
    )


def test_the_most_direct_allow_is_the_one_that_is_named() -> None:
    answer = key(allow("kms:*", to=ROOT), allow("kms:*", to=ROLE))
    assert [(by.statement, by.why) for by in answer.decided_by] == [
        (1, "statement 1 of the key policy of 1234abcd allows kms:Decrypt")
    ]


def test_what_nothing_has_to_allow_is_explained() -> None:
    answer = ask(Layers(), action="sts:GetCallerIdentity", resource="*", principal=user)
    assert answer.explanation == "User Ann may use sts:GetCallerIdentity on *: nothing has to allow it."


def test_assumptions_are_named_in_the_sentence() -> None:
    answer = get(identity=[doc(allow("s3:*"))], scps=Unread("SCPs"), rcps=Unread("RCPs"))
    assert answer.assuming == ("resource_control_policy", "service_control_policy")
    assert answer.explanation.endswith(
        ", assuming that no resource control policy or service control policy, which could not be read, denies it."
    )


def test_an_unknown_answer_says_what_it_hangs_on() -> None:
    home = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    answer = get(deny("s3:*", to="*", when=home), identity=[doc(allow("s3:*"))], unknown=["aws:SourceIp"])
    assert answer.explanation == (
        f"It is not known whether role Canvas may use s3:GetObject on {OBJECT}: "
        "whether statement 0 of the bucket policy "
        "of data denies it depends on aws:SourceIp."
    )
    (by,) = answer.decided_by
    assert (by.layer, by.statement) == ("resource_policy", 0)


def test_an_unread_layer_is_named_in_the_sentence() -> None:
    answer = ask(
        Layers(resource=Unread("key policy of 1234abcd: kms:GetKeyPolicy was denied to us"), identity=[INLINE])
    )
    assert answer.explanation.endswith("could not be read: key policy of 1234abcd: kms:GetKeyPolicy was denied to us.")
    assert [(by.layer, by.statement) for by in answer.decided_by] == [("resource_policy", None)]


def test_what_is_denied_in_any_case_says_so_before_what_is_open() -> None:
    home = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    answer = get(deny("s3:*", to="*", when=home), unknown=["aws:SourceIp"])
    assert answer.explanation == (
        f"It is denied in any case, since no identity policy of role Canvas allows s3:GetObject on {OBJECT}; "
        "whether statement 0 of the bucket policy of data denies it depends on aws:SourceIp."
    )


def test_an_answer_shows_itself() -> None:
    answer = get(deny("s3:*", to="*"))
    assert repr(answer).startswith("<Answer explicitly_denied: Statement 0 of")
    assert repr(answer.layers[0]) == "<LayerAnswer resource_control_policy: not_applicable>"
    assert repr(answer.layer(Layer.RESOURCE_POLICY)) == "<LayerAnswer resource_policy: explicit_deny, blocks>"
    assert answer.request.action == "s3:GetObject"
    assert repr(INLINE) == "<Document 'inline policy P of role Canvas': 1 statements>"


# --- the trace ----------------------------------------------------------------------------------------------------


def test_every_statement_is_traced_with_its_first_reason() -> None:
    answer = key(
        allow("kms:*", to=USER, Sid="Principal"),
        allow("kms:Encrypt", to=ROLE, Sid="Action"),
        allow("kms:*", "arn:aws:kms:r:1:key/x", to=ROLE, Sid="Resource"),
        allow("kms:*", to=ROLE, when={**VIA_S3, "Bool": {"aws:SecureTransport": "true"}}, Sid="Condition"),
        deny("kms:*", to="*", when={"Null": {"kms:ViaService": "false"}}, Sid="Deny"),
        allow("kms:*", to=ROLE, when={"StringEquals": {"aws:SourceIp": "x"}}, Sid="Open"),
        unknown=["aws:SourceIp"],
    )
    traces = answer.layer(Layer.RESOURCE_POLICY).statements
    assert [(trace.index, trace.sid, trace.effect, trace.matched) for trace in traces] == [
        (0, "Principal", "Allow", False),
        (1, "Action", "Allow", False),
        (2, "Resource", "Allow", False),
        (3, "Condition", "Allow", False),
        (4, "Deny", "Deny", False),
        (5, "Open", "Allow", None),
    ]
    misses = [trace.miss for trace in traces]
    assert [(miss.element, miss.wanted, miss.actual) for miss in misses[:3] if miss] == [
        ("principal", (USER,), ("role Canvas",)),
        ("action", ("kms:Encrypt",), ("kms:Decrypt",)),
        ("resource", ("arn:aws:kms:r:1:key/x",), (KEY,)),
    ]
    assert [(miss.operator, miss.key, miss.wanted, miss.actual) for miss in traces[3].misses] == [
        ("StringEquals", "kms:ViaService", ("s3.eu-west-1.amazonaws.com",), None),
        ("Bool", "aws:SecureTransport", ("true",), None),
    ]
    assert traces[5].misses == ()
    assert traces[5].unknown_keys == {"aws:SourceIp"}
    assert traces[3].unknown_keys == frozenset()
    assert traces[0].document == KEY_NAME


def test_a_matching_statement_has_no_miss() -> None:
    (trace,) = key(allow("kms:*", to=ROLE)).layer(Layer.RESOURCE_POLICY).statements
    assert (trace.matched, trace.miss, trace.misses) == (True, None, ())
    assert list(key(allow("kms:*", to=ROLE)).layer(Layer.RESOURCE_POLICY).misses) == []


def test_negated_elements_say_so() -> None:
    statement = {"Effect": "Deny", "NotAction": "s3:GetObject", "NotResource": OBJECT}
    answer = get(identity=[doc(statement), doc({"Effect": "Deny", "Action": "*", "NotResource": OBJECT})])
    first, second = answer.layer(Layer.IDENTITY_POLICY).statements
    assert first.miss is not None
    assert second.miss is not None
    assert (first.miss.element, first.miss.negated, second.miss.element, second.miss.negated) == (
        "action",
        True,
        "resource",
        True,
    )


def test_a_session_that_may_be_named_leaves_its_statement_open() -> None:
    session = ROLE.replace("iam", "sts").replace("role/service-role/Canvas", "assumed-role/Canvas/x")
    (trace,) = key(allow("kms:*", to=session)).layer(Layer.RESOURCE_POLICY).statements
    assert (trace.matched, trace.unknown_keys) == (None, {"aws:userid"})
    (trace,) = key(allow("kms:*", to=session, when=VIA_S3)).layer(Layer.RESOURCE_POLICY).statements
    assert (trace.matched, trace.unknown_keys) == (False, frozenset())


# --- the nearest miss ---------------------------------------------------------------------------------------------


def test_the_nearest_miss_fails_on_one_element_only() -> None:
    answer = key(
        allow("kms:Encrypt", to=USER, Sid="Two"),
        allow("kms:*", to=USER, Sid="Principal"),
        allow("kms:*", "arn:aws:kms:r:1:key/x", to=ROLE, when=VIA_S3, Sid="AlsoTwo"),
    )
    assert answer.nearest_miss is not None
    assert (answer.nearest_miss.sid, answer.nearest_miss.element) == ("Principal", "principal")


@pytest.mark.parametrize(
    ("statements", "nearest"),
    [
        ([allow("kms:*", to=USER, Sid="P"), allow("kms:Encrypt", to=ROLE, Sid="A")], "A"),
        ([allow("kms:Encrypt", to=ROLE, Sid="A"), allow("kms:*", BUCKET, to=ROLE, Sid="R")], "R"),
        ([allow("kms:*", BUCKET, to=ROLE, Sid="R"), allow("kms:*", to=ROLE, when=VIA_S3, Sid="C")], "C"),
        (
            [
                allow("kms:*", to=ROLE, when={**VIA_S3, "Bool": {"x": "true"}}, Sid="C2"),
                allow("kms:*", to=ROLE, when=VIA_S3, Sid="C1"),
            ],
            "C1",
        ),
        (
            [allow("kms:*", to=ROLE, when=VIA_S3, Sid="First"), allow("kms:*", to=ROLE, when=VIA_S3, Sid="Second")],
            "First",
        ),
        ([deny("kms:*", to=USER), allow("kms:Encrypt", to=USER)], None),
        ([allow("kms:Encrypt", to=ROLE, when=VIA_S3)], None),
        ([{**allow("kms:*", to=ROLE), "Effect": "allow"}], None),
        ([], None),
    ],
)
def test_a_condition_is_nearer_than_a_resource_an_action_a_principal(statements: Any, nearest: str | None) -> None:
    miss = key(*statements).nearest_miss
    assert (miss.sid if miss else None) == nearest


def test_the_nearest_miss_is_in_the_layer_in_the_way() -> None:
    boundary = doc(allow("s3:PutObject", Sid="B"), name="boundary")
    answer = get(identity=[doc(allow("s3:*"), allow("s3:Put*"))], boundary=boundary)
    assert answer.nearest_miss is not None
    assert (answer.nearest_miss.document, answer.nearest_miss.wanted) == ("boundary", ("s3:PutObject",))


def test_a_bucket_statement_for_the_role_may_be_the_nearest_though_iam_is_silent() -> None:
    answer = get(allow("s3:*", to=ROLE, when={"Bool": {"aws:MultiFactorAuthPresent": "true"}}), allow("s3:*", to=USER))
    assert answer.nearest_miss is not None
    assert answer.nearest_miss.key == "aws:MultiFactorAuthPresent"


def test_a_statement_for_somebody_else_is_no_near_miss_where_iam_is_asked() -> None:
    assert get(allow("s3:*", to=USER)).nearest_miss is None


def test_a_constrained_grant_may_be_the_nearest_miss() -> None:
    source = {"KeyId": KEY, "GranteePrincipal": ROLE, "Operations": ["Decrypt"], "GrantId": "g"}
    tight = Grant.from_api({**source, "Constraints": {"EncryptionContextEquals": {"a": "b"}}})
    other = Grant.from_api({**source, "Operations": ["Encrypt"]})
    answer = key(allow("kms:*", to=USER), grants=[other, tight])
    assert answer.nearest_miss is not None
    assert answer.nearest_miss.operator == "EncryptionContextEquals"


def test_an_allowed_or_explicitly_denied_or_open_answer_has_no_nearest_miss() -> None:
    near = allow("kms:*", to=ROLE, when=VIA_S3)
    assert key(near, allow("kms:*", to=ROLE)).nearest_miss is None
    assert key(near, deny("kms:*", to="*")).nearest_miss is None
    assert key(near, unknown=["kms:ViaService"]).nearest_miss is None


def test_what_is_denied_in_any_case_has_a_nearest_miss() -> None:
    open_deny = deny("kms:*", to="*", when={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    answer = key(allow("kms:*", to=ROLE, when=VIA_S3), open_deny, unknown=["aws:SourceIp"])
    assert answer.denied
    assert answer.nearest_miss is not None
    assert answer.nearest_miss.key == "kms:ViaService"


# --- the difference -----------------------------------------------------------------------------------------------


def counterfactual(before: Layers, **changes: Any) -> tuple[Answer, Answer]:
    answer = ask(before)
    return answer, evaluate(answer.request, replace(before, **changes))


def test_an_appended_statement_is_the_difference() -> None:
    root = allow("kms:*", to=ROOT)
    before = Layers(resource=[doc(root, name=KEY_NAME)])
    fixed = [doc(root, allow("kms:Decrypt", to=ROLE, Sid="Fix"), name=KEY_NAME)]
    found = difference(*counterfactual(before, resource=fixed))
    assert (found.gained, found.lost, bool(found)) == (True, False, True)
    assert (found.before, found.after) == (Decision.IMPLICITLY_DENIED, Decision.ALLOWED)
    assert [(change.layer, change.before, change.after) for change in found.layers] == [
        (Layer.RESOURCE_POLICY, Outcome.DELEGATE, Outcome.ALLOW)
    ]
    (change,) = found.statements
    assert (change.layer, change.document, change.index, change.sid, change.effect) == (
        Layer.RESOURCE_POLICY,
        KEY_NAME,
        1,
        "Fix",
        "Allow",
    )
    assert (change.before, change.after) == ("absent", True)


def test_a_removed_statement_may_lose_access() -> None:
    before = Layers(resource=[doc(allow("kms:*", to=ROLE), name=KEY_NAME)])
    found = difference(*counterfactual(before, resource=[doc(name=KEY_NAME)]))
    assert (found.gained, found.lost) == (False, True)
    assert [(change.before, change.after, change.effect) for change in found.statements] == [(True, "absent", "Allow")]


def test_a_statement_that_matches_now_is_a_difference() -> None:
    before = Layers(resource=[doc(allow("kms:Encrypt", to=ROLE), name=KEY_NAME)])
    found = difference(*counterfactual(before, resource=[doc(allow("kms:*", to=ROLE), name=KEY_NAME)]))
    assert [(change.before, change.after) for change in found.statements] == [(False, True)]


def test_no_difference_is_falsy() -> None:
    before = Layers(resource=[doc(allow("kms:*", to=ROLE), name=KEY_NAME)])
    answer, again = counterfactual(before, identity=())
    found = difference(answer, again)
    assert not found
    assert (found.gained, found.lost, found.layers, found.statements) == (False, False, (), ())


def test_a_difference_in_one_layer_only_is_a_difference() -> None:
    before = Layers(resource=[doc(allow("kms:*", to=ROLE), name=KEY_NAME)])
    found = difference(*counterfactual(before, boundary=doc(allow("kms:*"))))
    assert found
    assert [change.layer for change in found.layers] == [Layer.PERMISSIONS_BOUNDARY]


def test_unchanged_documents_are_not_parsed_again() -> None:
    shared = doc(allow("kms:*", to=ROLE), name=KEY_NAME)
    answer, again = counterfactual(Layers(resource=[shared], identity=[INLINE]), identity=[])
    assert answer.layer(Layer.RESOURCE_POLICY).statements[0][0] is again.layer(Layer.RESOURCE_POLICY).statements[0][0]


def test_the_same_question_by_another_principal_shares_the_documents() -> None:
    layers = Layers(resource=[doc(allow("kms:*", to=ROLE), name=KEY_NAME)])
    assert (ask(layers, principal=role).decision, ask(layers, principal=user).decision) == (
        Decision.ALLOWED,
        Decision.IMPLICITLY_DENIED,
    )


def test_a_change_in_what_could_be_read_is_a_difference_without_statements() -> None:
    before = Layers(resource=[doc(allow("kms:*", to=ROLE), name=KEY_NAME)])
    found = difference(*counterfactual(before, scps=Unread("SCPs")))
    assert found
    assert (len(found.layers), found.statements) == (1, ())


def test_another_statement_that_changes_no_layer_is_a_difference() -> None:
    statement = allow("kms:*", to=ROLE)
    before = Layers(resource=[doc(statement, name=KEY_NAME)])
    found = difference(*counterfactual(before, resource=[doc(statement, deny("s3:*", to="*"), name=KEY_NAME)]))
    assert found
    assert found.layers == ()
    assert [(change.before, change.after, change.effect) for change in found.statements] == [("absent", False, "Deny")]


def test_a_change_of_the_decision_alone_is_a_difference() -> None:
    layers = Layers(identity=[doc(allow("s3:*"))])
    own = ask(layers, action="s3:GetObject", resource=OBJECT)
    other = ask(layers, action="s3:GetObject", resource=OBJECT, owner="444455556666")
    found = difference(own, other)
    assert (bool(found), found.lost, found.layers, found.statements) == (True, True, (), ())


def test_an_open_allow_says_what_it_hangs_on() -> None:
    both = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "StringEquals": {"aws:SourceVpc": "${aws:SourceVpce}"}}
    statement = allow("s3:*", ["arn:aws:s3:::${aws:userid}/*", "arn:aws:s3:::${aws:UserAgent}/*"], when=both)
    unknown = ["aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce", "aws:userid", "aws:UserAgent"]
    answer = get(identity=[doc(statement, name="P")], unknown=unknown)
    assert answer.unknown_keys == {"aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce", "aws:userid", "aws:UserAgent"}
    assert answer.decided_by[0].why == (
        "whether statement 0 of the P allows it depends on aws:SourceIp, aws:SourceVpc, aws:SourceVpce and 2 more"
    )


def test_what_could_not_be_read_is_the_document_that_decides() -> None:
    (by,) = ask(Layers(resource=Unread("key policy of K"), identity=[INLINE])).decided_by
    assert (by.document, by.statement, by.sid, by.why) == (
        "key policy of K",
        None,
        None,
        "could not be read: key policy of K",
    )


def test_a_key_that_is_written_in_two_ways_is_named_once() -> None:
    twice = {"StringEquals": {"aws:SourceVpce": "${AWS:SOURCEVPCE}"}}
    answer = get(identity=[doc(allow("s3:*", when=twice))], unknown=["aws:sourcevpce"])
    assert {key.lower() for key in answer.unknown_keys} == {"aws:sourcevpce"}
    assert len(answer.unknown_keys) == 1


def test_several_failing_conditions_are_listed() -> None:
    three = {**VIA_S3, "Bool": {"aws:SecureTransport": "true"}, "Null": {"aws:userid": "false"}}
    assert key(allow("kms:*", to=ROLE, when=three)).explanation == (
        "The key policy of 1234abcd does not let role Canvas use kms:Decrypt: statement 0 allows it only if "
        'StringEquals kms:ViaService "s3.eu-west-1.amazonaws.com" holds (the request has none), '
        'Bool aws:SecureTransport "true" holds (the request has none), and '
        'Null aws:userid "false" holds (the request has none).'
    )
    or_values = {"StringEquals": {"kms:ViaService": ["a", "b", "c"], "aws:SourceVpc": ["a", "b"]}}
    words = key(allow("kms:*", to=ROLE, when=or_values)).explanation
    assert 'kms:ViaService "a", "b", or "c" holds' in words
    assert 'aws:SourceVpc "a" or "b" holds' in words


def test_a_value_that_is_wanted_may_be_none_at_all() -> None:
    assert (
        'StringEquals kms:ViaService "" holds'
        in key(allow("kms:*", to=ROLE, when={"StringEquals": {"kms:ViaService": []}})).explanation
    )


def test_a_caller_that_is_neither_role_nor_user_is_a_caller() -> None:
    service = Principal.service("logs.amazonaws.com")
    assert key(allow("kms:*", to=USER), principal=service).explanation == (
        "The key policy of 1234abcd does not let service logs.amazonaws.com use kms:Decrypt: "
        "no statement names the caller or its account."
    )


def test_several_reasons_for_doubt_are_listed() -> None:
    home = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    open_deny = deny("s3:*", to="*", when=home)
    answer = get(open_deny, identity=[doc(allow("s3:*", when=home), name="P")], unknown=["aws:SourceIp"])
    assert answer.explanation == (
        f"It is not known whether role Canvas may use s3:GetObject on {OBJECT}: "
        "whether statement 0 of the bucket policy "
        "of data denies it depends on aws:SourceIp, and whether statement 0 of the P allows it depends on aws:SourceIp."
    )
    answer = get(open_deny, open_deny, boundary=doc(allow("kms:*"), name="B"), unknown=["aws:SourceIp"])
    assert answer.explanation == (
        f"It is denied in any case, since no identity policy of role Canvas allows s3:GetObject on {OBJECT}, and "
        f"the permissions boundary of role Canvas (B) does not allow s3:GetObject on {OBJECT}; "
        "whether statement 0 of the bucket policy of data denies it depends on aws:SourceIp, and "
        "whether statement 1 of the bucket policy of data denies it depends on aws:SourceIp."
    )


def test_an_owner_that_is_not_known_is_the_whole_reason() -> None:
    layers = Layers(identity=[doc(allow("s3:*"))])
    answer = ask(layers, principal=anonymous_role, action="s3:GetObject", resource=OBJECT, owner=None)
    assert answer.explanation == (
        f"It is not known whether role Canvas may use s3:GetObject on {OBJECT}: "
        "the account that owns the resource is not known."
    )


def test_a_statement_that_may_allow_is_told_beside_the_reasons() -> None:
    near = allow("kms:*", to=ROLE, when={"StringEquals": {"aws:SourceIp": "x"}})
    answer = key(near, allow("kms:*", to=ROLE), scps=[[doc(allow("s3:*"))]], unknown=["aws:SourceIp"])
    assert answer.explanation == f"No service control policy allows kms:Decrypt on {KEY}."


def test_a_key_that_is_not_known_has_no_actual_value() -> None:
    both = {"StringEquals": {"aws:SourceIp": "x", "kms:ViaService": "y"}}
    (trace,) = key(allow("kms:*", to=ROLE, when=both), unknown=["aws:SourceIp"]).layer(Layer.RESOURCE_POLICY).statements
    assert [(miss.key, miss.actual) for miss in trace.misses] == [("kms:ViaService", None)]


def test_a_statement_that_can_never_match_says_so_in_its_miss() -> None:
    (trace,) = key({**allow("kms:*", to=ROLE), "Effect": "Perhaps"}).layer(Layer.RESOURCE_POLICY).statements
    assert trace.miss is not None
    assert (trace.miss.element, trace.miss.wanted, trace.miss.actual) == (
        "statement",
        ("Effect is 'Perhaps', neither Allow nor Deny",),
        ("",),
    )
    (nobody,) = key({**allow("kms:*"), "Principal": None}).layer(Layer.RESOURCE_POLICY).statements
    assert nobody.miss is not None
    assert (nobody.miss.element, nobody.miss.wanted) == ("principal", ())
