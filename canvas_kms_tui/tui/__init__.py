"""The full-screen face. ``Session`` says what to show, ``run`` shows it until the user quits.

Importing this package imports no Textual: the command line checks for a terminal first.
"""

from __future__ import annotations

from canvas_kms_tui.tui.session import Session

__all__ = ["Session", "run"]


def run(session: Session) -> int:
    """Show the program on the terminal until it is left; gives the exit code.

    0 after an ordinary session; the code of :class:`~canvas_kms_tui.gateway.CannotConnect` (2 or 4) when there
    was never a connection; 70 after a defect of the program, whose report file was named on stderr.
    """
    from canvas_kms_tui.tui.app import run_app

    return run_app(session)
