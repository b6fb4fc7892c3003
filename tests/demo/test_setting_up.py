"""What a first set-up meets: a role that is not seen everywhere at once, quotas, a Domain's conditions."""

from __future__ import annotations

import json
import time

import pytest

from canvas_kms_tui.demo import environments
from tests.demo.clients import client, code, refused

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
SUBNETS = ["subnet-0a1b2c3d4e5f60718", "subnet-0918f7e6d5c4b3a20"]


def key_policy(account, role):
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "kms:*", "Resource": "*"}
    use = {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "kms:Decrypt", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [root, use]})


def wanted_domain(role, **more):
    return {
        "DomainName": "canvas",
        "AuthMode": "IAM",
        "VpcId": "vpc-0a1b2c3d4e5f60718",
        "SubnetIds": SUBNETS,
        "DefaultUserSettings": {"ExecutionRole": role},
        **more,
    }


def variant(**overrides):
    return environments.load("empty-account").moved(overrides=overrides)


def test_kms_does_not_know_a_new_role_at_once_but_soon(fresh_demo):
    demo = fresh_demo("empty-account")
    made = client(demo, "iam").create_role(RoleName="Canvas", AssumeRolePolicyDocument=json.dumps(TRUST))
    policy = key_policy(demo.environment.account, made["Role"]["Arn"])
    kms = client(demo, "kms")
    assert code(kms.create_key, Policy=policy) == "MalformedPolicyDocumentException"
    until = time.monotonic() + 10
    while not made_now(kms, policy):
        assert time.monotonic() < until
        time.sleep(0.2)
    assert len(kms.list_keys()["Keys"]) == len(demo.environment.document["keys"]) + 1


def made_now(kms, policy):
    try:
        return kms.create_key(Policy=policy)
    except kms.exceptions.MalformedPolicyDocumentException:
        return None


@pytest.mark.parametrize(
    ("quota", "service", "operation", "params", "refusal"),
    [
        ("keys", "kms", "create_key", {}, "LimitExceededException"),
        ("buckets", "s3", "create_bucket", {"Bucket": "canvas-one-more"}, "TooManyBuckets"),
        ("roles", "iam", "create_role", {"RoleName": "Canvas"}, "LimitExceeded"),
    ],
)
def test_a_quota_that_is_reached_is_refused_in_the_services_own_words(
    quota, service, operation, params, refusal, fresh_demo
):
    demo = fresh_demo(variant(quotas={quota: 1}))
    if operation == "create_role":
        params = {**params, "AssumeRolePolicyDocument": json.dumps(TRUST)}
    if operation == "create_bucket":
        params = {**params, "CreateBucketConfiguration": {"LocationConstraint": demo.environment.region}}
    assert code(getattr(client(demo, service), operation), **params) == refusal


def test_a_domain_wants_a_role_that_trusts_sagemaker_subnets_of_its_vpc_and_with_vpconly_a_security_group(fresh_demo):
    demo = fresh_demo("empty-account")
    role, sagemaker = f"arn:aws:iam::{demo.environment.account}:role/NightlyReports", client(demo, "sagemaker")
    for changed, said in (
        ({}, "does not trust"),
        ({"SubnetIds": ["subnet-0123456789abcdef0"]}, "does not exist in VPC"),
        ({"AppNetworkAccessType": "VpcOnly"}, "SecurityGroups"),
    ):
        assert said in str(refused(sagemaker.create_domain, **wanted_domain(role, **changed)))


def test_the_number_of_domains_is_limited_where_the_environment_says_so(fresh_demo):
    demo = fresh_demo(variant(quotas={"domains": 0}, roles={"Canvas": {"trust": TRUST}}))
    role = f"arn:aws:iam::{demo.environment.account}:role/Canvas"
    assert code(client(demo, "sagemaker").create_domain, **wanted_domain(role)) == "ResourceLimitExceeded"


def test_every_vpc_has_a_default_security_group(demo_server):
    ec2 = client(demo_server("empty-account"), "ec2")
    groups = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["default"]}])["SecurityGroups"]
    assert [group["VpcId"] for group in groups] == [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]]


def test_an_eleventh_managed_policy_is_refused(fresh_demo):
    demo = fresh_demo("empty-account")
    iam, names = client(demo, "iam"), ("ReadOnlyAccess", "AmazonS3FullAccess", "AmazonEC2FullAccess", "IAMFullAccess")
    more = ("AWSLambda_FullAccess", "AmazonSQSFullAccess", "AmazonSNSFullAccess", "AmazonVPCFullAccess")
    last = ("AmazonRDSFullAccess", "AmazonRoute53FullAccess", "CloudWatchFullAccess")
    arns = [f"arn:aws:iam::aws:policy/{name}" for name in (*names, *more, *last)]
    for arn in arns[:10]:
        iam.attach_role_policy(RoleName="NightlyReports", PolicyArn=arn)
    assert code(iam.attach_role_policy, RoleName="NightlyReports", PolicyArn=arns[10]) == "LimitExceeded"
