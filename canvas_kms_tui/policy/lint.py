"""Owns the remarks on a document: what the API accepts but has no effect, or another than its author may expect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from canvas_kms_tui.policy import reference
from canvas_kms_tui.policy.conditions import Condition
from canvas_kms_tui.policy.document import Document, Problem
from canvas_kms_tui.policy.patterns import globs_overlap, is_glob
from canvas_kms_tui.policy.statement import Statement

Remark = tuple[str, str]

_ARN_STARTS: Final = ("arn:", "${", "*")
#: Beyond so many values in one element, or so long, resources are not compared with resource types.
_MANY: Final = 200
_LONG: Final = 1024
_KEY_ID: Final = re.compile(r"(?:mrk-[\da-f]{32}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|alias/.+)\Z", re.ASCII)
_SSE_KEY: Final = "s3:x-amz-server-side-encryption-aws-kms-key-id"
#: Kind of operator (its first letters) → the types of keys that it can compare.
_FITTING: Final = {
    "numeric": ("Numeric", "Date"),
    "date": ("Date", "Numeric"),
    "bool": ("Bool",),
    "ipaddress": ("IPAddress",),
}
#: Keys of the caller's network: S3 calls KMS from its own, so that they break its calls in a key policy.
_NETWORK: Final = frozenset({"aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce"})


class PolicyKind(StrEnum):
    """What a document is attached to; it settles which elements it needs."""

    IDENTITY = "identity"
    KEY = "key"
    BUCKET = "bucket"
    RESOURCE = "resource"


def lint(document: Document, *, kind: PolicyKind | str | None = None) -> tuple[Problem, ...]:
    """The document's problems and remarks, in the order of its statements.

    ``kind`` (:class:`PolicyKind`) adds what only holds for such a document. Codes beside those of
    ``document.problems``: ``version-variables``, ``unknown-action``, ``unknown-condition-key``, ``operator-type``,
    ``multivalued-key``, ``forallvalues-missing-key``, ``resource-mismatch``, ``resource-not-arn``, ``alias-resource``,
    ``key-id-not-arn``, ``principal-in-identity``, ``no-principal``, ``not-principal``, ``network-in-key-policy``.
    """
    found = list(document.problems)
    if document.version != "2012-10-17" and any("${" in text for text in document.texts()):
        text = "Version 2012-10-17 is missing, so that policy variables are taken literally"
        found.append(Problem(document.name, None, None, "version-variables", text))
    for statement in document.statements:
        for code, text in _remarks(statement, kind):
            found.append(Problem(document.name, statement.index, statement.sid, code, text))
    return tuple(sorted(found, key=lambda problem: -1 if problem.index is None else problem.index))


def _remarks(statement: Statement, kind: PolicyKind | str | None) -> Iterator[Remark]:
    yield from _actions(statement)
    yield from _resources(statement)
    for condition in statement.conditions:
        yield from _condition(condition, statement)
    yield from _principals(statement, kind)
    if kind == PolicyKind.KEY:
        yield from _key_policy(statement)


def _actions(statement: Statement) -> Iterator[Remark]:
    for text in dict.fromkeys(statement.actions):
        if not reference.names_action(text):
            yield "unknown-action", f"there is no action {text[:80]}"


# --- resources --------------------------------------------------------------------------------------------------


def _resources(statement: Statement) -> Iterator[Remark]:
    for text in statement.resources:
        if not text.startswith(_ARN_STARTS):
            yield "resource-not-arn", f"the resource {text[:80]!r} is no ARN and matches nothing"
    if not statement.not_resource and not statement.not_action:
        yield from _mismatches(statement)


def _mismatches(statement: Statement) -> Iterator[Remark]:
    resources = statement.resources
    if any(not text.startswith(_ARN_STARTS) for text in resources):
        return
    if not resources or len(resources) > _MANY or len(statement.actions) > _MANY:
        return
    globs = [re.sub(r"\$\{[^}]*\}", "*", text) for text in resources]
    if any(len(text) > _LONG for text in globs):
        return
    for action in dict.fromkeys(statement.actions):
        fitting = None if is_glob(action) else reference.resource_globs(action)
        if fitting is None or "*" in globs or action.lower() in reference.ANY_RESOURCE:
            continue
        if not any(_fits(text, glob) for text in globs for glob in fitting):
            yield _mismatch(action, resources, fitting)


def _fits(text: str, glob: str) -> bool:
    """Whether a Resource may mean a resource of that form; a bucket's name has no slash."""
    if glob.endswith(":s3:::*") and "/" in text:
        return False
    ours, theirs = text.split(":", 5), glob.split(":", 5)
    if len(ours) < len(theirs):
        return globs_overlap(text, glob)
    return all(globs_overlap(one, other) for one, other in zip(ours, theirs, strict=True))


def _mismatch(action: str, resources: tuple[str, ...], fitting: tuple[str, ...]) -> Remark:
    if fitting and action.lower().startswith("kms:") and all(":alias/" in text for text in resources):
        return "alias-resource", f"{action} is asked of the key's ARN, never of an alias: name the key"
    needed = " or ".join(fitting) if fitting else "*"
    return "resource-mismatch", f"{action} applies to none of the statement's resources; it needs {needed}"


# --- conditions -------------------------------------------------------------------------------------------------


def _condition(condition: Condition, statement: Statement) -> Iterator[Remark]:
    kind = reference.key_type(condition.key)
    if kind is None:
        if reference.has_keys(condition.key) or ":" not in condition.key:
            yield (
                "unknown-condition-key",
                f"there is no condition key {condition.key[:80]}: it is absent from every request",
            )
        return
    if condition.name == _SSE_KEY and any(_KEY_ID.match(text) for text in condition.wanted):
        yield "key-id-not-arn", f"{condition.key} is compared with the key's full ARN, never with a key id or an alias"
    yield from _types(condition, kind)
    if condition.quantifier == "ForAllValues" and statement.allow and not _demands(condition, statement):
        yield (
            "forallvalues-missing-key",
            f"ForAllValues on {condition.key} also allows requests without the key; add Null {condition.key} false",
        )


def _types(condition: Condition, kind: str) -> Iterator[Remark]:
    plain = kind.removeprefix("ArrayOf")
    fitting = next((types for start, types in _FITTING.items() if condition.kind.startswith(start)), None)
    if fitting is not None and plain not in fitting:
        yield "operator-type", f"{condition.operator} cannot compare {condition.key}, whose values are of type {plain}"
    if kind.startswith("ArrayOf") and condition.quantifier is None and condition.kind != "null":
        yield (
            "multivalued-key",
            f"{condition.key} has several values: {condition.operator} needs ForAnyValue or ForAllValues",
        )


def _demands(condition: Condition, statement: Statement) -> bool:
    """Whether another condition of the statement asks that the key be there."""
    return any(
        other.name == condition.name and other.kind == "null" and other.wanted == ("false",)
        for other in statement.conditions
    )


# --- principals and key policies ----------------------------------------------------------------------------------


def _principals(statement: Statement, kind: PolicyKind | str | None) -> Iterator[Remark]:
    names_somebody = statement.principal is not None or statement.not_principal is not None
    if kind == PolicyKind.IDENTITY and names_somebody:
        yield "principal-in-identity", "a policy of a user or role names no Principal: the API refuses it"
    if kind in (PolicyKind.KEY, PolicyKind.BUCKET, PolicyKind.RESOURCE) and not names_somebody:
        yield "no-principal", "the statement names no Principal, so it has no effect"
    if statement.not_principal is not None:
        effect = "denies" if not statement.allow else "allows"
        yield (
            "not-principal",
            f"NotPrincipal {effect} everybody not listed, sessions whose role, session and account are not all "
            "listed too: use a condition on aws:PrincipalArn",
        )


def _key_policy(statement: Statement) -> Iterator[Remark]:
    for condition in statement.conditions:
        if condition.name in _NETWORK:
            yield (
                "network-in-key-policy",
                f"{condition.key} is the caller's network: calls that S3 or another service makes to KMS do not come "
                "from there",
            )
