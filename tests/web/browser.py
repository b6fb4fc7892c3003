"""A headless Chromium driven over its DevTools protocol: opens a page, presses keys, tells what went over the wire."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pyte
from aiohttp import ClientSession, ClientWebSocketResponse

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SIZE = (1200, 800)  #: pixels


class Page:
    """One tab. ``requested`` are the addresses that it asked for, ``complaints`` what its console says."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)
        self.requested: list[str] = []
        self.complaints: list[str] = []
        self._reader = asyncio.create_task(self._read())

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        number = len(self._answers) + 1
        self._answers[number] = answer = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        return await asyncio.wait_for(answer, 20)

    async def evaluate(self, script: str) -> Any:
        said = await self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return said["result"].get("value")

    async def press(self, key: str) -> None:
        await self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def shown(self) -> str:
        """The screen that the program sent to this tab."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    async def until(self, what: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, f"{self.complaints}\n{self.shown()}"
            await asyncio.sleep(0.05)

    async def until_shown(self, text: str) -> str:
        await self.until(lambda: text in self.shown())
        return self.shown()

    async def picture(self) -> bytes:
        return base64.b64decode((await self.ask("Page.captureScreenshot"))["data"])

    async def close(self) -> None:
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader

    async def _read(self) -> None:
        async for message in self._socket:
            said = message.json()
            if "id" in said:
                self._answers[said["id"]].set_result(said.get("result", {}))
                continue
            params = said["params"]
            match said["method"]:
                case "Network.requestWillBeSent":
                    self.requested.append(params["request"]["url"])
                case "Network.webSocketCreated":
                    self.requested.append(params["url"])
                    self._resize(params["url"])
                case "Network.webSocketFrameReceived" if params["response"]["opcode"] == 2:
                    self._stream.feed(base64.b64decode(params["response"]["payloadData"]))
                case "Log.entryAdded":
                    self.complaints.append(params["entry"]["text"])
                case "Runtime.exceptionThrown":
                    self.complaints.append(str(params["exceptionDetails"]))

    def _resize(self, url: str) -> None:
        sides = dict(part.split("=") for part in url.partition("?")[2].split("&"))
        self._screen.resize(int(sides["height"]), int(sides["width"]))


@asynccontextmanager
async def opened(url: str, home: Path) -> AsyncIterator[Page]:
    """A browser with ``url`` in its one tab."""
    program = await asyncio.create_subprocess_exec(
        CHROMIUM or "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-unsafe-swiftshader",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--no-proxy-server",
        "--disable-background-networking",
        "--remote-debugging-port=0",
        f"--user-data-dir={home}",
        f"--window-size={SIZE[0]},{SIZE[1]}",
        "about:blank",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(home)},
    )
    try:
        async with (
            ClientSession() as client,
            client.ws_connect(await _debugger(client, home), max_msg_size=0) as socket,
        ):
            page = Page(socket)
            for domain in ("Page", "Network", "Runtime", "Log"):
                await page.ask(f"{domain}.enable")
            await page.ask("Page.navigate", url=url)
            yield page
            await page.close()
    finally:
        program.kill()
        await program.wait()


async def _debugger(client: ClientSession, home: Path) -> str:
    """Where the browser's first page is steered, once the browser says so."""
    port, end = home / "DevToolsActivePort", time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError, IndexError):
            async with client.get(f"http://127.0.0.1:{port.read_text().splitlines()[0]}/json") as answer:
                pages = [page for page in await answer.json() if page["type"] == "page"]
                return str(pages[0]["webSocketDebuggerUrl"])
        await asyncio.sleep(0.1)
    raise TimeoutError("the browser did not start")
