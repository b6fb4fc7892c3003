"""The live gateway and writer, over HTTP."""

from __future__ import annotations

import json
import uuid

import pytest

from canvas_kms_tui.gateway import CallFailed, Connection, FailureKind

DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}})


def a_name(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


async def test_a_connection_knows_its_caller(connection: Connection):
    assert connection.caller.account == "123456789012"
    assert connection.caller.partition == "aws"
    assert connection.region == "eu-west-1"


async def test_a_read_gives_the_answer_without_metadata(connection: Connection, aws):
    key_id = aws("kms").create_key()["KeyMetadata"]["KeyId"]
    answer = await connection.gateway.call("kms", "describe_key", KeyId=key_id)
    assert answer["KeyMetadata"]["KeyId"] == key_id
    assert set(answer) == {"KeyMetadata"}


async def test_what_is_not_there_is_not_found(connection: Connection):
    with pytest.raises(CallFailed) as failed:
        await connection.gateway.call("iam", "get_role", RoleName="nobody")
    assert failed.value.kind is FailureKind.NOT_FOUND
    assert failed.value.code == "NoSuchEntity"
    assert failed.value.resource == "arn:aws:iam::123456789012:role/nobody"
    assert failed.value.action == "iam:GetRole"


async def test_a_head_of_a_missing_bucket_is_not_found(connection: Connection):
    with pytest.raises(CallFailed) as failed:
        await connection.gateway.call("s3", "head_bucket", Bucket=a_name("missing"))
    assert failed.value.kind is FailureKind.NOT_FOUND


async def test_an_unknown_domain_is_not_found_although_aws_calls_it_a_validation_error(connection: Connection):
    with pytest.raises(CallFailed) as failed:
        await connection.gateway.call("sagemaker", "describe_domain", DomainId="d-nowhere12345")
    assert failed.value.kind is FailureKind.NOT_FOUND


async def test_a_write_cannot_pass_the_reading_door(connection: Connection):
    with pytest.raises(PermissionError, match="not on the list of reads"):
        await connection.gateway.call("kms", "put_key_policy", KeyId="k", Policy="{}")


async def test_a_read_cannot_pass_the_writing_door(connection: Connection):
    assert connection.writer is not None
    writer = await connection.writer()
    with pytest.raises(PermissionError, match="not on the list of writes"):
        await writer.send("kms", "get_key_policy", KeyId="k")


async def test_a_write_gives_the_request_id(connection: Connection, aws):
    assert connection.writer is not None
    key_id = aws("kms").create_key()["KeyMetadata"]["KeyId"]
    answer = await (await connection.writer()).send("kms", "disable_key", KeyId=key_id)
    assert answer["RequestId"]
    assert aws("kms").describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "Disabled"


async def test_all_pages_come_as_one_answer(connection: Connection, aws):
    role, iam = a_name("role"), aws("iam")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=DOCUMENT)
    for number in range(205):
        iam.put_role_policy(RoleName=role, PolicyName=f"p{number:03}", PolicyDocument=DOCUMENT)
    answer = await connection.gateway.call("iam", "list_role_policies", RoleName=role)
    assert len(answer["PolicyNames"]) == len(set(answer["PolicyNames"])) == 205
    assert "Marker" not in answer


async def test_a_page_size_asks_for_one_page(connection: Connection, aws):
    bucket = a_name("pages")
    aws("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for name in "abc":
        aws("s3").put_object(Bucket=bucket, Key=name, Body=b"x")
    answer = await connection.gateway.call("s3", "list_objects_v2", Bucket=bucket, MaxKeys=2)
    assert len(answer["Contents"]) == 2
    assert answer["IsTruncated"] is True


async def test_stats_count_requests(connection: Connection):
    before = connection.gateway.stats().made
    await connection.gateway.call("s3", "list_buckets")
    assert connection.gateway.stats().made == before + 1
