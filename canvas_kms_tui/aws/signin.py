"""Owns signing in beyond what botocore does by itself: the roles of our flags, and the question for an MFA code."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from botocore import credentials as boto
from botocore.exceptions import ClientError, NoCredentialsError

from canvas_kms_tui.aws import clean
from canvas_kms_tui.aws.options import Credentials
from canvas_kms_tui.aws.session import Opened, Session
from canvas_kms_tui.gateway import CannotConnect

SESSION_NAME = "canvas-kms-tui"
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/[\w+=,.@/-]+")
_DEVICE = re.compile(r"Enter MFA code for (.*): $")


def account_of_role(role_arn: str, flag: str) -> str:
    """The account of a role's ARN.

    Raises:
        CannotConnect: it is not one.
    """
    found = _ROLE_ARN.fullmatch(role_arn)
    if not found:
        raise CannotConnect(f"{flag} {role_arn!r} is no role's ARN; write arn:aws:iam::<account>:role/<name>", 2)
    return found.group(1)


def login_command(session: Session) -> tuple[str, ...]:
    """What renews the profile's login, or that of the profile whose role it takes; () where its settings name none."""
    profiles = session.full_config.get("profiles", {})
    name = str(session.profile or "default")
    for _ in range(len(profiles)):
        settings = profiles.get(name, {})
        if "sso_session" in settings or "sso_start_url" in settings:
            return ("aws", "sso", "login", "--profile", name)
        if "login_session" in settings:
            return ("aws", "login", "--profile", name)
        name = str(settings.get("source_profile", ""))
    return ()


def ask_for_codes_with(opened: Opened, prompt: Callable[[str], str]) -> None:
    """Let ``prompt`` ask for the MFA codes of roles that the profile names; it is given the device's ARN."""

    def ask(question: str) -> str:
        device = _DEVICE.search(question)
        return prompt(device.group(1) if device else question)

    provider = opened.session.get_component("credential_provider").get_provider("assume-role")
    # botocore offers no public way to replace its getpass, which would write across the screen.
    provider._prompter = ask


def sign_in_as(opened: Opened, role_arn: str, external_id: str | None) -> None:
    """From now on the session acts as this role; it is assumed at the first call, and again before it expires."""
    fetch = _fetcher(opened, role_arn, external_id).fetch_credentials
    opened.session.act_with(boto.DeferredRefreshableCredentials(fetch, "assume-role"))


def assumed(opened: Opened, role_arn: str, external_id: str | None) -> Credentials:
    """Credentials of this role, good for an hour; makes the call here and now.

    Raises:
        CannotConnect: it may not be assumed.
    """
    try:
        answer = _fetcher(opened, role_arn, external_id).fetch_credentials()
    except ClientError as error:
        raise cannot_assume(error, role_arn) from error
    return Credentials(answer["access_key"], answer["secret_key"], answer["token"])


def cannot_assume(error: ClientError, role: str) -> CannotConnect:
    said = error.response.get("Error", {})
    message = clean.text(f"{said.get('Code')}: {said.get('Message')}")
    return CannotConnect(f"cannot assume {role} ({message}); check its trust policy, external id and MFA code")


def _fetcher(opened: Opened, role_arn: str, external_id: str | None) -> boto.AssumeRoleCredentialFetcher:
    source: Any = opened.session.get_credentials()
    if source is None:
        raise NoCredentialsError
    extra = {"RoleSessionName": SESSION_NAME} | ({"ExternalId": external_id} if external_id else {})
    creator = partial(opened.session.create_client, region_name=opened.region)
    return boto.AssumeRoleCredentialFetcher(creator, source, role_arn, extra_args=extra)
