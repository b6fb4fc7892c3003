"""Owns what can be wrong before the first call: profile, Region, endpoint, credentials, account."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from typing import Any

from botocore import exceptions as boto

from canvas_kms_tui.aws import clean, failures
from canvas_kms_tui.aws.options import ConnectOptions
from canvas_kms_tui.aws.session import Opened, Session, configure, is_endpoint_url
from canvas_kms_tui.aws.signin import account_of_role, ask_for_codes_with, cannot_assume, login_command, sign_in_as
from canvas_kms_tui.gateway import Caller, CallFailed, CannotConnect, FailureKind, SignIn

USAGE = 2
_NO_CREDENTIALS = "no AWS credentials; give --profile, set AWS_PROFILE, or look round first with --demo"


def open_session(options: ConnectOptions) -> Opened:
    """A session whose profile, Region and endpoint are known to be meant.

    Raises:
        CannotConnect: one of them is not.
    """
    _check_flags(options)
    session = Session(options)
    try:
        if options.isolated is None:
            _check_profile(session)
        configure(session)
        opened = Opened(session, options, _region(session, options))
        _check_endpoint(opened.endpoint("sts"), "AWS_ENDPOINT_URL or endpoint_url of the AWS configuration")
        _sign_in(opened)
    except boto.NoCredentialsError as error:
        raise CannotConnect(_NO_CREDENTIALS) from error
    except boto.BotoCoreError as error:
        raise CannotConnect(f"the AWS configuration cannot be used: {clean.text(str(error))}", USAGE) from error
    return opened


def _sign_in(opened: Opened) -> None:
    options = opened.options
    if options.isolated is None:
        ask_for_codes_with(opened, options.mfa_prompt)
    if options.role_arn:
        sign_in_as(opened, options.role_arn, options.external_id)


def identify(opened: Opened, client: Any) -> Caller:
    """Who the credentials belong to.

    Raises:
        CannotConnect: it is not the expected account, or what answers is not AWS.
        Exception: as botocore raises; :func:`explained` says it in a line.
    """
    answer = client.get_caller_identity()
    arn = clean.text(str(answer.get("Arn", "")))
    account = clean.text(str(answer.get("Account", "")))
    if arn.count(":") < 5 or not account:
        raise CannotConnect(f"{_where(opened)} answered without an account: it is not AWS STS; check the endpoint")
    expected = opened.options.expect_account
    if expected and account != expected:
        raise CannotConnect(f"these credentials are of account {account} ({arn}), not of --expect-account {expected}")
    return Caller(account, arn, arn.split(":")[1])


def explained(opened: Opened, error: Exception) -> Exception:
    """What a failure to sign in means, as CannotConnect; a defect is given back as it is."""
    if isinstance(error, CannotConnect):
        return error
    if isinstance(error, boto.NoCredentialsError):
        return CannotConnect(_NO_CREDENTIALS)
    if isinstance(error, boto.ClientError) and error.operation_name.startswith("AssumeRole"):
        return cannot_assume(error, opened.options.role_arn or f"the role of profile {_profile(opened)}")
    if _is_login(error):
        return _login_expired(opened)
    failure = failures.from_exception(error, "sts", "get_caller_identity")
    if failure is None:
        return error
    expired = failure.kind is FailureKind.EXPIRED and not failures.is_of_the_clock(failure.code, failure.message)
    said = _said(_where(opened), failure, error)
    return CannotConnect(said, sign_in=needed_sign_in(opened, said) if expired else None)


def needed_sign_in(opened: Opened, why: str) -> SignIn:
    """The command that renews the credentials of the profile, as far as its settings tell."""
    return SignIn(why, login_command(opened.session))


def _login_expired(opened: Opened) -> CannotConnect:
    profile, command = _profile(opened), login_command(opened.session)
    advice = f"run: {' '.join(command)}" if command else "sign in again"
    kind = "SSO login" if "sso" in command else "login"
    why = f"the {kind} of profile {profile} has expired"
    return CannotConnect(f"{why}; {advice}", sign_in=SignIn(why, command))


def _profile(opened: Opened) -> str:
    return str(opened.session.profile or "default")


def _said(where: str, failure: CallFailed, error: Exception) -> str:
    message = " ".join(failure.message.split())
    if failures.is_of_the_clock(failure.code, message):
        return f"this machine's clock is wrong: {message}; set it, then try again"
    if failure.kind is FailureKind.UNREACHABLE:
        return f"{where} does not answer ({failure.code or failure.status}); check endpoint, network and proxy"
    if failure.kind is FailureKind.EXPIRED and isinstance(error, boto.ClientError):
        return f"AWS refuses the credentials ({failure.code}: {message}); sign in again"
    if failure.kind is FailureKind.EXPIRED:
        return f"the AWS credentials cannot be used: {message}"
    return f"{where} does not say who we are ({failure.code}: {message})"


def _is_login(error: Exception) -> bool:
    return isinstance(error, boto.SSOError | boto.TokenRetrievalError | boto.LoginError)


def _where(opened: Opened) -> str:
    custom = opened.endpoint("sts")
    return f"the endpoint {custom}" if custom else f"AWS STS in {opened.region}"


def _check_flags(options: ConnectOptions) -> None:
    _check_endpoint(options.endpoint_url, "--endpoint-url")
    if options.role_arn:
        account_of_role(options.role_arn, "--role-arn")
    if options.write_role_arn:
        account_of_role(options.write_role_arn, "--write-role-arn")
    account = options.expect_account
    if account is not None and not (len(account) == 12 and account.isascii() and account.isdigit()):
        raise CannotConnect(f"--expect-account {account!r} is no account id; write its 12 digits", USAGE)


def _check_endpoint(url: str | None, origin: str) -> None:
    if url is not None and not is_endpoint_url(url):
        raise CannotConnect(f"{origin} {url!r} is no URL; write http(s)://host[:port]", USAGE)


def _check_profile(session: Session) -> None:
    try:
        session.get_scoped_config()
    except boto.ProfileNotFound as error:
        wanted, known = str(session.profile), session.available_profiles
        raise CannotConnect(f"there is no AWS profile {wanted!r}; {_nearest(wanted, known)}", USAGE) from error


def _region(session: Session, options: ConnectOptions) -> str:
    found = options.region or session.get_config_variable("region")
    if not found and options.isolated is None:
        found = os.environ.get("AWS_REGION")
    if not found:
        raise CannotConnect("no AWS Region; give --region (eu-west-1, say) or set AWS_DEFAULT_REGION", USAGE)
    known = [region for partition in _partitions(session) for region in partition["regions"]]
    if found not in known:
        raise CannotConnect(f"there is no AWS Region {found!r}; {_nearest(found, known)}", USAGE)
    return str(found)


def _partitions(session: Session) -> Iterable[dict[str, Any]]:
    data: dict[str, Any] = session.get_component("data_loader").load_data("partitions")
    found: list[dict[str, Any]] = data["partitions"]
    return found


def _nearest(wanted: str, known: list[str]) -> str:
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.4) or sorted(known)[:5]
    return f"did you mean {', '.join(near)}?" if near else "there are none on this machine"
