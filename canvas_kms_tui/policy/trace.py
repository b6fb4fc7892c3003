"""Owns the words of an answer's trace: what happened to each statement, and the first reason why it missed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from canvas_kms_tui.policy.conditions import Condition
    from canvas_kms_tui.policy.scope import Scope

#: Codes of a statement under a request.
MATCH: Final = 1
UNKNOWN_MATCH: Final = 2
MISS_FORM: Final = 3
MISS_PRINCIPAL: Final = 4
MISS_ACTION: Final = 5
MISS_RESOURCE: Final = 6
MISS_CONDITION: Final = 7

#: These reaches hang on the name of the caller's session, which ``aws:userid`` ends in.
NAMES_SESSION: Final = (4, 5)


class Decision(StrEnum):
    ALLOWED = "allowed"
    IMPLICITLY_DENIED = "implicitly_denied"
    EXPLICITLY_DENIED = "explicitly_denied"
    UNKNOWN = "unknown"


class Layer(StrEnum):
    """The layers in the order in which AWS asks them."""

    RESOURCE_CONTROL_POLICY = "resource_control_policy"
    SERVICE_CONTROL_POLICY = "service_control_policy"
    RESOURCE_POLICY = "resource_policy"
    GRANT = "grant"
    IDENTITY_POLICY = "identity_policy"
    PERMISSIONS_BOUNDARY = "permissions_boundary"
    SESSION_POLICY = "session_policy"
    VPC_ENDPOINT_POLICY = "vpc_endpoint_policy"


class Outcome(StrEnum):
    ALLOW = "allow"
    DELEGATE = "delegate"  #: the resource policy leaves it to the identity policies of the caller's account
    EXPLICIT_DENY = "explicit_deny"
    IMPLICIT_DENY = "implicit_deny"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Miss:
    """Why a statement did not match.

    ``element`` is ``principal``, ``action``, ``resource``, ``condition``, or ``statement`` for one that can never
    match (``wanted`` then says why). ``wanted`` are the statement's values, ``actual`` the request's; None = absent
    from the request, or not known. Only a condition has ``operator`` and ``key``.
    """

    document: str
    index: int
    sid: str | None
    element: str
    operator: str | None
    key: str | None
    wanted: tuple[str, ...]
    actual: tuple[str, ...] | None
    negated: bool = False  #: the element was NotAction, NotResource or NotPrincipal


class StatementTrace(tuple[Any, int, Any, int]):
    """What one statement did: ``(statement or grant, code, scope or action, reach)``, spelled out when asked.

    ``matched`` is True, False, or None where it hangs on something not known; ``miss`` is the first reason of a
    miss (principal, action, resource, condition), ``misses`` every failing condition, or that one reason.
    """

    __slots__ = ()

    @property
    def document(self) -> str:
        return str(self[0].document)

    @property
    def index(self) -> int:  # type: ignore[override]
        return int(self[0].index)

    @property
    def sid(self) -> str | None:
        sid: str | None = self[0].sid
        return sid

    @property
    def effect(self) -> str:
        return "Allow" if self[0].allow else "Deny"

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The statement's conditions; () for a grant."""
        return tuple(getattr(self[0], "conditions", ()))

    @property
    def principals(self) -> tuple[str, ...]:
        """The texts of the statement's Principal or NotPrincipal; () where it names none."""
        return tuple(getattr(self[0], "principals", ()))

    @property
    def matched(self) -> bool | None:
        code = self[1]
        return None if code == UNKNOWN_MATCH else code == MATCH

    @property
    def miss(self) -> Miss | None:
        misses = self.misses
        return misses[0] if misses else None

    @property
    def misses(self) -> tuple[Miss, ...]:
        statement, code, scope, _ = self
        if code in (MATCH, UNKNOWN_MATCH):
            return ()
        if code == MISS_CONDITION:
            return tuple(condition_miss(statement, condition, scope) for condition in statement.failing(scope))
        return (plain_miss(statement, code, scope),)

    @property
    def unknown_keys(self) -> frozenset[str]:
        """The keys that would settle a statement whose ``matched`` is None."""
        statement, code, scope, reach = self
        if code != UNKNOWN_MATCH:
            return frozenset()
        keys: frozenset[str] = statement.unknown_keys(scope)
        return keys | {"aws:userid"} if reach in NAMES_SESSION else keys

    @property
    def key(self) -> tuple[str, int]:
        return (self.document, self.index)


def condition_miss(statement: Any, condition: Condition, scope: Scope) -> Miss:
    found = condition.actual(scope)
    actual = found if isinstance(found, tuple) else None
    return Miss(
        statement.document,
        statement.index,
        statement.sid,
        "condition",
        condition.operator,
        condition.key,
        condition.wanted,
        actual,
    )


def plain_miss(statement: Any, code: int, scope: Any) -> Miss:
    """A miss on anything but a condition; ``scope`` is the action's text for an action, else the scope."""
    if code == MISS_ACTION:
        action = scope if isinstance(scope, str) else scope.request.action
        element, wanted, actual, negated = "action", statement.actions, action, statement.not_action
    elif code == MISS_RESOURCE:
        element, wanted, actual, negated = "resource", statement.resources, scope.resource, statement.not_resource
    elif code == MISS_PRINCIPAL:
        element, wanted, negated = "principal", statement.principals, statement.not_principal is not None
        actual = str(scope.principal)
    else:
        element, wanted, negated = "statement", [text for _, text in statement.problems], False
        actual = ""
    return Miss(
        statement.document, statement.index, statement.sid, element, None, None, tuple(wanted), (actual,), negated
    )
