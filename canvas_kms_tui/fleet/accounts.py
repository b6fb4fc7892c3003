"""``--accounts FILE``: which accounts, by which role. TOML, JSON or CSV, told apart by the file's name::

[[account]]
id = "111122223333"
role_arn = "arn:aws:iam::111122223333:role/CanvasReader"   # or role = "CanvasReader", or profile = "sales"
external_id = "support-7"                                  # optional
regions = ["eu-west-1", "us-east-1"]                       # optional; else those of --regions

JSON is ``{"account": [{…}, …]}`` or the list alone; CSV has a header line with the same names, Regions separated by
spaces. An account with neither role nor profile is entered by ``--account-role``, or as who we are where it is our own.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from canvas_kms_tui.fleet.places import Account

_TEXTS = ("id", "role_arn", "role", "external_id", "profile")
_MEMBERS = (*_TEXTS, "regions")
_ID = re.compile(r"\d{12}")
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/[\w+=,.@/-]+")
_ROLE = re.compile(r"[\w+=,.@/-]+")
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")


class BadAccounts(ValueError):
    """A file of accounts that cannot be meant: one line with file, entry and problem."""


def load(path: Path, partition: str = "aws") -> list[Account]:
    """Every account of the file, in its order.

    Raises:
        BadAccounts: it cannot be read, or an entry is not as it should be.
    """
    try:
        entries = _entries(path, path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as problem:
        raise BadAccounts(f"{path}: {getattr(problem, 'strerror', None) or problem}") from None
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, csv.Error) as problem:
        raise BadAccounts(f"{path}: {problem}") from None
    if not entries:
        raise BadAccounts(f"{path}: names no account")
    accounts = [_one(entry, f"{path}: account {number}", partition) for number, entry in enumerate(entries, 1)]
    seen: set[str] = set()
    for account in accounts:
        if account.id in seen:
            raise BadAccounts(f"{path}: account {account.id} stands twice")
        seen.add(account.id)
    return accounts


def _entries(path: Path, text: str) -> Sequence[Any]:
    kind = path.suffix.lower()
    if kind == ".csv":
        reader = csv.DictReader(io.StringIO(text), strict=True)
        return [{name: value for name, value in row.items() if value not in ("", None)} for row in reader]
    document: Any = tomllib.loads(text) if kind == ".toml" else None
    if kind == ".json":
        document = json.loads(text)
    if document is None:
        raise BadAccounts(f"{path}: is of no known kind; name it .toml, .json or .csv")
    if isinstance(document, list):
        return document
    if not isinstance(document, dict) or set(document) != {"account"} or not isinstance(document["account"], list):
        raise BadAccounts(f"{path}: must hold a list of accounts, [[account]] in TOML, and nothing else")
    return document["account"]


def _one(entry: Any, where: str, partition: str) -> Account:
    if not isinstance(entry, Mapping):
        raise BadAccounts(f"{where}: must be a table with id and role_arn")
    if unknown := [name for name in entry if name not in _MEMBERS]:
        raise BadAccounts(f"{where}: {unknown[0]!r} is not known; only {', '.join(_MEMBERS)}")
    for name in _TEXTS:
        if name in entry and not (isinstance(entry[name], str) and entry[name].strip()):
            raise BadAccounts(f"{where}: {name} must be a text, in quotes")
    account = entry.get("id") or ""
    if not _ID.fullmatch(account):
        raise BadAccounts(f"{where}: id {account!r} is no account id; write its 12 digits, in quotes")
    if sum(name in entry for name in ("role_arn", "role", "profile")) > 1:
        raise BadAccounts(f"{where}: give one of role_arn, role and profile")
    if "external_id" in entry and "profile" in entry:
        raise BadAccounts(f"{where}: external_id is for a role; a profile has its own")
    return Account(
        account,
        _role(entry, account, where, partition),
        entry.get("external_id"),
        entry.get("profile"),
        _regions(entry.get("regions", ()), where),
    )


def _role(entry: Mapping[str, Any], account: str, where: str, partition: str) -> str | None:
    if name := entry.get("role"):
        if not _ROLE.fullmatch(name):
            raise BadAccounts(f"{where}: role {name!r} is no role's name; write CanvasReader, or role_arn for an ARN")
        return role_arn(account, name, partition)
    arn = entry.get("role_arn")
    if arn is None:
        return None
    found = _ROLE_ARN.fullmatch(arn)
    if not found:
        raise BadAccounts(f"{where}: role_arn {arn!r} is not of the form arn:aws:iam::111122223333:role/NAME")
    if found.group(1) != account:
        raise BadAccounts(f"{where}: role_arn is of account {found.group(1)}, id says {account}")
    return str(arn)


def role_arn(account: str, name: str, partition: str) -> str:
    return f"arn:{partition}:iam::{account}:role/{name.lstrip('/')}"


def _regions(value: Any, where: str) -> tuple[str, ...]:
    names = value.split() if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise BadAccounts(f"{where}: regions must be a list of texts")
    for name in names:
        if not _REGION.fullmatch(name):
            raise BadAccounts(f"{where}: {name!r} is not of the form eu-west-1")
    return tuple(dict.fromkeys(names))
