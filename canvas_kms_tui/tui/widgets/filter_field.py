"""The line in which a filter or search is typed; it answers with every letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class FilterField(Input):
    """Enter and arrow down go on to what is left; escape is the screen's."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,down", "leave", show=False)]

    @dataclass
    class Typed(Message):
        text: str

    @dataclass
    class Left(Message):
        text: str

    def __init__(self, text: str, hint: str) -> None:
        super().__init__(value=text, placeholder=hint, id="filter", compact=True, select_on_focus=False)

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        self.post_message(self.Typed(message.value))

    def action_leave(self) -> None:
        self.post_message(self.Left(self.value))
