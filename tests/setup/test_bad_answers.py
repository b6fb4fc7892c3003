"""What cannot be meant is said at its step, before anything is planned."""

from __future__ import annotations

import pytest
from test_making import answers, connected

from canvas_kms_tui.demo import environments
from canvas_kms_tui.setup import BadAnswers, asked, from_toml, look, prepare, to_toml
from canvas_kms_tui.setup.account import listed
from canvas_kms_tui.setup.answers import Answers

SALES = "acme-sales-data-111122223333"


@pytest.mark.parametrize(
    ("more", "step", "says"),
    [
        ({"domain": "d-elsewhere"}, "domain", "no Domain d-elsewhere"),
        ({"domain": "a b"}, "domain", "is no name"),
        ({"auth_mode": "LDAP"}, "domain", "write IAM or SSO"),
        ({"role": "NightlyReports"}, "role", "does not trust sagemaker.amazonaws.com"),
        ({"role": "arn:aws:iam::999988887777:role/R"}, "role", "another account"),
        ({"role": "arn:aws"}, "role", "is no role's ARN"),
        ({"role": "arn:aws:iam::111122223333:user/bob"}, "role", "is no role's ARN"),
        ({"managed_policies": ("AdministratorAccess",)}, "role", "none of SageMaker's own"),
        ({"storage_key": "arn:aws:kms:us-east-1:111122223333:key/x"}, "storage-key", "the key is in us-east-1"),
        ({"data_key": "arn:aws:kms:eu-west-1:999988887777:key/x"}, "data-key", "of account 999988887777"),
        ({"data_key": "alias/nowhere"}, "data-key", "no key 'alias/nowhere'"),
        ({"data_key": "alias/signing"}, "data-key", "no symmetric encryption key"),
        ({"data_key": "alias/retired"}, "data-key", "its state is Disabled"),
        ({"storage_key": "aws-managed"}, "data-key", "AWS's own"),
        ({"bucket": "somebody-elses"}, "bucket", "belongs to another account"),
        ({"bucket": "No Bucket"}, "bucket", "is no bucket name"),
        ({"datasets": ("s3:/bad",)}, "datasets", "not an S3 URI"),
        ({"datasets": ("s3://acme-nowhere/2025/churn.csv",)}, "datasets", "there is no bucket 'acme-nowhere'"),
        ({"datasets": ("s3://acme-nowhere/",)}, "datasets", "there is no bucket 'acme-nowhere'"),
        ({"datasets": (f"s3://{SALES}/2019.csv",)}, "datasets", "there is no such object"),
        ({"datasets": (f"s3://{SALES}/2019/",)}, "datasets", "no object under this prefix"),
        ({"network": "Intranet"}, "network", "write PublicInternetOnly or VpcOnly"),
        ({"vpc": "vpc-nowhere"}, "network", "no VPC vpc-nowhere"),
        ({"subnets": ("subnet-nowhere",)}, "network", "no subnet subnet-nowhere"),
        ({"network": "VpcOnly", "security_groups": ("sg-nowhere",)}, "network", "no security group sg-nowhere in vpc-"),
        ({"profiles": ()}, "profiles", "at least one user profile"),
        ({"profiles": ("a b",)}, "profiles", "is no name"),
        ({"profiles": ("ana", "Ana")}, "profiles", "'ana' is there twice"),
    ],
)
async def test_it_is_said_at_its_step(fresh_demo, more, step, says):
    keys = {
        "signing": {"aliases": ["alias/signing"], "spec": "RSA_2048", "usage": "SIGN_VERIFY"},
        "retired": {"aliases": ["alias/retired"], "state": "Disabled"},
    }
    foreign = {"foreign": {"name": "somebody-elses", "account": "999988887777"}}
    demo = fresh_demo(environments.load("empty-account").moved(overrides={"keys": keys, "buckets": foreign}))
    async with connected(demo) as connection:
        planned = await prepare(answers(demo).with_(**more), connection)
    wrong = [problem for problem in planned.problems if problem.step == step]
    assert planned.stopped
    assert any(says in problem.text for problem in wrong), planned.problems
    assert planned.changes == ()


@pytest.mark.parametrize(
    ("denied", "answer"),
    [
        ("iam:CreateRole", "role"),
        ("kms:CreateKey", "storage_key"),
        ("s3:CreateBucket", "bucket"),
        ("sagemaker:CreateDomain", "domain"),
    ],
)
async def test_what_one_may_not_make_is_said_with_the_permission(fresh_demo, denied, answer):
    demo = fresh_demo(environments.load("empty-account").moved(overrides={"operator": {"denied": [denied]}}))
    async with connected(demo) as connection:
        planned = await prepare(answers(demo), connection)
    assert any(problem.answer == answer and denied in problem.text for problem in planned.problems)


@pytest.mark.parametrize(
    ("quota", "answer"), [("roles", "role"), ("keys", "storage_key"), ("buckets", "bucket"), ("domains", "domain")]
)
async def test_a_quota_that_is_reached_is_said_at_its_step(fresh_demo, quota, answer):
    demo = fresh_demo(environments.load("empty-account").moved(overrides={"quotas": {quota: 0}}))
    async with connected(demo) as connection:
        planned = await prepare(answers(demo), connection)
    assert any(problem.answer == answer and "have the quota raised" in problem.text for problem in planned.problems)


async def test_one_availability_zone_is_a_warning(fresh_demo):
    demo = fresh_demo("empty-account")
    async with connected(demo) as connection:
        planned = await prepare(answers(demo).with_(subnets=("subnet-0a1b2c3d4e5f60718",)), connection)
    assert not planned.stopped
    assert any("Availability Zone" in problem.text for problem in planned.problems)
    assert planned.proven


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version = 2", "version is 2"),
        ("version = true", "version is True"),
        ("", "does not say its version: write version = 1"),
        ("version = 1\nrole = 3", "role = 3: write a text"),
        ("version = 1\nprofiles = 'ana'", "profiles = 'ana': write a list"),
        ("version = 1\npin_key = 'yes'", "write true or false"),
        ("version = 1\ncolour = 'red'", "'colour' is no answer"),
        ("version = ", "is not TOML"),
    ],
)
def test_a_file_that_cannot_be_meant_is_named(text, says):
    with pytest.raises(BadAnswers, match=says):
        from_toml(text)


def test_answers_come_back_from_their_file():
    wanted = Answers(domain="canvas", profiles=("ana", "bén"), pin_key=True, datasets=('s3://a"b/c.csv',))
    assert from_toml(to_toml(wanted)) == wanted


async def test_nothing_is_demanded_for_what_stands_already(fresh_demo):
    denied = ["sagemaker:CreateUserProfile", "kms:CreateKey", "iam:CreateRole", "s3:CreateBucket"]
    demo = fresh_demo(environments.load("healthy").moved(overrides={"operator": {"denied": denied}}))
    target = demo.environment.target
    async with connected(demo) as connection:
        wanted = Answers(domain=target.domain_id, profiles=(target.user_profile,))
        planned = await prepare(wanted, connection)
    assert planned.problems == ()


@pytest.mark.parametrize(
    ("more", "answer", "says"),
    [
        ({"storage_key": "alias/canvas-artifacts"}, "storage_key", "can never be changed: write new"),
        ({"storage_key": "aws-managed"}, "storage_key", "encrypts its volumes with alias/studio-storage"),
        ({"storage_key": "alias/nowhere"}, "storage_key", "can never be changed"),
        ({"auth_mode": "SSO"}, "auth_mode", "sign in by IAM, which can never be changed: write IAM"),
        ({"vpc": "vpc-nowhere"}, "vpc", "which can never be changed: leave it empty"),
        ({"network": "VpcOnly"}, "network", "is PublicInternetOnly"),
        ({"subnets": ("subnet-nowhere",)}, "subnets", "leave it empty, or name a new Domain"),
        ({"security_groups": ("sg-nowhere",)}, "security_groups", "leave it empty, or name a new Domain"),
    ],
)
async def test_what_an_existing_domain_can_never_follow_is_said(demo_server, more, answer, says):
    demo = demo_server("healthy")
    domain = demo.environment.target.domain_id
    async with connected(demo) as connection:
        planned = await prepare(Answers(domain=domain, **more), connection)
    wrong = [problem for problem in planned.problems if problem.stops]
    assert [problem.answer for problem in wrong] == [answer]
    assert says in wrong[0].text
    assert planned.changes == ()


async def test_what_an_existing_domain_has_is_no_disagreement(demo_server):
    async with connected(demo_server("healthy")) as connection:
        domain = listed((await look(connection)).domains)[0]
        standing = {
            "vpc": domain.described["VpcId"],
            "subnets": tuple(reversed(domain.described["SubnetIds"])),
            "storage_key": domain.described["KmsKeyId"].rsplit("/", 1)[-1],
        }
        planned = await prepare(Answers(domain=domain.id, **standing), connection)
    assert planned.problems == ()


OPEN = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
LIST = {**OPEN, "Action": "s3:ListAllMyBuckets"}
S3 = "vpce-0c0ffee0c0ffee001"


@pytest.mark.parametrize(
    ("network", "answer", "says"),
    [
        ({"endpoints": {S3: None}}, "network", "has no endpoint for S3. Choose PublicInternetOnly, or have"),
        ({"endpoints": {S3: {"state": "pending"}}}, "network", "has no available endpoint for S3"),
        ({"endpoints": {S3: {"route_tables": []}}}, "network", "is not in the route tables of"),
        (
            {"endpoints": {S3: {"policy": {"Statement": [{**OPEN, "Resource": "arn:aws:s3:::*sagemaker*"}, LIST]}}}},
            "network",
            f"on arn:aws:s3:::{SALES}",
        ),
        (
            {
                "route_tables": {
                    "rtb-0aa11bb22cc33dd44": {"subnets": ["subnet-0a1b2c3d4e5f60718"], "main": False},
                    "rtb-0bb": {"vpc": "vpc-0a1b2c3d4e5f60718", "subnets": ["subnet-0918f7e6d5c4b3a20"]},
                }
            },
            "subnets",
            "is not in the route tables of subnet-0918f7e6d5c4b3a20. Choose other subnets",
        ),
        (
            {"endpoints": {S3: None}, "subnets": {"subnet-other": {"vpc": "vpc-other", "zone": "{region}a"}}},
            "vpc",
            "Choose another VPC, PublicInternetOnly",
        ),
    ],
    ids=["none", "not available", "not routed", "policy", "one subnet", "another VPC"],
)
async def test_with_vpc_only_a_way_to_s3_that_is_closed_is_said_at_the_network(fresh_demo, network, answer, says):
    demo = fresh_demo(environments.load("empty-account").moved(overrides={"network": network}))
    wanted = answers(demo, network="VpcOnly", vpc="vpc-0a1b2c3d4e5f60718")
    async with connected(demo) as connection:
        planned = await prepare(wanted, connection)
        assert planned.stopped
        assert [problem.answer for problem in planned.problems] == [answer]
        assert says in planned.problems[0].text
        open_still = wanted.with_(profiles=())
        assert await asked("network", open_still, connection, planned.account) == list(planned.problems)


async def test_with_vpc_only_endpoints_that_lack_are_a_warning(fresh_demo):
    lacking = {"vpce-0c0ffee0c0ffee002": None, "vpce-0c0ffee0c0ffee004": None}
    demo = fresh_demo(environments.load("empty-account").moved(overrides={"network": {"endpoints": lacking}}))
    async with connected(demo) as connection:
        planned = await prepare(answers(demo, network="VpcOnly"), connection)
    assert not planned.stopped
    assert "no interface endpoint for kms, sts" in planned.problems[0].text
