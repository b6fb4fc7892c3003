"""A program for the pty tests: the real app whose source of facts never answers, or breaks. Arguments: MODE."""

from __future__ import annotations

import sys
import time

from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.tui import Session, run


async def hang() -> Connection:
    """Blocks its whole loop, as a socket that never answers would block a thread."""
    time.sleep(3600)  # noqa: ASYNC251 - that is the point
    raise AssertionError


def main() -> int:
    if sys.argv[1] == "crash":
        from canvas_kms_tui.tui.screens.main import MainScreen

        def broken(self: MainScreen) -> None:
            raise ZeroDivisionError("of arn:aws:iam::222233334444:role/Secret")

        MainScreen.do_help = broken  # type: ignore[method-assign]
    return run(Session(connect=hang, domain_id="d-abc", user_profile="ana", datasets=()))


if __name__ == "__main__":
    raise SystemExit(main())
