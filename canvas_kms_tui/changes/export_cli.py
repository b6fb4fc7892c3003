"""A change as commands of the AWS CLI, safe to paste into bash or PowerShell."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from canvas_kms_tui.change import Change

_PS_HEAD = "# For Windows PowerShell 5.1 and every PowerShell 7; documents are written to files in this directory."

#: boto3's service name → the CLI's, where they differ.
_SERVICES = {"s3": "s3api"}


def as_cli(change: Change) -> str:
    """One command for bash and other shells of its kind."""
    command = " ".join(words(change))
    return " \\\n  ".join([command, *_arguments(change, shlex.quote)])


def as_powershell(change: Change) -> str:
    """The same for PowerShell of any version. Before 7.3 it loses the quotes of JSON in arguments of programs (about
    Parsing, "Passing arguments that contain quote characters"): whatever has quotes goes through a file."""
    written, arguments = [], []
    for number, (name, value) in enumerate(change.parameters.items(), 1):
        if _is_document(value):
            path = f"canvas-kms-{number}.json"
            written.append(f"[IO.File]::WriteAllText((Join-Path $PWD '{path}'), {_ps_quote(_ascii(_text(value)))})")
            arguments.append(f"--{dashed(name)} file://{path}")
        else:
            arguments.append(f"--{dashed(name)} {_ps_quote(_text(value))}")
    region = [f"--region {_ps_quote(change.region)}"] if change.region else []
    return "\n".join([_PS_HEAD, *written, " `\n  ".join([" ".join(words(change)), *region, *arguments])])


def words(change: Change) -> list[str]:
    """``["aws", "kms", "put-key-policy"]``."""
    return ["aws", _SERVICES.get(change.service, change.service), dashed(change.operation)]


def dashed(name: str) -> str:
    """``CORSConfiguration`` → ``cors-configuration``, as the CLI names operations and parameters."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name)
    return spaced.lower()


def _arguments(change: Change, quote: Callable[[str], str]) -> list[str]:
    region = [f"--region {quote(change.region)}"] if change.region else []
    return region + [f"--{dashed(name)} {quote(_text(value))}" for name, value in change.parameters.items()]


def _is_document(value: Any) -> bool:
    if isinstance(value, str):
        return value.startswith("{") or '"' in value
    return isinstance(value, (Mapping, list))


def _ascii(text: str) -> str:
    """JSON without other letters than ASCII: on Windows the CLI reads a file in the system's own encoding."""
    return "".join(letter if letter.isascii() else json.dumps(letter)[1:-1] for letter in text)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _ps_quote(text: str) -> str:
    """A literal string: only quotes mean something in it, and PowerShell takes curly ones for quotes too."""
    return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", text) + "'"
