"""The HTML report in a real browser: by day, by night, on a telephone and on paper, and nothing is fetched."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from sample import everything

from canvas_kms_tui.report import render
from tests.web import browser

pytestmark = pytest.mark.skipif(browser.CHROMIUM is None, reason="no chromium on this machine")

#: The lowest contrast of any text with what is behind it (WCAG 2.2, relative luminance).
CONTRAST = """
(() => {
  const parts = colour => colour.match(/[0-9.]+/g).map(Number);
  const light = colour => parts(colour).slice(0, 3).map(value => value / 255)
    .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (parts(colour)[3] !== 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const texts = [...document.body.querySelectorAll('*')]
    .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()));
  return Math.min(...texts.map(element => {
    const both = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => b - a);
    return (both[0] + 0.05) / (both[1] + 0.05);
  }));
})()
"""


async def test_it_can_be_read_by_day_by_night_on_a_telephone_and_on_paper(tmp_path: Path) -> None:
    page_file = tmp_path / "report.html"
    page_file.write_text(render("html", everything()), "utf-8")
    async with browser.opened(page_file.as_uri(), tmp_path / "profile") as page:
        pictures = {}
        for scheme in ("light", "dark"):
            feature = {"name": "prefers-color-scheme", "value": scheme}
            await page.ask("Emulation.setEmulatedMedia", features=[feature])
            assert await page.evaluate(CONTRAST) >= 4.5, scheme
            pictures[scheme] = await page.picture()
        assert pictures["light"] != pictures["dark"]
        await page.ask("Emulation.setDeviceMetricsOverride", width=400, height=800, deviceScaleFactor=1, mobile=True)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 400
        await page.ask("Emulation.setEmulatedMedia", media="print")
        folded = "[...document.querySelectorAll('details pre')].every(part => part.checkVisibility())"
        assert await page.evaluate(folded)
        paper = base64.b64decode((await page.ask("Page.printToPDF"))["data"])
        assert paper.startswith(b"%PDF")
        assert page.requested in ([], [page_file.as_uri()])
        assert page.complaints == []
