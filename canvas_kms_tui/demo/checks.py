"""What makes an environment file valid: its JSON Schema, and what a schema cannot say."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from canvas_kms_tui.demo.times import when
from canvas_kms_tui.target import BadTarget, Dataset

Problem = tuple[str, str]  #: JSON pointer, what is wrong there

_BUCKET_NAME = re.compile(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
_TIME_MEMBERS = frozenset(("created", "modified", "deletion_date", "valid_to", "time"))


class Duplicate(ValueError):
    """One JSON object that has the same member twice."""


def no_duplicates(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """``object_pairs_hook`` that refuses a member given twice (json keeps the last and says nothing)."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Duplicate(f"member {name!r} is given twice in one object")
        found[name] = value
    return found


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an environment file."""
    text = (files("canvas_kms_tui.demo") / "environment.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def against_schema(written: Mapping[str, Any]) -> Iterator[Problem]:
    """Problems of the file as written, the most telling first."""
    import jsonschema

    validator = jsonschema.Draft202012Validator(schema())
    for error in sorted(validator.iter_errors(written), key=lambda error: list(map(str, error.absolute_path))):
        telling = jsonschema.exceptions.best_match([error]) or error
        pointer = "".join(f"/{part}" for part in telling.absolute_path)
        yield pointer, telling.message


def against_itself(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Problems of the expanded document that a schema cannot see."""
    for check in (_identities, _target, _buckets, _attachments, _times):
        yield from check(document)


def _identities(document: Mapping[str, Any]) -> Iterator[Problem]:
    arn = document["operator"]["arn"]
    if arn.count(":") < 5 or arn.split(":")[4] != document["account"]:
        yield "/operator/arn", f"{arn!r} is not an identity of account {document['account']}"


def _target(document: Mapping[str, Any]) -> Iterator[Problem]:
    target = document.get("target")
    if target is None:
        return
    domain = document["domains"].get(target["domain"])
    if domain is None:
        yield "/target/domain", f"no such Domain: {target['domain']!r}; write {{domain:NAME}}"
    elif target["profile"] not in domain["profiles"]:
        yield "/target/profile", f"the Domain has no user profile {target['profile']!r}"
    for index, uri in enumerate(target.get("datasets", ())):
        try:
            Dataset.parse(uri)
        except BadTarget as problem:
            yield f"/target/datasets/{index}", str(problem)


def _buckets(document: Mapping[str, Any]) -> Iterator[Problem]:
    for name in document["buckets"]:
        if not _BUCKET_NAME.match(name):
            yield f"/buckets/{name}", "no bucket name: 3 to 63 of a-z 0-9 . -"


def _attachments(document: Mapping[str, Any]) -> Iterator[Problem]:
    declared = {arn_tail(name, entry) for name, entry in document["policies"].items()}
    for kind in ("roles", "users"):
        for name, entry in document[kind].items():
            for policy in (*entry["attached"], *filter(None, [entry.get("boundary")])):
                if not _known_policy(policy, declared):
                    yield f"/{kind}/{name}", f"no policy {policy!r}: neither in this file nor one of AWS's own"


def arn_tail(name: str, entry: Mapping[str, Any]) -> str:
    """What a policy's ARN ends in: account, path and name."""
    return f":{entry['account']}:policy{entry.get('path', '/')}{name}"


def _known_policy(policy: str, declared: AbstractSet[str]) -> bool:
    if policy.startswith("arn:") and ":aws:policy/" not in policy:
        return any(policy.endswith(tail) for tail in declared)
    known = _aws_policies()
    return not known or policy.rsplit("/", 1)[-1] in known


@cache
def _aws_policies() -> frozenset[str]:
    """Names of AWS's managed policies in moto's copy, read without importing moto; empty where moto is missing."""
    found = importlib.util.find_spec("moto")
    if found is None or found.origin is None:
        return frozenset()
    text = (Path(found.origin).parent / "iam" / "aws_managed_policies.py").read_text("utf-8")
    return frozenset(re.findall(r'^ "([\w+=,.@-]+)":\{$', text, re.MULTILINE))


def _times(document: Any, pointer: str = "") -> Iterator[Problem]:
    if isinstance(document, Mapping):
        for name, value in document.items():
            if name in _TIME_MEMBERS and isinstance(value, str):
                try:
                    when(value, datetime.now(UTC))
                except ValueError:
                    yield f"{pointer}/{name}", f"{value!r} is no time: ISO 8601, or an age like -3d, -2h, +12d"
            yield from _times(value, f"{pointer}/{name}")
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from _times(value, f"{pointer}/{index}")
