"""A program for the pty tests: the real app whose source of facts never answers, or which breaks. Arguments: MODE."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any, NoReturn

from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.tui import Session, run
from canvas_kms_tui.tui.screens.main import MainScreen


def broken(*_: Any, **__: Any) -> NoReturn:
    raise ZeroDivisionError("of arn:aws:iam::222233334444:role/Secret \x1b]0;PWNED\x07")


async def broken_later(*_: Any, **__: Any) -> NoReturn:
    broken()


async def hang() -> Connection:
    """Blocks its whole loop, as a socket that never answers would block a thread."""
    time.sleep(3600)  # noqa: ASYNC251 - that is the point
    raise AssertionError


async def in_a_task() -> Connection:
    """A task of the background loop that nobody awaits, and then no answer."""
    task = asyncio.get_running_loop().create_task(broken_later())
    await asyncio.sleep(0.1)
    del task
    await asyncio.sleep(3600)
    raise AssertionError


def arrange(mode: str) -> None:
    """What breaks when ``?`` is pressed, or at once."""
    match mode:
        case "handler":
            MainScreen.do_help = broken  # type: ignore[method-assign]
        case "worker":
            MainScreen.do_help = lambda self: self.run_worker(broken_later())  # type: ignore[method-assign]
        case "thread":
            MainScreen.do_help = lambda self: self.run_worker(broken, thread=True)  # type: ignore[method-assign]
        case "timer":
            MainScreen.do_help = lambda self: self.set_timer(0.05, broken)  # type: ignore[method-assign]
        case "render":
            from canvas_kms_tui.tui.widgets.verdict_bar import VerdictBar

            def help_me(self: MainScreen) -> None:
                VerdictBar.render = broken  # type: ignore[method-assign]
                self.query_one(VerdictBar).refresh(layout=True)

            MainScreen.do_help = help_me  # type: ignore[method-assign]
        case "compose":
            MainScreen.compose = broken  # type: ignore[method-assign]


def main() -> int:
    mode = sys.argv[1]
    arrange(mode)
    connect = {"background": broken_later, "task": in_a_task}.get(mode, hang)
    return run(Session(connect=connect, domain_id="d-abc", user_profile="ana", datasets=()))


if __name__ == "__main__":
    raise SystemExit(main())
