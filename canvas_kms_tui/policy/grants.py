"""Owns KMS grants: which operation they give to whom, under which encryption context.

KMS developer guide, "Grants in AWS KMS" and "Using grant constraints"; API reference, GrantConstraints. Grants only
allow, and their constraints are exact and case-sensitive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from canvas_kms_tui.policy.patterns import arn_account, compile_arn
from canvas_kms_tui.policy.principals import PrincipalElement, Reach
from canvas_kms_tui.policy.scope import Scope, Unknown
from canvas_kms_tui.policy.trace import (
    MATCH,
    MISS_ACTION,
    MISS_CONDITION,
    MISS_PRINCIPAL,
    MISS_RESOURCE,
    UNKNOWN_MATCH,
)

CONTEXT_KEY: Final = "kms:EncryptionContext:"
_CONSTRAINTS: Final = ("EncryptionContextEquals", "EncryptionContextSubset", "SourceArn")
#: Management operations carry no encryption context: its constraints do not apply to them.
_WITHOUT_CONTEXT: Final = frozenset({"describekey", "retiregrant"})


class Grant:
    """One grant, ready for matching; ``allow`` is always True, ``index`` its place in the list."""

    __slots__ = (
        "_grantee",
        "_operations",
        "allow",
        "constraints",
        "grant_id",
        "grantee",
        "index",
        "issuer",
        "key_id",
        "sid",
        "source",
    )

    def __init__(self, source: Mapping[str, Any], index: int = 0) -> None:
        self.source = source
        self.index = index
        self.allow = True
        self.grant_id = _text(source.get("GrantId"))
        self.sid = _text(source.get("Name")) or None
        self.key_id = _text(source.get("KeyId"))
        self.grantee = _text(source.get("GranteePrincipal")) or _text(source.get("GranteeServicePrincipal"))
        self.issuer = arn_account(_text(source.get("IssuingAccount"))) or _text(source.get("IssuingAccount")) or None
        operations = source.get("Operations")
        self._operations = tuple(str(name) for name in operations) if isinstance(operations, list | tuple) else ()
        constraints = source.get("Constraints")
        self.constraints: Mapping[str, Any] = constraints if isinstance(constraints, Mapping) else {}
        kind = "AWS" if self.grantee.startswith("arn:") or self.grantee.isdigit() else "Service"
        self._grantee = PrincipalElement.compile({kind: self.grantee})

    @classmethod
    def from_api(cls, mapping: Mapping[str, Any], index: int = 0) -> Grant:
        """Read one entry of kms ListGrants. Never raises: what is missing matches nothing."""
        return cls(mapping, index)

    @property
    def document(self) -> str:
        return f"grant {self.sid or self.grant_id or self.index}"

    @property
    def operations(self) -> tuple[str, ...]:
        return self._operations

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(f"kms:{name}" for name in self._operations)

    @property
    def resources(self) -> tuple[str, ...]:
        return (self.key_id,)

    @property
    def principals(self) -> tuple[str, ...]:
        return (self.grantee,)

    not_action = False
    not_resource = False
    not_principal = None
    problems = ()

    def judge(self, scope: Scope) -> tuple[int, Reach]:
        """The code and how the grantee is reached."""
        reach = self._grantee.reach(scope.principal)
        if reach is Reach.NONE:
            return MISS_PRINCIPAL, reach
        service, _, operation = scope.action.partition(":")
        if service != "kms" or operation not in (name.lower() for name in self._operations):
            return MISS_ACTION, reach
        if not _same_key(self.key_id, scope.resource):
            return MISS_RESOURCE, reach
        outcomes = [self._holds(name, operation, scope) for name in self.constraints]
        if False in outcomes:
            return MISS_CONDITION, reach
        return (UNKNOWN_MATCH if None in outcomes or reach >= Reach.MAYBE_DIRECT else MATCH), reach

    def _holds(self, name: str, operation: str, scope: Scope) -> bool | None:
        wanted = self.constraints[name]
        if name not in _CONSTRAINTS:
            return None if wanted else True
        if name == "SourceArn":
            return True if operation == "retiregrant" or not wanted else _source_arn(str(wanted), scope)
        if operation in _WITHOUT_CONTEXT or not isinstance(wanted, Mapping) or not wanted:
            return True
        if operation == "creategrant":  # depends on the constraints of the grant that is to be made
            return None
        return _context_matches(wanted, scope, exact=name == "EncryptionContextEquals")

    def failing(self, scope: Scope) -> list[_Failed]:
        operation = scope.action.partition(":")[2]
        return [
            _Failed(name, self.constraints[name])
            for name in self.constraints
            if self._holds(name, operation, scope) is False
        ]

    def unknown_keys(self, scope: Scope) -> frozenset[str]:
        operation = scope.action.partition(":")[2]
        keys: set[str] = set()
        for name, wanted in self.constraints.items():
            if self._holds(name, operation, scope) is None:
                keys |= {"aws:SourceArn"} if name == "SourceArn" else _open_pairs(wanted, scope)
        return frozenset(keys)


@dataclass(frozen=True, slots=True)
class _Failed:
    """A failed constraint, in the shape that the trace knows from conditions."""

    operator: str
    constraint: Any

    @property
    def key(self) -> str:
        return "aws:SourceArn" if self.operator == "SourceArn" else "kms:EncryptionContext"

    @property
    def wanted(self) -> tuple[str, ...]:
        if isinstance(self.constraint, Mapping):
            return tuple(f"{key}={value}" for key, value in self.constraint.items())
        return (str(self.constraint),)

    def actual(self, scope: Scope) -> tuple[str, ...] | None:
        if self.operator == "SourceArn":
            found = scope.look_up("aws:sourcearn")
            return found if isinstance(found, tuple) else None
        return tuple(f"{key}={value}" for key, value in encryption_context(scope).items()) or None


def encryption_context(scope: Scope) -> dict[str, str]:
    """The pairs of the request's encryption context, their case kept."""
    pairs = {}
    for key, value in scope.request.context.items():
        if key.lower().startswith(CONTEXT_KEY.lower()) and key.lower() in scope.values:
            pairs[key[len(CONTEXT_KEY) :]] = value if isinstance(value, str) else "".join(value[:1])
    return pairs


def _context_matches(wanted: Mapping[str, Any], scope: Scope, *, exact: bool) -> bool | None:
    pairs = encryption_context(scope)
    outcomes: list[bool | None] = []
    for key, value in wanted.items():
        if key in pairs:
            outcomes.append(pairs[key] == str(value))
        else:
            outcomes.append(None if scope.is_unknown(f"{CONTEXT_KEY}{key}".lower()) else False)
    if exact:
        outcomes.append(False if set(pairs) - set(wanted) else None if _may_have_more(wanted, scope) else True)
    return False if False in outcomes else None if None in outcomes else True


def _may_have_more(wanted: Mapping[str, Any], scope: Scope) -> bool:
    """Whether a pair that the constraint does not list may be in the request, unknown to us."""
    listed = {f"{CONTEXT_KEY}{key}".lower() for key in wanted}
    prefix = CONTEXT_KEY.lower()
    hidden = any(key.startswith(prefix) and key not in listed for key in scope.unknown)
    return hidden or any(prefix.startswith(start) or start.startswith(prefix) for start in scope.prefixes)


def _open_pairs(wanted: Any, scope: Scope) -> set[str]:
    pairs = encryption_context(scope)
    names = [key for key in wanted if key not in pairs] if isinstance(wanted, Mapping) else []
    found = {f"{CONTEXT_KEY}{key}" for key in names if scope.is_unknown(f"{CONTEXT_KEY}{key}".lower())}
    return found or {f"{CONTEXT_KEY}*"}


def _source_arn(wanted: str, scope: Scope) -> bool | None:
    """KMS calls it "effectively the same as" a condition on aws:SourceArn."""
    found = scope.look_up("aws:sourcearn")
    if isinstance(found, Unknown):
        return None
    return bool(found) and compile_arn(wanted)((found or ("",))[0])


def _same_key(key_id: str, resource: str) -> bool:
    """ListGrants gives a key's ARN, older answers its bare id."""
    return bool(key_id) and (key_id == resource or resource.endswith(f":key/{key_id}"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
