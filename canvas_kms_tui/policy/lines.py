"""Owns ``--evaluate``: one JSON request with its documents a line in, one JSON answer a line out.

The fields are those of the conformance cases: ``principal_arn`` (or ``principal``; null = anonymous), ``action`` and
``resource_arn`` (or ``resource``) must be there, everything else may be left out: ``id``, ``principal_type``,
``session_name`` (of a role given by its ARN), ``resource_account`` (else what the ARN says, else the caller's),
``context``, ``unknown_context``, ``identity_policies``, ``permission_boundaries``, ``session_policies``, ``scps``,
``rcps``, ``resource_policy`` (one or a list), ``grants``, ``vpc_endpoint_policies``, ``unread`` (names of layers that
could not be read), ``document_names`` (field → names).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from canvas_kms_tui.policy.answer import Answer
from canvas_kms_tui.policy.document import Document
from canvas_kms_tui.policy.evaluate import evaluate
from canvas_kms_tui.policy.grants import Grant
from canvas_kms_tui.policy.layers import Layers, Unread
from canvas_kms_tui.policy.patterns import arn_account
from canvas_kms_tui.policy.principals import Principal
from canvas_kms_tui.policy.scope import Request
from canvas_kms_tui.policy.trace import Layer
from canvas_kms_tui.policy.values import shown, text_of

Object = Mapping[str, Any]

#: Field of a list of documents → what one of them is called.
_CALLED: Final = {
    "identity_policies": "identity policy",
    "permission_boundaries": "permissions boundary",
    "session_policies": "session policy",
    "scps": "service control policy",
    "rcps": "resource control policy",
    "resource_policy": "resource policy",
    "vpc_endpoint_policies": "VPC endpoint policy",
}


class BadLine(ValueError):
    """A line that means no request; the message says where and why."""


def evaluate_lines(lines: Iterable[str]) -> Iterator[str]:
    """Answer every line, in order; empty lines are skipped. What is yielded ends in a newline.

    A bad line gives ``{"id"?, "line", "error"}`` in its place, and the rest goes on.

    Raises:
        BadLine: after the last line, where one or more were bad.
    """
    bad: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        source: Any = None
        try:
            source = _load(line)
            result = _answer(source)
        except BadLine as error:
            bad.append(f"line {number}: {error}")
            result = {"line": number, "error": f"line {number}: {error}"}
            if isinstance(source, Mapping) and "id" in source:
                result = {"id": source["id"], **result}
        yield json.dumps(result, allow_nan=False) + "\n"
    if bad:
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        raise BadLine(f"{bad[0]}{more}")


def read_line(line: str) -> tuple[Request, Layers]:
    """The request of one line with its layers.

    Raises:
        BadLine: the line is no JSON object or lacks what a request needs.
    """
    source = _load(line)
    return _request(source), _layers(source)


def write_line(request: Request, layers: Layers, *, name: str | None = None) -> str:
    """One request as a line for ``--evaluate``, so that a doubtful verdict can be reproduced and reported."""
    writer = _Writer()
    principal = request.principal
    fields: dict[str, Any] = {
        "id": name,
        "principal_arn": principal.arn or principal.name or None,
        "principal_type": principal.kind,
        "session_name": principal.session_name,
        "action": request.action,
        "resource_arn": request.resource,
        "resource_account": request.resource_account,
        "context": {
            **{f"aws:PrincipalTag/{key}": value for key, value in principal.tags},
            **{key: value if isinstance(value, str) else list(value) for key, value in request.context.items()},
        },
        "unknown_context": sorted(request.unknown),
        "identity_policies": writer.documents("identity_policies", layers.identity),
        "permission_boundaries": writer.documents("permission_boundaries", layers.boundary),
        "session_policies": writer.documents("session_policies", layers.session),
        "scps": writer.levels("scps", layers.scps),
        "rcps": writer.levels("rcps", layers.rcps),
        "resource_policy": writer.documents("resource_policy", layers.resource) or None,
        "grants": writer.grants(layers.grants),
        "vpc_endpoint_policies": writer.documents("vpc_endpoint_policies", layers.endpoint),
        "unread": sorted(writer.unread),
        "document_names": writer.names,
    }
    return json.dumps({key: value for key, value in fields.items() if value not in ([], {})}, default=str) + "\n"


# --- reading ----------------------------------------------------------------------------------------------------


def _load(line: str) -> Object:
    try:
        source = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"no JSON: {str(error)[:120]}") from None
    if not isinstance(source, Mapping):
        raise BadLine(f"a request is a JSON object, not {shown(source)}")
    return source


def _answer(source: Object) -> dict[str, Any]:
    return answer_data(evaluate(_request(source), _layers(source)), source.get("id"))


def answer_data(answer: Answer, name: Any = None) -> dict[str, Any]:
    """An answer as JSON data, in the words of the dump."""
    miss = answer.nearest_miss
    return {
        "id": name,
        "decision": answer.decision.value,
        "decided_by": [asdict(decided) for decided in answer.decided_by],
        "nearest_miss": asdict(miss) if miss else None,
        "explanation": answer.explanation,
        "denied": answer.denied,
        "unknown_keys": sorted(answer.unknown_keys),
        "assuming": list(answer.assuming),
    }


def _pick(source: Object, *names: str) -> Any:
    for name in names:
        if name in source:
            return source[name]
    raise BadLine(f"{names[0]!r} is missing")


def _text(source: Object, *names: str) -> str:
    value = _pick(source, *names)
    if not isinstance(value, str) or not value:
        raise BadLine(f"{names[0]!r} is {shown(value)}; it must be text")
    return value


def _request(source: Object) -> Request:
    principal = _principal(source)
    resource = _text(source, "resource_arn", "resource")
    owner = source.get("resource_account")
    return Request(
        principal,
        _text(source, "action"),
        resource,
        resource_account=str(owner) if owner else arn_account(resource) or principal.account,
        context=_context(source.get("context") or {}),
        unknown=frozenset(_texts(source, "unknown_context")),
    )


def _principal(source: Object) -> Principal:
    arn = _pick(source, "principal_arn", "principal")
    if arn is not None and not isinstance(arn, str):
        raise BadLine(f"'principal_arn' is {shown(arn)}; it must be an ARN, or null for an anonymous caller")
    kind, session = source.get("principal_type"), source.get("session_name")
    principal = Principal.parse(arn, kind if isinstance(kind, str) else None)
    if principal.kind == "role" and isinstance(session, str) and principal.arn and ":role/" in principal.arn:
        return Principal.role(principal.arn, session_name=session)
    return principal


def _context(source: Any) -> dict[str, str | list[str]]:
    if not isinstance(source, Mapping):
        raise BadLine(f"'context' is {shown(source)}; it must be an object of condition keys")
    return {str(key): _values(key, value) for key, value in source.items()}


def _values(key: str, value: Any) -> str | list[str]:
    texts = [text_of(item) for item in (value if isinstance(value, list) else [value])]
    found = [text for text in texts if text is not None]
    if len(found) < len(texts):
        raise BadLine(f"the context key {key!r} is {shown(value)}; it must be text or a list of texts")
    return found if isinstance(value, list) else found[0]


def _texts(source: Object, name: str) -> list[str]:
    values = source.get(name) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadLine(f"{name!r} is {shown(values)}; it must be a list of texts")
    return values


def _layers(source: Object) -> Layers:
    unread = {name: Unread(f"{name.replace('_', ' ')} (not read)") for name in _unread_names(source)}
    boundaries = _documents(source, "permission_boundaries")
    if len(boundaries) > 1:
        raise BadLine("'permission_boundaries' has more than one; a principal has one boundary at most")

    def mixed(layer: Layer, field: str) -> list[Document | Unread]:
        return [*_documents(source, field), *([unread[layer]] if layer in unread else [])]

    def levels(layer: Layer, field: str) -> list[list[Document | Unread]] | None:
        missing: list[list[Document | Unread]] = [[unread[layer]]] if layer in unread else []
        return _levels(source, field) + missing or None

    return Layers(
        identity=mixed(Layer.IDENTITY_POLICY, "identity_policies"),
        boundary=unread.get(Layer.PERMISSIONS_BOUNDARY) or (boundaries[0] if boundaries else None),
        session=mixed(Layer.SESSION_POLICY, "session_policies"),
        scps=levels(Layer.SERVICE_CONTROL_POLICY, "scps"),
        rcps=levels(Layer.RESOURCE_CONTROL_POLICY, "rcps"),
        resource=mixed(Layer.RESOURCE_POLICY, "resource_policy") or None,
        grants=unread.get(Layer.GRANT) or _grants(source),
        endpoint=mixed(Layer.VPC_ENDPOINT_POLICY, "vpc_endpoint_policies") or None,
    )


def _unread_names(source: Object) -> list[str]:
    names = _texts(source, "unread")
    for name in names:
        if name not in tuple(Layer):
            raise BadLine(f"'unread' names {name!r}; the layers are {', '.join(Layer)}")
    return names


def _list(source: Object, name: str) -> list[Any]:
    value = source.get(name)
    if value is None:
        return []
    if name == "resource_policy" and isinstance(value, str | Mapping):
        return [value]
    if not isinstance(value, list):
        raise BadLine(f"{name!r} is {shown(value)}; it must be a list")
    return value


def _documents(source: Object, name: str) -> list[Document]:
    values = _list(source, name)
    return [_document(source, name, value, index, alone=len(values) == 1) for index, value in enumerate(values)]


def _document(source: Object, name: str, value: Any, index: int, *, alone: bool) -> Document:
    if not isinstance(value, str | Mapping):
        raise BadLine(f"{name!r} holds {shown(value)}; a policy is an object, or its JSON as text")
    names = source.get("document_names")
    given = names.get(name) if isinstance(names, Mapping) else None
    if isinstance(given, list) and index < len(given) and isinstance(given[index], str):
        return Document.parse(value, name=given[index])
    return Document.parse(value, name=_CALLED[name] if alone else f"{_CALLED[name]} {index}")


def _levels(source: Object, name: str) -> list[list[Document | Unread]]:
    levels = [level if isinstance(level, list) else [level] for level in _list(source, name)]
    found: list[list[Document | Unread]] = []
    index = 0
    total = sum(len(level) for level in levels)
    for level in levels:
        found.append([_document(source, name, value, index + i, alone=total == 1) for i, value in enumerate(level)])
        index += len(level)
    return found


def _grants(source: Object) -> list[Grant]:
    grants = _list(source, "grants")
    for grant in grants:
        if not isinstance(grant, Mapping):
            raise BadLine(f"'grants' holds {shown(grant)}; a grant is an object as kms ListGrants gives it")
    return [Grant.from_api(grant, index) for index, grant in enumerate(grants)]


# --- writing ----------------------------------------------------------------------------------------------------

_FIELD_LAYER: Final = {
    "identity_policies": Layer.IDENTITY_POLICY,
    "permission_boundaries": Layer.PERMISSIONS_BOUNDARY,
    "session_policies": Layer.SESSION_POLICY,
    "scps": Layer.SERVICE_CONTROL_POLICY,
    "rcps": Layer.RESOURCE_CONTROL_POLICY,
    "resource_policy": Layer.RESOURCE_POLICY,
    "vpc_endpoint_policies": Layer.VPC_ENDPOINT_POLICY,
}


class _Writer:
    """Collects the documents of a line; what could not be read makes its layer unread as a whole."""

    def __init__(self) -> None:
        self.unread: set[str] = set()
        self.names: dict[str, list[str]] = {}

    def documents(self, field: str, found: Sequence[Document | Unread] | Document | Unread | None) -> list[Any]:
        if found is None:
            return []
        return self._sources(field, [found] if isinstance(found, Document | Unread) else found)

    def _sources(self, field: str, items: Iterable[Document | Unread]) -> list[Any]:
        sources = []
        for item in items:
            if isinstance(item, Unread):
                self.unread.add(_FIELD_LAYER[field].value)
            else:
                sources.append(item.source)
                self.names.setdefault(field, []).append(item.name)
        return sources

    def levels(self, field: str, found: Sequence[Sequence[Document | Unread]] | Unread | None) -> list[Any]:
        if isinstance(found, Unread):
            return self.documents(field, found)
        return [self._sources(field, level) for level in found or ()]

    def grants(self, found: Sequence[Grant] | Unread) -> list[Any]:
        if isinstance(found, Unread):
            self.unread.add(Layer.GRANT.value)
            return []
        return [grant.source for grant in found]
