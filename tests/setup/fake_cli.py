"""An ``aws`` command for exported scripts: arguments to API calls by botocore's models, over HTTP to the stand-in.

The command itself is a few lines that hand their arguments to this process, so that a script of twenty commands does
not start twenty AWS CLIs. Names of operations and parameters are made as the AWS CLI makes them (``xform_name``).
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jmespath
from botocore import xform_name
from botocore.exceptions import ClientError

_COMMAND = """#!{python} -SE
import json, socket, sys
asked = socket.socket(socket.AF_UNIX)
asked.connect({address!r})
asked.sendall(json.dumps(sys.argv[1:]).encode() + b"\\n")
code, out, err = json.loads(asked.makefile().readline())
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
"""
_SERVICES = {"s3api": "s3"}

Client = Callable[..., Any]  #: ``client(service, region=…)``


class FakeCli:
    """Answers commands one after another; ``asked`` is what was sent."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def run(self, arguments: list[str]) -> tuple[int, str, str]:
        service, command, *rest = arguments
        options = dict(zip([name.removeprefix("--") for name in rest[::2]], rest[1::2], strict=True))
        client = self._client(_SERVICES.get(service, service), region=options.pop("region", None))
        query, _ = options.pop("query", None), options.pop("output", None)
        operation = next(
            name for name in client.meta.method_to_api_mapping.values() if xform_name(name, "-") == command
        )
        shape = client.meta.service_model.operation_model(operation).input_shape
        params = {}
        for member, inner in (shape.members if shape else {}).items():
            if (given := options.pop(xform_name(member, "-"), None)) is not None:
                is_text = inner.type_name in ("string", "timestamp")
                params[member] = given if is_text else json.loads(given)
        assert not options, f"{command} has no {sorted(options)}"
        self.asked.append((operation, params))
        try:
            answer = getattr(client, xform_name(operation))(**params)
        except ClientError as refused:
            return 254, "", f"\n{refused}\n"
        answer.pop("ResponseMetadata", None)
        return 0, _shown(answer, query), ""


def _shown(answer: Any, query: str | None) -> str:
    if query is None:
        return json.dumps(answer, default=str, indent=2) + "\n"
    found = jmespath.search(query, answer)
    return "\t".join(map(str, found if isinstance(found, list) else [found])) + "\n"


@contextlib.contextmanager
def fake_cli(
    client: Client, place: Path
) -> Iterator[tuple[FakeCli, Callable[[str], subprocess.CompletedProcess[str]]]]:
    """The commands' answerer, and a function that runs a script with ``aws`` meaning it."""
    cli, address = FakeCli(client), str(place / "socket")
    (place / "aws").write_text(_COMMAND.format(python=sys.executable, address=address))
    (place / "aws").chmod(0o755)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    threading.Thread(target=_answer, args=(listener, cli), daemon=True).start()

    def run(script: str) -> subprocess.CompletedProcess[str]:
        env = {"PATH": f"{place}:{os.environ['PATH']}"}
        return subprocess.run(["bash", "-c", script], env=env, capture_output=True, text=True, timeout=120)

    try:
        yield cli, run
    finally:
        listener.close()


def _answer(listener: socket.socket, cli: FakeCli) -> None:
    while True:
        try:
            asked, _ = listener.accept()
        except OSError:
            return
        with asked:
            try:
                answer = cli.run(json.loads(asked.makefile().readline()))
            except Exception as wrong:  # noqa: BLE001 - the script must fail, and say why
                answer = (252, "", f"{type(wrong).__name__}: {wrong}\n")
            asked.sendall(json.dumps(answer).encode() + b"\n")
