"""Starting and stopping the stand-in: a child process that dies with us.

The child watches its stdin: when the parent ends, however it ends, the pipe closes and the child goes.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from canvas_kms_tui.demo.environments import Environment

_DROPPED = ("AWS_", "BOTO", "MOTO_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "S3_", "TEST_")


class CannotStart(RuntimeError):
    """The stand-in did not start; one line that says why."""


class RunningDemo:
    """A stand-in that answers at ``endpoint_url`` as ``environment``. Close it with :meth:`stop`."""

    def __init__(self, process: subprocess.Popen[str], endpoint_url: str, token: str, environment: Environment) -> None:
        self._process = process
        self._token = token
        self.endpoint_url = endpoint_url
        self.environment = environment

    def load(self, environment: Environment) -> None:
        """Forget everything and become this environment (milliseconds, where a new process costs a second)."""
        self._control("POST", "environment", environment.document)
        self.environment = environment

    def reset(self) -> None:
        """Undo every write: become the environment as declared."""
        self.load(self.environment)

    def requests(self) -> list[dict[str, Any]]:
        """Every request answered since the last reset, in order: service, operation, region, caller, params."""
        found: list[dict[str, Any]] = self._control("GET", "requests")
        return found

    def wait(self) -> None:
        """Until the child ends."""
        self._process.wait()

    def stop(self) -> None:
        """End the child; harmless when it has ended."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> RunningDemo:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        address = urlsplit(self.endpoint_url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
        try:
            text = json.dumps(body) if body is not None else None
            connection.request(method, f"/_demo/{path}", text, {"X-Demo-Token": self._token})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise CannotStart(f"the stand-in refused {method} {path}: {answer.status} {content.decode()[:300]}")
        return json.loads(content)


def start(environment: Environment, *, port: int = 0) -> RunningDemo:
    """Start the stand-in in a child process and wait until it answers (about a second).

    Blocking: call it off the event loop.

    Raises:
        CannotStart: moto is not installed (``pip install '.[demo]'`` in the checkout), or the port is taken.
    """
    token = secrets.token_hex(16)
    process = subprocess.Popen(
        [sys.executable, "-m", "canvas_kms_tui.demo", "--child"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=_child_environment(), start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps({"document": environment.document, "token": token, "port": port}) + "\n")
        process.stdin.flush()
        said = json.loads(process.stdout.readline() or "{}")
    except (OSError, ValueError) as problem:
        said = {"error": str(problem)}
    demo = RunningDemo(process, said.get("endpoint", ""), token, environment)
    if "endpoint" not in said:
        demo.stop()
        raise CannotStart(_reason(said.get("error", "it ended at once")))
    return demo


def _reason(error: str) -> str:
    if "ModuleNotFoundError" in error:
        return f"the demo needs its extra: pip install '.[demo]' in the checkout ({error})"
    return f"the stand-in did not start: {error}"


def _child_environment() -> dict[str, str]:
    """The environment without anything that steers boto3, moto or proxies."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(_DROPPED)}
    return {**kept, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true", "PYTHONUTF8": "1"}  # fmt: skip
