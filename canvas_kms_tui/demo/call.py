"""One request to the stand-in, and the table of the operations that it answers itself.

An operation that is not in the table goes to moto, which holds S3, IAM and STS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from canvas_kms_tui.demo.world import Identity, World


class AwsError(Exception):
    """An error answer, in AWS's words. ``members`` are further members of the error (S3's ``BucketName``)."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        *,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.headers = dict(headers or {})
        self.members = dict(members or {})


@dataclass(slots=True)
class Answer:
    """A finished HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Call:
    """One request, parsed by the API's own model.

    ``service`` is boto3's name, ``operation`` the API's (``GetKeyPolicy``), ``params`` boto3's parameters.
    ``account`` is the caller's. ``forward`` lets moto answer the same request.
    """

    world: World
    service: str
    operation: str
    params: dict[str, Any]
    region: str
    partition: str
    caller: Identity
    request: Any = field(repr=False)
    forward: Callable[[], Answer] = field(repr=False)

    @property
    def account(self) -> str:
        return self.caller.account


Handler = Callable[[Call], "Mapping[str, Any] | Answer | None"]
OPERATIONS: dict[tuple[str, str], Handler] = {}


Guard = Callable[[Call], None]
GUARDS: dict[str, Guard] = {}


def guard(service: str) -> Callable[[Guard], Guard]:
    """Register what every call of a service passes before its own answer, the operator's denials included."""

    def register(check: Guard) -> Guard:
        GUARDS[service] = check
        return check

    return register


def operation(service: str, *names: str) -> Callable[[Handler], Handler]:
    """Register the function that answers these operations of a service."""

    def register(handler: Handler) -> Handler:
        for name in names:
            OPERATIONS[service, name] = handler
        return handler

    return register
