"""key-policy-omits-role: neither the role is named, nor is the needed action left to IAM."""

from __future__ import annotations

import pytest
from patches import ADMINISTRATION, OTHER, ROLE, USE, inline, key, may, root, together, use

IAM_ALLOWS_ALL = inline("Keys", may("kms:*", "*"))
ONLY_ADMINISTRATION = root(*ADMINISTRATION)


@pytest.mark.parametrize(
    "statements",
    [
        [root("kms:Decrypt", *ADMINISTRATION)],
        [ONLY_ADMINISTRATION, use(OTHER)],
        [ONLY_ADMINISTRATION, {**root(), "Principal": {"AWS": "arn:{partition}:iam::999988887777:root"}}],
        [ONLY_ADMINISTRATION, use("*", ArnEquals={"aws:PrincipalArn": OTHER})],
        [ONLY_ADMINISTRATION, use("*", StringEquals={"kms:ViaService": "lambda.{region}.amazonaws.com"})],
    ],
    ids=["partial delegation", "another role", "another account", "everybody who is another role", "through lambda"],
)
async def test_what_iam_allows_has_no_effect(statements, look):
    found = await look(together(key("artifacts", *statements), IAM_ALLOWS_ALL))
    assert found.loud == {"key-policy-omits-role": "fail"}, found.told()


async def test_it_wins_whether_or_not_iam_allows(look):
    found = await look(key("artifacts", ONLY_ADMINISTRATION))
    assert found.loud == {"key-policy-omits-role": "fail"}, found.told()


@pytest.mark.parametrize(
    "statement",
    [
        use(ROLE),
        use([OTHER, ROLE]),
        use("*", ArnEquals={"aws:PrincipalArn": ROLE}),
        {"Sid": "N", "Effect": "Allow", "Principal": {"AWS": ROLE}, "NotAction": "kms:Delete*", "Resource": "*"},
    ],
    ids=["the role", "among others", "everybody who is the role", "NotAction"],
)
async def test_a_statement_that_names_the_role_suffices_without_delegation(statement, look):
    found = await look(key("artifacts", ONLY_ADMINISTRATION, statement))
    assert found.loud == {}, found.told()


async def test_the_fix_leaves_every_other_statement_untouched(look):
    found = await look(together(key("artifacts", ONLY_ADMINISTRATION, use(OTHER)), IAM_ALLOWS_ALL))
    (fix,) = found.finding("key-policy-omits-role").fixes
    change = fix.changes[0]
    assert change.after["Statement"][:-1] == change.before["Statement"]
    assert change.after["Statement"][-1]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]


async def test_a_policy_of_one_statement_that_is_no_list_is_read(look):
    policy = {"Id": None, "Version": "2012-10-17", "Statement": {**use([ROLE]), "Action": USE}}
    found = await look({"keys": {"artifacts": {"policy": policy}}})
    assert found.loud == {}, found.told()


async def test_a_session_that_is_named_may_be_canvas_or_not(look):
    session = "arn:{partition}:sts::{account}:assumed-role/{role_name:CanvasExecutionRole}/SageMaker"
    found = await look(key("artifacts", ONLY_ADMINISTRATION, use(session)))
    assert set(found.loud.values()) == {"warn"}, found.told()
    assert found.step("encrypt-copy").decision == "unknown"
