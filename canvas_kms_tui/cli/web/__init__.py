"""``--web``: the same program in a browser tab on this machine, read-only.

The server listens on 127.0.0.1 alone and answers only what names it as Host, comes from its own Origin and brings a
link's token, which opens one tab, once. Each tab is a process of its own (:mod:`.tab`) that is never given a way to
write. textual-serve carries the screen; nothing is loaded from anywhere else.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shlex
import signal
import socket
import sys
from collections.abc import Sequence

from canvas_kms_tui.cli import screen
from canvas_kms_tui.cli.connect import missing_extra
from canvas_kms_tui.cli.options import PROGRAM, Options, UsageError

ADDRESS = "127.0.0.1"
#: What the extra ``web`` brings.
_EXTRA = ("aiohttp", "textual_serve")


def run(options: Options, argv: Sequence[str]) -> int:
    """Serve until Ctrl-C; ``argv`` is the command line as it was given, and what each tab is started with.

    Raises:
        UsageError: the extra is not installed, the port is taken, or a flag could not be meant in a tab either.
        KeyboardInterrupt: it was ended.
    """
    if missing := missing_extra("--web", "web", _EXTRA):
        raise UsageError(missing)
    screen.check(options)
    listener = _listener(options.web or 0)
    asyncio.run(_serve(listener, command(argv)))
    raise KeyboardInterrupt


def command(argv: Sequence[str]) -> str:
    """The line with which a tab's program is started: textual-serve gives it to a shell, so every word is quoted."""
    return "exec " + shlex.join([sys.executable, "-P", "-m", "canvas_kms_tui.cli.web.tab", *argv])


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server((ADDRESS, port))
    except OSError as problem:
        raise UsageError(f"--web {port}: {problem.strerror or problem}; --web alone takes a free port") from None


async def _serve(listener: socket.socket, line: str) -> None:
    from aiohttp import web

    from canvas_kms_tui.cli.web.server import build

    port = listener.getsockname()[1]
    links = Links(f"http://{ADDRESS}:{port}/")
    runner = web.AppRunner(build(port, line, links.taken), access_log=None, shutdown_timeout=2, handle_signals=False)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    links.say("Open this link in a browser on this machine; it works once. The tab is read-only. Ctrl-C ends all.")
    try:
        with contextlib.redirect_stdout(sys.stderr):  # textual-serve tells on stdout what a tab complained of
            await _ended()
            await runner.cleanup()
    finally:
        listener.close()


async def _ended() -> None:
    """Until SIGINT or SIGTERM."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    await ended.wait()


class Links:
    """One link at a time, which opens one tab, once; as soon as it is used there is another."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._out = sys.stdout
        self._token = secrets.token_urlsafe(32)

    def say(self, about: str) -> None:
        print(f"{PROGRAM}: {about}", file=sys.stderr, flush=True)
        with contextlib.suppress(OSError):  # whoever read the first link need not read the next
            print(f"{self._address}?token={self._token}", file=self._out, flush=True)

    def taken(self, token: str) -> bool:
        """True once for each token that was said."""
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return False
        self._token = secrets.token_urlsafe(32)
        self.say("Opened. For another tab:")
        return True
