"""Who is let in: the right Host, our own Origin, a token that was not used; and nothing else is told to anybody."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import ClientSession
from serving import Served


@pytest.fixture
async def client() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


def root(link: str) -> str:
    return link.partition("?")[0]


async def status(client: ClientSession, url: str, **headers: str) -> int:
    async with client.get(url, headers=headers) as answer:
        return answer.status


async def key_of(client: ClientSession, link: str) -> str:
    """The address of the socket in the page that a link opens."""
    async with client.get(link) as answer:
        assert answer.status == 200
        found = re.search(r'data-session-websocket-url="([^"]+)"', await answer.text())
        assert found
        return found[1]


async def refusal(client: ClientSession, url: str, **headers: str) -> int:
    try:
        async with client.ws_connect(url, headers=headers):
            return 101
    except aiohttp.WSServerHandshakeError as refused:
        return refused.status


async def test_a_link_opens_once_and_then_there_is_another(served: Served, client: ClientSession) -> None:
    link = served.link()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}", link)
    assert await status(client, link) == 200
    assert await status(client, link) == 403
    other = served.link()
    assert other != link
    assert await status(client, root(link)) == 403
    assert await status(client, f"{root(link)}?token=") == 403
    assert await status(client, f"{link[:-1]}_") == 403
    assert await status(client, other) == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1.evil.example:{port}"])
async def test_another_host_is_refused_everywhere(served: Served, client: ClientSession, host: str) -> None:
    """DNS rebinding: the browser believes that the page of another site is here."""
    link = served.link()
    named = host.format(port=urlsplit(link).port)
    assert await status(client, link, Host=named) == 403
    assert await status(client, f"{root(link)}static/js/textual.js", Host=named) == 403
    socket = (await key_of(client, link)).replace("localhost", "127.0.0.1")
    assert await refusal(client, socket, Host=named, Origin=f"http://{named}") == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}", ""]
)
async def test_another_origin_is_refused_everywhere(served: Served, client: ClientSession, origin: str) -> None:
    link = served.link()
    named = origin.format(port=urlsplit(link).port)
    assert await status(client, link, Origin=named) == 403
    assert await refusal(client, await key_of(client, link), Origin=named) == 403


async def test_a_socket_needs_an_origin_and_a_key_of_its_own(served: Served, client: ClientSession) -> None:
    link = served.link()
    origin = root(link).rstrip("/")
    socket = await key_of(client, link)
    assert await refusal(client, socket) == 403
    assert await refusal(client, f"{socket[:-1]}_", Origin=origin) == 403
    assert await refusal(client, f"{socket.rpartition('/')[0]}/", Origin=origin) in (403, 404)
    async with client.ws_connect(f"{socket}?width=nonsense&height=999999", headers={"Origin": origin}) as open_one:
        assert await refusal(client, socket, Origin=origin) == 403
        for odd in ("[]", "{", '["resize", {"width": "x"}]', '["stdin", 5]', '["deliver", {}]', "7"):
            await open_one.send_str(odd)
        await open_one.send_json(["ping", "1"])
        assert (await open_one.receive()).type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY)


async def test_what_is_sent_may_load_nothing_from_elsewhere(served: Served, client: ClientSession) -> None:
    async with client.get(served.link()) as answer:
        policy, text = answer.headers["Content-Security-Policy"], await answer.text()
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "https:" not in policy + text


async def test_there_is_nothing_but_the_page_and_its_files(served: Served, client: ClientSession) -> None:
    top = root(served.link())
    assert await status(client, f"{top}static/") in (403, 404)
    assert await status(client, f"{top}download/x") == 404
    assert await status(client, f"{top}static/%2e%2e/app_service.py") in (403, 404)
    assert await status(client, f"{top}static/css/xterm.css") == 200
