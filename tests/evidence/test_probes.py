"""--probe-role: KMS's dry runs as the execution role, beside our own answer; never anything but dry runs."""

from __future__ import annotations

import dataclasses

import pytest
from diagnosing import changed, options

from canvas_kms_tui.aws.live import connect
from canvas_kms_tui.aws.reads import check_read
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.evidence import look
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Opinion

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1"
ROLE = "arn:aws:iam::111122223333:role/CanvasExecutionRole"
ASKED = {"AsRole": ROLE, "KeyId": KEY, "EncryptionContext": {}, "DryRun": True}
DECRYPT = {**ASKED, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}
DATA_KEY = {**ASKED, "KeySpec": "AES_256"}


@pytest.fixture
def probed(fresh_demo):
    """``await probed(environment)``: the opinions by the end of the key's alias and the action."""

    async def ask(environment) -> tuple[dict[tuple[str, str], Opinion], list[dict]]:
        demo = fresh_demo(environment)
        connection = await connect(dataclasses.replace(options(demo), probe_role=True))
        try:
            facts = Facts(connection.gateway, demo.environment.target)
            quiet = {"what_changed": False, "second_opinions": False, "who_else": False}
            seen = await look(facts, await diagnose(facts), probe_role=True, **quiet)
        finally:
            connection.close()
        aliases = {arn: key["aliases"][0] for arn, key in demo.environment.document["keys"].items() if key["aliases"]}
        named = {(aliases.get(one.resource, one.resource), one.action): one for one in seen.opinions}
        return named, demo.requests()

    return ask


async def test_where_a_deciding_statement_tests_the_service_the_probe_is_not_comparable(probed):
    found, _ = await probed("execution-role-assumable")
    by_service = found["alias/canvas-artifacts", "kms:GenerateDataKey"]
    assert (by_service.says, by_service.ours) == ("implicitly_denied", "allowed")
    assert by_service.agrees
    assert not by_service.comparable
    assert "kms:ViaService" in by_service.note
    plain = found["alias/studio-storage", "kms:Decrypt"]
    assert (plain.says, plain.comparable) == ("allowed", True)


async def test_only_dry_runs_with_the_context_of_the_import_reach_kms_as_the_role(probed):
    _, requests = await probed("execution-role-assumable")
    made = [one for one in requests if one["operation"] in ("Decrypt", "GenerateDataKey")]
    assert made
    for one in made:
        assert one["params"]["DryRun"] is True
        assert "CiphertextBlob" not in one["params"]
        assert ":assumed-role/CanvasExecutionRole/" in one["caller"]
    sales = [one for one in made if "churn" in str(one["params"]["EncryptionContext"])]
    assert len(sales) == 1
    assumed = [one for one in requests if one["operation"] == "AssumeRole"]
    assert len(assumed) == 1


async def test_a_denied_use_is_confirmed_with_the_layer_that_kms_names(probed):
    may = {"operator": {"roles": [{"arn": "{role:CanvasExecutionRole}"}]}}
    found, _ = await probed(changed(may, base="role-denied-kms"))
    denied = found["alias/canvas-artifacts", "kms:GenerateDataKey"]
    assert denied.comparable
    assert denied.agrees
    assert "identity policy" in denied.note


async def test_a_role_that_may_not_be_assumed_is_one_line_and_no_disagreement(probed):
    found, requests = await probed("role-denied-kms")
    ((_, action), only) = next(iter(found.items()))
    assert (len(found), action, only.agrees) == (1, "sts:AssumeRole", True)
    assert "could not be assumed" in only.note
    assert not [one for one in requests if one["operation"] in ("Decrypt", "GenerateDataKey")]


async def test_without_the_flag_nobody_can_ask_as_the_role(fresh_demo):
    connection = await connect(options(fresh_demo("execution-role-assumable")))
    try:
        with pytest.raises(PermissionError, match="--probe-role"):
            await connection.gateway.call("kms", "decrypt", **DECRYPT)
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("decrypt", {**DECRYPT, "DryRun": False}),
        ("decrypt", {**DECRYPT, "DryRun": 1}),
        ("decrypt", ASKED),
        ("decrypt", {**DECRYPT, "CiphertextBlob": b"x"}),
        ("decrypt", {name: value for name, value in DECRYPT.items() if name != "AsRole"}),
        ("generate_data_key", {**DATA_KEY, "DryRun": None}),
        ("generate_data_key", {**DATA_KEY, "NumberOfBytes": 1024}),
        ("encrypt", {**ASKED, "Plaintext": b"x"}),
    ],
)
def test_real_cryptography_is_not_on_the_list(operation, params):
    with pytest.raises(PermissionError):
        check_read("kms", operation, params)


def test_the_two_dry_runs_are():
    assert check_read("kms", "decrypt", DECRYPT).actions == ("kms:Decrypt",)
    assert check_read("kms", "generate_data_key", DATA_KEY).actions == ("kms:GenerateDataKey",)
