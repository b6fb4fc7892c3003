"""rcp-denied: the organization's limit on what may be done with the account's resources."""

from __future__ import annotations

import pytest
from organizations import organization
from patches import ROLE, encrypted, together, workspace

RCP = "RESOURCE_CONTROL_POLICY"


def deny(action: str, **condition: object) -> dict:
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"}
    return {**statement, "Condition": condition} if condition else statement


@pytest.mark.parametrize("action", ["kms:GenerateDataKey", "s3:PutObject"])
async def test_a_deny_is_the_only_finding(look, action):
    found = await look(organization(RCP, deny(action)))
    assert found.loud == {"rcp-denied": "fail"}, found.told()


async def test_a_deny_for_strangers_to_the_organization_is_no_finding(look):
    strangers = deny("s3:*", StringNotEqualsIfExists={"aws:PrincipalOrgID": "o-a1b2c3d4e5"})
    assert (await look(organization(RCP, strangers))).loud == {}
    others = deny("kms:*", ArnNotEquals={"aws:PrincipalArn": ROLE})
    assert (await look(organization(RCP, others))).loud == {}


async def test_it_does_not_reach_keys_that_aws_manages(look):
    managed = together(
        workspace(S3KmsKeyId=None),
        {"buckets": {"artifacts": {"policy": None}}},
        encrypted("artifacts", algorithm="aws:kms", key=None, bucket_key=False),
    )
    found = await look(together(managed, organization(RCP, deny("kms:GenerateDataKey"))))
    steps = [step for step in found.diagnosis.import_path if step.step == "encrypt-copy"]
    assert {step.decision for step in steps} == {"allowed"}, found.told()


async def test_unread_it_is_an_assumption_of_its_own(look):
    found = await look(organization(RCP, deny("kms:*"), readable=False))
    assert (found.status("rcp-denied"), found.finding("rcp-denied").severity) == ("unknown", "info")
