"""Owns how a connection is asked for: the flags of the command line, as data."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from canvas_kms_tui.gateway import AskToSignIn, CannotConnect

#: Told in one line what is waited for, and for how many seconds; on any thread.
Told = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Credentials:
    """A fixed set of credentials; with them nothing of the user's own AWS settings is looked at."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


def ask_on_terminal(device: str) -> str:
    """Ask for the six digits of an MFA device on the terminal.

    Raises:
        CannotConnect: there is no terminal to ask on.
    """
    if not (sys.stdin and sys.stdin.isatty()):
        raise CannotConnect(f"MFA device {device} wants a code and there is no terminal to ask on; sign in first")
    return getpass.getpass(f"MFA code for {device}: ")


@dataclass(frozen=True, slots=True)
class ConnectOptions:
    """What the command line says about access to AWS.

    Attributes:
        role_arn, external_id: a role to assume for everything that is read.
        write_role_arn: a role to assume only when a change is applied.
        probe_role: the execution role may be assumed, to ask KMS for dry runs as that role and for nothing else.
        expect_account: refuse any other account.
        log_file: where to write one line per call; appended to.
        isolated: use exactly these credentials, ``region`` and ``endpoint_url``: no environment, file or proxy.
        mfa_prompt: asked for a code with the device's ARN, on a background thread.
        ask_to_sign_in: has the user sign in anew when the credentials run out halfway; None = nobody can be asked.
        on_progress: told what a call waits for (throttling, retries).
        spelled: names as the user gave them (objects' keys); the calls take them cleaned, as they are shown.
        source: ``live`` or ``demo``; ``label`` is for the title bar.
    """

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    write_role_arn: str | None = None
    read_only: bool = False
    probe_role: bool = False
    expect_account: str | None = None
    log_file: Path | None = None
    isolated: Credentials | None = None
    mfa_prompt: Callable[[str], str] = ask_on_terminal
    ask_to_sign_in: AskToSignIn | None = None
    on_progress: Told | None = None
    spelled: tuple[str, ...] = ()
    source: str = "live"
    label: str = ""
