"""Whom Principal and NotPrincipal reach: roles, sessions, users, accounts, services, deleted identities."""

from __future__ import annotations

from typing import Any

import pytest

from canvas_kms_tui.policy import Answer, Decision, Layers, Principal, Unread
from canvas_kms_tui.policy.principals import PrincipalElement, Reach
from tests.policy.build import (
    ACCOUNT,
    FOREIGN_ROLE,
    FOREIGN_ROOT,
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

FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/Ann"
federated = Principal.parse(FEDERATED)
anonymous = Principal.anonymous()


def reach(element: Any, principal: Principal) -> Reach:
    return PrincipalElement.compile(element).reach(principal)


@pytest.mark.parametrize(
    ("element", "principal", "expected"),
    [
        ("*", role, Reach.WILDCARD),
        ("*", user, Reach.DIRECT),
        ("*", root, Reach.DIRECT),
        ("*", anonymous, Reach.DIRECT),
        ({"AWS": "*"}, anonymous, Reach.DIRECT),
        ({"AWS": "*"}, federated, Reach.WILDCARD),
        ({"AWS": ROLE}, role, Reach.LIMITED),
        ({"AWS": [USER, ROLE]}, role, Reach.LIMITED),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/Canvas"}, role, Reach.LIMITED),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/canvas"}, role, Reach.NONE),
        ({"AWS": f"arn:aws:iam::{OTHER}:role/Canvas"}, role, Reach.NONE),
        ({"AWS": f"arn:aws-cn:iam::{ACCOUNT}:role/Canvas"}, role, Reach.NONE),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/Canvas"}, role, Reach.NONE),
        ({"AWS": ["*", ROLE]}, role, Reach.WILDCARD),
        ({"AWS": ["*", SESSION]}, role, Reach.DIRECT),
        ({"AWS": SESSION}, role, Reach.DIRECT),
        ({"AWS": [SESSION, ROLE]}, role, Reach.DIRECT),
        ({"AWS": SESSION}, anonymous_role, Reach.MAYBE_DIRECT),
        ({"AWS": [SESSION, ROLE]}, anonymous_role, Reach.LIMITED_MAYBE_DIRECT),
        ({"AWS": [SESSION, ROOT]}, anonymous_role, Reach.MAYBE_DIRECT),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/Canvas/Other"}, role, Reach.NONE),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/Other/SageMaker"}, role, Reach.NONE),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/Other/SageMaker"}, anonymous_role, Reach.NONE),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/Canvas/*"}, role, Reach.NONE),
        ({"AWS": USER}, user, Reach.DIRECT),
        ({"AWS": USER}, federated, Reach.LIMITED),
        ({"AWS": FEDERATED}, federated, Reach.DIRECT),
        ({"AWS": FEDERATED}, user, Reach.NONE),
        ({"AWS": ROOT}, role, Reach.ACCOUNT),
        ({"AWS": ACCOUNT}, role, Reach.ACCOUNT),
        ({"AWS": ACCOUNT}, user, Reach.ACCOUNT),
        ({"AWS": ROOT}, root, Reach.DIRECT),
        ({"AWS": OTHER}, role, Reach.NONE),
        ({"AWS": [OTHER, ACCOUNT]}, role, Reach.ACCOUNT),
        ({"AWS": f"arn:aws-cn:iam::{ACCOUNT}:root"}, role, Reach.NONE),
        ({"AWS": ACCOUNT}, anonymous, Reach.NONE),
        ({"AWS": "AROAABCDEFGHIJKLMNOPQ"}, role, Reach.NONE),
        ({"AWS": "AIDAABCDEFGHIJKLMNOPQ"}, user, Reach.NONE),
        ({"Service": "s3.amazonaws.com"}, Principal.service("s3.amazonaws.com"), Reach.DIRECT),
        ({"Service": "s3.amazonaws.com"}, Principal.service("sns.amazonaws.com"), Reach.NONE),
        ({"Service": "s3.amazonaws.com"}, role, Reach.NONE),
        ({"Service": ["sns.amazonaws.com", "s3.amazonaws.com"]}, Principal.service("s3.amazonaws.com"), Reach.DIRECT),
        ("*", Principal.service("s3.amazonaws.com"), Reach.DIRECT),
        ({"Federated": "accounts.google.com"}, Principal.federated("accounts.google.com"), Reach.DIRECT),
        ({"Federated": "accounts.google.com"}, Principal.service("accounts.google.com"), Reach.NONE),
        (
            {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},
            role,
            Reach.MAYBE_DIRECT,
        ),
        ({"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}, anonymous, Reach.NONE),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"}, role, Reach.NONE),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:*"}, role, Reach.NONE),
        ({"AWS": 5}, role, Reach.NONE),
        ({"Moon": "*"}, role, Reach.NONE),
        ([], role, Reach.NONE),
        (None, role, Reach.NONE),
    ],
)
def test_an_element_reaches_a_caller(element: Any, principal: Principal, expected: Reach) -> None:
    assert reach(element, principal) is expected


@pytest.mark.parametrize(
    ("arn", "kind", "account", "name", "session"),
    [
        (ROLE, "role", ACCOUNT, "Canvas", None),
        (SESSION, "role", ACCOUNT, "Canvas", "SageMaker"),
        (f"arn:aws-us-gov:iam::{ACCOUNT}:role/R", "role", ACCOUNT, "R", None),
        (USER, "user", ACCOUNT, "Ann", None),
        (f"arn:aws:iam::{ACCOUNT}:user/div/sub/Ann", "user", ACCOUNT, "Ann", None),
        (ROOT, "root", ACCOUNT, "", None),
        (ACCOUNT, "root", ACCOUNT, "", None),
        (FEDERATED, "federated-user", ACCOUNT, "Ann", None),
        ("s3.amazonaws.com", "service", None, "s3.amazonaws.com", None),
        ("accounts.google.com", "federated", None, "accounts.google.com", None),
        (f"arn:aws:iam::{ACCOUNT}:saml-provider/P", "federated", None, f"arn:aws:iam::{ACCOUNT}:saml-provider/P", None),
        (None, "anonymous", None, "", None),
        ("*", "anonymous", None, "", None),
        ("gibberish", "federated", None, "gibberish", None),
    ],
)
def test_a_caller_is_read_from_its_arn(
    arn: str | None, kind: str, account: str | None, name: str, session: str | None
) -> None:
    caller = Principal.parse(arn)
    assert (caller.kind, caller.account, caller.name, caller.session_name) == (kind, account, name, session)


def test_the_kind_helps_where_the_text_is_no_arn() -> None:
    assert Principal.parse("internal", "service").kind == "service"
    assert Principal.parse(ROLE, "anonymous").kind == "anonymous"


@pytest.mark.parametrize(
    ("principal", "words"),
    [
        (role, "role Canvas (session SageMaker)"),
        (anonymous_role, "role Canvas"),
        (user, "user Ann"),
        (root, f"the root user of account {ACCOUNT}"),
        (anonymous, "an anonymous caller"),
        (Principal.service("s3.amazonaws.com"), "service s3.amazonaws.com"),
        (federated, "federated user Ann"),
    ],
)
def test_a_caller_has_a_name_for_humans(principal: Principal, words: str) -> None:
    assert str(principal) == words


def test_a_service_linked_role_is_told_by_its_path() -> None:
    assert Principal.role(f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/R").is_service_linked
    assert not role.is_service_linked
    assert not anonymous.is_service_linked


# --- NotPrincipal -------------------------------------------------------------------------------------------------


def under_deny(listed: Any, **more: Any) -> str:
    """The decision where a bucket policy denies everybody but those listed, and IAM allows."""
    return str(ask_bucket(deny("s3:*", NotPrincipal={"AWS": listed}), **more).decision)


def ask_bucket(*statements: Any, **more: Any) -> Answer:
    layers = Layers(
        identity=[doc(allow("s3:*"))],
        resource=[doc(*statements, name="bucket policy")],
        boundary=more.pop("boundary", None),
    )
    return ask(layers, action="s3:GetObject", resource=OBJECT, **more)


@pytest.mark.parametrize(
    ("listed", "principal", "expected"),
    [
        ([SESSION, ROLE, ROOT], role, "allowed"),
        ([SESSION, ROLE, ACCOUNT], role, "allowed"),
        ([SESSION, ROLE], role, "explicitly_denied"),
        ([SESSION, ROOT], role, "explicitly_denied"),
        ([ROLE, ROOT], role, "explicitly_denied"),
        ([ROOT], role, "explicitly_denied"),
        ([USER, ROOT], user, "allowed"),
        ([USER], user, "explicitly_denied"),
        ([ROOT], user, "explicitly_denied"),
        ([ROOT], root, "allowed"),
        ([USER], root, "explicitly_denied"),
        (["*"], role, "allowed"),
        ([SESSION, ROLE, ROOT], anonymous_role, "unknown"),
        ([ROLE, ROOT], anonymous_role, "explicitly_denied"),
        ([SESSION, ROOT], anonymous_role, "explicitly_denied"),
        ([FEDERATED, ROOT], federated, "allowed"),
        ([USER, ROOT], federated, "explicitly_denied"),
    ],
)
def test_a_deny_with_not_principal_spares_only_who_is_listed_whole(
    listed: list[str], principal: Principal, expected: str
) -> None:
    assert under_deny(listed, principal=principal) == expected


def test_not_principal_always_denies_who_has_a_boundary() -> None:
    listed = [SESSION, ROLE, ROOT]
    assert under_deny(listed, principal=role, boundary=doc(allow())) == "explicitly_denied"
    assert under_deny(listed, principal=role, boundary=Unread("boundary")) == "unknown"
    assert under_deny([ROOT], principal=root, boundary=doc(allow())) == "allowed"


def test_not_principal_of_another_account_or_nobody_denies() -> None:
    assert under_deny([FOREIGN_ROOT], principal=role) == "explicitly_denied"
    assert (
        ask_bucket(deny("s3:*", NotPrincipal={"AWS": ROOT}), principal=anonymous).decision is Decision.EXPLICITLY_DENIED
    )


def test_not_principal_spares_a_listed_service() -> None:
    service = Principal.service("logs.amazonaws.com")
    statements = [allow("s3:*", to="*"), deny("s3:*", NotPrincipal={"Service": "logs.amazonaws.com"})]
    assert ask_bucket(*statements, principal=service).decision is Decision.ALLOWED
    assert (
        ask_bucket(*statements, principal=Principal.service("x.amazonaws.com")).decision is Decision.EXPLICITLY_DENIED
    )


def test_a_canonical_user_in_not_principal_may_be_the_account() -> None:
    statement = deny("s3:*", NotPrincipal={"CanonicalUser": "79a5"})
    assert ask_bucket(statement, principal=user).decision is Decision.UNKNOWN


@pytest.mark.parametrize(
    ("listed", "principal", "expected"),
    [
        ([USER], foreign, True),
        ([FOREIGN_ROLE], foreign, False),
        ([FOREIGN_ROOT], foreign, False),
        ([f"arn:aws:sts::{OTHER}:assumed-role/Canvas/s"], foreign, False),
    ],
)
def test_an_allow_with_not_principal_reaches_everybody_else(
    listed: list[str], principal: Principal, expected: bool
) -> None:
    answer = ask_bucket(allow("s3:*", NotPrincipal={"AWS": listed}), principal=principal)
    assert (answer.decision is Decision.ALLOWED) is expected


def test_an_allow_with_not_principal_and_a_session_that_is_not_known() -> None:
    caller = Principal.role(FOREIGN_ROLE)
    listed = [f"arn:aws:sts::{OTHER}:assumed-role/Canvas/s"]
    assert ask_bucket(allow("s3:*", NotPrincipal={"AWS": listed}), principal=caller).decision is Decision.UNKNOWN


def test_principal_and_not_principal_together_never_match() -> None:
    statement = deny("s3:*", to="*", NotPrincipal={"AWS": USER})
    assert ask_bucket(statement, principal=role).decision is Decision.ALLOWED


def test_a_resource_statement_without_principal_reaches_nobody() -> None:
    assert ask_bucket(deny("s3:*"), principal=role).decision is Decision.ALLOWED


@pytest.mark.parametrize("name", ["s3.amazonaws.com", "s3.amazonaws.com.cn", "internal.aws.internal"])
def test_a_services_name_is_told_by_its_domain(name: str) -> None:
    assert Principal.parse(name).kind == "service"
