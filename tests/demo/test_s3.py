"""S3 as strict as AWS, where a diagnosis or a fix depends on it."""

from __future__ import annotations

import json

import pytest

from canvas_kms_tui.demo import environments
from tests.demo.clients import client, code, refused

ARTIFACTS = "sagemaker-eu-west-1-111122223333"
SALES = "acme-sales-data-111122223333"


@pytest.fixture
def s3(fresh_demo):
    return client(fresh_demo("healthy"), "s3")


def test_the_expected_owner_is_enforced(s3):
    s3.head_bucket(Bucket=ARTIFACTS, ExpectedBucketOwner="111122223333")
    assert (
        refused(s3.head_bucket, Bucket=ARTIFACTS, ExpectedBucketOwner="999988887777").response["Error"]["Code"] == "403"
    )
    assert code(s3.get_bucket_policy, Bucket=SALES, ExpectedBucketOwner="999988887777") == "AccessDenied"


def test_a_bucket_of_somebody_else_is_refused_and_unlisted(fresh_demo):
    s3 = client(fresh_demo("default-bucket-foreign"), "s3")
    error = refused(s3.head_bucket, Bucket=ARTIFACTS).response
    assert error["Error"]["Code"] == "403"
    assert error["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "eu-west-1"
    assert ARTIFACTS not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


def test_a_missing_bucket_is_missing(fresh_demo):
    s3 = client(fresh_demo("default-bucket-missing"), "s3")
    assert code(s3.head_bucket, Bucket=ARTIFACTS) == "404"
    assert code(s3.get_bucket_policy, Bucket=ARTIFACTS) == "NoSuchBucket"


def test_a_new_bucket_is_encrypted_and_closed(fresh_demo):
    s3 = client(fresh_demo("default-bucket-missing"), "s3")
    s3.create_bucket(Bucket=ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    rule = s3.get_bucket_encryption(Bucket=ARTIFACTS)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert all(s3.get_public_access_block(Bucket=ARTIFACTS)["PublicAccessBlockConfiguration"].values())
    owner = s3.get_bucket_ownership_controls(Bucket=ARTIFACTS)["OwnershipControls"]["Rules"]
    assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_a_bucket_policys_deny_does_not_stop_the_operators_reads(fresh_demo):
    s3 = client(fresh_demo("source-policy-explicit-deny"), "s3")
    assert s3.head_object(Bucket=SALES, Key="2025/churn.csv")["ContentLength"] == 1_843_200


def test_a_bucket_of_another_region_redirects_and_tells_where(fresh_demo):
    demo = fresh_demo("source-wrong-region")
    s3 = client(demo, "s3")
    assert s3.get_bucket_location(Bucket=SALES)["LocationConstraint"] == "us-west-2"
    assert s3.list_objects_v2(Bucket=SALES)["KeyCount"] == 2  # botocore follows the redirect
    regions = {call["region"] for call in demo.requests() if call["operation"] == "ListObjectsV2"}
    assert regions == {"eu-west-1", "us-west-2"}


def test_an_object_says_how_it_is_encrypted(s3):
    own = s3.head_object(Bucket=ARTIFACTS, Key="Canvas/ana/Datasets/returns-2024.csv")
    assert own["BucketKeyEnabled"]
    assert own["SSEKMSKeyId"].startswith("arn:aws:kms:eu-west-1:111122223333:key/")
    sales = s3.head_object(Bucket=SALES, Key="2025/churn.csv")
    assert "BucketKeyEnabled" not in sales
    assert sales["SSEKMSKeyId"] != own["SSEKMSKeyId"]
    assert "SSEKMSKeyId" not in s3.head_object(Bucket=SALES, Key="2025/readme.txt")


def test_a_missing_object_is_a_refusal_where_listing_is_denied(fresh_demo):
    assert code(client(fresh_demo("healthy"), "s3").head_object, Bucket=SALES, Key="none.csv") == "404"
    denied = environments.load("healthy").moved(overrides={"operator": {"denied": ["s3:ListBucket"]}})
    assert code(client(fresh_demo(denied), "s3").head_object, Bucket=SALES, Key="none.csv") == "403"


def test_an_object_under_a_customers_own_key_wants_the_key(fresh_demo):
    overrides = {"buckets": {"sales": {"objects": {"2025/churn.csv": {"sse_c": True}}}}}
    s3 = client(fresh_demo(environments.load("healthy").moved(overrides=overrides)), "s3")
    assert code(s3.head_object, Bucket=SALES, Key="2025/churn.csv") == "400"


def test_an_upload_is_filed_under_the_keys_arn(fresh_demo):
    demo = fresh_demo("healthy")
    s3, kms = client(demo, "s3"), client(demo, "kms")
    key = kms.describe_key(KeyId="alias/sales-data")["KeyMetadata"]
    s3.put_object(Bucket=SALES, Key="new.csv", Body=b"a,b", ServerSideEncryption="aws:kms", SSEKMSKeyId=key["KeyId"])
    assert s3.head_object(Bucket=SALES, Key="new.csv")["SSEKMSKeyId"] == key["Arn"]
    kms.disable_key(KeyId=key["Arn"])
    assert code(s3.get_object, Bucket=SALES, Key="new.csv") == "KMS.DisabledException"


def policy(**statement):
    base = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{ARTIFACTS}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**base, **statement}]})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{", "MalformedPolicy"),
        (policy(Resource="arn:aws:s3:::another/*"), "MalformedPolicy"),
        (policy(Principal={"AWS": "AROA2OLDCANVASROLE77X"}), "MalformedPolicy"),
        (policy(Principal={"AWS": "arn:aws:iam::111122223333:role/Gone"}), "MalformedPolicy"),
        (policy(Sid="A" * 20_480), "PolicyTooLarge"),
        (policy(Effect="Allow"), "AccessDenied"),
    ],
)
def test_a_bad_bucket_policy_is_refused(s3, text, wanted):
    assert code(s3.put_bucket_policy, Bucket=ARTIFACTS, Policy=text) == wanted


def test_a_bucket_policy_is_stored_and_removed(s3):
    s3.put_bucket_policy(Bucket=ARTIFACTS, Policy=policy(), ExpectedBucketOwner="111122223333")
    assert json.loads(s3.get_bucket_policy(Bucket=ARTIFACTS)["Policy"]) == json.loads(policy())
    s3.delete_bucket_policy(Bucket=ARTIFACTS)
    assert code(s3.get_bucket_policy, Bucket=ARTIFACTS) == "NoSuchBucketPolicy"


def test_cors_is_replaced_whole(s3):
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"]}
    s3.put_bucket_cors(Bucket=ARTIFACTS, CORSConfiguration={"CORSRules": [rule]})
    assert [r["AllowedMethods"] for r in s3.get_bucket_cors(Bucket=ARTIFACTS)["CORSRules"]] == [["GET"]]
    s3.delete_bucket_cors(Bucket=ARTIFACTS)
    assert code(s3.get_bucket_cors, Bucket=ARTIFACTS) == "NoSuchCORSConfiguration"


def test_the_owner_of_a_foreign_object_shows(fresh_demo):
    s3 = client(fresh_demo("object-foreign-owner"), "s3")
    mine = s3.get_bucket_acl(Bucket=SALES)["Owner"]["ID"]
    assert s3.get_object_acl(Bucket=SALES, Key="2025/churn.csv")["Owner"]["ID"] != mine
    assert s3.get_object_acl(Bucket=SALES, Key="2025/readme.txt")["Owner"]["ID"] == mine


def test_tags_payer_storage_class_and_policy_status_are_answered(fresh_demo):
    overrides = {
        "buckets": {
            "sales": {
                "requester_pays": True,
                "objects": {"2025/churn.csv": {"tags": {"SageMaker": "true"}, "storage_class": "GLACIER"}},
            }
        }
    }
    s3 = client(fresh_demo(environments.load("public-policy-restricted").moved(overrides=overrides)), "s3")
    assert s3.get_object_tagging(Bucket=SALES, Key="2025/churn.csv")["TagSet"] == [
        {"Key": "SageMaker", "Value": "true"}
    ]
    assert s3.get_bucket_request_payment(Bucket=SALES)["Payer"] == "Requester"
    assert s3.head_object(Bucket=SALES, Key="2025/churn.csv")["StorageClass"] == "GLACIER"
    assert s3.get_bucket_policy_status(Bucket=SALES)["PolicyStatus"]["IsPublic"]


def test_listing_comes_in_pages(s3):
    first = s3.list_objects_v2(Bucket=ARTIFACTS, Prefix="Canvas/", MaxKeys=2)
    rest = s3.list_objects_v2(Bucket=ARTIFACTS, Prefix="Canvas/", ContinuationToken=first["NextContinuationToken"])
    assert len(first["Contents"]) + len(rest["Contents"]) == 3


def test_removed_default_encryption_falls_back_to_sse_s3(s3):
    s3.delete_bucket_encryption(Bucket=ARTIFACTS)
    rule = s3.get_bucket_encryption(Bucket=ARTIFACTS)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
