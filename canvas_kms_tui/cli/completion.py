"""``--print-completion``: a script that teaches a shell the flags and their values, made from the parser itself."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from canvas_kms_tui.cli.options import EXPORTS, FAIL_ON, FORMATS, SETUP_EXPORTS, SHELLS, Options
from canvas_kms_tui.cli.output import to_stdout
from canvas_kms_tui.target import USE_CASES


def print_completion(options: Options) -> int:
    to_stdout(script(options.print_completion or ""))
    return 0


def script(shell: str) -> str:
    """The script for ``bash``, ``zsh``, ``fish`` or ``powershell``."""
    import shtab

    from canvas_kms_tui.cli.parser import build_parser

    parser = build_parser()
    parser.usage = None
    values = _values()
    for action in parser._actions:
        if known := values.get(action.dest):
            action.choices = known
        elif action.dest == "profile":
            _completed_by(action, shtab.cmd("aws configure list-profiles 2>/dev/null"))
        elif "FILE" in str(action.metavar) or action.dest in ("compare", "output"):
            _completed_by(action, shtab.FILE)
    return shtab.complete(parser, shell=shell) + "\n"


def _completed_by(action: argparse.Action, how: object) -> None:
    action.complete = how  # type: ignore[attr-defined]  # where shtab looks


def _values() -> dict[str, Sequence[str]]:
    """The values of the flags that have a list of them; of those that take several the first is completed."""
    from canvas_kms_tui.causes import catalogue
    from canvas_kms_tui.demo.environments import names
    from canvas_kms_tui.tui.themes import names as themes

    causes = [cause.id for cause in catalogue()]
    return {
        "use_case": USE_CASES,
        "format": FORMATS,
        "fail_on": FAIL_ON,
        "export_fixes": (*EXPORTS, *(name for name in SETUP_EXPORTS if name not in EXPORTS)),
        "theme": sorted(themes()),
        "explain": [*causes, "faq"],
        "only": causes,
        "skip": causes,
        "accept_unknown": causes,
        "demo": [summary.name for summary in names()],
        "print_policy": ["read-only", "fix", *(f"fix:{cause}" for cause in causes)],
        "print_completion": SHELLS,
    }
