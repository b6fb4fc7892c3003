"""Owns asking as the execution role: the role is assumed once, when the first probe is made, and never to write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from canvas_kms_tui.gateway import CallFailed, CannotConnect, FailureKind

if TYPE_CHECKING:
    from canvas_kms_tui.aws.door import Door
    from canvas_kms_tui.aws.options import Credentials

ASSUME = ("sts", "assume_role")


class Probes:
    """Doors by role; ``assume`` signs in and ``door`` opens one with what it gave, both on a thread that may wait."""

    def __init__(
        self,
        run: Callable[[Callable[[], Credentials]], asyncio.Future[Credentials]],
        assume: Callable[[str], Credentials],
        door: Callable[[Credentials], Door],
    ) -> None:
        self._run = run
        self._assume = assume
        self._door = door
        self._doors: dict[str, asyncio.Task[Door | CallFailed]] = {}

    async def as_role(self, role_arn: str) -> Door:
        """The door of this role.

        Raises:
            CallFailed: the role may not be assumed.
        """
        task = self._doors.get(role_arn)
        if task is None:
            task = self._doors[role_arn] = asyncio.create_task(self._opened(role_arn))
        found = await asyncio.shield(task)
        if isinstance(found, CallFailed):
            raise found
        return found

    async def _opened(self, role_arn: str) -> Door | CallFailed:
        from canvas_kms_tui.aws import failures

        try:
            return self._door(await self._run(partial(self._assume, role_arn)))
        except CannotConnect as refused:
            return self._refused(role_arn, str(refused))
        except Exception as error:
            failure = failures.from_exception(error, *ASSUME, action="sts:AssumeRole", resource=role_arn)
            if failure is None:
                raise
            return failure

    def _refused(self, role_arn: str, message: str) -> CallFailed:
        kind, code = FailureKind.DENIED, "AccessDenied"
        return CallFailed(kind, *ASSUME, action="sts:AssumeRole", resource=role_arn, code=code, message=message)
