"""The program in a real browser: it loads nothing from elsewhere, takes keys, offers no way to write."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import browser
import pytest
from serving import Served

pytestmark = pytest.mark.skipif(browser.CHROMIUM is None, reason="no chromium on this machine")


async def test_a_tab_shows_the_diagnosis_takes_keys_and_cannot_apply(served: Served, tmp_path: Path) -> None:
    async with browser.opened(served.link(), tmp_path / "profile") as page:
        await page.until_shown("BROKEN")
        await page.until(lambda: "f fixes" in page.shown())
        assert distinct_bytes(await page.picture()) > 20
        await page.press("f")
        await page.until_shown("read-only")
        await page.press("a")
        await page.until_shown("This session is read-only")
        assert [url for url in page.requested if "://127.0.0.1:" not in url and not url.startswith("data:")] == []
        assert any(url.startswith("ws://127.0.0.1:") for url in page.requested)
        assert await page.evaluate("location.search") == ""
        assert await page.evaluate("document.fonts.check('16px \"Roboto Mono\"')")
        assert page.complaints == []


async def test_leaving_the_program_says_that_it_ended(served: Served, tmp_path: Path) -> None:
    async with browser.opened(served.link(), tmp_path / "profile") as page:
        await page.until_shown("canvas-kms-tui")
        await page.press("q")
        for _ in range(200):
            if await page.evaluate("getComputedStyle(document.getElementById('ended')).display") == "block":
                return
            await page.evaluate("new Promise(done => setTimeout(done, 50))")
        pytest.fail("the page did not say so")


def distinct_bytes(png: bytes) -> int:
    """How many different bytes the picture's rows hold: a blank page has a handful."""
    data, stream = b"", io.BytesIO(png[8:])
    while head := stream.read(8):
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        part = stream.read(size)
        stream.read(4)
        data += part if kind == b"IDAT" else b""
    return len(set(zlib.decompress(data)))
