"""Owns what this machine's AWS configuration offers: its profiles, and the Regions that a profile can look at."""

from __future__ import annotations

import re

import botocore.session
from botocore import exceptions as boto

from canvas_kms_tui.aws import clean
from canvas_kms_tui.gateway import CannotConnect

_ACCOUNT = re.compile(r":(\d{12}):")


def profiles() -> list[tuple[str, str]]:
    """Every profile and what the configuration says of it: account and Region, as far as they are written there.

    Raises:
        CannotConnect: the configuration cannot be read.
    """
    try:
        session = botocore.session.Session()
        found: dict[str, dict[str, str]] = session.full_config.get("profiles", {})
    except boto.BotoCoreError as error:
        raise CannotConnect(f"the AWS configuration cannot be used: {clean.text(str(error))}", 2) from error
    return [(name, _note(settings)) for name, settings in sorted(found.items()) if clean.text(name) == name]


def _note(settings: dict[str, str]) -> str:
    role = _ACCOUNT.search(str(settings.get("role_arn", "")))
    account = str(settings.get("sso_account_id") or (role.group(1) if role else ""))
    return clean.text("  ".join(filter(None, (account, str(settings.get("region", ""))))))


def regions(place: str, present: str | None) -> list[tuple[str, str]]:
    """The Regions of a place's partition and their names; its own Region first, else the ``present`` one.

    ``place`` is a profile, or the ARN of a role, which has the Region of whoever assumes it.
    """
    session = botocore.session.Session(profile=place if place and not place.startswith("arn:") else None)
    own = present if place.startswith("arn:") else None
    first = str(own or session.get_config_variable("region") or present or "us-east-1")
    for partition in session.get_component("data_loader").load_data("partitions")["partitions"]:
        names = {
            name: str(said.get("description") or "")
            for name, said in partition["regions"].items()
            if "global" not in name
        }
        if first in names:
            return sorted(names.items(), key=lambda each: (each[0] != first, each[0]))
    return []
