"""``main``: from the command line to an exit code. Owns stderr: one line per error, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import IntEnum

from canvas_kms_tui.cli.options import Options, UsageError
from canvas_kms_tui.cli.parser import PROGRAM, parse


class Exit(IntEnum):
    """The contract's exit codes."""

    CLEAN = 0
    FOUND = 1
    USAGE = 2
    INCOMPLETE = 3
    CREDENTIALS = 4
    REFUSED = 5
    CANCELLED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; gives its exit code."""
    try:
        return _run(parse(argv))
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else Exit.CLEAN
    except UsageError as wrong:
        return _complain(str(wrong), Exit.USAGE)
    except KeyboardInterrupt:
        return _complain("cancelled", Exit.CANCELLED)


def _complain(message: str, code: int) -> int:
    line = " ".join(message.split())
    print(f"{PROGRAM}: {line}", file=sys.stderr)
    return code


def _run(options: Options) -> int:
    if not options.batch:
        _demand_terminal()
    raise UsageError("nothing to run yet")


def _demand_terminal() -> None:
    """Textual reads stdin and draws on stderr; without a terminal it hangs, so this comes before its import."""
    streams = {"stdin": sys.__stdin__, "stdout": sys.__stdout__, "stderr": sys.__stderr__}
    for name, stream in streams.items():
        if stream is None or not stream.isatty():
            raise UsageError(f"{name} is not a terminal; use --batch for a report without one")
