"""The other services: SageMaker, IAM, STS, EC2, Organizations, CloudTrail, access points."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from canvas_kms_tui.demo import environments
from canvas_kms_tui.demo.environments import Credentials
from tests.demo.clients import client, code, refused


def variant(name="healthy", **overrides):
    return environments.load(name).moved(overrides=overrides)


def eventually(question, seconds=5.0):
    until = time.monotonic() + seconds
    while not question() and time.monotonic() < until:
        time.sleep(0.1)
    return question()


# SageMaker


def test_an_update_replaces_each_setting_that_is_sent_and_keeps_the_others(fresh_demo):
    demo = fresh_demo("healthy")
    sagemaker, domain = client(demo, "sagemaker"), demo.environment.target.domain_id
    sagemaker.update_domain(
        DomainId=domain, DefaultUserSettings={"CanvasAppSettings": {"WorkspaceSettings": {"S3KmsKeyId": "alias/x"}}}
    )
    found = sagemaker.describe_domain(DomainId=domain)["DefaultUserSettings"]
    assert found["CanvasAppSettings"] == {"WorkspaceSettings": {"S3KmsKeyId": "alias/x"}}
    assert found["ExecutionRole"].endswith("CanvasExecutionRole")
    sagemaker.update_user_profile(DomainId=domain, UserProfileName="ana", UserSettings={"SecurityGroups": ["sg-1"]})
    profile = sagemaker.describe_user_profile(DomainId=domain, UserProfileName="ana")
    assert profile["UserSettings"] == {"SecurityGroups": ["sg-1"]}
    assert profile["LastModifiedTime"] > profile["CreationTime"]


def test_what_does_not_exist_is_resource_not_found(demo_server):
    demo = demo_server("healthy")
    sagemaker, domain = client(demo, "sagemaker"), demo.environment.target.domain_id
    assert code(sagemaker.describe_domain, DomainId="d-none") == "ResourceNotFound"
    assert code(sagemaker.describe_user_profile, DomainId=domain, UserProfileName="no") == "ResourceNotFound"
    assert code(sagemaker.describe_space, DomainId=domain, SpaceName="no") == "ResourceNotFound"


def test_profiles_come_in_pages(fresh_demo):
    profiles = {f"user{number:02}": {} for number in range(23)}
    demo = fresh_demo(variant(domains={"analytics": {"profiles": profiles}}))
    pages = list(client(demo, "sagemaker").get_paginator("list_user_profiles").paginate())
    assert [len(page["UserProfiles"]) for page in pages] == [10, 10, 5]


def test_apps_are_listed_and_described(demo_server):
    demo = demo_server("domain-key-grant-denied")
    sagemaker = client(demo, "sagemaker")
    app = sagemaker.list_apps(DomainIdEquals=demo.environment.target.domain_id, UserProfileNameEquals="ana")["Apps"][0]
    wanted = {name: app[name] for name in ("DomainId", "UserProfileName", "AppType", "AppName")}
    assert "kms:CreateGrant" in sagemaker.describe_app(**wanted)["FailureReason"]


def test_tags_of_an_untagged_domain_are_none(demo_server):
    demo = demo_server("healthy")
    sagemaker = client(demo, "sagemaker")
    arn = sagemaker.describe_domain(DomainId=demo.environment.target.domain_id)["DomainArn"]
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == []


def test_a_new_domain_and_profile_are_in_service_a_moment_later(fresh_demo):
    demo = fresh_demo("healthy")
    sagemaker, kms = client(demo, "sagemaker"), client(demo, "kms")
    settings = {"ExecutionRole": "arn:aws:iam::111122223333:role/service-role/CanvasExecutionRole"}
    key = kms.describe_key(KeyId="alias/studio-storage")["KeyMetadata"]["Arn"]
    new = {"DomainName": "new", "AuthMode": "IAM", "DefaultUserSettings": settings, "SubnetIds": ["subnet-1"],
           "VpcId": "vpc-1"}  # fmt: skip
    domain = sagemaker.create_domain(**new, KmsKeyId=key)["DomainArn"].rsplit("/", 1)[1]
    assert sagemaker.describe_domain(DomainId=domain)["Status"] == "Pending"
    sagemaker.create_user_profile(DomainId=domain, UserProfileName="eve")
    assert eventually(lambda: sagemaker.describe_domain(DomainId=domain)["Status"] == "InService")
    assert code(sagemaker.create_domain, **new) == "ResourceInUse"
    assert code(sagemaker.delete_domain, DomainId=domain) == "ResourceInUse"
    assert code(sagemaker.create_domain, **{**new, "DomainName": "x"}, KmsKeyId="alias/none") == "ValidationException"


# IAM and STS


def test_aws_managed_policies_are_there_as_attached_and_in_the_partition(demo_server):
    iam = client(demo_server("china-role-denied-kms"), "iam")
    attached = iam.list_attached_role_policies(RoleName="CanvasExecutionRole")["AttachedPolicies"]
    arn = next(policy["PolicyArn"] for policy in attached if policy["PolicyName"] == "AmazonSageMakerCanvasFullAccess")
    assert arn.startswith("arn:aws-cn:iam::aws:policy/")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert "arn:aws:" not in json.dumps(document)


def test_the_inline_policies_of_a_role_have_10240_characters_without_white_space(fresh_demo):
    iam = client(fresh_demo("healthy"), "iam")
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:eu-west-1:111122223333:key/1"}
    one = {"Version": "2012-10-17", "Statement": [statement] * 40}
    iam.put_role_policy(RoleName="CanvasExecutionRole", PolicyName="a", PolicyDocument=json.dumps(one, indent=8))
    again = {"RoleName": "CanvasExecutionRole", "PolicyName": "b", "PolicyDocument": json.dumps(one)}
    iam.put_role_policy(**again | {"PolicyName": "a"})
    assert code(
        iam.put_role_policy, **again | {"PolicyDocument": json.dumps({**one, "Statement": [statement] * 60})}
    ) == ("LimitExceeded")


def test_the_boundary_and_the_trust_show_with_the_role(demo_server):
    role = client(demo_server("permissions-boundary"), "iam").get_role(RoleName="CanvasExecutionRole")["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(":policy/AnalyticsBoundary")
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert role["RoleId"].startswith("AROA")


def test_policy_versions_are_kept(demo_server):
    policy = {"Version": "2012-10-17", "Statement": []}
    demo = demo_server(variant(policies={"TagOnlyOwnStacks": {"older_versions": [policy]}}))
    arn = "arn:aws:iam::111122223333:policy/TagOnlyOwnStacks"
    iam = client(demo, "iam")
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"] == policy


def test_a_declared_role_is_assumed_and_has_denials_of_its_own(fresh_demo):
    writer = {"arn": "{role:KeyAdministrator}", "external_id": "s3cret", "denied": ["s3:*"]}
    demo = fresh_demo(variant(operator={"denied": ["kms:DisableKey"], "roles": [writer]}))
    sts, role = client(demo, "sts"), "arn:aws:iam::111122223333:role/KeyAdministrator"
    assert code(sts.assume_role, RoleArn=role, RoleSessionName="sess") == "AccessDenied"
    given = sts.assume_role(RoleArn=role, RoleSessionName="sess", ExternalId="s3cret")["Credentials"]
    credentials = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    who = client(demo, "sts", credentials=credentials).get_caller_identity()["Arn"]
    assert who == "arn:aws:sts::111122223333:assumed-role/KeyAdministrator/sess"
    key = client(demo, "kms").describe_key(KeyId="alias/canvas-artifacts")["KeyMetadata"]["Arn"]
    assert code(client(demo, "kms").disable_key, KeyId=key) == "AccessDeniedException"
    client(demo, "kms", credentials=credentials).disable_key(KeyId=key)
    assert code(client(demo, "s3", credentials=credentials).list_buckets) == "AccessDenied"


def test_a_role_that_is_not_declared_is_not_assumed(demo_server):
    sts = client(demo_server("healthy"), "sts")
    role = "arn:aws:iam::111122223333:role/NightlyReports"
    assert code(sts.assume_role, RoleArn=role, RoleSessionName="sess") == "AccessDenied"


def test_expired_credentials_say_so_in_each_services_words(fresh_demo):
    demo = fresh_demo(variant(operator={"expired": True}))
    assert code(client(demo, "sts").get_caller_identity) == "ExpiredToken"
    assert code(client(demo, "kms").list_keys) == "ExpiredTokenException"
    assert code(client(demo, "s3").list_buckets) == "ExpiredToken"


# Denials


@pytest.mark.parametrize(
    ("service", "action", "operation", "params", "wanted", "status"),
    [
        ("sagemaker", "sagemaker:DescribeDomain", "describe_domain", {"DomainId": "d-x"}, "AccessDeniedException", 400),
        ("iam", "iam:GetRole", "get_role", {"RoleName": "CanvasExecutionRole"}, "AccessDenied", 403),
        ("ec2", "ec2:Describe*", "describe_vpc_endpoints", {}, "UnauthorizedOperation", 403),
        ("cloudtrail", "cloudtrail:LookupEvents", "lookup_events", {}, "AccessDeniedException", 400),
        ("s3", "s3:GetEncryptionConfiguration", "get_bucket_encryption",
         {"Bucket": "acme-sales-data-111122223333"}, "AccessDenied", 403),
        ("s3", "s3:ListBucket", "head_bucket", {"Bucket": "acme-sales-data-111122223333"}, "403", 403),
        ("s3", "s3:GetObject", "head_object",
         {"Bucket": "acme-sales-data-111122223333", "Key": "2025/churn.csv"}, "403", 403),
        ("s3", "s3:ListAllMyBuckets", "list_buckets", {}, "AccessDenied", 403),
    ],
)  # fmt: skip
def test_each_service_refuses_in_its_own_way(fresh_demo, service, action, operation, params, wanted, status):
    demo = fresh_demo(variant(operator={"denied": [action]}))
    error = refused(getattr(client(demo, service), operation), **params)
    assert error.response["Error"]["Code"] == wanted
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status
    if wanted != "403":
        assert demo.environment.operator_arn in error.response["Error"]["Message"]


# Simulation and validation


def decisions(demo, role, *actions, resource="*", **context):
    entries = [
        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
        for key, value in context.get("entries", {}).items()
    ]
    account, partition = demo.environment.account, demo.environment.partition
    found = client(demo, "iam").simulate_principal_policy(
        PolicySourceArn=f"arn:{partition}:iam::{account}:role/{role}", ActionNames=list(actions),
        ResourceArns=[resource], ContextEntries=entries,
    )  # fmt: skip
    return found["EvaluationResults"]


ROLE = "service-role/CanvasExecutionRole"


def test_the_simulation_judges_identity_policies_with_their_conditions(demo_server):
    demo = demo_server("healthy")
    key = client(demo, "kms").describe_key(KeyId="alias/sales-data")["KeyMetadata"]["Arn"]
    via = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
    assert decisions(demo, ROLE, "kms:Decrypt", resource=key, entries=via)[0]["EvalDecision"] == "allowed"
    assert decisions(demo, ROLE, "kms:Decrypt", resource=key)[0]["EvalDecision"] == "implicitDeny"
    assert decisions(demo, ROLE, "kms:GenerateDataKey", resource=key, entries=via)[0]["EvalDecision"] == "implicitDeny"


def test_the_simulation_names_boundary_and_organization(demo_server):
    (bounded,) = decisions(demo_server("permissions-boundary"), ROLE, "kms:GenerateDataKey")
    assert bounded["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    closed, open_ = decisions(demo_server("scp-denied"), ROLE, "kms:GenerateDataKey", "s3:ListAllMyBuckets")
    assert closed["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}
    assert closed["EvalDecision"] == "explicitDeny"
    assert open_["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}
    assert open_["EvalDecision"] == "allowed"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("{", ["JSON_SYNTAX_ERROR"]),
        ('{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}', ["MISSING_PRINCIPAL"]),
        ('{"Statement": [{"Effect": "Deny", "Action": "*", "Principal": "*", "Resource": "*"}]}', []),
    ],
)
def test_a_policy_is_validated_for_its_grammar(demo_server, text, codes):
    analyzer = client(demo_server("healthy"), "accessanalyzer")
    found = analyzer.validate_policy(policyDocument=text, policyType="RESOURCE_POLICY")["findings"]
    assert [finding["issueCode"] for finding in found] == codes


def test_plainly_public_access_is_found(demo_server):
    analyzer = client(demo_server("healthy"), "accessanalyzer")
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    asked = {"policyDocument": json.dumps({"Statement": [statement]}), "resourceType": "AWS::S3::Bucket"}
    assert analyzer.check_no_public_access(**asked)["result"] == "FAIL"


# EC2, Organizations, CloudTrail, access points


def test_the_endpoints_policy_comes_as_text(demo_server):
    ec2 = client(demo_server("vpc-endpoint"), "ec2")
    filters = [{"Name": "service-name", "Values": ["com.amazonaws.eu-west-1.s3"]}]
    (endpoint,) = ec2.describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]
    assert "sagemaker" in json.loads(endpoint["PolicyDocument"])["Statement"][0]["Resource"][2]
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [endpoint["VpcId"]]}])["RouteTables"]
    assert endpoint["VpcEndpointId"] in [route["GatewayId"] for route in tables[0]["Routes"]]
    assert [one["Main"] for one in tables[0]["Associations"]] == [True, False, False]


def test_a_readable_organization_shows_its_policies_level_by_level(demo_server):
    organizations = client(demo_server("scp-denied"), "organizations")
    parent = organizations.list_parents(ChildId="111122223333")["Parents"][0]
    assert parent["Type"] == "ORGANIZATIONAL_UNIT"
    found = organizations.list_policies_for_target(TargetId=parent["Id"], Filter="SERVICE_CONTROL_POLICY")["Policies"]
    assert {policy["Name"] for policy in found} == {"FullAWSAccess", "KeysByTag"}
    own = next(policy["Id"] for policy in found if not policy["AwsManaged"])
    assert "TaggedRolesOnly" in organizations.describe_policy(PolicyId=own)["Policy"]["Content"]


def test_members_may_normally_not_read_the_organization(demo_server):
    organizations = client(demo_server("organization-unreadable"), "organizations")
    assert organizations.describe_organization()["Organization"]["Id"] == "o-a1b2c3d4e5"
    assert code(organizations.list_parents, ChildId="111122223333") == "AccessDeniedException"


def test_an_account_on_its_own_has_no_organization(demo_server):
    organizations = client(demo_server("healthy"), "organizations")
    assert code(organizations.describe_organization) == "AWSOrganizationsNotInUseException"


def test_declared_events_are_looked_up_newest_first(demo_server):
    trail = client(demo_server("role-denied-kms"), "cloudtrail")
    asked = [{"AttributeKey": "EventName", "AttributeValue": "GenerateDataKey"}]
    since = datetime.now(UTC) - timedelta(hours=24)
    events = trail.lookup_events(LookupAttributes=asked, StartTime=since)["Events"]
    assert len(events) == 5
    assert events == sorted(events, key=lambda event: event["EventTime"], reverse=True)
    detail = json.loads(events[0]["CloudTrailEvent"])
    assert detail["errorCode"] == "AccessDenied"
    assert detail["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"].endswith("/CanvasExecutionRole")
    assert detail["requestParameters"]["encryptionContext"]["aws:s3:arn"].startswith("arn:aws:s3:::sagemaker-")


def test_our_own_writes_are_found_in_the_trail(fresh_demo):
    demo = fresh_demo("healthy")
    kms = client(demo, "kms")
    key = kms.describe_key(KeyId="alias/canvas-artifacts")["KeyMetadata"]["Arn"]
    kms.disable_key(KeyId=key)
    asked = [{"AttributeKey": "EventName", "AttributeValue": "DisableKey"}]
    (event,) = client(demo, "cloudtrail").lookup_events(LookupAttributes=asked)["Events"]
    assert json.loads(event["CloudTrailEvent"])["userIdentity"]["arn"] == demo.environment.operator_arn
    assert event["Resources"][0]["ResourceName"] == key


def test_events_of_iam_are_found_in_the_global_region(demo_server):
    demo = demo_server("stale-principal")
    asked = [{"AttributeKey": "EventName", "AttributeValue": "CreateRole"}]
    assert client(demo, "cloudtrail").lookup_events(LookupAttributes=asked)["Events"] == []
    assert len(client(demo, "cloudtrail", region="us-east-1").lookup_events(LookupAttributes=asked)["Events"]) == 2


def test_an_access_point_tells_bucket_origin_and_policy(demo_server):
    demo = demo_server("access-point")
    control, account = client(demo, "s3control"), demo.environment.account
    found = control.get_access_point(AccountId=account, Name="sales-vpc")
    assert found["NetworkOrigin"] == "VPC"
    assert found["Bucket"] == "acme-sales-data-111122223333"
    assert "CanvasExecutionRole" in control.get_access_point_policy(AccountId=account, Name="sales-vpc")["Policy"]
    assert code(control.get_access_point, AccountId=account, Name="none") == "NoSuchAccessPoint"


def test_an_operation_that_the_stand_in_lacks_is_answered_once_and_plainly(demo_server):
    error = refused(client(demo_server("healthy"), "kms").describe_custom_key_stores)
    assert error.response["Error"]["Code"] == "NotImplemented"
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_a_trust_policy_with_a_deleted_identity_is_refused(fresh_demo):
    iam = client(fresh_demo("healthy"), "iam")
    statement = {"Effect": "Allow", "Principal": {"AWS": "AROA2OLDCANVASROLE77X"}, "Action": "sts:AssumeRole"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    asked = {"RoleName": "NightlyReports", "PolicyDocument": policy}
    assert code(iam.update_assume_role_policy, **asked) == "MalformedPolicyDocument"


def test_the_trail_spells_parameters_as_cloudtrail_does(fresh_demo):
    demo = fresh_demo("healthy")
    client(demo, "s3").delete_bucket_policy(Bucket="acme-sales-data-111122223333")
    (event,) = client(demo, "cloudtrail").lookup_events()["Events"]
    assert json.loads(event["CloudTrailEvent"])["requestParameters"]["bucketName"] == "acme-sales-data-111122223333"
