"""The stand-in over real HTTP with real boto3: the ways of AWS that the product depends on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.demo.clients import client


def test_the_operator_is_the_declared_identity(demo_server):
    demo = demo_server("healthy")
    who = client(demo, "sts").get_caller_identity()
    assert who["Arn"] == demo.environment.operator_arn
    assert who["Account"] == demo.environment.account


def test_a_fresh_demo_forgets_writes(fresh_demo):
    demo = fresh_demo("healthy")
    key = client(demo, "kms").describe_key(KeyId="alias/canvas-artifacts")["KeyMetadata"]["Arn"]
    client(demo, "kms").disable_key(KeyId=key)
    demo.reset()
    assert client(demo, "kms").describe_key(KeyId=key)["KeyMetadata"]["Enabled"]


def test_listing_while_others_write_never_fails(fresh_demo):
    demo = fresh_demo("healthy")

    def make(number):
        s3 = client(demo, "s3")
        for own in range(5):
            where = {"LocationConstraint": demo.environment.region}
            s3.create_bucket(Bucket=f"made-{number}-{own}", CreateBucketConfiguration=where)

    def look(_number):
        return [len(client(demo, "s3").list_buckets()["Buckets"]) for _ in range(5)][-1]

    with ThreadPoolExecutor(6) as threads:
        made = [threads.submit(make, number) for number in range(3)]
        seen = [threads.submit(look, number) for number in range(3)]
    assert [task.result() for task in made] == [None, None, None]
    assert all(task.result() >= 2 for task in seen)
    assert look(0) == 17
