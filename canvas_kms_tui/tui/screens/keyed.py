"""A screen whose keys come from the table: each key is pressed through one door, which can say why not."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.binding import Binding, BindingType
from textual.screen import Screen

from canvas_kms_tui.tui import keys
from canvas_kms_tui.tui.widgets.key_footer import KeyFooter

if TYPE_CHECKING:
    from canvas_kms_tui.tui.app import CanvasApp
    from canvas_kms_tui.tui.desk import Desk

Answer = TypeVar("Answer")


def bindings(table: str) -> list[BindingType]:
    """Textual's bindings for a screen of the table."""
    return [
        Binding(name, f"press('{key.id}')", key.label, id=f"{table}.{key.id}", tooltip=key.help)
        for key in keys.SCREENS[table]
        for name in key.keys
    ]


class KeyedScreen(Screen[Answer]):
    """``TABLE`` names the screen's keys; ``do_ID`` does what a key does; ``why_not`` says why one cannot be used."""

    TABLE: ClassVar[str] = ""
    AUTO_FOCUS = "*"

    @property
    def canvas_app(self) -> CanvasApp:
        return cast("CanvasApp", self.app)

    @property
    def desk(self) -> Desk:
        return self.canvas_app.desk

    @property
    def stands(self) -> bool:
        """Whether there is something to draw on: while the program is being left its widgets go before the screen."""
        return self.is_attached and self.app.is_running

    def why_not(self, key_id: str) -> str | None:
        """A sentence that says why the key does nothing now, or None."""
        return None

    async def action_press(self, key_id: str) -> None:
        """Do what a key does, or say why not."""
        reason = self.why_not(key_id)
        if reason is not None:
            self.say(reason, warn=True)
            return
        done = getattr(self, f"do_{key_id}")()
        if inspect.isawaitable(done):
            await done

    def say(self, text: str, *, warn: bool = False) -> None:
        self.notify(text, severity="warning" if warn else "information", markup=False, timeout=4)

    def dim_keys(self) -> None:
        """Let the footer show which keys can be used."""
        if not self.is_mounted:
            return
        off = frozenset(key.id for key in keys.SCREENS[self.TABLE] if self.why_not(key.id) is not None)
        for footer in self.query(KeyFooter):
            footer.show_dim(off)

    async def on_key_footer_pressed(self, message: KeyFooter.Pressed) -> None:
        await self.action_press(message.key_id)

    def usable(self) -> Iterable[keys.Key]:
        """The screen's keys for the command palette."""
        return keys.SCREENS[self.TABLE]

    def do_help(self) -> None:
        from canvas_kms_tui.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.TABLE))

    async def do_palette(self) -> None:
        self.app.action_command_palette()

    def do_back(self) -> None:
        self.dismiss(None)

    def do_quit(self) -> None:
        self.app.exit(self.desk.exit_code)
