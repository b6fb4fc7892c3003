"""``main``: from the command line to an exit code. Owns stderr: one line per error, never a traceback."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from types import FrameType

from canvas_kms_tui import hidden
from canvas_kms_tui.cli.options import PROGRAM, Complaint, Options, UsageError
from canvas_kms_tui.cli.parser import parse
from canvas_kms_tui.gateway import CannotConnect

#: Flags that ask for something else than a diagnosis on the screen: the module of ``cli`` with a function of that name.
ERRANDS = {
    "list_causes": "about",
    "explain": "about",
    "list_demos": "about",
    "print_schema": "about",
    "evaluate": "about",
    "print_answers": "setup",
    "print_policy": "abilities",
    "doctor": "abilities",
    "print_completion": "completion",
    "journal": "shell",
    "undo": "shell",
    "apply_plan": "shell",
    "export_fixes": "shell",
    "plan": "shell",
    "bundle": "bundle",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; gives its exit code (``canvas_kms_tui.fleet.Exit``)."""
    said = sys.argv[1:] if argv is None else argv
    return guarded(lambda options: _run(options, said), said)


def guarded(face: Callable[[Options], int], argv: Sequence[str]) -> int:
    """Do what a command line asks for; whatever stops it is one line and an exit code."""
    try:
        return face(parse(argv))
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0
    except (Complaint, CannotConnect) as stopped:
        return _complain(str(stopped), stopped.exit_code)
    except KeyboardInterrupt:
        return _complain("cancelled", 130)
    except Exception as defect:  # noqa: BLE001 - the last resort: a line and a file instead of a traceback
        return _complain(_defect(defect), 70)


def _complain(message: str, code: int) -> int:
    print(f"{PROGRAM}: {hidden.text(' '.join(message.split()))}", file=sys.stderr)
    return code


def _defect(defect: Exception) -> str:
    from canvas_kms_tui.tui.crash import write_report

    said = f"a defect of this program: {type(defect).__name__}"
    try:
        return f"{said}; what happened is in {write_report(defect)}"
    except OSError as problem:
        return f"{said}: {defect}; no report could be written: {problem}"


def _run(options: Options, argv: Sequence[str]) -> int:
    faces = ["web"] if options.web is not None else []
    if options.setup and not (options.print_answers or options.print_policy):
        if faces:
            raise UsageError("--web has no meaning with --setup: a tab only reads")
        return _set_up(options)
    asked = [name for name in ERRANDS if getattr(options, name) not in (False, None, ())]
    if len(asked + faces) > 1:
        flags = " and ".join(f"--{name.replace('_', '-')}" for name in asked + faces)
        raise UsageError(f"{flags}: one at a time")
    if asked or options.batch:
        function, module = (asked[0], ERRANDS[asked[0]]) if asked else ("run", "batch")
        with _ended_like_interrupted():
            code: int = getattr(import_module(f"canvas_kms_tui.cli.{module}"), function)(options)
        return code
    if faces:
        from canvas_kms_tui.cli import web

        return web.run(options, argv)
    _demand_terminal()
    from canvas_kms_tui.cli import screen

    return screen.run(options)


def _set_up(options: Options) -> int:
    if options.answers:
        with _ended_like_interrupted():
            code: int = import_module("canvas_kms_tui.cli.setup").setup(options)
        return code
    try:
        _demand_terminal()
    except UsageError as none:
        raise UsageError(f"{none}".replace("use --batch for a report", "use --answers FILE to set up")) from None
    from canvas_kms_tui.cli import screen

    return screen.run(options)


@contextlib.contextmanager
def _ended_like_interrupted() -> Iterator[None]:
    """Being ended by the system is being cancelled: what was started is stopped, nothing is left half-written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """As Ctrl-C does; a program that was started in the background ignores SIGINT, but not this."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)


def _demand_terminal() -> None:
    """Textual reads stdin and draws on stderr; without a terminal it hangs, so this comes before its import."""
    streams = {"stdin": sys.__stdin__, "stdout": sys.__stdout__, "stderr": sys.__stderr__}
    for name, stream in streams.items():
        if stream is None or not stream.isatty():
            raise UsageError(f"{name} is not a terminal; use --batch for a report without one")
