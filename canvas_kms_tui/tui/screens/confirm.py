"""Typing before something dangerous: the account and the end of the resource's ARN, by hand."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from canvas_kms_tui.change import Change


class ConfirmScreen(ModalScreen[str | None]):
    """Gives what was typed, only once it is right; None when it was left."""

    CSS_PATH = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave")]

    def __init__(self, change: Change) -> None:
        super().__init__()
        self.change = change

    def compose(self) -> ComposeResult:
        change = self.change
        with Vertical(id="dialog"):
            yield Static(Content.styled(f"{change.action} on {change.resource}", "bold"))
            yield Static(Content(change.confirm_why or "This cannot be taken back lightly."))
            yield Static(Content.assemble("To go on, type  ", (change.confirm or "", "bold $text-warning")))
            yield Input(id="typed", compact=True)
            yield Static(
                Content.styled("enter applies when it is right   esc leaves, nothing is changed", "$foreground-muted"),
                id="says",
            )

    def on_input_submitted(self, message: Input.Submitted) -> None:
        if message.value.strip() == self.change.confirm:
            self.dismiss(message.value.strip())
        else:
            says = "That is not the text above; nothing has been changed. Try again, or esc."
            self.query_one("#says", Static).update(Content.styled(says, "$text-error"))

    def action_leave(self) -> None:
        self.dismiss(None)
