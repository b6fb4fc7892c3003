"""Owns who calls (:class:`Principal`) and whom a statement names (:class:`PrincipalElement`).

IAM user guide: "AWS JSON policy elements: Principal", "… NotPrincipal", "Policy evaluation logic" (the table of
resource-based policies and implicit denies).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from canvas_kms_tui.policy.values import as_list, shown

Key = tuple[str, ...]

_ACCOUNT: Final = re.compile(r"\d{12}\Z", re.ASCII)
_UNIQUE_ID: Final = re.compile(r"A[A-Z]{2}A[A-Z0-9]{12,}\Z", re.ASCII)
_ARN: Final = re.compile(r"arn:([^:]*):(iam|sts)::([^:]*):(.+)\Z", re.DOTALL)


class Reach(IntEnum):
    """How far a Principal element reaches a caller."""

    NONE = 0
    ACCOUNT = 1  #: through the account: the account's identity policies must give it on
    LIMITED = 2  #: named, but limited by an implicit deny in boundary and session policy
    DIRECT = 3  #: named directly: nothing but an explicit deny or a guardrail limits it
    MAYBE_DIRECT = 4  #: a session of the caller's role is named and the session's name is not known
    LIMITED_MAYBE_DIRECT = 5
    WILDCARD = 6  #: a role session reached by ``*``: whether boundary and session policy limit it is not documented


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller. Make it with one of the class methods.

    ``kind`` is ``role`` (a session of a role), ``user``, ``root``, ``service``, ``federated-user``, ``federated``
    or ``anonymous``. ``arn`` of a role session is the role's ARN where that is known, else the session's.
    ``account`` is None for services and anonymous callers. ``session_name`` None = not known.
    """

    kind: str
    arn: str | None
    account: str | None
    partition: str = "aws"
    name: str = ""
    session_name: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    #: Condition keys that follow from the caller, lower case; IAM puts them into every signed request.
    context: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    unknown: frozenset[str] = field(init=False, repr=False, compare=False)
    direct: tuple[Key, ...] = field(init=False, repr=False, compare=False)
    limited: Key | None = field(init=False, repr=False, compare=False)
    accounts: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "direct", tuple(_direct_keys(self)))
        put(self, "limited", _limited_key(self))
        put(self, "accounts", (self.account, f"{self.partition}:{self.account}") if self.account else ())
        put(self, "unknown", frozenset({"aws:principalarn"} if self._is_bare_session else ()))
        put(self, "context", _context(self))

    @property
    def _is_bare_session(self) -> bool:
        return self.kind == "role" and self.arn is not None and ":assumed-role/" in self.arn

    @property
    def is_service_linked(self) -> bool:
        """Neither SCPs nor RCPs limit service-linked roles (Organizations user guide)."""
        return self.kind == "role" and self.arn is not None and ":role/aws-service-role/" in self.arn

    @property
    def has_identity_policies(self) -> bool:
        return self.kind in ("role", "user", "federated-user")

    def __str__(self) -> str:
        match self.kind:
            case "role":
                session = f" (session {self.session_name})" if self.session_name else ""
                return f"role {self.name}{session}"
            case "user":
                return f"user {self.name}"
            case "root":
                return f"the root user of account {self.account}"
            case "anonymous":
                return "an anonymous caller"
            case _:
                return f"{self.kind.replace('-', ' ')} {self.name}"

    @classmethod
    def role(
        cls, role_arn: str, *, session_name: str | None = None, tags: Mapping[str, str] | None = None
    ) -> Principal:
        """A session of the role; without ``session_name`` what depends on the session's name is unknown."""
        partition, account, rest = _parts(role_arn)
        name = rest.rsplit("/", 1)[-1]
        return cls("role", role_arn, account, partition, name, session_name, tuple((tags or {}).items()))

    @classmethod
    def user(cls, arn: str, *, tags: Mapping[str, str] | None = None) -> Principal:
        partition, account, rest = _parts(arn)
        return cls("user", arn, account, partition, rest.rsplit("/", 1)[-1], None, tuple((tags or {}).items()))

    @classmethod
    def root(cls, account: str, *, partition: str = "aws") -> Principal:
        return cls("root", f"arn:{partition}:iam::{account}:root", account, partition)

    @classmethod
    def service(cls, name: str) -> Principal:
        """A service principal such as ``s3.amazonaws.com``."""
        return cls("service", None, None, name=name)

    @classmethod
    def anonymous(cls) -> Principal:
        return cls("anonymous", None, None)

    @classmethod
    def parse(cls, arn: str | None, kind: str | None = None) -> Principal:
        """The caller that an ARN (or None = anonymous, or a service's name) names.

        ``kind`` helps where the text is no ARN: ``service``, ``federated``. Never raises: a text that is no known
        form is a federated caller of that name, whom no statement but ``*`` reaches.
        """
        if arn is None or kind == "anonymous" or arn == "*":
            return cls.anonymous()
        if _ACCOUNT.match(arn):
            return cls.root(arn)
        found = _ARN.match(arn)
        if found is None:
            return cls("service" if kind == "service" or _is_service(arn) else "federated", None, None, name=arn)
        partition, _, account, rest = found.groups()
        form, _, name = rest.partition("/")
        if form == "root":
            return cls.root(account, partition=partition)
        if form == "assumed-role":
            role, _, session = name.partition("/")
            return cls("role", arn, account, partition, role, session or None)
        if form == "federated-user":
            return cls("federated-user", arn, account, partition, name)
        return cls.role(arn) if form == "role" else cls.user(arn) if form == "user" else cls.federated(arn)

    @classmethod
    def federated(cls, name: str) -> Principal:
        """A web identity or SAML caller: ``accounts.google.com`` or the ARN of a SAML provider."""
        return cls("federated", None, None, name=name)


def _is_service(text: str) -> bool:
    return text.endswith((".amazonaws.com", ".amazonaws.com.cn", ".aws.internal"))


def _parts(arn: str) -> tuple[str, str | None, str]:
    found = _ARN.match(arn)
    return (found[1], found[3] or None, found[4]) if found else ("aws", None, arn)


def _direct_keys(principal: Principal) -> Iterable[Key]:
    where = (principal.partition, principal.account or "")
    match principal.kind:
        case "role" if principal.session_name is not None:
            yield ("session", *where, principal.name, principal.session_name)
        case "user" | "federated-user":
            yield (principal.kind, *where, principal.name)
        case "service" | "federated":
            yield (principal.kind, principal.name)
        case _:
            return


def _limited_key(principal: Principal) -> Key | None:
    """The role of a session; the user of a federated session (known only where it bears the user's name)."""
    where = (principal.partition, principal.account or "")
    if principal.kind == "role":
        return ("role", *where, principal.name)
    return ("user", *where, principal.name) if principal.kind == "federated-user" else None


_TYPES: Final = {
    "role": "AssumedRole",
    "user": "User",
    "root": "Account",
    "federated-user": "FederatedUser",
    "anonymous": "Anonymous",
}


def _context(principal: Principal) -> dict[str, tuple[str, ...]]:
    context: dict[str, tuple[str, ...]] = {
        "aws:principalisawsservice": ("true" if principal.kind == "service" else "false",)
    }
    if principal.kind in _TYPES:
        context["aws:principaltype"] = (_TYPES[principal.kind],)
    if principal.account:
        context["aws:principalaccount"] = (principal.account,)
    if principal.arn and "aws:principalarn" not in principal.unknown:
        context["aws:principalarn"] = (principal.arn,)
    if principal.kind == "user":
        context["aws:username"] = (principal.name,)
    for key, value in principal.tags:
        context[f"aws:principaltag/{key}".lower()] = (value,)
    return context


# --- the Principal element --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PrincipalElement:
    """Whom a statement names, compiled. ``deleted`` are unique ids of identities that are gone."""

    everyone: bool = False
    named: frozenset[Key] = frozenset()
    accounts: frozenset[str] = frozenset()
    session_roles: frozenset[Key] = frozenset()
    canonical: bool = False
    deleted: tuple[str, ...] = ()
    malformed: tuple[str, ...] = ()

    @classmethod
    def compile(cls, source: Any) -> PrincipalElement:
        """Read ``"*"`` or ``{"AWS": …, "Service": …}``; what cannot be meant is in ``malformed``."""
        build = _Builder()
        if source == "*":
            build.everyone = True
        elif isinstance(source, Mapping):
            for kind, values in source.items():
                for value in as_list(values):
                    build.add(str(kind), value)
        else:
            build.malformed.append(f'{shown(source)} is neither "*" nor an object')
        return cls(
            build.everyone,
            frozenset(build.named),
            frozenset(build.accounts),
            frozenset(build.session_roles),
            build.canonical,
            tuple(build.deleted),
            tuple(build.malformed),
        )

    def reach(self, principal: Principal) -> Reach:
        """How an element ``Principal`` reaches the caller."""
        named = self.named
        for key in principal.direct:
            if key in named:
                return Reach.DIRECT
        if self.everyone:
            return Reach.DIRECT if principal.limited is None else Reach.WILDCARD
        found = Reach.NONE
        if principal.limited in named:
            found = Reach.LIMITED
        elif self.accounts and not self.accounts.isdisjoint(principal.accounts):
            found = Reach.DIRECT if principal.kind == "root" else Reach.ACCOUNT
        if self._may_name_session(principal):
            return Reach.LIMITED_MAYBE_DIRECT if found is Reach.LIMITED else Reach.MAYBE_DIRECT
        if self.canonical and found is Reach.NONE and principal.account:
            return Reach.MAYBE_DIRECT
        return found

    def _may_name_session(self, principal: Principal) -> bool:
        return principal.session_name is None and bool(self.session_roles) and principal.limited in self.session_roles

    def exempts(self, principal: Principal) -> bool | None:
        """Whether the element as ``NotPrincipal`` of a Deny spares the caller; None = not known.

        A session is spared only when its session ARN, its role ARN and its account are all listed, a user only
        when user and account are.
        """
        if self.everyone:
            return True
        if principal.kind in ("service", "federated"):
            return principal.direct[0] in self.named
        if self.accounts.isdisjoint(principal.accounts):
            return None if self.canonical and principal.account else False
        if principal.kind == "root":
            return True
        if principal.kind == "role" and principal.limited not in self.named:
            return False
        if self._may_name_session(principal):
            return None
        return any(key in self.named for key in principal.direct)

    def mentions(self, principal: Principal) -> bool | None:
        """Whether any listed name is the caller's: session, role, user or account."""
        found = self.reach(principal)
        return None if found is Reach.MAYBE_DIRECT else found is not Reach.NONE


class _Builder:
    def __init__(self) -> None:
        self.everyone = False
        self.canonical = False
        self.named: set[Key] = set()
        self.accounts: set[str] = set()
        self.session_roles: set[Key] = set()
        self.deleted: list[str] = []
        self.malformed: list[str] = []

    def add(self, kind: str, value: Any) -> None:
        if not isinstance(value, str):
            self.malformed.append(f"{shown(value)} is not text")
        elif kind == "AWS":
            self._add_aws(value)
        elif kind in ("Service", "Federated"):
            self.everyone |= value == "*"
            self.named.add((kind.lower(), value))
        elif kind == "CanonicalUser":
            self.canonical = True
        else:
            self.malformed.append(f"{shown(kind)} is no kind of principal")

    def _add_aws(self, value: str) -> None:
        if value == "*":
            self.everyone = True
        elif _ACCOUNT.match(value):
            self.accounts.add(value)
        elif found := _ARN.match(value):
            self._add_arn(value, *found.groups())
        elif _UNIQUE_ID.match(value):
            self.deleted.append(value)
        else:
            self.malformed.append(f"{shown(value)} is no ARN, account id or *")

    def _add_arn(self, arn: str, partition: str, service: str, account: str, rest: str) -> None:
        form, _, name = rest.partition("/")
        where = (partition, account)
        if service == "iam" and rest == "root":
            self.accounts.add(f"{partition}:{account}")
        elif "*" in name or "?" in name or not name:
            self.malformed.append(f"{shown(arn)} has a wildcard: principals take none")
        elif service == "iam" and form in ("role", "user"):
            self.named.add((form, *where, name.rsplit("/", 1)[-1]))
        elif service == "sts" and form == "assumed-role" and name.count("/") == 1:
            role, _, session = name.partition("/")
            self.named.add(("session", *where, role, session))
            self.session_roles.add(("role", *where, role))
        elif service == "sts" and form == "federated-user":
            self.named.add((form, *where, name))
        else:
            self.malformed.append(f"{shown(arn)} names no principal")
