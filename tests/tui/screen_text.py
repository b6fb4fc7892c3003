"""Reading a running app as its user sees it: the text of the screen, and waiting until it says something."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from textual.app import App
from textual.pilot import Pilot


def text(app: App[Any]) -> str:
    """The screen as lines of text, right-hand blanks removed."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    return "\n".join(line.text[:width].rstrip() for line in lines[:height])


async def until_gone(pilot: Pilot[Any], unwanted: str, *, seconds: float = 10.0) -> str:
    """Wait until the screen no longer shows ``unwanted``; gives the screen's text."""
    end = time.monotonic() + seconds
    while unwanted in text(pilot.app):
        assert time.monotonic() < end, f"the screen still shows {unwanted!r}:\n{text(pilot.app)}"
        await pilot.pause(0.02)
    return text(pilot.app)


async def until(pilot: Pilot[Any], wanted: str, *, seconds: float = 10.0) -> str:
    """Wait until the screen shows ``wanted``; gives the screen's text."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await pilot.pause()
        if wanted in text(pilot.app):
            return text(pilot.app)
        await asyncio.sleep(0.02)
    raise AssertionError(f"the screen never showed {wanted!r}:\n{text(pilot.app)}")
