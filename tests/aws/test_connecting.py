"""What stands in the way of a connection is said in one line, with the value and the next step."""

from __future__ import annotations

import hashlib
import json
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from canvas_kms_tui.aws.live import ConnectOptions, connect
from canvas_kms_tui.gateway import CannotConnect
from tests.aws.conftest import CREDENTIALS, REGION
from tests.faults import Fault, FaultProxy, Kind


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The user's AWS settings: none, until a test writes some."""
    import os

    for name in [*os.environ]:
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def write(text: str) -> None:
        (tmp_path / ".aws").mkdir(exist_ok=True)
        (tmp_path / ".aws" / "config").write_text(textwrap.dedent(text))

    return write


async def refusal(**options: object) -> CannotConnect:
    with pytest.raises(CannotConnect) as refused:
        await connect(ConnectOptions(**options))
    assert "\n" not in str(refused.value)
    return refused.value


async def test_no_credentials(settings, moto_url):
    refused = await refusal(region=REGION, endpoint_url=moto_url)
    assert "no AWS credentials" in str(refused)
    assert "--demo" in str(refused)
    assert refused.exit_code == 4


async def test_half_a_set_of_credentials(settings, moto_url, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    refused = await refusal(region=REGION, endpoint_url=moto_url)
    assert "AWS_SECRET_ACCESS_KEY" in str(refused) or "aws_secret_access_key" in str(refused)
    assert refused.exit_code == 4


async def test_an_unknown_profile_names_the_nearest(settings):
    settings(
        """
        [profile production]
        region = eu-west-1
        [profile staging]
        region = eu-west-1
        """
    )
    refused = await refusal(profile="producton")
    assert "'producton'" in str(refused)
    assert "did you mean production" in str(refused)
    assert refused.exit_code == 2


async def test_no_region(settings):
    refused = await refusal()
    assert "--region" in str(refused)
    assert refused.exit_code == 2


@pytest.mark.parametrize("variable", ["AWS_DEFAULT_REGION", "AWS_REGION"])
async def test_the_region_comes_from_the_environment(settings, monkeypatch, moto_url, variable):
    monkeypatch.setenv(variable, "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    connection = await connect(ConnectOptions(endpoint_url=moto_url))
    assert connection.region == "eu-central-1"
    connection.close()


async def test_an_unknown_region_names_the_nearest(settings):
    refused = await refusal(region="eu-wset-1")
    assert "'eu-wset-1'" in str(refused)
    assert "eu-west-1" in str(refused)
    assert refused.exit_code == 2


@pytest.mark.parametrize("url", ["localhost:5000", "http://", "ftp://x", "http://host:port", "http://[::1"])
async def test_a_malformed_endpoint(settings, url):
    refused = await refusal(region=REGION, endpoint_url=url)
    assert repr(url) in str(refused)
    assert refused.exit_code == 2


async def test_a_malformed_endpoint_of_the_environment(settings, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")
    refused = await refusal(region=REGION)
    assert "AWS_ENDPOINT_URL" in str(refused)
    assert refused.exit_code == 2


async def test_another_account_than_expected(moto_url):
    options = {"region": REGION, "endpoint_url": moto_url, "isolated": CREDENTIALS}
    refused = await refusal(**options, expect_account="999999999999")
    assert "123456789012" in str(refused)
    assert "999999999999" in str(refused)
    assert refused.exit_code == 4


@pytest.mark.parametrize("account", ["12345", "12345678901x", ""])
async def test_an_expected_account_that_is_none(account):
    refused = await refusal(region=REGION, expect_account=account)
    assert refused.exit_code == 2


async def test_an_endpoint_that_hangs_is_given_up_soon(moto_url):
    with FaultProxy(moto_url, [Fault(Kind.HANG)]) as proxy:
        refused = await refusal(region=REGION, endpoint_url=proxy.url, isolated=CREDENTIALS)
    assert f"{proxy.url} does not answer (ReadTimeoutError)" in str(refused)
    assert refused.exit_code == 4


async def test_a_configuration_that_cannot_be_read(settings):
    settings("not a configuration")
    refused = await refusal(region=REGION)
    assert "configuration cannot be used" in str(refused)
    assert refused.exit_code == 2


async def test_an_expired_sso_login_says_the_command(settings):
    settings(
        """
        [profile work]
        region = eu-west-1
        sso_start_url = https://example.awsapps.com/start
        sso_region = eu-west-1
        sso_account_id = 111122223333
        sso_role_name = Reader
        """
    )
    refused = await refusal(profile="work")
    assert "aws sso login --profile work" in str(refused)
    assert refused.exit_code == 4


async def test_an_expired_sso_session_says_the_command(settings, tmp_path):
    settings(
        """
        [profile work]
        region = eu-west-1
        sso_session = corp
        sso_account_id = 111122223333
        sso_role_name = Reader
        [sso-session corp]
        sso_start_url = https://example.awsapps.com/start
        sso_region = eu-west-1
        """
    )
    cache = tmp_path / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    name = hashlib.sha1(b"corp", usedforsecurity=False).hexdigest()
    token = {"accessToken": "t", "expiresAt": "2020-01-01T00:00:00Z", "startUrl": "https://example.awsapps.com/start"}
    (cache / f"{name}.json").write_text(json.dumps(token))
    refused = await refusal(profile="work")
    assert "aws sso login --profile work" in str(refused)


async def test_a_role_is_assumed_for_reading(moto_url):
    role = "arn:aws:iam::210987654321:role/team/Reader"
    options = ConnectOptions(
        region=REGION, endpoint_url=moto_url, isolated=CREDENTIALS, role_arn=role, external_id="xyz"
    )
    connection = await connect(options)
    assert connection.caller.arn == "arn:aws:sts::210987654321:assumed-role/Reader/canvas-kms-tui"
    assert connection.caller.account == "210987654321"
    connection.close()


async def test_a_role_that_is_no_arn(moto_url):
    refused = await refusal(region=REGION, endpoint_url=moto_url, isolated=CREDENTIALS, role_arn="Reader")
    assert "'Reader'" in str(refused)
    assert refused.exit_code == 2


async def test_a_role_that_may_not_be_assumed(moto_url):
    with FaultProxy(moto_url, [Fault(Kind.DENY, action="AssumeRole")]) as proxy:
        role = "arn:aws:iam::123456789012:role/Reader"
        refused = await refusal(region=REGION, endpoint_url=proxy.url, isolated=CREDENTIALS, role_arn=role)
    assert f"cannot assume {role}" in str(refused)
    assert refused.exit_code == 4


async def test_the_role_for_writing_is_assumed_only_to_write(moto_url, aws):
    role = "arn:aws:iam::123456789012:role/Fixer"
    with FaultProxy(moto_url) as proxy:
        options = ConnectOptions(region=REGION, endpoint_url=proxy.url, isolated=CREDENTIALS, write_role_arn=role)
        connection = await connect(options)
        assert [seen.action for seen in proxy.seen] == ["GetCallerIdentity"]
        assert connection.writer is not None
        writer = await connection.writer()
        key = aws("kms").create_key()["KeyMetadata"]["KeyId"]
        await writer.send("kms", "disable_key", KeyId=key)
        assert [seen.action for seen in proxy.seen][1:] == ["AssumeRole", "DisableKey"]
        connection.close()


async def test_a_role_for_writing_of_another_account_is_refused(moto_url):
    role = "arn:aws:iam::999999999999:role/Fixer"
    options = ConnectOptions(region=REGION, endpoint_url=moto_url, isolated=CREDENTIALS, write_role_arn=role)
    connection = await connect(options)
    assert connection.writer is not None
    with pytest.raises(CannotConnect, match="999999999999"):
        await connection.writer()
    connection.close()


async def test_read_only_offers_no_writer(moto_url):
    options = ConnectOptions(region=REGION, endpoint_url=moto_url, isolated=CREDENTIALS, read_only=True)
    connection = await connect(options)
    assert connection.writer is None
    assert "--read-only" in connection.no_writer
    connection.close()


MFA_PROFILE = """
    [profile base]
    aws_access_key_id = AKIAIOSFODNN7EXAMPLE
    aws_secret_access_key = secret
    [profile careful]
    region = eu-west-1
    source_profile = base
    role_arn = arn:aws:iam::210987654321:role/Careful
    mfa_serial = arn:aws:iam::123456789012:mfa/me
"""


async def test_an_mfa_code_is_asked_for_through_the_callback(settings, moto_url):
    settings(MFA_PROFILE)
    asked: list[str] = []

    def answer(device: str) -> str:
        asked.append(device)
        return "123456"

    connection = await connect(ConnectOptions(profile="careful", endpoint_url=moto_url, mfa_prompt=answer))
    assert asked == ["arn:aws:iam::123456789012:mfa/me"]
    assert connection.caller.account == "210987654321"
    connection.close()


async def test_an_mfa_code_without_a_terminal_is_a_clear_refusal(settings, moto_url):
    settings(MFA_PROFILE)
    refused = await refusal(profile="careful", endpoint_url=moto_url)
    assert "arn:aws:iam::123456789012:mfa/me" in str(refused)
    assert refused.exit_code == 4


async def test_the_endpoint_of_the_environment_is_honoured(settings, moto_url, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    connection = await connect(ConnectOptions(region=REGION))
    await connection.gateway.call("s3", "list_buckets")
    connection.close()


LEAKS = {
    "AWS_PROFILE": "nobody",
    "AWS_DEFAULT_REGION": "mars-north-1",
    "AWS_CONFIG_FILE": "/nowhere/config",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
    "AWS_CA_BUNDLE": "/nowhere/bundle.pem",
    "REQUESTS_CA_BUNDLE": "/nowhere/bundle.pem",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_RETRY_MODE": "nonsense",
    "AWS_MAX_ATTEMPTS": "nonsense",
    "AWS_DEFAULTS_MODE": "nonsense",
    "AWS_STS_REGIONAL_ENDPOINTS": "nonsense",
    "AWS_REQUEST_CHECKSUM_CALCULATION": "nonsense",
    "AWS_DATA_PATH": "/nowhere",
    "AWS_ACCESS_KEY_ID": "half",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "HTTPS_PROXY": "http://127.0.0.1:1",
    "http_proxy": "http://127.0.0.1:1",
    "ALL_PROXY": "http://127.0.0.1:1",
}


async def test_nothing_of_the_users_settings_leaks_into_an_isolated_connection(settings, moto_url, monkeypatch):
    for name, value in LEAKS.items():
        monkeypatch.setenv(name, value)
    settings("[default]\nregion = mars-north-1\nendpoint_url = http://127.0.0.1:1\n[profile x]\nca_bundle = /nowhere")
    connection = await connect(ConnectOptions(region=REGION, endpoint_url=moto_url, isolated=CREDENTIALS))
    assert connection.region == REGION
    for service, operation in [("s3", "list_buckets"), ("kms", "list_aliases"), ("sagemaker", "list_domains")]:
        await connection.gateway.call(service, operation)
    connection.close()


async def test_a_log_file_that_cannot_be_written(moto_url, tmp_path):
    options = ConnectOptions(region=REGION, endpoint_url=moto_url, isolated=CREDENTIALS)
    with pytest.raises(CannotConnect, match="log file") as refused:
        await connect(replace(options, log_file=tmp_path / "no" / "such" / "log"))
    assert refused.value.exit_code == 2


async def test_the_log_has_a_line_per_call_and_no_secret(moto_url, tmp_path):
    log = tmp_path / "calls.log"
    options = ConnectOptions(region=REGION, endpoint_url=moto_url, isolated=CREDENTIALS, log_file=log)
    connection = await connect(options)
    await connection.gateway.call("s3", "list_buckets")
    connection.close()
    line, _ = log.read_text().splitlines()[-2:]  # the last one tells the longest chain
    assert ' s3 list_buckets eu-west-1 outcome="ok" seconds=' in line
    assert "requests=1 id=" in line
    assert CREDENTIALS.secret_access_key not in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
