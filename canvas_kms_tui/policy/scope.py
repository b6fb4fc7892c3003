"""Owns what one request looks like to a statement: keys looked up without regard to case, three-valued.

IAM user guide: condition keys are not case-sensitive; a key that is not in the request context is absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from canvas_kms_tui.policy.principals import Principal

Values = tuple[str, ...]


_TRUST: Final = frozenset(
    f"sts:{name}"
    for name in (
        "assumerole",
        "assumerolewithsaml",
        "assumerolewithwebidentity",
        "setcontext",
        "setsourceidentity",
        "tagsession",
    )
)


class Unknown:
    """The value of a key that cannot be known."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for what.

    Attributes:
        principal: the caller.
        action: ``kms:Decrypt``; case does not matter.
        resource: ARN, or ``*`` for actions without a resource.
        resource_account: account that owns the resource; None = what the ARN says, else not known.
        context: condition keys of the request and their values. Encryption context is ``kms:EncryptionContext:<Key>``
            with the key's case kept. Keys that follow from the principal (``aws:PrincipalArn``…) may be left out.
            A key that is neither here nor in ``unknown`` is absent from the request.
        unknown: keys whose value, or presence, cannot be known; a trailing ``*`` makes it a prefix.
    """

    principal: Principal
    action: str
    resource: str
    resource_account: str | None = None
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()


class Scope:
    """A request made ready for matching; ``boundary`` says whether the caller has one (None = not known)."""

    __slots__ = ("action", "boundary", "prefixes", "principal", "request", "resource", "unknown", "values")

    def __init__(self, request: Request, *, boundary: bool | None = False) -> None:
        self.request = request
        self.principal = request.principal
        self.action = request.action.lower()
        self.resource = request.resource
        if self.resource == "*" and self.action == "s3:listallmybuckets":
            self.resource = f"arn:{request.principal.partition}:s3:::*"
        self.boundary = boundary
        values: dict[str, Values] = dict(request.principal.context)
        for key, value in request.context.items():
            values[key.lower()] = (value,) if isinstance(value, str) else tuple(value)
        self.values = values
        self.unknown: frozenset[str] = request.principal.unknown
        self.prefixes: tuple[str, ...] = ()
        if self.unknown and not self.unknown.isdisjoint(values):
            self.unknown = self.unknown.difference(values)
        if request.unknown:
            self._take_unknown(request.unknown)

    def _take_unknown(self, keys: Iterable[str]) -> None:
        exact = set(self.unknown)
        prefixes = []
        for key in keys:
            if key.endswith("*"):
                prefixes.append(key[:-1].lower())
            else:
                exact.add(key.lower())
                self.values.pop(key.lower(), None)
        self.unknown = frozenset(exact)
        self.prefixes = tuple(prefixes)

    @property
    def is_trust(self) -> bool:
        """Whether a role's trust policy is asked, whose statements have no Resource."""
        return self.action in _TRUST

    def is_unknown(self, name: str) -> bool:
        """Whether an absent key (lower case) is not known rather than absent."""
        return name in self.unknown or (bool(self.prefixes) and name.startswith(self.prefixes))

    def look_up(self, name: str) -> Values | Unknown | None:
        """The values of a key (lower case); None = absent."""
        found = self.values.get(name)
        if found is None and self.is_unknown(name):
            return UNKNOWN
        return found
