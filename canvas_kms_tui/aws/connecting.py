"""Owns what can be wrong before the first call: profile, Region, endpoint, credentials, account."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from typing import Any

from botocore import exceptions as boto
from botocore.session import Session

from canvas_kms_tui.aws import clean, failures
from canvas_kms_tui.aws.options import ConnectOptions
from canvas_kms_tui.aws.session import Opened, is_endpoint_url, new_session
from canvas_kms_tui.gateway import Caller, CallFailed, CannotConnect, FailureKind

USAGE = 2


def open_session(options: ConnectOptions) -> Opened:
    """A session whose profile, Region and endpoint are known to be meant.

    Raises:
        CannotConnect: one of them is not.
    """
    _check_account(options.expect_account)
    _check_endpoint(options.endpoint_url, "--endpoint-url")
    session = new_session(options)
    try:
        _check_profile(session)
        opened = Opened(session, options, _region(session, options))
        _check_endpoint(opened.endpoint("sts"), "AWS_ENDPOINT_URL or endpoint_url of the AWS configuration")
    except boto.BotoCoreError as error:
        raise CannotConnect(f"the AWS configuration cannot be used: {clean.text(str(error))}", USAGE) from error
    return opened


def identify(opened: Opened, client: Any) -> Caller:
    """Who the credentials belong to.

    Raises:
        CannotConnect: they are missing, expired or another account's, or nobody answers.
    """
    try:
        answer = client.get_caller_identity()
    except Exception as error:
        failure = failures.from_exception(error, "sts", "get_caller_identity")
        if failure is None:
            raise
        raise _no_identity(opened, failure, error) from error
    arn = clean.text(str(answer.get("Arn", "")))
    account = clean.text(str(answer.get("Account", "")))
    if arn.count(":") < 5 or not account:
        raise CannotConnect(f"{_where(opened)} answered without an account: it is not AWS STS; check the endpoint")
    expected = opened.options.expect_account
    if expected and account != expected:
        raise CannotConnect(
            f"these credentials belong to account {account} ({arn}), not to --expect-account {expected}"
        )
    return Caller(account, arn, arn.split(":")[1])


def _no_identity(opened: Opened, failure: CallFailed, error: Exception) -> CannotConnect:
    profile = opened.session.profile or "default"
    if isinstance(error, boto.NoCredentialsError):
        return CannotConnect("no AWS credentials; give --profile, set AWS_PROFILE, or look round first with --demo")
    if isinstance(error, boto.PartialCredentialsError):
        return CannotConnect(f"the AWS credentials are incomplete: {failure.message}")
    if _is_sso(opened.session, error):
        return CannotConnect(f"the SSO login of profile {profile} has expired; run: aws sso login --profile {profile}")
    if "Signature expired" in failure.message or "not yet current" in failure.message:
        return CannotConnect(f"this machine's clock is wrong: {failure.message}; set it, then try again")
    if failure.kind is FailureKind.UNREACHABLE:
        return CannotConnect(
            f"{_where(opened)} does not answer ({failure.code or failure.status}); check endpoint, network and proxy"
        )
    if failure.kind is FailureKind.EXPIRED:
        return CannotConnect(f"AWS refuses the credentials ({failure.code}: {failure.message}); sign in again")
    return CannotConnect(f"AWS does not say who we are ({failure.code}: {failure.message})")


def _is_sso(session: Session, error: Exception) -> bool:
    if isinstance(error, boto.SSOError | boto.TokenRetrievalError | boto.UnauthorizedSSOTokenError):
        return True
    settings = session.get_scoped_config()
    return "sso_session" in settings or "sso_start_url" in settings


def _where(opened: Opened) -> str:
    custom = opened.endpoint("sts")
    return f"the endpoint {custom}" if custom else f"AWS STS in {opened.region}"


def _check_account(account: str | None) -> None:
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
