"""Programs forked from a process that has imported everything: the same process to its reader, without the start-up.

``python forking.py FD`` is that process; it serves one order after another on a socket and owns nothing else.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

#: Imported late by the program itself: screens, the stand-in, and what an extra brings (some of it starts threads).
_LEFT_OUT = (
    "canvas_kms_tui.tui", "canvas_kms_tui.demo", "canvas_kms_tui.cli.web", "canvas_kms_tui.fleet.dask",
    "canvas_kms_tui.__main__",
)  # fmt: skip


class Nursery:
    """Runs programs, one at a time."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = dict(env)
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def run(self, order: dict[str, Any], timeout: float) -> int:
        """The exit code of ``order``: argv, env, cwd, and the files that are stdin, stdout and stderr.

        Raises:
            TimeoutExpired: the program ran longer; it has been killed.
        """
        if self._socket is None:
            self._start()
        assert self._socket is not None
        self._socket.settimeout(timeout)
        try:
            self._socket.sendall(json.dumps(order).encode() + b"\n")
            return int(self._socket.makefile("rb").readline())
        except (TimeoutError, ValueError):
            self.close()
            raise subprocess.TimeoutExpired(order["argv"], timeout) from None

    def _start(self) -> None:
        self._socket, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            env=self._env, pass_fds=[theirs.fileno()], start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        theirs.close()

    def close(self) -> None:
        """End what runs; the next order starts anew."""
        if self._process is None or self._socket is None:
            return
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._socket.close()
        self._process = self._socket = None


def _import_everything() -> None:
    import canvas_kms_tui

    for module in pkgutil.walk_packages(canvas_kms_tui.__path__, "canvas_kms_tui.", onerror=lambda _: None):
        if not module.name.startswith(_LEFT_OUT):
            importlib.import_module(module.name)
    from canvas_kms_tui.aws.options import ConnectOptions
    from canvas_kms_tui.aws.reads import READS
    from canvas_kms_tui.aws.session import Session, configure

    session = Session(ConnectOptions(region="eu-west-1"))
    configure(session)
    for service in sorted({service for service, _ in READS}):
        session.create_client(service, "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b").close()


def _serve(control: socket.socket) -> list[str]:
    """The arguments of the program that this process has become; the first process never comes back."""
    orders = control.makefile("rb")
    while line := orders.readline():
        order = json.loads(line)
        child = os.fork()
        if not child:
            control.close()
            _become(order)
            return order["argv"]
        _, status = os.waitpid(child, 0)
        control.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(order: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    modes = (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)
    for number, (name, mode) in enumerate(zip(order["files"], modes, strict=True)):
        file = os.open(name, mode)
        os.dup2(file, number)
        os.close(file)


if __name__ == "__main__":
    _import_everything()
    gc.collect()
    gc.freeze()  # a collection would copy every page that the child shares with this process
    from canvas_kms_tui.cli import main

    sys.exit(main(_serve(socket.socket(fileno=int(sys.argv[1])))))
