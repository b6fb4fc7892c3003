"""Where the checks of the main screen stop: because the user says so, or because the login has run out."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from concurrent.futures import Future
from dataclasses import dataclass

from textual.message import Message

from canvas_kms_tui.gateway import CannotConnect, SignIn
from canvas_kms_tui.tui.desk import Trouble
from canvas_kms_tui.tui.headline import Phase
from canvas_kms_tui.tui.screens.main_extras import MainExtras

_RUNNING = (Phase.CONNECTING, Phase.CHECKING)


@dataclass
class SignInWanted(Message):
    """A call waits for a new login; ``answer`` is set to whether there may be one now."""

    wanted: SignIn
    answer: Future[bool]


class MainStops(MainExtras):
    """A declined sign-in is not asked for again within the same run of the checks."""

    declined_in = -1

    @abstractmethod
    def stopped(self, reason: str) -> None: ...

    # The user's own stop

    def do_back(self) -> None:
        if self.phase in _RUNNING and not self.has_class("-zoomed") and not self.query("#filter"):
            self.workers.cancel_group(self, "work")
            self.stopped("Stopped by you; what was found so far is below.")
            return
        super().do_back()

    # The login

    async def open_source(self) -> None:
        """Connect and diagnose; where a login has run out, sign in and connect again."""
        while True:
            try:
                await super().open_source()
                return
            except Trouble as trouble:
                wanted = _renewable(trouble)
                if wanted is None or not await self._signed_in(wanted):
                    raise

    async def _signed_in(self, wanted: SignIn) -> bool:
        from canvas_kms_tui.tui.screens.signin import SignInScreen

        signed_in: bool = await self.app.push_screen_wait(SignInScreen(wanted))
        return signed_in

    async def ask_to_sign_in(self, wanted: SignIn) -> bool:
        """Asked by a call whose credentials have expired, on the background loop."""
        answer: Future[bool] = Future()
        self.post_message(SignInWanted(wanted, answer))
        return await asyncio.wrap_future(answer)

    def on_sign_in_wanted(self, message: SignInWanted) -> None:
        if self.declined_in == self.run_number:
            message.answer.set_result(False)
        else:
            self.run_worker(self._answer(message), group="sign in")

    async def _answer(self, message: SignInWanted) -> None:
        run, agreed = self.run_number, False
        try:
            agreed = await self._signed_in(message.wanted)
        finally:
            if not agreed:
                self.declined_in = run
            if not message.answer.done():
                message.answer.set_result(agreed)


def _renewable(trouble: Trouble) -> SignIn | None:
    """What would mend a failed connection, where a command does."""
    failed = trouble.__cause__
    wanted = failed.sign_in if isinstance(failed, CannotConnect) else None
    return wanted if wanted is not None and wanted.command else None
