"""Which causes a run checks: ``--only``, ``--skip`` and ``--accept-unknown`` against the catalogue."""

from __future__ import annotations

from canvas_kms_tui.causes import Cause, catalogue
from canvas_kms_tui.cli.options import Options, UsageError
from canvas_kms_tui.cli.values import nearest
from canvas_kms_tui.fleet.run import Plan


def plan(options: Options) -> Plan:
    """What to check.

    Raises:
        UsageError: an id that no cause has, or nothing left to check.
    """
    every = catalogue()
    for flag in ("only", "skip", "accept_unknown"):
        for name in getattr(options, flag):
            find(name, f"--{flag.replace('_', '-')}")
    chosen = [cause for cause in every if cause.id not in options.skip]
    if options.only:
        chosen = [cause for cause in chosen if cause.id in options.only]
    if not chosen:
        raise UsageError("--skip leaves no cause to check")
    return Plan(
        causes=chosen if options.only or options.skip else None,
        accept_unknown=options.accept_unknown,
        strict=options.strict,
        since=options.since,
        probe_role=options.probe_role,
    )


def find(name: str, flag: str) -> Cause:
    """The cause of that id.

    Raises:
        UsageError: there is none; the nearest is named.
    """
    every = catalogue()
    for cause in every:
        if cause.id == name:
            return cause
    hint = nearest(name, [cause.id for cause in every]) or "; --list-causes shows all"
    raise UsageError(f"{flag}: no cause {name!r}{hint}")
