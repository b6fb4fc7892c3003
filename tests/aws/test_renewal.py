"""Credentials that expire halfway: what is known stays known, the waiting calls go on after a new sign-in."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from canvas_kms_tui.aws.live import ConnectOptions, connect
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import CallStats, Diagnosis
from canvas_kms_tui.gateway import AskToSignIn, CallFailed, CannotConnect, Connection, FailureKind, SignIn
from tests.diagnosing import options
from tests.faults import Fault, FaultProxy, Kind

EXPIRED = Fault(Kind.EXPIRED, after=12)


@asynccontextmanager
async def through(demo, proxy: FaultProxy, ask: AskToSignIn | None) -> AsyncIterator[Connection]:
    connection = await connect(replace(options(demo), endpoint_url=proxy.url, ask_to_sign_in=ask))
    try:
        yield connection
    finally:
        connection.close()


async def diagnosed(demo, proxy: FaultProxy, ask: AskToSignIn | None) -> Diagnosis:
    async with through(demo, proxy, ask) as connection:
        return await diagnose(Facts(connection.gateway, demo.environment.target))


def renewing(proxy: FaultProxy, asked: list[SignIn]) -> AskToSignIn:
    async def ask(wanted: SignIn) -> bool:
        asked.append(wanted)
        proxy.clear()
        return True

    return ask


async def test_a_diagnosis_goes_on_where_it_was_and_finds_the_same(demo_server):
    demo, asked = demo_server("role-denied-kms"), []
    with FaultProxy(demo.endpoint_url) as proxy:
        seen = await diagnosed(demo, proxy, None)
        proxy.add(EXPIRED)
        found = await diagnosed(demo, proxy, renewing(proxy, asked))
    assert replace(found, calls=CallStats()) == replace(seen, calls=CallStats())
    assert len(asked) == 1  # however many calls were refused at the same time
    assert "ExpiredToken" in asked[0].why


async def test_what_was_answered_is_not_asked_again(fresh_demo):
    demo = fresh_demo("role-denied-kms")
    with FaultProxy(demo.endpoint_url, [EXPIRED]) as proxy:
        await diagnosed(demo, proxy, renewing(proxy, []))
    answered = Counter((one["service"], one["operation"], repr(one["params"])) for one in demo.requests())
    assert {call[:2] for call, count in answered.items() if count > 1} <= {("sts", "GetCallerIdentity")}


async def test_who_declines_gets_what_is_known_and_is_asked_once_a_call(demo_server):
    demo = demo_server("role-denied-kms")

    async def decline(wanted: SignIn) -> bool:
        return False

    with FaultProxy(demo.endpoint_url, [EXPIRED]) as proxy:
        found = await diagnosed(demo, proxy, decline)
    assert found.verdict.status.value == "incomplete"
    assert any(
        "credentials expired" in (one.could_not_check.reason if one.could_not_check else "") for one in found.findings
    )


async def test_another_account_is_no_renewal(demo_server, monkeypatch):
    demo, asked = demo_server("role-denied-kms"), []
    with FaultProxy(demo.endpoint_url) as proxy:

        async def ask(wanted: SignIn) -> bool:
            asked.append(wanted.why)
            return len(asked) == 1

        async with through(demo, proxy, ask) as connection:
            from canvas_kms_tui.aws import live

            async def stranger(*_: object) -> object:
                return replace(connection.caller, account="999988887777")

            monkeypatch.setattr(live, "_identified", stranger)
            proxy.add(Fault(Kind.EXPIRED))
            with pytest.raises(CallFailed) as failed:
                await connection.gateway.call("kms", "list_aliases")
    assert failed.value.kind is FailureKind.EXPIRED
    assert "999988887777" in asked[1]


async def test_a_wrong_clock_is_not_mended_by_signing_in(demo_server):
    from canvas_kms_tui.aws.renewal import _is_renewable

    def refused(code: str) -> CallFailed:
        return CallFailed(FailureKind.EXPIRED, "kms", "list_aliases", code=code)

    renewable: Callable[[str], bool] = lambda code: _is_renewable(refused(code))  # noqa: E731
    assert renewable("ExpiredTokenException")
    assert renewable("UnauthorizedSSOTokenError")
    assert not renewable("RequestTimeTooSkewed")
    assert not renewable("SignatureDoesNotMatch")


@pytest.mark.parametrize(
    ("settings", "command"),
    [
        (
            "[profile work]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\n",
            "aws sso login --profile work",
        ),
        ("[profile work]\nsso_start_url = https://x\n", "aws sso login --profile work"),
        (
            "[profile work]\nrole_arn = r\nsource_profile = base\n[profile base]\nsso_session = corp\n",
            "aws sso login --profile base",
        ),
        ("[profile work]\nlogin_session = arn:x\n", "aws login --profile work"),
        ("[profile work]\naws_access_key_id = x\n", ""),
        ("[profile work]\nsource_profile = work\n", ""),
    ],
)
def test_the_command_comes_from_the_profiles_settings(tmp_path, monkeypatch, settings, command):
    from canvas_kms_tui.aws.session import Session
    from canvas_kms_tui.aws.signin import login_command

    (tmp_path / "config").write_text(settings)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    assert " ".join(login_command(Session(ConnectOptions(profile="work")))) == command


def test_a_refusal_without_a_sign_in_offers_none():
    assert CannotConnect("x").sign_in is None
