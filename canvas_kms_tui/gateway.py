"""The seam to AWS: what the program may ask of it, and how an answer can fail to come.

Nothing here knows boto3. The live gateway, the case file and the demo all speak these types, and nothing
else in the program can tell them apart.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from canvas_kms_tui.findings import CallStats

Response = Mapping[str, Any]


class FailureKind(StrEnum):
    """Why a call gave no answer."""

    DENIED = "denied"  #: we, the operator, may not make it
    NOT_FOUND = "not found"  #: the thing is not there: a fact, not a failure
    THROTTLED = "throttled"
    EXPIRED = "expired"  #: credentials expired or invalid
    UNREACHABLE = "unreachable"  #: no connection, time-out, 5xx, a body that is no answer
    NOT_RECORDED = "not recorded"  #: the case file does not hold it
    REJECTED = "rejected"  #: AWS refused the request itself (validation, limits, malformed policy, conflict)


class CallFailed(Exception):
    """A call that gave no answer.

    Attributes:
        kind: the reason's class.
        service, operation: the call (``kms``, ``get_key_policy``).
        resource: ARN or name of what was asked about, best effort, never empty.
        action: IAM action of the call (``kms:GetKeyPolicy``).
        code: AWS's error code (``AccessDeniedException``), or the transport error's class name.
        message: AWS's text, cleaned.
        request_id: AWS's request id, or "".
        status: HTTP status, 0 where there was no answer.
        headers: response headers in lower case (S3 sends ``x-amz-bucket-region`` with a 403).
    """

    def __init__(
        self,
        kind: FailureKind,
        service: str,
        operation: str,
        *,
        action: str = "",
        resource: str = "*",
        code: str = "",
        message: str = "",
        request_id: str = "",
        status: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{service}:{operation} on {resource}: {kind.value} ({code}) {message}")
        self.kind = kind
        self.service = service
        self.operation = operation
        self.action = action or f"{service}:{operation}"
        self.resource = resource
        self.code = code
        self.message = message
        self.request_id = request_id
        self.status = status
        self.headers: Mapping[str, str] = headers or {}


class Gateway(Protocol):
    """Reads only."""

    async def call(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        """Make one read and give the answer, all its pages merged.

        ``service`` and ``operation`` are boto3's names (``kms``, ``get_key_policy``); ``params`` are boto3's.
        ``region`` is another Region than the connection's own. Every page is fetched unless the page size
        (``MaxKeys``, ``MaxResults``, ``MaxItems``, ``Limit``) is given: then one page. ``ResponseMetadata`` is
        removed, times are aware datetimes, bodies are never part of an allowed read, all text is cleaned.

        Raises:
            CallFailed: no answer.
            PermissionError: the operation is not on the list of reads: a defect of the caller.
        """
        ...

    def stats(self) -> CallStats:
        """Requests sent up to now."""
        ...

    def now(self) -> datetime:
        """The moment that the answers are of: the present, or when a case was recorded. Aware, in UTC."""
        ...


class Writer(Protocol):
    """Writes only; handed to ``changes`` alone."""

    async def send(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        """Make one write. The answer has the key ``RequestId``.

        Raises:
            CallFailed: AWS refused, or nothing is known of the outcome (kind UNREACHABLE or EXPIRED).
            PermissionError: the operation is not on the list of writes.
        """
        ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Who we are: sts GetCallerIdentity."""

    account: str
    arn: str
    partition: str


@dataclass(slots=True)
class Connection:
    """An opened source of facts.

    ``writer`` makes the write door when a change is confirmed; where writing is not possible it is None and
    ``no_writer`` says why (``--read-only``, a case file). ``write_role`` is assumed for that, where one is given.
    ``label`` is for the title bar (``demo role-denied-kms``).
    """

    gateway: Gateway
    caller: Caller
    region: str
    source: str  #: ``live``, ``case`` or ``demo``
    label: str = ""
    writer: Callable[[], Awaitable[Writer]] | None = None
    no_writer: str = ""
    write_role: str = ""
    close: Callable[[], None] = field(default=lambda: None)

    @property
    def writes_as(self) -> str:
        """The ARN of who would apply a change."""
        return self.write_role or self.caller.arn


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in that has run out: why it is needed, and the command that renews it.

    ``command`` is () where only the user knows how (keys in the environment, another tool).
    """

    why: str
    command: tuple[str, ...] = ()


#: Has the user sign in anew; False where they will not. Awaited on the loop that makes the calls.
AskToSignIn = Callable[[SignIn], Awaitable[bool]]


class CannotConnect(Exception):
    """No connection: one line that says what is wrong, with which value, and what to do. ``exit_code`` is 2 or 4.

    ``sign_in`` is there where signing in anew would mend it.
    """

    def __init__(self, message: str, exit_code: int = 4, sign_in: SignIn | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.sign_in = sign_in
