"""Changes as commands and as code: what is pasted is what would be sent."""

import dataclasses
import json
import shlex
import shutil
import subprocess

import botocore.session
import pytest
from botocore import xform_name
from hypothesis import given
from hypothesis import settings as running
from hypothesis import strategies as st

from canvas_kms_tui import edits
from canvas_kms_tui.changes import as_cli, as_cloudformation, as_powershell, as_terraform
from canvas_kms_tui.changes.export_cli import dashed
from canvas_kms_tui.changes.standing import boto3_name

KEY = "arn:aws-us-gov:kms:us-gov-east-1:123123123123:key/mrk-0a1b"
ROLE = "arn:aws-us-gov:iam::123123123123:role/x/It's"
WHERE = {"bucket": "lake", "account": "123123123123", "region": "us-gov-east-1", "partition": "aws-us-gov"}


def key_policy(sid="Root"):
    document = {"Version": "2012-10-17", "Statement": [{"Sid": sid, "Effect": "Allow", "Principal": "*"}]}
    return edits.append_key_policy_statement(
        document=document,
        key_arn=KEY,
        region="us-gov-east-1",
        role_arn=ROLE,
        actions=["kms:Decrypt"],
        sid_hint="Use",
        conditions={"StringEquals": {"aws:PrincipalTag/x": "${aws:username} `'\" $(id) %{if}"}},
    )


def settings(level="user_profile"):
    return edits.set_workspace_settings(
        level=level,
        domain_id="d-1",
        profile="ana",
        resource_arn="arn:aws-us-gov:sagemaker:us-gov-east-1:123123123123:user-profile/d-1/ana",
        current_settings={"IdentityProviderOAuthSettings": [{"DataSourceName": "Snowflake", "Status": "ENABLED"}]},
        S3KmsKeyId=KEY,
    )


def all_changes():
    rule = {"AllowedMethods": ["POST"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 9, "ID": "x"}
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Principal": "*"}]}
    return [
        key_policy(),
        settings(),
        settings("domain"),
        edits.enable_key(key_arn=KEY, region="us-gov-east-1"),
        edits.cancel_key_deletion(key_arn=KEY, region="us-gov-east-1", deletion_date=None),
        edits.put_inline_role_policy(role_name="It's", role_arn=ROLE, existing={}, statements=[statement]),
        edits.update_trust_policy(role_name="It's", role_arn=ROLE, current=None),
        edits.edit_bucket_policy(**WHERE, current=None, new=policy),
        edits.edit_bucket_policy(**WHERE, current=policy, new=None),
        edits.put_bucket_cors(**WHERE, current=None, rule=rule),
        edits.put_bucket_encryption(**WHERE, current=None, key_arn=KEY),
        edits.update_domain_storage(domain_id="d-1", resource_arn=KEY, current=None, maximum_gb=100),
        *edits.create_default_bucket(**WHERE, key_arn=KEY),
    ]


CHANGES = all_changes()
NAMES = [f"{number} {change.operation}" for number, change in enumerate(CHANGES)]


def parsed(words):
    """``--name value`` pairs of a command."""
    return dict(zip(words[3::2], words[4::2], strict=True))


@pytest.mark.parametrize("change", CHANGES, ids=NAMES)
def test_bash_reads_exactly_the_parameters(change):
    pasted = parsed(shlex.split(as_cli(change).replace("\\\n", " ")))
    assert pasted.pop("--region", None) == change.region
    for name, value in change.parameters.items():
        given = pasted.pop(f"--{dashed(name)}")
        assert (given if isinstance(value, str) else json.loads(given)) == value
    assert not pasted


@pytest.mark.parametrize("change", CHANGES, ids=NAMES)
def test_commands_and_parameters_are_those_of_the_api(change):
    model = botocore.session.get_session().get_service_model(change.service)
    operation = model.operation_model(change.operation)
    assert xform_name(change.operation, "-") == dashed(change.operation)
    assert xform_name(change.operation) == boto3_name(change.operation)
    for name in change.parameters:
        assert name in operation.input_shape.members
        assert xform_name(name, "-") == dashed(name)


@running(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffd"), max_size=30))
def test_a_real_bash_gets_what_was_meant(sid):
    change = key_policy(sid)
    shown = subprocess.run(
        ["bash", "-c", as_cli(change).replace("aws kms put-key-policy", "printf '%s\\0'", 1)],
        capture_output=True,
        check=True,
    )
    pasted = shown.stdout.decode().rstrip("\0").split("\0")
    assert pasted[pasted.index("--policy") + 1] == change.parameters["Policy"]


@pytest.mark.parametrize("change", CHANGES, ids=NAMES)
def test_a_program_that_bash_runs_gets_each_parameter_whole(change, tmp_path):
    """A false aws that prints its arguments, found on the path like the real one."""
    fake = tmp_path / "aws"
    fake.write_text("#!/bin/sh\nprintf '%s\\0' aws \"$@\"\n")
    fake.chmod(0o755)
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    script = tmp_path / "pasted.sh"
    script.write_text(as_cli(change) + "\n")
    done = subprocess.run(["bash", "-u", script], capture_output=True, check=True, env=path, cwd=tmp_path)
    assert done.stderr == b""
    words = done.stdout.decode().rstrip("\0").split("\0")
    assert words[:3] == ["aws", "s3api" if change.service == "s3" else change.service, dashed(change.operation)]
    given = parsed(words)
    assert given.pop("--region", None) == change.region
    for name, value in change.parameters.items():
        text = given.pop(f"--{dashed(name)}")
        assert (text if isinstance(value, str) else json.loads(text)) == value
    assert not given
    assert {one.name for one in tmp_path.iterdir()} == {"aws", "pasted.sh"}


@pytest.mark.parametrize("change", CHANGES, ids=NAMES)
def test_powershell_gets_literal_strings_and_documents_through_files(change):
    text = as_powershell(change)
    command = text[text.index("aws ") :]
    assert "{" not in command
    assert '"' not in command
    assert text.count("WriteAllText") == command.count("file://")


def test_powershell_is_told_for_which_version_it_is_and_gets_ascii_files():
    text = as_powershell(key_policy("Gr\u00fc\u00dfe \U0001f511"))
    assert text.startswith("# For Windows PowerShell 5.1 and every PowerShell 7")
    assert text.isascii()
    assert "Gr\\u00fc\\u00dfe \\ud83d\\udd11" in text


def test_powershell_doubles_every_kind_of_quote():
    change = dataclasses.replace(key_policy(), parameters={"KeyId": "a'b’c"})
    assert "'a''b’’c'" in as_powershell(change)


@pytest.mark.skipif(shutil.which("pwsh") is None, reason="no PowerShell here")
def test_a_real_powershell_gets_what_was_meant(tmp_path):
    change = key_policy('it\'s "quoted"')
    script = as_powershell(change).replace("aws kms", "Write-Output kms")
    subprocess.run(["pwsh", "-NoProfile", "-Command", script], cwd=tmp_path, check=True)
    assert (tmp_path / "canvas-kms-3.json").read_text() == change.parameters["Policy"]


@pytest.mark.parametrize("change", CHANGES, ids=NAMES)
def test_code_names_the_resource_or_says_to_use_the_cli(change):
    for code in (as_cloudformation(change), as_terraform(change)):
        assert change.resource in code or "Not expressible" in code or "terraform import" in code


def test_cloudformation_is_the_property_fragment():
    head, _, fragment = as_cloudformation(key_policy()).partition("\n")
    assert "AWS::KMS::Key" in head
    assert json.loads(fragment) == {"Properties": {"KeyPolicy": key_policy().after}}


def test_canvas_settings_and_cancelled_deletions_are_for_the_cli():
    assert "Not expressible" in as_cloudformation(settings())
    cancel = edits.cancel_key_deletion(key_arn=KEY, region="us-gov-east-1", deletion_date=None)
    assert "Not expressible" in as_cloudformation(cancel)
    assert "cancel-key-deletion" in as_terraform(cancel)


def test_cloudformation_encryption_uses_its_own_names():
    code = as_cloudformation(edits.put_bucket_encryption(**WHERE, current=None, key_arn=KEY))
    rule = json.loads(code.partition("\n")[2])["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
    assert rule == {
        "BucketKeyEnabled": True,
        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
    }


def test_terraform_escapes_what_it_would_interpolate():
    code = as_terraform(key_policy())
    assert "$${aws:username}" in code
    assert "%%{if}" in code
    heredoc = code.split("<<POLICY\n")[1].split("\nPOLICY")[0]
    assert json.loads(heredoc.replace("$${", "${").replace("%%{", "%{")) == key_policy().after


def test_terraform_settings_are_nested_blocks_with_the_providers_names():
    code = as_terraform(settings())
    assert 'resource "aws_sagemaker_user_profile"' in code
    for part in (
        "user_settings {",
        "canvas_app_settings {",
        "workspace_settings {",
        "s3_kms_key_id = ",
        "identity_provider_oauth_settings {",
    ):
        assert part in code
    assert "terraform import aws_sagemaker_user_profile." in code
