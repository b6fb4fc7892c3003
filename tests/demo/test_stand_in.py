"""The stand-in over real HTTP with real boto3: the ways of AWS that the product depends on."""

from __future__ import annotations

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
