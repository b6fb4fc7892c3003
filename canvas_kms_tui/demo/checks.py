"""What makes an environment file valid: its JSON Schema, and what a schema cannot say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

Problem = tuple[str, str]  #: JSON pointer, what is wrong there


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
    target = document["target"]
    domain = document["domains"].get(target["domain"])
    if domain is None:
        yield "/target/domain", f"no such Domain: {target['domain']!r}; write {{domain:NAME}}"
    elif target["profile"] not in domain["profiles"]:
        yield "/target/profile", f"the Domain has no user profile {target['profile']!r}"
