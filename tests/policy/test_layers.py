"""How the layers combine: order, guardrails, limits, other accounts, what could not be read."""

from __future__ import annotations

from typing import Any

import pytest

from canvas_kms_tui.policy import Decision, Layer, Layers, Outcome, Principal, Unread
from tests.policy.build import (
    ACCOUNT,
    BUCKET,
    FOREIGN_ROLE,
    FOREIGN_ROOT,
    KEY,
    OBJECT,
    OTHER,
    ROLE,
    ROOT,
    SESSION,
    USER,
    allow,
    anonymous_role,
    ask,
    deny,
    doc,
    foreign,
    role,
    root,
    user,
)

S3 = [doc(allow("s3:*"), name="identity policy")]
EVERYTHING = doc(allow(), name="FullAWSAccess")
KMS_ONLY = doc(allow("kms:*"), name="only KMS")
DENY = doc(deny("s3:GetObject", Sid="No"), name="denying policy")
SILENT: list[Any] = []
FROM_HOME = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}


def get(
    principal: Principal = role, *, owner: str | None = ACCOUNT, unknown: Any = (), context: Any = None, **parts: Any
) -> Any:
    return ask(
        Layers(**parts),
        principal=principal,
        action="s3:GetObject",
        resource=OBJECT,
        owner=owner,
        unknown=unknown,
        context=context,
    )


def bucket(*statements: Any) -> list[Any]:
    return [doc(*statements, name="bucket policy")]


# --- same account -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identity", "resource", "expected"),
    [
        (S3, None, "allowed"),
        (SILENT, bucket(allow("s3:*", to=ROLE)), "allowed"),
        (SILENT, bucket(allow("s3:*", to=ROOT)), "implicitly_denied"),
        (S3, bucket(allow("s3:*", to=ROOT)), "allowed"),
        (SILENT, bucket(allow("s3:*", to=USER)), "implicitly_denied"),
        (SILENT, None, "implicitly_denied"),
        (S3, bucket(deny("s3:*", to=ROLE)), "explicitly_denied"),
        (S3, bucket(deny("s3:*", to=ROOT)), "explicitly_denied"),
        ([*S3, DENY], bucket(allow("s3:*", to=ROLE)), "explicitly_denied"),
    ],
)
def test_in_one_account_either_side_suffices(identity: Any, resource: Any, expected: str) -> None:
    assert get(identity=identity, resource=resource).decision == expected


def test_the_root_user_needs_no_identity_policy_but_obeys_the_bucket() -> None:
    assert get(root).decision is Decision.ALLOWED
    assert get(root, resource=bucket(deny("s3:*", to="*"))).decision is Decision.EXPLICITLY_DENIED
    assert get(root, boundary=KMS_ONLY, identity=[DENY], session=[KMS_ONLY]).decision is Decision.ALLOWED
    assert get(root, scps=[[DENY, EVERYTHING]]).decision is Decision.EXPLICITLY_DENIED


@pytest.mark.parametrize(
    ("principal", "to", "expected"),
    [
        (role, ROLE, "implicitly_denied"),
        (role, SESSION, "allowed"),
        (role, "*", "unknown"),
        (user, USER, "allowed"),
        (user, "*", "allowed"),
        (anonymous_role, SESSION, "unknown"),
    ],
)
@pytest.mark.parametrize("part", ["boundary", "session"])
def test_silence_of_boundary_or_session_policy_limits_a_role_but_no_session_or_user(
    part: str, principal: Principal, to: str, expected: str
) -> None:
    limit: Any = KMS_ONLY if part == "boundary" else [KMS_ONLY]
    assert get(principal, resource=bucket(allow("s3:*", to=to)), **{part: limit}).decision == expected


def test_a_boundary_grants_nothing() -> None:
    answer = get(boundary=EVERYTHING)
    assert answer.decision is Decision.IMPLICITLY_DENIED
    assert not answer.layer(Layer.PERMISSIONS_BOUNDARY).blocks
    assert answer.layer(Layer.IDENTITY_POLICY).blocks


@pytest.mark.parametrize("part", ["boundary", "session"])
def test_a_boundary_or_session_policy_limits_identity_policies(part: str) -> None:
    limit: Any = KMS_ONLY if part == "boundary" else [KMS_ONLY]
    answer = get(identity=S3, **{part: limit})
    layer = answer.layer(Layer.PERMISSIONS_BOUNDARY if part == "boundary" else Layer.SESSION_POLICY)
    assert (answer.decision, layer.outcome, layer.blocks) == (Decision.IMPLICITLY_DENIED, Outcome.IMPLICIT_DENY, True)
    assert not answer.layer(Layer.IDENTITY_POLICY).blocks
    allowing: Any = EVERYTHING if part == "boundary" else [KMS_ONLY, EVERYTHING]
    assert get(identity=S3, **{part: allowing}).decision is Decision.ALLOWED


def test_each_layer_is_judged_for_itself() -> None:
    answer = get(
        identity=[DENY],
        boundary=doc(deny("s3:*")),
        scps=[[KMS_ONLY]],
        rcps=[[doc(deny("s3:*", to="*"))]],
        resource=bucket(deny("s3:*", to="*")),
        endpoint=[doc(allow("s3:PutObject", to="*"))],
        session=[KMS_ONLY],
    )
    assert {layer.layer: layer.outcome for layer in answer.layers} == {
        Layer.RESOURCE_CONTROL_POLICY: Outcome.EXPLICIT_DENY,
        Layer.SERVICE_CONTROL_POLICY: Outcome.IMPLICIT_DENY,
        Layer.RESOURCE_POLICY: Outcome.EXPLICIT_DENY,
        Layer.GRANT: Outcome.NOT_APPLICABLE,
        Layer.IDENTITY_POLICY: Outcome.EXPLICIT_DENY,
        Layer.PERMISSIONS_BOUNDARY: Outcome.EXPLICIT_DENY,
        Layer.SESSION_POLICY: Outcome.IMPLICIT_DENY,
        Layer.VPC_ENDPOINT_POLICY: Outcome.IMPLICIT_DENY,
    }
    assert [layer.layer for layer in answer.layers if not layer.blocks] == [Layer.GRANT]
    assert [by.layer for by in answer.decided_by] == [
        "resource_control_policy",
        "resource_policy",
        "identity_policy",
        "permissions_boundary",
    ]


def test_layers_without_documents_do_not_apply() -> None:
    answer = get()
    outcomes = {layer.layer: layer.outcome for layer in answer.layers}
    assert outcomes.pop(Layer.IDENTITY_POLICY) is Outcome.IMPLICIT_DENY
    assert set(outcomes.values()) == {Outcome.NOT_APPLICABLE}


# --- guardrails ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (None, "allowed"),
        ([], "allowed"),
        ([[EVERYTHING]], "allowed"),
        ([[EVERYTHING], [EVERYTHING]], "allowed"),
        ([[EVERYTHING], [KMS_ONLY]], "implicitly_denied"),
        ([[KMS_ONLY], [EVERYTHING]], "implicitly_denied"),
        ([[KMS_ONLY, EVERYTHING]], "allowed"),
        ([[]], "implicitly_denied"),
        ([[EVERYTHING, DENY]], "explicitly_denied"),
        ([[EVERYTHING], [DENY]], "explicitly_denied"),
        ([[DENY], [KMS_ONLY]], "explicitly_denied"),
    ],
)
def test_scps_must_allow_at_every_level(levels: Any, expected: str) -> None:
    answer = get(identity=S3, scps=levels)
    assert answer.decision == expected
    assert answer.layer(Layer.SERVICE_CONTROL_POLICY).blocks is (expected != "allowed")


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([[doc(allow(to="*"))]], "allowed"),
        ([[]], "allowed"),
        ([[doc(deny("sqs:*", to="*"))]], "allowed"),
        ([[doc(deny("s3:*", to="*"))]], "explicitly_denied"),
        ([[doc(allow(to="*"))], [doc(deny("s3:*", to="*"))]], "explicitly_denied"),
        ([[doc(deny("s3:*"))]], "allowed"),
        ([[doc(allow("sqs:*", to="*"))]], "implicitly_denied"),
    ],
)
def test_rcps_deny_and_their_full_access_is_always_attached(levels: Any, expected: str) -> None:
    assert get(identity=S3, rcps=levels).decision == expected


LINKED = Principal.role(f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/R")


def test_neither_scps_nor_rcps_limit_service_linked_roles() -> None:
    guarded = {"scps": [[DENY]], "rcps": [[doc(deny("s3:*", to="*"))]]}
    assert get(LINKED, identity=S3, **guarded).decision is Decision.ALLOWED
    assert get(role, identity=S3, **guarded).decision is Decision.EXPLICITLY_DENIED


@pytest.mark.parametrize(
    "caller", [Principal.service("logs.amazonaws.com"), Principal.anonymous(), Principal.federated("g")]
)
def test_scps_do_not_limit_who_belongs_to_no_account(caller: Principal) -> None:
    open_bucket = bucket(allow("s3:*", to="*"))
    assert get(caller, resource=open_bucket, scps=[[DENY]]).decision is Decision.ALLOWED
    assert get(caller, resource=open_bucket, rcps=[[doc(deny("s3:*", to="*"))]]).decision is Decision.EXPLICITLY_DENIED
    assert get(caller, identity=S3, boundary=KMS_ONLY).decision is Decision.IMPLICITLY_DENIED


@pytest.mark.parametrize("part", ["scps", "rcps"])
@pytest.mark.parametrize("unread", [Unread("not for us"), [[Unread("not for us")]], [[KMS_ONLY, Unread("not for us")]]])
def test_a_guardrail_that_could_not_be_read_is_an_assumption(part: str, unread: Any) -> None:
    answer = get(identity=S3, **{part: unread})
    name = "service_control_policy" if part == "scps" else "resource_control_policy"
    assert (answer.decision, answer.assuming, answer.unread) == (Decision.ALLOWED, (name,), ())
    assert f"assuming that no {name.replace('_', ' ')}, which could not be read, denies it" in answer.explanation


def test_a_deny_that_was_read_beside_an_unread_guardrail_decides() -> None:
    assert get(identity=S3, scps=[[DENY, Unread("other")]]).decision is Decision.EXPLICITLY_DENIED


# --- endpoint policies --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("s3:*", to="*"), "allowed"),
        (allow("s3:*", to=ROLE), "allowed"),
        (allow("s3:*", "arn:aws:s3:::*sagemaker*", to="*"), "implicitly_denied"),
        (deny("s3:*", to="*"), "explicitly_denied"),
        (allow("s3:*"), "implicitly_denied"),
        (allow("s3:*", to=ROOT), "unknown"),
    ],
)
def test_an_endpoint_policy_must_allow_what_passes_it(statement: Any, expected: str) -> None:
    answer = get(identity=S3, endpoint=[doc(statement, name="endpoint policy")])
    assert answer.decision == expected
    assert answer.layer(Layer.VPC_ENDPOINT_POLICY).blocks is (expected != "allowed")


def test_an_account_in_an_endpoint_policy_says_why_it_is_open() -> None:
    answer = get(identity=S3, endpoint=[doc(allow("s3:*", to=ROOT))])
    assert "depends on the endpoint's type" in answer.explanation


# --- another account ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identity", "resource", "expected"),
    [
        (S3, None, "implicitly_denied"),
        (S3, bucket(), "implicitly_denied"),
        (SILENT, bucket(allow("s3:*", to=FOREIGN_ROLE)), "implicitly_denied"),
        (S3, bucket(allow("s3:*", to=FOREIGN_ROLE)), "allowed"),
        (S3, bucket(allow("s3:*", to=FOREIGN_ROOT)), "allowed"),
        (S3, bucket(allow("s3:*", to="*")), "allowed"),
        (S3, bucket(allow("s3:*", to=ROOT)), "implicitly_denied"),
    ],
)
def test_across_accounts_both_sides_must_allow(identity: Any, resource: Any, expected: str) -> None:
    assert get(foreign, identity=identity, resource=resource).decision == expected


@pytest.mark.parametrize("part", ["boundary", "session"])
def test_across_accounts_boundary_and_session_policy_always_limit(part: str) -> None:
    limit: Any = KMS_ONLY if part == "boundary" else [KMS_ONLY]
    opened = bucket(allow("s3:*", to=[FOREIGN_ROLE, f"arn:aws:sts::{OTHER}:assumed-role/Canvas/s"]))
    answer = get(foreign, identity=S3, resource=opened, **{part: limit})
    assert answer.decision is Decision.IMPLICITLY_DENIED
    assert [layer.layer.value for layer in answer.layers if layer.blocks] == [
        "permissions_boundary" if part == "boundary" else "session_policy"
    ]


def test_another_accounts_root_user_needs_the_bucket_policy() -> None:
    other = Principal.root(OTHER)
    assert get(other).decision is Decision.IMPLICITLY_DENIED
    assert get(other, resource=bucket(allow("s3:*", to=OTHER))).decision is Decision.ALLOWED


def test_an_anonymous_caller_needs_a_public_resource() -> None:
    nobody = Principal.anonymous()
    assert get(nobody, resource=bucket(allow("s3:*", to="*"))).decision is Decision.ALLOWED
    assert get(nobody, resource=bucket(allow("s3:*", to=ROOT))).decision is Decision.IMPLICITLY_DENIED
    assert get(nobody, resource=Unread("bucket policy")).decision is Decision.UNKNOWN


def test_an_owner_that_is_not_known_matters_only_where_it_would_change_the_answer() -> None:
    open_question = get(identity=S3, owner=None)
    assert (open_question.decision, open_question.unknown_keys) == (Decision.UNKNOWN, {"aws:ResourceAccount"})
    assert "the account that owns the resource is not known" in open_question.explanation
    assert get(identity=S3, resource=bucket(allow("s3:*", to=ROLE)), owner=None).decision is Decision.ALLOWED
    assert get(owner=None).decision is Decision.IMPLICITLY_DENIED
    assert get(identity=[DENY], owner=None).decision is Decision.EXPLICITLY_DENIED


def test_a_request_for_no_resource_is_the_callers_own() -> None:
    answer = ask(Layers(identity=S3), action="s3:ListAllMyBuckets", resource="*", owner=None)
    assert answer.decision is Decision.ALLOWED


def test_list_all_my_buckets_is_allowed_on_the_arn_of_all_buckets() -> None:
    layers = Layers(identity=[doc(allow("s3:ListAllMyBuckets", "arn:aws:s3:::*"))])
    assert ask(layers, action="s3:ListAllMyBuckets", resource="*").decision is Decision.ALLOWED
    assert ask(layers, action="s3:ListAllMyBuckets", resource=BUCKET).decision is Decision.ALLOWED
    one = Layers(identity=[doc(allow("s3:ListAllMyBuckets", BUCKET))])
    assert ask(one, action="s3:ListAllMyBuckets", resource="*").decision is Decision.IMPLICITLY_DENIED


# --- what is not known, what was not read -------------------------------------------------------------------------


def test_an_allow_on_a_key_that_is_not_known_leaves_it_open() -> None:
    answer = get(identity=[doc(allow("s3:*", when=FROM_HOME), name="p")], unknown=["aws:SourceIp"])
    assert (answer.decision, answer.denied, answer.unknown_keys) == (Decision.UNKNOWN, False, {"aws:SourceIp"})
    assert answer.layer(Layer.IDENTITY_POLICY).outcome is Outcome.UNKNOWN
    assert answer.layer(Layer.IDENTITY_POLICY).blocks


def test_a_deny_on_a_key_that_is_not_known_leaves_an_allow_open() -> None:
    answer = get(identity=S3, resource=bucket(deny("s3:*", to="*", when=FROM_HOME)), unknown=["aws:SourceIp"])
    assert (answer.decision, answer.denied, answer.unknown_keys) == (Decision.UNKNOWN, False, {"aws:SourceIp"})
    assert answer.layer(Layer.RESOURCE_POLICY).blocks
    assert not answer.layer(Layer.IDENTITY_POLICY).blocks


def test_a_deny_that_is_not_known_does_not_save_what_nothing_allows() -> None:
    answer = get(resource=bucket(deny("s3:*", to="*", when=FROM_HOME)), unknown=["aws:SourceIp"])
    assert (answer.decision, answer.denied) == (Decision.UNKNOWN, True)
    assert answer.explanation.startswith("It is denied in any case, since no identity policy of role Canvas")


def test_a_definite_deny_elsewhere_decides_over_what_is_not_known() -> None:
    opened = bucket(deny("s3:*", to="*", when=FROM_HOME))
    answer = get(identity=[*S3, DENY], resource=opened, unknown=["aws:SourceIp"])
    assert (answer.decision, answer.unknown_keys) == (Decision.EXPLICITLY_DENIED, frozenset())


def test_another_allow_settles_one_that_is_not_known() -> None:
    identity = [doc(allow("s3:*", when=FROM_HOME)), *S3]
    assert get(identity=identity, unknown=["aws:SourceIp"]).decision is Decision.ALLOWED


@pytest.mark.parametrize("part", ["boundary", "session", "endpoint", "scps", "rcps"])
def test_an_open_limit_leaves_it_open(part: str) -> None:
    document = doc(allow("s3:*", to="*" if part in ("endpoint", "rcps") else None, when=FROM_HOME))
    parts = {
        "boundary": document,
        "session": [document],
        "endpoint": [document],
        "scps": [[document]],
        "rcps": [[document]],
    }
    answer = get(identity=S3, unknown=["aws:SourceIp"], **{part: parts[part]})
    assert (answer.decision, answer.unknown_keys) == (Decision.UNKNOWN, {"aws:SourceIp"})
    assert [layer.outcome for layer in answer.layers if layer.blocks] == [Outcome.UNKNOWN]


@pytest.mark.parametrize("part", ["identity", "boundary", "session", "resource", "endpoint"])
def test_a_layer_that_could_not_be_read_leaves_an_allow_open(part: str) -> None:
    unread = Unread(f"{part} of somebody", detail=object())
    answer = get(**{"identity": S3, part: unread})
    assert (answer.decision, answer.unread, answer.unknown_keys) == (Decision.UNKNOWN, (unread,), frozenset())
    assert f"could not be read: {part} of somebody" in answer.explanation
    assert next(layer for layer in answer.layers if layer.unread).outcome is Outcome.UNREAD


@pytest.mark.parametrize("part", ["identity", "boundary", "session", "resource", "endpoint"])
def test_something_else_decides_over_a_layer_that_could_not_be_read(part: str) -> None:
    answer = get(**{"identity": S3, part: Unread("x")}, scps=[[KMS_ONLY]])
    assert (answer.decision, answer.denied) == (Decision.IMPLICITLY_DENIED, True)
    assert get(**{"identity": S3, part: Unread("x")}, scps=[[DENY]]).decision is Decision.EXPLICITLY_DENIED


def test_one_policy_of_ten_that_could_not_be_read_leaves_it_open() -> None:
    answer = get(identity=(*S3, Unread("managed policy M")))
    assert (answer.decision, [item.layer_note for item in answer.unread]) == (Decision.UNKNOWN, ["managed policy M"])
    assert len(answer.layer(Layer.IDENTITY_POLICY).statements) == 1
    assert get(identity=(DENY, Unread("M"))).decision is Decision.EXPLICITLY_DENIED


def test_an_unread_policy_of_somebody_without_policies_does_not_matter() -> None:
    assert get(root, identity=Unread("x"), boundary=Unread("y")).decision is Decision.ALLOWED


# --- trust policies and requests that need nothing ----------------------------------------------------------------


def assume(*statements: Any, caller: Principal = role, **parts: Any) -> str:
    trust = [doc(*statements, name="trust policy")] if statements else None
    return str(ask(Layers(resource=trust, **parts), principal=caller, action="sts:AssumeRole", resource=ROLE).decision)


def trusting(to: Any, **more: Any) -> Any:
    return allow("sts:AssumeRole", resource=None, to=to, **more)


def test_a_trust_policy_needs_no_resource_and_must_consent() -> None:
    sagemaker = Principal.service("sagemaker.amazonaws.com")
    identity = [doc(allow("sts:AssumeRole"))]
    assert assume(trusting({"Service": "sagemaker.amazonaws.com"}), caller=sagemaker) == "allowed"
    assert assume(trusting({"Service": "ec2.amazonaws.com"}), caller=sagemaker) == "implicitly_denied"
    assert assume(trusting(USER), caller=user) == "allowed"
    assert assume(trusting(USER), caller=role, identity=identity) == "implicitly_denied"
    assert assume(trusting(ROOT), caller=role, identity=identity) == "allowed"
    assert assume(trusting(ROOT), caller=role) == "implicitly_denied"


def test_a_statement_without_resource_has_no_effect_elsewhere() -> None:
    assert get(identity=[doc(allow("s3:*", resource=None))]).decision is Decision.IMPLICITLY_DENIED
    assert get(identity=S3, resource=bucket(deny("s3:*", resource=None, to="*"))).decision is Decision.ALLOWED
    assert get(identity=[*S3, doc(deny("s3:*", resource=None))]).decision is Decision.ALLOWED


def test_get_caller_identity_cannot_be_denied() -> None:
    layers = Layers(identity=[doc(deny("sts:*"))])
    assert ask(layers, action="sts:GetCallerIdentity", resource="*").decision is Decision.ALLOWED
    asked = ask(layers, principal=Principal.anonymous(), action="sts:GetCallerIdentity", resource="*")
    assert asked.decision is not Decision.ALLOWED


def test_a_key_policy_of_a_session_is_not_a_bucket_policy() -> None:
    assert ask(Layers(identity=[EVERYTHING]), resource=KEY).decision is Decision.IMPLICITLY_DENIED
    assert ask(Layers(identity=[EVERYTHING]), resource=KEY, action="s3:GetObject").decision is Decision.ALLOWED


def test_an_endpoint_policy_that_also_names_the_caller_is_settled() -> None:
    account = allow("s3:*", to=ROOT)
    for settling in (allow("s3:*", to=ROLE), allow("s3:*", to=SESSION), allow("s3:*", to="*")):
        assert get(identity=S3, endpoint=[doc(account, settling)]).decision is Decision.ALLOWED
    answer = get(identity=S3, endpoint=[doc(account)])
    assert "whom an account in an endpoint policy means depends on the endpoint's type." in answer.explanation


@pytest.mark.parametrize("part", ["boundary", "session"])
@pytest.mark.parametrize(
    ("operator", "wanted", "expected"),
    [
        ("ArnLike", ROLE, Decision.ALLOWED),
        ("ArnEquals", f"arn:aws:iam::{ACCOUNT}:role/*", Decision.ALLOWED),
        ("ArnNotEquals", USER, Decision.UNKNOWN),
        ("ArnLike", USER, Decision.IMPLICITLY_DENIED),
    ],
)
def test_a_wildcard_with_the_principals_arn_is_not_limited(
    part: str, operator: str, wanted: str, expected: Decision
) -> None:
    limit: Any = KMS_ONLY if part == "boundary" else [KMS_ONLY]
    opened = bucket(allow("s3:*", to="*", when={operator: {"aws:PrincipalArn": wanted}}))
    assert get(resource=opened, **{part: limit}).decision is expected


def test_a_wildcard_that_may_be_limited_says_so() -> None:
    opened = bucket(allow("s3:*", to="*"))
    answer = get(resource=opened, boundary=KMS_ONLY)
    assert (answer.decision, answer.denied, answer.unknown_keys) == (Decision.UNKNOWN, False, frozenset())
    assert "does not document whether a boundary or session policy limits a role that a policy names by *" in (
        answer.explanation
    )
    assert get(resource=opened, boundary=EVERYTHING).decision is Decision.ALLOWED
    assert get(resource=opened, boundary=KMS_ONLY, identity=S3).decision is Decision.UNKNOWN
