"""Owns what happens when the credentials expire halfway: ask for a new sign-in, then go on with the very same call.

Everything that was answered before stays known; the calls that are refused meanwhile wait for the one question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from canvas_kms_tui.gateway import AskToSignIn, CallFailed, CannotConnect, FailureKind, SignIn

if TYPE_CHECKING:
    from canvas_kms_tui.aws.clients import Clients
    from canvas_kms_tui.aws.door import Door
    from canvas_kms_tui.aws.operations import Operation
    from canvas_kms_tui.aws.pages import Answer

#: A wrong clock or key is not mended by signing in.
_NOT_RENEWABLE = ("RequestTimeTooSkewed", "Signature", "InvalidSignature", "IncompleteSignature")


class Renewal:
    """Reads through the newest door; used from the event loop.

    ``open_again`` signs in anew and gives new clients, or raises CannotConnect; ``ask`` None = nobody can be asked.
    """

    def __init__(
        self,
        clients: Clients,
        door: Callable[[Clients], Door],
        open_again: Callable[[], Awaitable[Clients]],
        sign_in: Callable[[str], SignIn],
        ask: AskToSignIn | None,
    ) -> None:
        self.clients = clients
        self._door_with = door
        self._door = door(clients)
        self._open_again = open_again
        self._sign_in = sign_in
        self._ask = ask
        self._one_at_a_time = asyncio.Lock()

    async def make(
        self, service: str, operation: str, allowed: Operation, region: str | None, params: Mapping[str, Any]
    ) -> Answer:
        """The answer, after as many sign-ins as somebody agrees to.

        Raises:
            CallFailed: no answer.
        """
        while True:
            used = self._door
            try:
                return await used.make(service, operation, allowed, region, params)
            except CallFailed as failure:
                if _may_be_an_old_token(failure) and await self._has_moved_on(used):
                    continue
                if not (_is_renewable(failure) and await self._renewed(used, failure)):
                    raise

    async def _has_moved_on(self, used: Door) -> bool:
        """Whether somebody signed in anew since this door was used; waits for a sign-in that is under way."""
        async with self._one_at_a_time:
            return self._door is not used

    async def _renewed(self, used: Door, failure: CallFailed) -> bool:
        if self._ask is None:
            return False
        async with self._one_at_a_time:
            return self._door is not used or await self._asked(failure)

    async def _asked(self, failure: CallFailed) -> bool:
        why = f"AWS refuses the credentials ({failure.code})"
        while self._ask is not None and await self._ask(self._sign_in(why)):
            try:
                self.clients = await self._open_again()
            except CannotConnect as refused:
                why = str(refused)
            else:
                self._door = self._door_with(self.clients)
                return True
        return False


def _may_be_an_old_token(failure: CallFailed) -> bool:
    """A HEAD has no body to say why; asked after a renewal, STS no longer knows of the old token."""
    return failure.operation.startswith("head_") and failure.status == 400


def _is_renewable(failure: CallFailed) -> bool:
    return failure.kind is FailureKind.EXPIRED and not failure.code.startswith(_NOT_RENEWABLE)
