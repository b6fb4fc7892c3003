"""The login has run out: run the command that renews it with the screen put aside, and go on where it was."""

from __future__ import annotations

import shlex
import subprocess
from typing import ClassVar

from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from canvas_kms_tui.gateway import SignIn

_ELSEWHERE = "Renew the credentials in another terminal. Everything that was read stays known."
_HERE = "The screen steps aside for it and comes back. Everything that was read stays known."


class SignInScreen(ModalScreen[bool]):
    """Gives True once there may be a new login; False when it was left."""

    CSS_PATH = "signin.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "sign_in", "Sign in"),
        Binding("escape", "leave", "Not now"),
    ]

    def __init__(self, wanted: SignIn) -> None:
        super().__init__()
        self.wanted = wanted

    def compose(self) -> ComposeResult:
        command = shlex.join(self.wanted.command)
        with Vertical(id="dialog"):
            yield Static(Content.styled(_sentence(self.wanted.why), "bold"))
            if command:
                yield Static(Content.assemble("enter runs  ", (command, "bold $text-warning")))
            yield Static(Content(_HERE if command else _ELSEWHERE))
            says = "enter signs in and goes on" if command else "enter goes on with the new credentials"
            yield Static(Content.styled(f"{says}   esc goes on without", "$foreground-muted"), id="says")

    def action_sign_in(self) -> None:
        try:
            problem = self._run() if self.wanted.command else ""
        except SuspendNotSupported:
            problem = "The screen cannot step aside here: run the command in another terminal, then r."
        if problem:
            self.query_one("#says", Static).update(Content.styled(problem, "$text-error"))
        else:
            self.dismiss(True)

    def _run(self) -> str:
        """Run the command on the bare terminal; gives what went wrong, or ""."""
        with self.app.suspend():
            try:
                code = subprocess.run(self.wanted.command, check=False).returncode  # noqa: S603 - aws …, no shell
            except OSError as failed:
                return f"{self.wanted.command[0]} cannot be run ({failed.strerror}): install the AWS CLI; esc leaves."
            except KeyboardInterrupt:
                code = 130
        return f"The command ended with {code}: enter tries again, esc leaves." if code else ""

    def action_leave(self) -> None:
        self.dismiss(False)


def _sentence(why: str) -> str:
    return f"{why[:1].upper()}{why[1:].rstrip('.')}."
