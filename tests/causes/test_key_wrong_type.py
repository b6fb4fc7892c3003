"""key-wrong-type: S3 takes symmetric encryption keys and nothing else."""

from __future__ import annotations

import pytest
from patches import key, root, together, use, workspace

WITHOUT_PIN = {"buckets": {"artifacts": {"policy": None}}}


@pytest.mark.parametrize(
    ("spec", "usage"),
    [("RSA_2048", "SIGN_VERIFY"), ("RSA_4096", "ENCRYPT_DECRYPT"), ("HMAC_256", "GENERATE_VERIFY_MAC")],
)
async def test_another_kind_of_key_fails_and_is_alone(look, spec, usage):
    other = key("other", root(), use(), spec=spec, usage=usage)
    found = await look(together(workspace(S3KmsKeyId="{key:other}"), WITHOUT_PIN, other))
    assert found.loud == {"key-wrong-type": "fail"}, found.told()
    assert all(fix.auto == "owner" for fix in found.finding("key-wrong-type").fixes)


async def test_a_signing_key_that_nothing_uses_is_no_finding(look):
    assert (await look(key("signing", root(), spec="RSA_2048", usage="SIGN_VERIFY"))).loud == {}


async def test_the_default_kind_passes(look):
    assert (await look("healthy")).status("key-wrong-type") == "pass"
