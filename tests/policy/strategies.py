"""Random requests and documents from a small world, so that statements often match and often nearly match."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

ACCOUNTS = ("111122223333", "444455556666")
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OBJECT = "arn:aws:s3:::data/a/b.csv"
VALUES = ("a", "b", "ab")
KEYS = ("aws:SourceVpce", "kms:ViaService", "aws:PrincipalTag/Team", "kms:EncryptionContext:Team")
OPERATORS = (
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIfExists",
    "StringNotEqualsIfExists",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringEquals",
    "ForAllValues:StringNotLike",
    "ForAnyValue:StringNotEquals",
)

principals = st.sampled_from(
    [f"arn:aws:iam::{account}:{form}" for account in ACCOUNTS for form in ("role/R", "role/Other", "user/U", "root")]
    + [f"arn:aws:sts::{ACCOUNTS[0]}:assumed-role/R/S", "arn:aws:sts::111122223333:assumed-role/R/Other"]
)
principal_elements = st.one_of(
    st.just("*"), st.builds(lambda arns: {"AWS": arns}, st.lists(principals, min_size=1, max_size=3))
)
actions = st.sampled_from(["kms:Decrypt", "kms:*", "*", "s3:GetObject", "s3:Get*", "kms:D?crypt", "S3:PUTOBJECT"])
resources = st.sampled_from(
    [
        "*",
        KEY,
        OBJECT,
        "arn:aws:s3:::data/*",
        "arn:aws:kms:*:111122223333:key/*",
        "arn:aws:s3:::data/${aws:PrincipalTag/Team}/*",
    ]
)


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    for _ in range(draw(st.integers(0, 2))):
        key = draw(st.sampled_from(KEYS))
        if draw(st.integers(0, 5)) == 0:
            found.setdefault("Null", {})[key] = draw(st.sampled_from(["true", "false"]))
            continue
        wanted = draw(
            st.lists(
                st.sampled_from([*VALUES, "a*", "${kms:ViaService}", "${aws:SourceVpce, 'a'}"]), min_size=1, max_size=2
            )
        )
        found.setdefault(draw(st.sampled_from(OPERATORS)), {})[key] = wanted
    return found


@st.composite
def statements(draw: st.DrawFn, *, named: bool, effect: str | None = None) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": effect or draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    statement[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(
        st.lists(actions, min_size=1, max_size=2)
    )
    statement[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(
        st.lists(resources, min_size=1, max_size=2)
    )
    if named:
        element = draw(st.sampled_from(["Principal", "Principal", "Principal", "NotPrincipal"]))
        statement[element] = draw(principal_elements)
    if condition := draw(conditions()):
        statement["Condition"] = condition
    return statement


def policies(*, named: bool) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda found: {"Version": "2012-10-17", "Statement": found}, st.lists(statements(named=named), max_size=3)
    )


grants = st.builds(
    lambda grantee, operations, constraint, issuer: {
        "GrantId": "g",
        "KeyId": KEY,
        "GranteePrincipal": grantee,
        "Operations": operations,
        "IssuingAccount": f"arn:aws:iam::{issuer}:root",
        "Constraints": constraint,
    },
    principals,
    st.lists(st.sampled_from(["Decrypt", "Encrypt", "DescribeKey"]), max_size=2),
    st.sampled_from([{}, {"EncryptionContextEquals": {"Team": "a"}}, {"EncryptionContextSubset": {"Team": "b"}}]),
    st.sampled_from(ACCOUNTS),
)

plain_lists = st.lists(policies(named=False), max_size=2)
levels = st.lists(st.lists(policies(named=False), min_size=1, max_size=2), max_size=2)
contexts = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=len(KEYS))


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    """A case in the form of ``--evaluate``; the unknown keys are not in the context."""
    context = draw(contexts)
    unknown = draw(st.lists(st.sampled_from(KEYS), max_size=2, unique=True))
    resource = draw(st.sampled_from([KEY, KEY, OBJECT]))
    return {
        "principal_arn": draw(st.one_of(principals, principals, principals, st.none())),
        "action": draw(st.sampled_from(["kms:Decrypt", "kms:DescribeKey"] if resource == KEY else ["s3:GetObject"])),
        "resource_arn": resource,
        "resource_account": ACCOUNTS[0],
        "context": {key: value for key, value in context.items() if key not in unknown},
        "unknown_context": unknown,
        "identity_policies": draw(plain_lists),
        "permission_boundaries": draw(st.lists(policies(named=False), max_size=1)),
        "session_policies": draw(st.lists(policies(named=False), max_size=1)),
        "scps": draw(levels),
        "rcps": draw(st.lists(st.lists(policies(named=True), min_size=1, max_size=1), max_size=1)),
        "resource_policy": draw(st.one_of(st.none(), policies(named=True), policies(named=True))),
        "grants": draw(st.lists(grants, max_size=1)),
        "vpc_endpoint_policies": draw(st.lists(policies(named=True), max_size=1)),
    }


#: Any JSON at all, leaning towards the words of policies.
words = st.one_of(
    st.sampled_from(
        ["Statement", "Effect", "Allow", "Deny", "Action", "Resource", "Condition", "Principal", "AWS", "*"]
    ),
    st.sampled_from(["NotAction", "NotPrincipal", "NotResource", "Version", "2012-10-17", "StringLike", "Null", "Sid"]),
    st.sampled_from(
        ["${aws:username}", "${", "}", "*a*a*a*b", "arn:aws:s3:::b/*", "DateLessThan", "IpAddress", "Bool"]
    ),
    st.text(max_size=8),
)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), words),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(words, inner, max_size=5)),
    max_leaves=30,
)


_ELEMENTS = (
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
    "Sid",
)
_OPERATORS = (
    *OPERATORS,
    "NumericLessThan",
    "DateEquals",
    "Bool",
    "IpAddress",
    "ArnLike",
    "BinaryEquals",
    "Null",
    "Nonsense",
)
_SCALARS: tuple[Any, ...] = (
    "Allow", "Deny", "*", "kms:*", "kms:Dec?ypt", KEY, "arn:aws:s3:::${aws:username}/*", "${*}", "${x, 'y'}", "${",
    "arn:aws:iam::111122223333:root", "AROAABCDEFGHIJKLMNOPQ", "2020-01-01T00:00:00Z", "10.0.0.0/8", "1e5", "true",
    "", "\ud800", "*a*a*a*b", None, True, 0, -1.5, 1e300, 10**40,
)  # fmt: skip


def random_json(chance: random.Random, depth: int = 3) -> Any:
    shape = chance.randrange(4 if depth else 2)
    if shape == 2:
        return [random_json(chance, depth - 1) for _ in range(chance.randrange(4))]
    if shape == 3:
        return {str(chance.choice(_SCALARS)): random_json(chance, depth - 1) for _ in range(chance.randrange(4))}
    return chance.choice(_SCALARS)


def random_policy(chance: random.Random) -> Any:
    """A document that looks like a policy and is wrong in places; now and then no policy at all."""
    if chance.random() < 0.05:
        return random_json(chance)
    found = [_random_statement(chance) for _ in range(chance.randrange(4))]
    version = chance.choice(["2012-10-17", "2008-10-17", None, 7])
    return {"Version": version, "Statement": found if chance.random() < 0.9 else random_json(chance)}


def _random_statement(chance: random.Random) -> Any:
    if chance.random() < 0.05:
        return random_json(chance)
    statement = {element: random_json(chance, 2) for element in chance.sample(_ELEMENTS, chance.randrange(3))}
    if chance.random() < 0.8:
        statement |= {
            "Effect": chance.choice(["Allow", "Deny"]),
            "Action": chance.choice(["*", ["kms:*"], "kms:Decrypt"]),
        }
        statement |= {"Resource": chance.choice(["*", KEY]), "Principal": chance.choice(["*", {"AWS": "111122223333"}])}
    if chance.random() < 0.6:
        statement["Condition"] = {
            chance.choice(_OPERATORS): {chance.choice(KEYS): random_json(chance, 1)} for _ in range(chance.randrange(3))
        }
    return statement
