"""What the server answers: the page for a link's token, the socket that the page opens, the files of the page."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import textual_serve
from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: The page may load from this server only; xterm.js puts style elements into it.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_LARGEST_MESSAGE = 1 << 20  #: bytes: a paste
_SIDES = (1, 1000)  #: cells


def build(port: int, command: str, taken: Callable[[str], bool]) -> web.Application:
    """The application for ``127.0.0.1:port``; ``taken`` says, once, whether a token is right."""
    desk = _Desk(port, command, taken)
    app = web.Application(middlewares=[desk.guard])
    app.on_response_prepare.append(desk.headers)
    app.on_shutdown.append(desk.close)
    app.router.add_get("/", desk.page, allow_head=False)
    app.router.add_get("/ws/{key}", desk.socket, allow_head=False)
    app.router.add_static("/static", Path(textual_serve.__file__).parent / "static")
    app.router.add_static("/own", Path(str(files(__package__) / "page")))
    return app


class _Tab(AppService):
    """The process behind a tab; when it ends, by itself or killed, the tab is told."""

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            await self.remote_close()


class _Desk:
    """Who may come in, and the tabs that are open. A page's key opens its socket, once."""

    def __init__(self, port: int, command: str, taken: Callable[[str], bool]) -> None:
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
        self._command = command
        self._taken = taken
        self._keys: set[str] = set()
        self._open: set[web.WebSocketResponse] = set()
        self._page = Template((files(__package__) / "page" / "index.html").read_text("utf-8"))

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A name that was pointed at this machine (DNS rebinding) is not our Host; another site is not our Origin."""
        if request.headers.getall("Host", []) != [request.host] or request.host not in self._hosts:
            return _refused("This address is not the one that the server was started with.")
        origins = request.headers.getall("Origin", [])
        if origins not in ([], [f"http://{request.host}"]):
            return _refused("Another site may not ask this server.")
        return await handler(request)

    async def headers(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(_HEADERS)
        response.headers["Content-Security-Policy"] = _POLICY.format(host=request.host)

    async def page(self, request: web.Request) -> web.Response:
        """The page, for a token that was not used before."""
        if not self._taken(request.query.get("token", "")):
            return _refused("This link was used already, or is not whole. The terminal shows the link that works now.")
        key = secrets.token_urlsafe(32)
        self._keys.add(key)
        text = self._page.substitute(socket=f"ws://{request.host}/ws/{key}")
        return web.Response(text=text, content_type="text/html")

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """The screen of one tab, for as long as the tab and its program live."""
        key = request.match_info["key"]
        if "Origin" not in request.headers or key not in self._keys:
            return _refused("Only a page of this server may open this, once.")
        self._keys.remove(key)
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=_LARGEST_MESSAGE)
        await socket.prepare(request)
        self._open.add(socket)
        tab = _Tab(
            self._command,
            write_bytes=_unless_closed(socket.send_bytes),
            write_str=_unless_closed(socket.send_str),
            close=_closer(socket),
            download_manager=DownloadManager(),
        )
        try:
            await tab.start(_cells(request.query.get("width"), 80), _cells(request.query.get("height"), 24))
            await _listen(socket, tab)
        finally:
            self._open.discard(socket)
            with contextlib.suppress(OSError, RuntimeError):
                await tab.stop()
        return socket

    async def close(self, _: web.Application) -> None:
        """End every tab at once; their programs end with them."""
        await asyncio.gather(*(socket.close() for socket in list(self._open)), return_exceptions=True)


def _refused(why: str) -> web.Response:
    return web.Response(status=403, text=f"{why}\n")


async def _listen(socket: web.WebSocketResponse, tab: AppService) -> None:
    """Keys, mouse and sizes on to the program; what is not of the protocol is not listened to."""
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            continue
        with contextlib.suppress(ValueError, TypeError, KeyError):
            match json.loads(message.data):
                case ["stdin", str(typed)]:
                    await tab.send_bytes(typed.encode("utf-8", "ignore"))
                case ["resize", {"width": wide, "height": high}]:
                    await tab.set_terminal_size(_cells(wide, 80), _cells(high, 24))
                case ["ping", said]:
                    await socket.send_json(["pong", said])
                case ["focus"]:
                    await tab.focus()
                case ["blur"]:
                    await tab.blur()


def _cells(said: Any, otherwise: int) -> int:
    try:
        return min(max(int(said), _SIDES[0]), _SIDES[1])
    except (TypeError, ValueError):
        return otherwise


def _unless_closed(send: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    """A tab may be closed while its program still draws."""

    async def sent(data: Any) -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            await send(data)

    return sent


def _closer(socket: web.WebSocketResponse) -> Callable[[], Awaitable[None]]:
    async def close() -> None:
        await socket.close()

    return close
