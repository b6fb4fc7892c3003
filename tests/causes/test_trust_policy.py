"""trust-policy: SageMaker must be able to become the role."""

from __future__ import annotations

import pytest


def trust(*statements: dict) -> dict:
    return {"roles": {"CanvasExecutionRole": {"trust": {"Version": "2012-10-17", "Statement": list(statements)}}}}


def service(name: str, actions: object = "sts:AssumeRole", **condition: object) -> dict:
    statement = {"Effect": "Allow", "Principal": {"Service": name}, "Action": actions}
    return {**statement, "Condition": condition} if condition else statement


SAGEMAKER = service("sagemaker.amazonaws.com")


@pytest.mark.parametrize(
    "statements",
    [
        [service("ec2.amazonaws.com")],
        [SAGEMAKER, {**SAGEMAKER, "Effect": "Deny"}],
        [service("sagemaker.amazonaws.com", StringEquals={"aws:SourceAccount": "999988887777"})],
    ],
    ids=["another service", "denied", "for another account"],
)
async def test_a_role_that_sagemaker_cannot_become_fails_and_it_is_alone(look, statements):
    found = await look(trust(*statements))
    assert found.loud == {"trust-policy": "fail"}, found.told()


async def test_one_service_of_many_is_enough(look):
    many = {"Effect": "Allow", "Principal": {"Service": ["glue.amazonaws.com", "sagemaker.amazonaws.com"]},
            "Action": ["sts:AssumeRole", "sts:TagSession"]}  # fmt: skip
    assert (await look(trust(many))).loud == {}


async def test_the_users_name_as_source_identity_needs_its_own_right(look):
    named = {"domains": {"analytics": {"DomainSettings": {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"}}}}
    found = await look({**trust(SAGEMAKER), **named})
    assert found.loud == {"trust-policy": "fail"}, found.told()
    both = service("sagemaker.amazonaws.com", ["sts:AssumeRole", "sts:SetSourceIdentity"])
    assert (await look({**trust(both), **named})).loud == {}
