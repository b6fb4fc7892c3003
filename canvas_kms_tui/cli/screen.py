"""Starting the terminal program: the screen is drawn first, the source of facts is opened behind it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from canvas_kms_tui.cli.access import access
from canvas_kms_tui.cli.connect import Opened, opener, wanted
from canvas_kms_tui.cli.options import Options, UsageError
from canvas_kms_tui.cli.output import demand_file
from canvas_kms_tui.cli.values import nearest
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.tui import Session
from canvas_kms_tui.tui import run as run_screen


def run(options: Options) -> int:
    """Show the program until it is left; gives the exit code."""
    check(options)

    async def connect() -> Connection:
        return connected(await open_source(), options)

    async def elsewhere(other: Options) -> Connection:
        connection = connected(await opener(other, session.told, session.sign_in)(), other)
        if other.demo is None:
            session.domain_id = session.user_profile = session.datasets = None
        return connection

    def connected(opened: Opened, said: Options) -> Connection:
        if said.demo is not None or said.case is not None:
            session.domain_id = opened.wanted.domain_id
            session.user_profile = opened.wanted.user_profile
            session.datasets = opened.wanted.datasets
            session.use_case = opened.wanted.use_case
            session.local_upload = opened.wanted.local_upload
            session.error_text = opened.wanted.error_text
        return replace(opened.connection, close=lambda: _close(opened, session)) if said.record else opened.connection

    said = wanted(options)
    session = Session(
        connect=connect,
        domain_id=said.domain_id,
        user_profile=said.user_profile,
        datasets=said.datasets or None,
        use_case=said.use_case,
        local_upload=said.local_upload,
        error_text=said.error_text,
        since=options.since,
        read_only=options.read_only,
        theme=options.theme,
        strict=options.strict,
        accept_unknown=options.accept_unknown,
        only=options.only,
        skip=options.skip,
        setup=options.setup,
        access=access(options, elsewhere),
    )
    open_source = opener(options, session.told, session.sign_in)
    return run_screen(session)


def check(options: Options) -> None:
    """Raises :class:`UsageError` for what cannot be meant, before anything is drawn."""
    _check_theme(options)
    if options.record:
        demand_file(Path(options.record).expanduser(), "--record")


def _close(opened: Opened, session: Session) -> None:
    """``--record`` holds everything that was read in the session."""
    try:
        opened.record(session.target(opened.connection))
    finally:
        opened.connection.close()


def _check_theme(options: Options) -> None:
    if options.theme is None:
        return
    from canvas_kms_tui.tui.themes import names

    if options.theme not in names():
        raise UsageError(
            f"--theme: no theme {options.theme!r}{nearest(options.theme, names())}; there are {', '.join(names())}"
        )
