"""KMS's own rules: the key policy consents directly or delegates, grants allow, other accounts need both sides."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from canvas_kms_tui.policy import Answer, Decision, Grant, Layer, Layers, Outcome, Principal, Unread
from tests.policy.build import (
    ACCOUNT,
    BUCKET,
    DELEGATION,
    FOREIGN_ROLE,
    FOREIGN_ROOT,
    KEY,
    OTHER,
    ROLE,
    ROOT,
    SESSION,
    USER,
    allow,
    anonymous_role,
    ask,
    decision,
    deny,
    doc,
    foreign,
    key_policy,
    role,
    root,
    user,
)

IAM = [doc(allow("kms:*"), name="identity policy")]
SILENT = [doc(name="silent policy")]
S3_ONLY = doc(allow("s3:*"), name="boundary")


def ask_key(*statements: Any, policy: Any = None, **more: Any) -> Answer:
    """A question to a key with these statements in its policy, or with these documents."""
    parts = {name: more.pop(name) for name in [field.name for field in fields(Layers)] if name in more}
    return ask(Layers(resource=policy or key_policy(*statements), **parts), **more)


def outcome(answer: Any, layer: Layer = Layer.RESOURCE_POLICY) -> Outcome:
    return answer.layer(layer).outcome


# --- direct and delegated -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", [ROLE, f"arn:aws:iam::{ACCOUNT}:role/Canvas", SESSION, "*", {"AWS": "*"}])
def test_a_key_policy_that_names_the_caller_suffices_alone(to: Any) -> None:
    answer = ask_key(allow("kms:Decrypt", to=to))
    assert answer.decision is Decision.ALLOWED
    assert outcome(answer) is Outcome.ALLOW


@pytest.mark.parametrize("to", [ROOT, ACCOUNT])
def test_the_account_gives_nobody_use_it_delegates(to: str) -> None:
    alone = ask_key(allow("kms:*", to=to))
    assert (alone.decision, outcome(alone)) == (Decision.IMPLICITLY_DENIED, Outcome.DELEGATE)
    assert alone.layer(Layer.IDENTITY_POLICY).blocks
    assert not alone.layer(Layer.RESOURCE_POLICY).blocks
    assert ask_key(allow("kms:*", to=to), identity=IAM).decision is Decision.ALLOWED


def test_an_identity_allow_without_delegation_has_no_effect() -> None:
    answer = ask_key(allow("kms:*", to=USER), identity=IAM)
    assert (answer.decision, outcome(answer)) == (Decision.IMPLICITLY_DENIED, Outcome.IMPLICIT_DENY)
    assert answer.layer(Layer.RESOURCE_POLICY).blocks
    assert not answer.layer(Layer.IDENTITY_POLICY).blocks


def test_delegation_is_only_of_the_statements_actions() -> None:
    assert ask_key(allow("kms:Describe*", to=ROOT), identity=IAM).decision is Decision.IMPLICITLY_DENIED
    assert ask_key(allow("kms:Decrypt", to=ROOT), identity=IAM).decision is Decision.ALLOWED


def test_delegation_is_only_under_the_statements_conditions() -> None:
    through_s3 = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
    statement = allow("kms:*", to=ROOT, when=through_s3)
    assert ask_key(statement, identity=IAM).decision is Decision.IMPLICITLY_DENIED
    context = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
    assert ask_key(statement, identity=IAM, context=context).decision is Decision.ALLOWED


def test_a_key_without_any_policy_lets_nobody_in() -> None:
    assert decision(identity=IAM) == "implicitly_denied"


def test_an_identity_deny_counts_without_delegation() -> None:
    answer = ask_key(allow("kms:*", to=ROLE), identity=[doc(deny("kms:Decrypt"))])
    assert answer.decision is Decision.EXPLICITLY_DENIED


def test_the_root_user_needs_the_key_policy_too() -> None:
    assert ask_key(allow("kms:*", to=USER), principal=root).decision is Decision.IMPLICITLY_DENIED
    assert ask_key(DELEGATION, principal=root).decision is Decision.ALLOWED


def test_a_second_policy_of_a_shared_key_may_allow_and_may_deny() -> None:
    default = doc(DELEGATION, name="default")
    shared = doc(allow("kms:Decrypt", to=ROLE), name="AWS_RAM")
    assert ask_key(policy=[default, shared]).decision is Decision.ALLOWED
    assert ask_key(policy=[shared, doc(deny("kms:*", to="*"))]).decision is Decision.EXPLICITLY_DENIED


def test_a_statement_for_another_key_does_not_count() -> None:
    other = KEY.replace("1234abcd", "ffffffff")
    assert ask_key(allow("kms:*", other, to=ROLE)).decision is Decision.IMPLICITLY_DENIED
    assert ask_key(allow("kms:*", KEY, to=ROLE)).decision is Decision.ALLOWED


@pytest.mark.parametrize("action", ["kms:ListKeys", "KMS:createkey", "kms:GenerateRandom", "kms:ListAliases"])
def test_operations_without_a_key_are_decided_by_iam_alone(action: str) -> None:
    answer = ask(action=action, resource="*", owner=None, identity=IAM)
    assert answer.decision is Decision.ALLOWED
    assert not answer.is_key


def test_an_alias_is_decided_by_iam_alone() -> None:
    alias = f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/a"
    assert decision(action="kms:CreateAlias", resource=alias, identity=IAM) == "allowed"


def test_kms_answers_no_anonymous_requests() -> None:
    answer = ask_key(allow("kms:*", to="*"), principal=Principal.anonymous())
    assert answer.decision is Decision.IMPLICITLY_DENIED
    assert answer.explanation == "AWS KMS answers no anonymous requests."


def test_a_service_needs_to_be_named() -> None:
    service = Principal.service("delivery.logs.amazonaws.com")
    named = {"Service": "delivery.logs.amazonaws.com"}
    assert ask_key(allow("kms:*", to=named), principal=service).decision is Decision.ALLOWED
    assert (
        ask_key(allow("kms:*", to={"Service": "s3.amazonaws.com"}), principal=service).decision
        is Decision.IMPLICITLY_DENIED
    )


# --- boundaries and sessions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["boundary", "session"])
@pytest.mark.parametrize(
    ("to", "principal", "expected"),
    [
        (ROLE, role, "implicitly_denied"),
        ("*", role, "unknown"),
        (SESSION, role, "allowed"),
        (ROOT, role, "implicitly_denied"),
        (USER, user, "allowed"),
        ("*", user, "allowed"),
        (ROOT, user, "implicitly_denied"),
    ],
)
def test_silence_of_boundary_or_session_limits_all_but_sessions_and_users(
    part: str, to: str, principal: Principal, expected: str
) -> None:
    limit = S3_ONLY if part == "boundary" else [S3_ONLY]
    answer = ask_key(allow("kms:*", to=to), identity=IAM, principal=principal, **{part: limit})
    assert answer.decision == expected
    layer = answer.layer(Layer.PERMISSIONS_BOUNDARY if part == "boundary" else Layer.SESSION_POLICY)
    assert layer.outcome is Outcome.IMPLICIT_DENY
    assert layer.blocks is (expected != "allowed")


def test_an_explicit_deny_in_the_boundary_limits_a_session_too() -> None:
    assert ask_key(allow("kms:*", to=SESSION), boundary=doc(deny("kms:*"))).decision is Decision.EXPLICITLY_DENIED


def test_a_session_whose_name_is_not_known_may_be_the_one_that_is_named() -> None:
    answer = ask_key(allow("kms:*", to=SESSION), principal=anonymous_role)
    assert (answer.decision, answer.unknown_keys) == (Decision.UNKNOWN, {"aws:userid"})
    assert not answer.denied


def test_naming_the_role_settles_it_whatever_the_session_is_called() -> None:
    assert ask_key(allow("kms:*", to=[SESSION, ROLE]), principal=anonymous_role).decision is Decision.ALLOWED


def test_a_boundary_limits_the_role_but_perhaps_not_the_session() -> None:
    answer = ask_key(allow("kms:*", to=[SESSION, ROLE]), principal=anonymous_role, boundary=S3_ONLY)
    assert (answer.decision, answer.unknown_keys) == (Decision.UNKNOWN, {"aws:userid"})


# --- grants -------------------------------------------------------------------------------------------------------

NOBODY = allow("kms:*", to=USER)


def grant(**more: Any) -> list[Grant]:
    source = {"GrantId": "g1", "KeyId": KEY, "GranteePrincipal": ROLE, "Operations": ["Decrypt"], **more}
    return [Grant.from_api(source)]


def with_grant(context: dict[str, Any] | None = None, **more: Any) -> str:
    asked = {
        name: more.pop(name)
        for name in ("principal", "action", "unknown", "boundary", "session", "identity", "owner")
        if name in more
    }
    return str(ask_key(NOBODY, grants=grant(**more), context=context or {}, **asked).decision)


@pytest.mark.parametrize("grantee", [ROLE, f"arn:aws:iam::{ACCOUNT}:role/Canvas", SESSION])
def test_a_grant_allows_its_grantee_the_listed_operations(grantee: str) -> None:
    assert with_grant(GranteePrincipal=grantee) == "allowed"
    assert with_grant(GranteePrincipal=grantee, action="kms:Encrypt") == "implicitly_denied"


@pytest.mark.parametrize(
    "change", [{"GranteePrincipal": USER}, {"KeyId": KEY[:-1] + "c"}, {"Operations": []}, {"Operations": None}]
)
def test_a_grant_for_somebody_or_something_else_does_nothing(change: dict[str, Any]) -> None:
    assert with_grant(**change) == "implicitly_denied"


def test_a_grant_may_name_the_bare_key_id() -> None:
    assert with_grant(KeyId=KEY.rsplit("/", 1)[1]) == "allowed"


def test_a_grant_to_a_service_is_not_the_roles() -> None:
    assert with_grant(GranteePrincipal=None, GranteeServicePrincipal="sagemaker.amazonaws.com") == "implicitly_denied"
    service = Principal.service("sagemaker.amazonaws.com")
    more = {"GranteePrincipal": None, "GranteeServicePrincipal": "sagemaker.amazonaws.com"}
    assert with_grant(principal=service, **more) == "allowed"


def test_a_grant_to_the_account_needs_an_identity_policy() -> None:
    assert with_grant(GranteePrincipal=ROOT) == "implicitly_denied"
    assert with_grant(GranteePrincipal=ROOT, identity=IAM) == "allowed"


TEAM = "kms:EncryptionContext:Team"


@pytest.mark.parametrize(
    ("kind", "context", "expected"),
    [
        ("EncryptionContextEquals", {TEAM: "a"}, "allowed"),
        ("EncryptionContextEquals", {TEAM: "A"}, "implicitly_denied"),
        ("EncryptionContextEquals", {"kms:EncryptionContext:team": "a"}, "implicitly_denied"),
        ("EncryptionContextEquals", {TEAM: "a", "kms:EncryptionContext:Job": "b"}, "implicitly_denied"),
        ("EncryptionContextEquals", {}, "implicitly_denied"),
        ("EncryptionContextSubset", {TEAM: "a", "kms:EncryptionContext:Job": "b"}, "allowed"),
        ("EncryptionContextSubset", {TEAM: "a"}, "allowed"),
        ("EncryptionContextSubset", {TEAM: "b"}, "implicitly_denied"),
        ("EncryptionContextSubset", {"kms:EncryptionContext:Job": "b"}, "implicitly_denied"),
    ],
)
def test_encryption_context_constraints_are_exact_and_case_sensitive(
    kind: str, context: dict[str, str], expected: str
) -> None:
    assert with_grant(context, Constraints={kind: {"Team": "a"}}) == expected


@pytest.mark.parametrize("kind", ["EncryptionContextEquals", "EncryptionContextSubset"])
@pytest.mark.parametrize("operation", ["DescribeKey", "RetireGrant"])
def test_encryption_context_does_not_concern_management_operations(kind: str, operation: str) -> None:
    more = {"Operations": [operation], "Constraints": {kind: {"Team": "a"}}}
    assert with_grant(action=f"kms:{operation}", **more) == "allowed"


def test_whether_a_constrained_grant_lets_make_grants_depends_on_the_new_grant() -> None:
    more = {"Operations": ["CreateGrant"], "Constraints": {"EncryptionContextSubset": {"Team": "a"}}}
    assert with_grant(action="kms:CreateGrant", **more) == "unknown"


@pytest.mark.parametrize(
    ("unknown", "kind", "context", "expected"),
    [
        ([TEAM], "EncryptionContextEquals", {}, "unknown"),
        ([TEAM], "EncryptionContextSubset", {}, "unknown"),
        (["kms:EncryptionContext:*"], "EncryptionContextSubset", {TEAM: "a"}, "allowed"),
        (["kms:EncryptionContext:*"], "EncryptionContextEquals", {TEAM: "a"}, "unknown"),
        (["kms:EncryptionContext:*"], "EncryptionContextEquals", {TEAM: "b"}, "implicitly_denied"),
        (["kms:*"], "EncryptionContextEquals", {TEAM: "a"}, "unknown"),
        (["kms:EncryptionContext:Job"], "EncryptionContextEquals", {TEAM: "a"}, "unknown"),
        (["kms:EncryptionContext:Job"], "EncryptionContextSubset", {TEAM: "a"}, "allowed"),
        (["aws:SourceIp"], "EncryptionContextEquals", {TEAM: "a"}, "allowed"),
        (["aws:*"], "EncryptionContextEquals", {TEAM: "a"}, "allowed"),
    ],
)
def test_encryption_context_that_is_not_known(
    unknown: list[str], kind: str, context: dict[str, str], expected: str
) -> None:
    assert with_grant(context, unknown=unknown, Constraints={kind: {"Team": "a"}}) == expected


def test_the_missing_pair_of_a_grant_is_named() -> None:
    answer = ask_key(NOBODY, grants=grant(Constraints={"EncryptionContextEquals": {"Team": "a"}}), unknown=[TEAM])
    assert answer.unknown_keys == {TEAM}
    answer = ask_key(
        NOBODY,
        grants=grant(Constraints={"EncryptionContextEquals": {"Team": "a"}}),
        unknown=["kms:EncryptionContext:*"],
        context={TEAM: "a"},
    )
    assert answer.unknown_keys == {"kms:EncryptionContext:*"}


@pytest.mark.parametrize(
    ("context", "unknown", "expected"),
    [
        ({}, [], "implicitly_denied"),
        ({"aws:SourceArn": BUCKET}, [], "allowed"),
        ({"aws:SourceArn": "arn:aws:s3:::other"}, [], "implicitly_denied"),
        ({}, ["aws:SourceArn"], "unknown"),
    ],
)
def test_a_source_arn_constraint_is_like_a_condition_on_the_key(
    context: dict[str, str], unknown: list[str], expected: str
) -> None:
    assert with_grant(context, unknown=unknown, Constraints={"SourceArn": BUCKET}) == expected


def test_a_source_arn_constraint_does_not_concern_retiring() -> None:
    assert (
        with_grant(action="kms:RetireGrant", Operations=["RetireGrant"], Constraints={"SourceArn": BUCKET}) == "allowed"
    )


def test_a_constraint_of_a_new_kind_is_unknown() -> None:
    assert with_grant(Constraints={"MoonPhase": "full"}) == "unknown"
    assert with_grant(Constraints={"MoonPhase": ""}) == "allowed"


@pytest.mark.parametrize("constraints", [None, {}, {"EncryptionContextEquals": {}}, {"EncryptionContextEquals": None}])
def test_an_empty_constraint_is_none(constraints: Any) -> None:
    assert with_grant(Constraints=constraints) == "allowed"


@pytest.mark.parametrize("part", ["boundary", "session"])
def test_whether_a_boundary_limits_a_grant_is_not_documented(part: str) -> None:
    answer = ask_key(NOBODY, grants=grant(), **{part: S3_ONLY if part == "boundary" else [S3_ONLY]})
    assert answer.decision is Decision.UNKNOWN
    assert "AWS does not document whether a boundary or session policy limits a grant" in answer.explanation
    assert with_grant(boundary=doc(allow("kms:*"))) == "allowed"


def test_explicit_denies_beat_grants() -> None:
    assert ask_key(deny("kms:*", to="*"), grants=grant()).decision is Decision.EXPLICITLY_DENIED
    assert with_grant(identity=[doc(deny("kms:*"))]) == "explicitly_denied"


def test_a_guardrails_silence_limits_a_grant() -> None:
    assert ask_key(NOBODY, grants=grant(), scps=[[doc(allow("s3:*"))]]).decision is Decision.IMPLICITLY_DENIED


def test_grants_that_cannot_be_read_leave_it_open() -> None:
    answer = ask_key(NOBODY, grants=Unread("grants of K"))
    assert (answer.decision, answer.denied) == (Decision.UNKNOWN, False)
    assert [item.layer_note for item in answer.unread] == ["grants of K"]
    assert ask_key(allow("kms:*", to=ROLE), grants=Unread("grants of K")).decision is Decision.ALLOWED


def test_a_grant_is_named_in_the_answer() -> None:
    answer = ask_key(NOBODY, grants=grant(Name="canvas"))
    assert [(by.layer, by.document, by.sid) for by in answer.decided_by] == [("grant", "grant canvas", "canvas")]
    (trace,) = ask_key(NOBODY, grants=grant(Operations=["Encrypt"])).layer(Layer.GRANT).statements
    assert (trace.document, trace.matched, trace.miss.element, trace.miss.wanted) == (
        "grant g1",
        False,
        "action",
        ("kms:Encrypt",),
    )


def test_a_failing_constraint_is_shown_like_a_condition() -> None:
    constraints = {"EncryptionContextEquals": {"Team": "a"}, "SourceArn": BUCKET}
    answer = ask_key(NOBODY, grants=grant(Constraints=constraints), context={TEAM: "b"})
    (trace,) = answer.layer(Layer.GRANT).statements
    assert [(miss.operator, miss.key, miss.wanted, miss.actual) for miss in trace.misses] == [
        ("EncryptionContextEquals", "kms:EncryptionContext", ("Team=a",), ("Team=b",)),
        ("SourceArn", "aws:SourceArn", (BUCKET,), None),
    ]
    assert answer.nearest_miss == trace.miss


@pytest.mark.parametrize(
    "source", [{}, {"KeyId": 5, "Operations": "Decrypt", "Constraints": [], "GranteePrincipal": []}]
)
def test_a_grant_in_an_odd_shape_matches_nothing(source: dict[str, Any]) -> None:
    assert ask_key(NOBODY, grants=[Grant.from_api(source)]).decision is Decision.IMPLICITLY_DENIED


# --- other accounts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", [FOREIGN_ROOT, OTHER, FOREIGN_ROLE, "*"])
def test_another_accounts_caller_needs_both_sides(to: str) -> None:
    statement = allow("kms:*", to=to)
    assert ask_key(DELEGATION, statement, principal=foreign, identity=IAM).decision is Decision.ALLOWED
    silent = ask_key(DELEGATION, statement, principal=foreign, identity=SILENT)
    assert silent.decision is Decision.IMPLICITLY_DENIED
    assert silent.layer(Layer.IDENTITY_POLICY).blocks
    assert not silent.layer(Layer.RESOURCE_POLICY).blocks


def test_the_keys_own_account_is_not_another_account() -> None:
    answer = ask_key(DELEGATION, principal=foreign, identity=IAM)
    assert answer.decision is Decision.IMPLICITLY_DENIED
    assert answer.layer(Layer.RESOURCE_POLICY).blocks
    assert not answer.layer(Layer.IDENTITY_POLICY).blocks


def test_across_accounts_even_a_named_session_is_limited_by_its_boundary() -> None:
    session = f"arn:aws:sts::{OTHER}:assumed-role/Canvas/s"
    answer = ask_key(allow("kms:*", to=session), principal=foreign, identity=IAM, boundary=S3_ONLY)
    assert answer.decision is Decision.IMPLICITLY_DENIED
    assert answer.layer(Layer.PERMISSIONS_BOUNDARY).blocks


@pytest.mark.parametrize("action", ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:GetKeyPolicy"])
def test_some_operations_have_no_effect_across_accounts(action: str) -> None:
    answer = ask_key(allow("kms:*", to="*"), principal=foreign, identity=IAM, action=action)
    assert answer.decision is Decision.IMPLICITLY_DENIED
    assert answer.explanation == f"K{action[1:]} works only for principals of the key's own account."
    assert ask_key(allow("kms:*", to="*"), principal=role, action=action).decision is Decision.ALLOWED


def test_the_owner_is_read_from_the_keys_arn() -> None:
    assert (
        ask_key(allow("kms:*", to=FOREIGN_ROOT), principal=foreign, identity=IAM, owner=None).decision
        is Decision.ALLOWED
    )


@pytest.mark.parametrize(
    ("issuer", "identity", "expected"),
    [(OTHER, SILENT, "allowed"), (ACCOUNT, SILENT, "unknown"), (ACCOUNT, IAM, "allowed"), (None, SILENT, "allowed")],
)
def test_a_grant_across_accounts_is_trusted_when_the_caller_s_account_consents(
    issuer: str | None, identity: Any, expected: str
) -> None:
    more = {"IssuingAccount": f"arn:aws:iam::{issuer}:root"} if issuer else {}
    assert with_grant(principal=foreign, identity=identity, GranteePrincipal=FOREIGN_ROLE, **more) == expected


def test_an_undocumented_grant_across_accounts_says_so() -> None:
    answer = ask_key(
        NOBODY,
        principal=foreign,
        grants=grant(GranteePrincipal=FOREIGN_ROLE, IssuingAccount=ROOT),
    )
    assert "does not document whether a grant to another account's principal suffices alone" in answer.explanation


def test_an_unreadable_key_policy_leaves_it_open_unless_something_else_decides() -> None:
    unread = Unread("key policy of K: not readable")
    answer = ask_key(policy=[unread], identity=IAM)
    assert (answer.decision, outcome(answer)) == (Decision.UNKNOWN, Outcome.UNREAD)
    assert unread.layer_note in answer.explanation
    assert ask_key(policy=[unread], identity=[doc(deny("kms:*"))]).decision is Decision.EXPLICITLY_DENIED
    assert ask_key(policy=[unread], identity=SILENT, principal=foreign).decision is Decision.IMPLICITLY_DENIED
    assert ask_key(policy=[unread], identity=IAM, scps=[[doc(allow("s3:*"))]]).decision is Decision.IMPLICITLY_DENIED


def test_every_key_that_a_grant_hangs_on_is_named() -> None:
    constraints = {"EncryptionContextEquals": {"Team": "a"}, "SourceArn": BUCKET}
    unknown = [TEAM, "aws:SourceArn"]
    answer = ask_key(NOBODY, grants=grant(Constraints=constraints), unknown=unknown)
    assert answer.unknown_keys == {TEAM, "aws:SourceArn"}
    answer = ask_key(NOBODY, grants=grant(Constraints=constraints), unknown=unknown, context={"aws:SourceArn": BUCKET})
    assert answer.unknown_keys == {TEAM, "aws:SourceArn"}
    known = ask_key(NOBODY, grants=grant(Constraints=constraints), unknown=[TEAM], context={"aws:SourceArn": BUCKET})
    assert known.unknown_keys == {TEAM}


def test_a_constraint_that_does_not_apply_leaves_nothing_open() -> None:
    constraints = {"EncryptionContextEquals": {"Team": "a"}, "SourceArn": BUCKET}
    more = {"Operations": ["DescribeKey"], "Constraints": constraints}
    answer = ask_key(NOBODY, grants=grant(**more), unknown=[TEAM, "aws:SourceArn"], action="kms:DescribeKey")
    assert answer.unknown_keys == {"aws:SourceArn"}


def test_a_grants_issuer_may_be_a_bare_account_id() -> None:
    assert Grant.from_api({"IssuingAccount": OTHER}).issuer == OTHER
    assert Grant.from_api({"IssuingAccount": FOREIGN_ROOT}).issuer == OTHER
    assert Grant.from_api({}).issuer is None
    assert (Grant.from_api({}).index, Grant.from_api({}, 3).index) == (0, 3)
    assert Grant.from_api({}, 3).document == "grant 3"


def test_only_the_constraints_that_fail_are_shown() -> None:
    constraints = {"EncryptionContextEquals": {"Team": "a"}, "SourceArn": BUCKET}
    more = {"Operations": ["DescribeKey"], "Constraints": constraints}
    context = {"aws:SourceArn": "arn:aws:s3:::other", "aws:SourceIp": "10.0.0.1"}
    answer = ask_key(NOBODY, grants=grant(**more), action="kms:DescribeKey", context=context)
    (trace,) = answer.layer(Layer.GRANT).statements
    assert [(miss.operator, miss.actual) for miss in trace.misses] == [("SourceArn", ("arn:aws:s3:::other",))]


def test_a_pair_of_the_encryption_context_may_be_a_list_of_one() -> None:
    assert with_grant({TEAM: ["a"]}, Constraints={"EncryptionContextEquals": {"Team": "a"}}) == "allowed"
    assert with_grant({TEAM: []}, Constraints={"EncryptionContextEquals": {"Team": "a"}}) == "implicitly_denied"


def test_a_refusal_is_decided_by_the_key_itself() -> None:
    (by,) = ask_key(allow("kms:*", to="*"), principal=Principal.anonymous()).decided_by
    assert (by.layer, by.document, by.statement, by.why) == (
        "resource_policy",
        KEY,
        None,
        "AWS KMS answers no anonymous requests",
    )
