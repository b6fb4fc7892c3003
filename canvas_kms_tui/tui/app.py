"""The application: modes, themes, palette, and what happens when something breaks. The work is the screens'."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import sys
import threading
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from canvas_kms_tui.tui import clipboard, crash, keys, settings, themes
from canvas_kms_tui.tui.background import Background
from canvas_kms_tui.tui.desk import Desk
from canvas_kms_tui.tui.screens.keyed import KeyedScreen
from canvas_kms_tui.tui.screens.main import MainScreen
from canvas_kms_tui.tui.session import Session
from canvas_kms_tui.tui.visible import Visible

USAGE = 2
CANCELLED = 130
DEFECT = 70  #: sysexits.h: an internal software error


class CanvasApp(App[int]):
    """Gives an exit code."""

    TITLE = "canvas-kms-tui"
    CSS_PATH = "app.tcss"
    MODES: ClassVar = {"main": MainScreen}
    DEFAULT_MODE = "main"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z", "suspend_process", show=False)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (180, "-broad")]  # noqa: RUF012 - Textual declares no ClassVar
    VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-high")]  # noqa: RUF012

    def __init__(self, session: Session) -> None:
        super().__init__(ansi_color=True if themes.no_colour() else None)
        self.animation_level = "none"  # over SSH a picture on the way is a picture too many
        self.desk = Desk(session, Background(self.note))
        self.defect_report = ""
        self.noted: list[str] = []
        self._visible = Visible()
        self.register_theme(themes.COLOUR_BLIND)
        self.theme = themes.COLOURLESS if self.no_color else (session.theme or themes.DEFAULT)

    def on_mount(self) -> None:
        """Ended by the system is left by the user: the terminal is put back as it was."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            with contextlib.suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
                asyncio.get_running_loop().add_signal_handler(getattr(signal, name), self.exit, CANCELLED)
        self.app_resume_signal.subscribe(self, self._draw_all)

    def _draw_all(self, _: App[object]) -> None:
        """After ctrl+z and fg: the terminal holds the shell's lines, so nothing of ours stands there any more."""
        for widget in self.screen.walk_children(with_self=True):
            widget.refresh()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._visible]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: every key of the screen by name, and the themes."""
        if isinstance(screen, KeyedScreen):
            for key in screen.usable():
                if key.id != "palette":
                    yield SystemCommand(f"{key.label}  ({key.shown})", key.help, _presser(screen, key.id))
        yield SystemCommand("Theme", "Change colours; shown at once while choosing.", self.action_change_theme)
        yield SystemCommand("Settings", "Write a settings file with every setting explained.", self.write_settings)

    def write_settings(self) -> None:
        """Leave a commented file to edit; one that is there is left alone."""
        path = settings.settings_path()
        if not path.exists():
            clipboard.write_private(path, settings.TEMPLATE)
        self.notify(f"Settings are in {path}; they are read at the next start.", markup=False)

    def defect(self, error: BaseException) -> str:
        """Write down an unexpected exception of background work; gives the sentence for the user."""
        report = crash.write_report(error)
        return f"A defect of this program stopped the work ({type(error).__name__}); report: {report}"

    def note(self, error: BaseException) -> None:
        """Write down what was raised where nobody waits for it; the program goes on, and says so when it is left."""
        if not (isinstance(error, OSError) and error.errno == errno.EIO):  # the terminal has gone away
            self.noted.append(str(crash.write_report(error)))

    def _fatal_error(self) -> None:
        """An unexpected exception: a report file instead of a traceback over the user's terminal."""
        error = sys.exc_info()[1] or self._exception
        if error is not None and not self.defect_report:
            self.defect_report = str(crash.write_report(error))
        self._close_messages_no_wait()


def _presser(screen: KeyedScreen[object], key_id: str):  # type: ignore[no-untyped-def]
    async def press() -> None:
        await screen.action_press(key_id)

    return press


def run_app(session: Session) -> int:
    """Run on the terminal; gives the exit code."""
    try:
        own = settings.load(settings.settings_path())
    except settings.BadSettings as bad:
        print(f"canvas-kms-tui: {bad}", file=sys.stderr)
        return USAGE
    keys.remap(own.keymap)
    session.theme = session.theme or own.theme
    session.watch_seconds = own.watch_seconds
    app = CanvasApp(session)
    app.set_keymap(own.keymap)
    threading.excepthook = lambda thread: app.note(thread.exc_value) if thread.exc_value else None
    try:
        code = app.run()
    finally:
        app.desk.close()
    for report in app.noted:
        print(f"canvas-kms-tui: went on after a defect of its own; report: {report}", file=sys.stderr)
    if app.defect_report:
        print(f"canvas-kms-tui: stopped by a defect of its own; report: {app.defect_report}", file=sys.stderr)
        return DEFECT
    return code or 0
