"""Who else a change concerns: every principal that a policy names, asked before and after the change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.edits.documents import as_list, canonical, statements
from canvas_kms_tui.policy import Decision, Document, Layers, Principal, Request, evaluate

#: At most so many principals are asked; the proof says when there are more.
ASKED = 500

#: What a wildcard in a changed statement is tried with.
_SAMPLES = {
    "kms": ("Decrypt", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "CreateGrant", "DescribeKey", "PutKeyPolicy"),
    "s3": ("GetObject", "PutObject", "DeleteObject", "ListBucket", "PutBucketPolicy"),
    "sts": ("AssumeRole", "SetSourceIdentity", "TagSession", "SetContext"),
}
_SERVICE = {"key policy": "kms", "bucket policy": "s3", "trust policy": "sts"}
_ALLOW_ALL = Document.parse(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
    name="an identity policy that allows everything",
)


@dataclass(frozen=True, slots=True)
class Affected:
    """An answer that changes for somebody else.

    ``intended`` only where that is what the edit is for: a bucket policy whose changed statement names the principal or
    everybody, and a service that a trust policy names. A key policy is edited for the role alone.
    """

    who: str
    action: str
    before: Decision
    after: Decision
    intended: bool

    def __str__(self) -> str:
        return f"{self.who}: {self.action} {_words(self.before)} → {_words(self.after)}"


@dataclass(frozen=True, slots=True)
class Concerned:
    """How many other principals were asked, of how many named, and whose answers change.

    ``asked`` counts strangers too: somebody of the account, somebody of another one, and nobody known.
    """

    asked: int
    named: int
    affected: tuple[Affected, ...]

    def text(self, change: Change) -> str:
        """In a sentence, for the proof."""
        who = "1 other principal" if self.named == 1 else f"{self.named} other principals"
        left = f" ({self.named - ASKED} of them not asked)" if self.named > ASKED else ""
        ends = "no answer changes" if not self.affected else f"{len(self.affected)} answers change"
        return f"{who} of the {change.document} and strangers asked before and after{left}: {ends}."


def concerned(change: Change, *, role_arn: str) -> Concerned:
    """Ask everybody but the role. A document that is no resource policy concerns nobody else."""
    if change.document not in _SERVICE:
        return Concerned(0, 0, ())
    before, after = (Document.parse(doc or {"Statement": []}, name="") for doc in (change.before, change.after))
    changed = changed_statements(change.before, change.after)
    touched = Document.parse({"Version": _version(change), "Statement": changed}, name="")
    named, strangers = _people(change, role_arn)
    asked = [*named[:ASKED], *strangers]
    affected: dict[str, Affected] = {}
    for person in asked:
        for request in _requests(change, changed, person):
            if _may_speak(touched, request):
                for found in _differences(change, request, before, after, changed):
                    affected.setdefault(f"{found.who} {found.action}", found)
    return Concerned(len(asked), len(named), tuple(affected.values()))


def changed_statements(before: Any, after: Any) -> list[dict[str, Any]]:
    """Statements that stand on one side only."""
    old, new = statements(before), statements(after)
    known, kept = ({str(canonical(s)) for s in side} for side in (old, new))
    return [s for s in new if str(canonical(s)) not in known] + [s for s in old if str(canonical(s)) not in kept]


def is_role(principal: Principal, role_arn: str) -> bool:
    role = Principal.role(role_arn)
    return principal.kind == "role" and (principal.account, principal.name) == (role.account, role.name)


def _version(change: Change) -> str:
    return str((change.after or change.before or {}).get("Version", "2008-10-17"))


def _may_speak(touched: Document, request: Request) -> bool:
    """Whether any changed statement may match: where none does, no answer can change."""
    answer = evaluate(request, Layers(resource=(touched,)))
    return any(trace.matched is not False for layer in answer.layers for trace in layer.statements)


def _differences(
    change: Change, request: Request, before: Document, after: Document, changed: list[dict[str, Any]]
) -> Iterator[Affected]:
    """Once with no identity policy and once with one that allows all: a resource policy speaks to both."""
    for identity in ((), (_ALLOW_ALL,)):
        old, new = (evaluate(request, Layers(identity=identity, resource=(doc,))).decision for doc in (before, after))
        if old is not new:
            intended = _is_meant(change, request.principal, changed)
            yield Affected(str(request.principal), request.action, old, new, intended)


def _is_meant(change: Change, person: Principal, changed: list[dict[str, Any]]) -> bool:
    if change.document == "key policy" or (change.document == "trust policy" and person.kind != "service"):
        return False
    return any(_names(statement, person) for statement in changed)


def _people(change: Change, role_arn: str) -> tuple[list[Principal], list[Principal]]:
    """Everybody else whom either document names; and somebody of the account, of another one, and nobody known."""
    partition, account = role_arn.split(":")[1], role_arn.split(":")[4]
    named = [person for doc in (change.before, change.after) for s in statements(doc) for person in _named(s)]
    strangers = [
        Principal.role(f"arn:{partition}:iam::{account}:role/AnyOtherRole"),
        Principal.role(f"arn:{partition}:iam::{_another(account)}:role/AnyRole"),
        Principal.anonymous(),
    ]
    known = [person for person in dict.fromkeys(named) if not is_role(person, role_arn)]
    return known, [person for person in strangers if person not in known]


def _named(statement: Mapping[str, Any]) -> Iterator[Principal]:
    for element in ("Principal", "NotPrincipal"):
        principal = statement.get(element)
        if not isinstance(principal, Mapping):
            continue
        for kind, names in principal.items():
            for name in as_list(names):
                yield _principal(str(kind), str(name))


def _principal(kind: str, name: str) -> Principal:
    if kind == "AWS" and name.isdigit():
        return Principal.root(name)
    return Principal.parse(name, {"Service": "service", "Federated": "federated"}.get(kind))


def _names(statement: Mapping[str, Any], person: Principal) -> bool:
    """Whether the statement names the principal itself, or everybody."""
    principal = statement.get("Principal", "*")
    if principal == "*" or not isinstance(principal, Mapping) or "*" in as_list(principal.get("AWS")):
        return True
    return any(other == person or _is_account_of(other, person) for other in _named(statement))


def _is_account_of(other: Principal, person: Principal) -> bool:
    return other.kind == "root" and other.account == person.account


def _another(account: str) -> str:
    return "".join(str(9 - int(digit)) for digit in account)


def _requests(change: Change, changed: list[dict[str, Any]], person: Principal) -> Iterator[Request]:
    service = _SERVICE[change.document]
    owner = change.resource.split(":")[4] or change.parameters.get("ExpectedBucketOwner")
    for action in _actions(service, changed):
        for resource in _resources(change):
            for context in _contexts(change, changed, person):
                yield Request(person, action, resource, resource_account=owner, context=context)


def _actions(service: str, changed: list[dict[str, Any]]) -> list[str]:
    """The actions of the changed statements; wildcards and NotAction are tried with samples."""
    patterns = [str(action) for statement in changed for action in as_list(statement.get("Action"))]
    exact = [pattern for pattern in patterns if "*" not in pattern and "?" not in pattern]
    samples = [f"{service}:{name}" for name in _SAMPLES[service]]
    wild = [pattern.lower() for pattern in patterns if pattern not in exact]
    if any("NotAction" in statement for statement in changed):
        wild.append("*")
    return list(dict.fromkeys([*exact, *(one for one in samples if _any_match(one.lower(), wild))]))


def _any_match(action: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(action, pattern) for pattern in patterns)


def _resources(change: Change) -> list[str]:
    if change.document != "bucket policy":
        return [change.resource]
    return [change.resource, f"{change.resource}/Canvas/someone/file.csv"]


def _contexts(change: Change, changed: list[dict[str, Any]], person: Principal) -> Iterator[dict[str, str]]:
    """A bare request, and one for each changed statement that meets its conditions."""
    yield {}
    for statement in changed:
        context = _meeting(statement.get("Condition") or {})
        if change.document == "key policy":
            context = {"kms:ViaService": f"s3.{change.region}.amazonaws.com", **context}
            if person.account:
                context.setdefault("kms:CallerAccount", person.account)
        if context:
            yield context


def _meeting(condition: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for operator, keys in condition.items():
        if not isinstance(keys, Mapping) or operator.lower().startswith("null"):
            continue
        for key, values in keys.items():
            if given := as_list(values):
                found[str(key)] = str(given[0]).replace("*", "x")
    return found


def _words(decision: Decision) -> str:
    return str(decision).replace("_", " ")
