import pytest

from canvas_kms_tui import edits
from canvas_kms_tui.edits.documents import characters

ROLE = {"role_name": "Import", "role_arn": "arn:aws-us-gov:iam::999900001111:role/team/Import"}
USE = {"Sid": "Use", "Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": "arn:aws-us-gov:kms:x:1:key/a"}
BUCKET = {"bucket": "wide-lake", "account": "999900001111", "region": "us-gov-west-1", "partition": "aws-us-gov"}


def put(existing, *statements):
    return edits.put_inline_role_policy(**ROLE, existing=existing, statements=statements)


def test_a_role_without_our_policy_gets_a_new_one():
    change = put({}, USE)
    assert change.before is None
    assert change.after["Statement"] == [{**USE, "Sid": "CanvasKmsUse"}]


def test_a_second_key_joins_our_statement():
    once = put({}, USE).after
    twice = put({"CanvasKmsImport": once}, {**USE, "Resource": "arn:aws-us-gov:kms:x:1:key/b"})
    assert [s["Resource"][-1] for s in twice.after["Statement"]] == ["arn:aws-us-gov:kms:x:1:key/b"]
    assert twice.before == once


def test_actions_and_resources_are_never_crossed():
    once = put({}, USE).after
    twice = put({"CanvasKmsImport": once}, {**USE, "Action": "kms:CreateGrant", "Resource": "other"}).after
    assert len(twice["Statement"]) == 2


def test_somebody_elses_policy_of_our_name_is_left_alone():
    theirs = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    change = put({"CanvasKmsImport": theirs}, USE)
    assert change.parameters["PolicyName"] == "CanvasKmsImport2"


def test_all_inline_policies_count_together_without_white_space():
    full = {"Version": "2012-10-17", "Statement": [{**USE, "Sid": "s"}]}
    room = 10_240 - characters(full) - characters(put({}, USE).after)
    fits = {"Other": {**full, "Statement": [{**USE, "Sid": "s" * (1 + room)}]}}
    spaced = {"Other": {**full, "Statement": [{**USE, "Sid": "s" * (1 + room) + "   "}]}}
    over = {"Other": {**full, "Statement": [{**USE, "Sid": "s" * (2 + room)}]}}
    assert put(fits, USE)
    assert put(spaced, USE)
    with pytest.raises(edits.TooLarge, match="10,241 characters"):
        put(over, USE)


def test_a_trust_policy_keeps_whom_it_trusts():
    glue = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
    change = edits.update_trust_policy(**ROLE, current={"Version": "2012-10-17", "Statement": glue})
    assert change.after["Statement"][0] == glue
    assert change.after["Statement"][1]["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert change.confirm == "999900001111 m/Import"


def test_settings_are_sent_back_whole_with_one_field_changed():
    before = {
        "TimeSeriesForecastingSettings": {"Status": "ENABLED"},
        "WorkspaceSettings": {"S3ArtifactPath": "s3://x/y", "S3KmsKeyId": "old"},
    }
    change = edits.set_workspace_settings(
        level="user_profile",
        domain_id="d-1",
        profile="ana",
        resource_arn="arn:aws:sagemaker:sa-east-1:1:user-profile/d-1/ana",
        current_settings=before,
        S3KmsKeyId="new",
    )
    sent = change.parameters["UserSettings"]["CanvasAppSettings"]
    assert sent == {**before, "WorkspaceSettings": {"S3ArtifactPath": "s3://x/y", "S3KmsKeyId": "new"}}
    assert (change.operation, change.region) == ("UpdateUserProfile", "sa-east-1")


def test_the_domain_gets_default_user_settings():
    arn = "arn:aws:sagemaker:sa-east-1:1:domain/d-1"
    change = edits.update_domain_storage(domain_id="d-1", resource_arn=arn, current=None, maximum_gb=100)
    assert change.parameters == {
        "DomainId": "d-1",
        "DefaultUserSettings": {
            "SpaceStorageSettings": {
                "DefaultEbsStorageSettings": {"DefaultEbsVolumeSizeInGb": 100, "MaximumEbsVolumeSizeInGb": 100}
            }
        },
    }


def test_one_condition_value_of_one_statement_changes():
    key = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"}
    document = {"Statement": [{**deny, "Condition": {"StringNotEquals": {key.upper(): "old"}}}, deny]}
    after = edits.replace_condition_value(document, index=0, operator="stringnotequals", key=key, new="new")
    assert after["Statement"][0]["Condition"] == {"StringNotEquals": {key.upper(): "new"}}
    assert after["Statement"][1] == deny
    assert document["Statement"][0]["Condition"]["StringNotEquals"][key.upper()] == "old"


def test_a_bucket_policy_without_statements_is_deleted():
    change = edits.edit_bucket_policy(**BUCKET, current={"Statement": [USE]}, new={"Statement": []})
    assert change.operation == "DeleteBucketPolicy"
    assert change.confirm == "999900001111 ide-lake"


def test_a_new_bucket_policy_needs_no_typing():
    assert edits.edit_bucket_policy(**BUCKET, current=None, new={"Statement": [USE]}).confirm is None


@pytest.mark.parametrize(("region", "place"), [("us-east-1", None), ("eu-south-2", "eu-south-2")])
def test_the_default_bucket_is_created_blocked_and_encrypted(region, place):
    make = {**BUCKET, "region": region}
    create, block, encrypt = edits.create_default_bucket(**make, key_arn="arn:key")
    assert create.parameters.get("CreateBucketConfiguration", {}).get("LocationConstraint") == place
    assert all(block.parameters["PublicAccessBlockConfiguration"].values())
    rule = encrypt.parameters["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:key"}
    assert block.parameters["ExpectedBucketOwner"] == encrypt.parameters["ExpectedBucketOwner"] == "999900001111"


def test_cors_rules_that_stand_are_kept():
    get = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.org"]}
    post = {"AllowedMethods": ["POST"], "AllowedOrigins": ["*"]}
    once = edits.put_bucket_cors(**BUCKET, current={"CORSRules": [get]}, rule=post)
    assert once.after == {"CORSRules": [get, post]}
    assert edits.put_bucket_cors(**BUCKET, current=once.after, rule=post).after == once.after
    with pytest.raises(edits.TooLarge, match="101 rules"):
        edits.put_bucket_cors(**BUCKET, current={"CORSRules": [get] * 100}, rule=post)


def test_spellings_of_the_same_document_are_equal():
    first = {"Statement": {"Action": "a", "Principal": {"AWS": ["x"]}, "Condition": {"Bool": {"k": True}}}, "Id": None}
    second = {"Statement": [{"Principal": {"AWS": "x"}, "Action": ["a"], "Condition": {"Bool": {"k": "true"}}}]}
    assert edits.digest(first) == edits.digest(second)
    assert not edits.equal({"Statement": [{"Sid": "1"}, {"Sid": "2"}]}, {"Statement": [{"Sid": "2"}, {"Sid": "1"}]})
