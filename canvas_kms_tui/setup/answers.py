"""What was answered in a set-up, and the TOML file that holds it: typed, checked, readable for the user alone."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

VERSION = 1

#: Words that a key may be answered with, besides an ARN, an id or an alias.
NEW, SAME, AWS_MANAGED = "new", "same", "aws-managed"
PUBLIC, VPC_ONLY = "PublicInternetOnly", "VpcOnly"


class BadAnswers(ValueError):
    """An answers file that cannot be meant: one line with the place and what to write instead."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Every answer under its name in the file; an empty one is found out or proposed.

    Attributes:
        domain: id or name of the Domain; one that does not exist is created under this name.
        vpc, subnets, security_groups, network, auth_mode: of a Domain that is created.
        role: name or ARN of the execution role; one that does not exist is created.
        managed_policies: AWS managed policies, by name, for a role that is created.
        storage_key: the Domain's ``KmsKeyId``: ``new``, ``aws-managed``, or a key.
        data_key: what Canvas encrypts its S3 data with: ``new``, ``same`` (as the Domain's), or a key.
        alias: of a key that is created for both uses; of two, their aliases begin with it.
        bucket: where Canvas keeps its data; empty is ``sagemaker-{region}-{account}``.
        pin_key: let the bucket's policy deny every other key under ``Canvas/``.
        local_upload: let users upload from the browser (a CORS rule).
        datasets: S3 locations that will be imported.
        profiles: user profiles that shall exist.
    """

    domain: str = "canvas"
    vpc: str = ""
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    network: str = PUBLIC
    auth_mode: str = "IAM"
    role: str = ""
    managed_policies: tuple[str, ...] = ("AmazonSageMakerFullAccess", "AmazonSageMakerCanvasFullAccess")
    storage_key: str = NEW
    data_key: str = SAME
    alias: str = "canvas"
    bucket: str = ""
    pin_key: bool = False
    local_upload: bool = True
    datasets: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()

    def with_(self, **answers: Any) -> Answers:
        return replace(self, **answers)


_HELP = {
    "domain": "id (d-…) or name of the SageMaker Domain; one that does not exist is created under this name",
    "vpc": "only for a Domain that is created; empty: the only VPC there is",
    "subnets": "two or more, in different Availability Zones; empty: all of the VPC's",
    "security_groups": "for VpcOnly; empty: the VPC's default one",
    "network": "PublicInternetOnly or VpcOnly; of an existing Domain it is not changed",
    "auth_mode": "IAM or SSO; can never be changed afterwards",
    "role": "name or ARN of the execution role; empty: the Domain's own, or a new one",
    "managed_policies": "for a role that is created; none of these lets a role use a key of yours",
    "storage_key": "Domain's KmsKeyId (EBS, EFS), fixed for ever: new, aws-managed, or a key's ARN, id or alias",
    "data_key": "for Canvas' data in S3: same (as storage_key), new, or a key's ARN, id or alias",
    "alias": "alias of the one key that is created; of two, their aliases begin with it",
    "bucket": "for Canvas' data; empty: sagemaker-{region}-{account}",
    "pin_key": "true: the bucket's policy denies every other key under Canvas/",
    "local_upload": "true: users may upload files from the browser",
    "datasets": "s3://bucket/key or s3://bucket/prefix/ that will be imported",
    "profiles": "user profiles that shall exist; the first one's import is proven",
}


def to_toml(answers: Answers) -> str:
    """The file's text: every answer, with a line that explains it."""
    lines = ["# canvas-kms-tui --setup --answers FILE", f"version = {VERSION}", ""]
    for field in fields(Answers):
        lines += [f"# {_HELP[field.name]}", f"{field.name} = {_toml(getattr(answers, field.name))}", ""]
    return "\n".join(lines)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def from_toml(text: str) -> Answers:
    """The answers of a file.

    Raises:
        BadAnswers: it is no TOML, or holds something that is no answer.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise BadAnswers(f"is not TOML: {wrong}") from None
    version = document.pop("version", None)
    if version is None:
        raise BadAnswers(f"does not say its version: write version = {VERSION} (--print-answers gives a template)")
    if type(version) is not int or version != VERSION:
        raise BadAnswers(f"version is {version!r}; this program reads version = {VERSION}")
    return from_data(document)


def from_data(document: Mapping[str, Any]) -> Answers:
    """Raises BadAnswers for a name or a type that is none of :class:`Answers`."""
    return Answers(**dict(_checked(document)))


def _checked(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    default = Answers()
    known = [field.name for field in fields(Answers)]
    for name, value in document.items():
        if name not in known:
            raise BadAnswers(f"{name!r} is no answer; there are {', '.join(known)}")
        wanted = getattr(default, name)
        if isinstance(wanted, bool) and not isinstance(value, bool):
            raise BadAnswers(f"{name} = {value!r}: write true or false")
        if isinstance(wanted, tuple):
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise BadAnswers(f'{name} = {value!r}: write a list of texts, ["…"]')
            yield name, tuple(value)
            continue
        if isinstance(wanted, str) and not isinstance(value, str):
            raise BadAnswers(f'{name} = {value!r}: write a text, "…"')
        yield name, value


def load(path: Path) -> Answers:
    """Raises BadAnswers where the file cannot be read or meant."""
    try:
        return from_toml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise BadAnswers(f"cannot be read: {getattr(problem, 'strerror', None) or problem}") from None


def save(answers: Answers, path: Path) -> None:
    """Write the file for the user alone; nothing half-written is left where it fails.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(to_toml(answers))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
