"""Environments of the demo: finding, reading and checking the declarative files.

An environment is one JSON file (``environment.schema.json``): accounts, keys, buckets, Domains as they
stand, what to diagnose, and what a right diagnosis says.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from canvas_kms_tui.demo import checks
from canvas_kms_tui.demo.expand import BadReference, expand, merge
from canvas_kms_tui.demo.naming import Names, with_ids
from canvas_kms_tui.target import Dataset, Target

_CATALOGUE = files("canvas_kms_tui.demo") / "catalogue"
DEFAULT = "role-denied-kms"


class BadEnvironment(ValueError):
    """An environment that cannot be used: one line with file, place and problem."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One shipped environment, for lists."""

    name: str
    title: str
    description: str
    shows: tuple[str, ...]  #: ids of the causes that it makes fail or warn
    diagnosable: bool = True  #: False where nothing is set up that could be diagnosed


@dataclass(frozen=True, slots=True)
class Credentials:
    """Fake credentials that the stand-in knows; of no use anywhere else."""

    access_key_id: str
    secret_access_key: str
    session_token: str


@dataclass(frozen=True, slots=True)
class Environment:
    """A checked environment.

    ``document`` is the file with ``extends`` merged and every reference replaced; ``written`` is the same
    before references were replaced, from which :meth:`moved` starts again.
    """

    name: str
    document: Mapping[str, Any] = field(repr=False)
    written: Mapping[str, Any] = field(repr=False)
    target: Target
    operator_arn: str
    credentials: Credentials = field(repr=False)

    @property
    def title(self) -> str:
        return str(self.document["title"])

    @property
    def description(self) -> str:
        return str(self.document.get("description", ""))

    @property
    def account(self) -> str:
        return self.target.account

    @property
    def region(self) -> str:
        return self.target.region

    @property
    def partition(self) -> str:
        return self.target.partition

    @property
    def fingerprint(self) -> str:
        """The same for environments that are the same in every respect."""
        return hashlib.sha256(json.dumps(self.document, sort_keys=True).encode()).hexdigest()

    @property
    def expect(self) -> Mapping[str, Any]:
        """What a right diagnosis says: ``verdict``, ``most_likely``, ``findings`` (cause id → status), ``exit``."""
        return self.document.get("expect", {})  # type: ignore[no-any-return]

    def moved(
        self,
        *,
        account: str | None = None,
        region: str | None = None,
        prefix: str = "",
        overrides: Mapping[str, Any] | None = None,
    ) -> Environment:
        """The same environment elsewhere: other account, Region (and with it partition), names and ids.

        ``prefix`` goes before every freely chosen name (roles, policies, buckets, profiles, aliases), and ids are
        derived anew. ``overrides`` is a merge patch in the file's own words, applied first.

        Raises:
            BadEnvironment: the overrides make no valid environment.
        """
        patch = {name: value for name, value in (("account", account), ("region", region)) if value}
        written = merge(merge(self.written, overrides or {}), patch)
        if region:
            written.pop("partition", None)
        return _build(self.name, written, where=self.name, prefix=prefix, trusted=not overrides)


@cache
def names() -> tuple[Summary, ...]:
    """The shipped environments, the healthy one first, then by name."""
    found = sorted(entry.name.removesuffix(".json") for entry in _CATALOGUE.iterdir() if entry.name.endswith(".json"))
    found.sort(key=lambda name: name != "healthy")
    return tuple(_summary(name) for name in found)


def load(name_or_path: str) -> Environment:
    """The shipped environment of that name, or the one in that file.

    Raises:
        BadEnvironment: there is none, or it is not valid.
    """
    resource = _CATALOGUE / f"{name_or_path}.json"
    if "/" not in name_or_path and resource.is_file():
        return _build(
            name_or_path, _merged(resource.read_text("utf-8"), name_or_path), where=name_or_path, trusted=True
        )
    path = Path(name_or_path).expanduser()
    if not path.is_file():
        raise BadEnvironment(_unknown(name_or_path))
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise BadEnvironment(f"{path}: cannot be read: {problem}") from None
    return _build(path.stem, _merged(text, str(path)), where=str(path))


def from_document(document: Mapping[str, Any], *, name: str) -> Environment:
    """An environment from a document in the file's words, made by a program.

    Raises:
        BadEnvironment: it is not valid.
    """
    return _build(name, _with_base(document, name, ()), where=name)


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an environment file."""
    return checks.schema()


def _summary(name: str) -> Summary:
    written = _merged((_CATALOGUE / f"{name}.json").read_text("utf-8"), name)
    shown = written.get("expect", {}).get("findings", {})
    return Summary(
        name,
        written["title"],
        written.get("description", ""),
        tuple(cause for cause, status in shown.items() if status in ("fail", "warn", "unknown")),
        "target" in written,
    )


def _unknown(name: str) -> str:
    known = [summary.name for summary in names()]
    near = difflib.get_close_matches(name, known, 1, 0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}, or give a file"
    return f"no environment {name!r}: {hint}"


def _merged(text: str, where: str, seen: tuple[str, ...] = ()) -> dict[str, Any]:
    try:
        written = json.loads(text, object_pairs_hook=checks.no_duplicates)
    except json.JSONDecodeError as problem:
        raise BadEnvironment(f"{where}: line {problem.lineno} column {problem.colno}: {problem.msg}") from None
    except checks.Duplicate as problem:
        raise BadEnvironment(f"{where}: {problem}") from None
    if not isinstance(written, dict):
        raise BadEnvironment(f"{where}: line 1: an environment is a JSON object")
    return _with_base(written, where, seen)


def _with_base(written: Mapping[str, Any], where: str, seen: tuple[str, ...]) -> dict[str, Any]:
    base = written.get("extends")
    own = {name: value for name, value in written.items() if name != "extends"}
    if base is None:
        return own
    resource = _CATALOGUE / f"{base}.json"
    if not isinstance(base, str) or base in seen or not resource.is_file():
        raise BadEnvironment(f"{where}: /extends: {base!r} is no shipped environment (or extends itself)")
    merged: dict[str, Any] = merge(_merged(resource.read_text("utf-8"), base, (*seen, base)), own)
    if "expect" in own:
        merged["expect"] = own["expect"]
    return merged


def _build(name: str, written: dict[str, Any], *, where: str, prefix: str = "", trusted: bool = False) -> Environment:
    """``trusted``: it was checked before (the tests check all that is shipped)."""
    for pointer, wrong in () if trusted else checks.against_schema(written):
        raise BadEnvironment(f"{where}: {pointer or '/'}: {wrong}")
    names_ = Names(written, prefix)
    try:
        document = expand(with_ids(written, names_), names_)
    except BadReference as problem:
        raise BadEnvironment(f"{where}: {problem.pointer}: {problem}") from None
    except KeyError as problem:
        raise BadEnvironment(f"{where}: {problem.args[0]}") from None
    for pointer, wrong in () if trusted else checks.against_itself(document):
        raise BadEnvironment(f"{where}: {pointer}: {wrong}")
    return Environment(
        name=name,
        document=document,
        written=written,
        target=_target(document, names_),
        operator_arn=document["operator"]["arn"],
        credentials=credentials_for(document["operator"]["arn"]),
    )


def _target(document: Mapping[str, Any], names: Names) -> Target:
    """What the file says is diagnosed; without Domain and profile where nothing is set up yet."""
    wanted = document.get("target", {})
    return Target(
        account=document["account"],
        partition=document["partition"],
        region=document["region"],
        domain_id=wanted.get("domain", ""),
        user_profile=wanted.get("profile", ""),
        datasets=tuple(Dataset.parse(uri) for uri in wanted.get("datasets", ())),
        use_case=wanted.get("use_case"),
        local_upload=wanted.get("local_upload", False),
        error_text=wanted.get("error"),
    )


def credentials_for(arn: str) -> Credentials:
    """The fake credentials of an identity: derived from its ARN, so that parent and child agree on them."""
    digest = hashlib.sha256(arn.encode()).digest()
    kind = "AKIA" if ":user/" in arn else "ASIA"
    token = base64.b64encode(b"demo" + digest).decode() if kind == "ASIA" else ""
    return Credentials(kind + base64.b32encode(digest[:10]).decode(), base64.b64encode(digest[:30]).decode(), token)
