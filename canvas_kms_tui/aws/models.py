"""Owns how botocore's models are read: in small steps, and only the part of them that we may call.

The parser of the standard library holds the interpreter for a whole document (70 ms for EC2's 4 MB), in which no key
press is heard; here it does one member at a time. What is not on our two lists, and all documentation, is dropped: a
client then takes a fraction of the memory and of the time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from botocore import xform_name
from botocore.loaders import JSONFileLoader

from canvas_kms_tui.aws.reads import CHARGED, FLEET_READS, MESSAGE_READS, PROBES, READS, SETUP_READS
from canvas_kms_tui.aws.writes import WRITES

#: botocore itself calls these to sign in, so they stay whole.
_WHOLE: Final = frozenset({"sts"})
#: botocore itself calls it for buckets of one zone.
_OURS: Final = frozenset(
    {*READS, *CHARGED, *PROBES, *SETUP_READS, *FLEET_READS, *MESSAGE_READS, *WRITES, ("s3", "create_session")}
)
_SERVICES: Final = frozenset(service for service, _ in _OURS) - _WHOLE
_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class ModelFiles(JSONFileLoader):
    """Reads the files of botocore's loader."""

    def _load_file(self, full_path: str, open_method: Callable[..., Any]) -> Any:
        path = Path(full_path)
        if not path.is_file():
            return None
        with open_method(full_path, "rb") as file:
            model = parse(file.read().decode("utf-8"))
        service = path.parent.parent.name
        if path.name.startswith("service-2.json") and service in _SERVICES:
            return trimmed(model, service)
        return model


def parse(text: str) -> Any:
    """What ``json.loads`` gives; other threads get a turn between the members of the two upper levels."""
    start = _after_space(text, 0)
    value, end = _value(text, start, deep=2)
    if _after_space(text, end) != len(text):
        raise json.JSONDecodeError("more than one document", text, end)
    return value


def _value(text: str, at: int, *, deep: int) -> tuple[Any, int]:
    if deep and text[at] == "{":
        return _members(text, at, deep)
    return _DECODER.raw_decode(text, at)


def _members(text: str, at: int, deep: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    at = _after_space(text, at + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        colon = _after_space(text, at)
        value, at = _value(text, _after_space(text, colon + 1), deep=deep - 1)
        found[name] = value
        at = _after_space(text, at)
        if text[at] == ",":
            at = _after_space(text, at + 1)
    return found, at + 1


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def trimmed(model: dict[str, Any], service: str) -> dict[str, Any]:
    """``model`` with our operations, the shapes that they reach, and no documentation."""
    operations = {
        name: operation for name, operation in model["operations"].items() if (service, xform_name(name)) in _OURS
    }
    kept: dict[str, Any] = {}
    waiting = [shape for operation in operations.values() for shape in _references(operation)]
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept[name] = model["shapes"][name]
            waiting.extend(_references(kept[name]))
    rest = {name: value for name, value in model.items() if name != "documentation"}
    return {**rest, "operations": _undocumented(operations), "shapes": _undocumented(kept)}


def _references(value: Any) -> Iterator[str]:
    """The names of the shapes that an operation or a shape refers to."""
    if isinstance(value, dict):
        if isinstance(value.get("shape"), str):
            yield value["shape"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _undocumented(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _undocumented(item)
            for name, item in value.items()
            if name != "documentation" or not isinstance(item, str)
        }
    if isinstance(value, list):
        return [_undocumented(item) for item in value]
    return value
