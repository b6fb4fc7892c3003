"""``main``: from the command line to an exit code. Owns stderr: one line per error, never a traceback."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from types import FrameType

from canvas_kms_tui.cli.options import PROGRAM, Options, UsageError
from canvas_kms_tui.cli.parser import parse
from canvas_kms_tui.gateway import CannotConnect

#: Flags that ask the program about itself; each is a function of ``cli.about``.
ABOUT = ("list_causes", "explain", "list_demos", "print_schema", "evaluate")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; gives its exit code (``canvas_kms_tui.fleet.Exit``)."""
    try:
        return _run(parse(argv))
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0
    except UsageError as wrong:
        return _complain(str(wrong), 2)
    except CannotConnect as cannot:
        return _complain(str(cannot), cannot.exit_code)
    except KeyboardInterrupt:
        return _complain("cancelled", 130)
    except Exception as defect:  # noqa: BLE001 - the last resort: a line and a file instead of a traceback
        return _complain(_defect(defect), 70)


def _complain(message: str, code: int) -> int:
    print(f"{PROGRAM}: {' '.join(message.split())}", file=sys.stderr)
    return code


def _defect(defect: Exception) -> str:
    from canvas_kms_tui.tui.crash import write_report

    said = f"a defect of this program: {type(defect).__name__}"
    try:
        return f"{said}; what happened is in {write_report(defect)}"
    except OSError as problem:
        return f"{said}: {defect}; no report could be written: {problem}"


def _run(options: Options) -> int:
    asked = [name for name in ABOUT if getattr(options, name) not in (False, None)]
    if len(asked) > 1:
        flags = " and ".join(f"--{name.replace('_', '-')}" for name in asked)
        raise UsageError(f"{flags}: one question at a time")
    if asked:
        from canvas_kms_tui.cli import about

        getattr(about, asked[0])(options)
        return 0
    if options.batch:
        from canvas_kms_tui.cli import batch

        signal.signal(signal.SIGTERM, _as_interrupt)
        return batch.run(options)
    _demand_terminal()
    from canvas_kms_tui.cli import screen

    return screen.run(options)


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    """Being ended by the system is being cancelled: what was started is stopped, nothing is left half-written."""
    signal.raise_signal(signal.SIGINT)


def _demand_terminal() -> None:
    """Textual reads stdin and draws on stderr; without a terminal it hangs, so this comes before its import."""
    streams = {"stdin": sys.__stdin__, "stdout": sys.__stdout__, "stderr": sys.__stderr__}
    for name, stream in streams.items():
        if stream is None or not stream.isatty():
            raise UsageError(f"{name} is not a terminal; use --batch for a report without one")
