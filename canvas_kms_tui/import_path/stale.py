"""Owns the deleted identity: a policy statement that names a role by its unique id, and would allow if it did not.

IAM replaces the ARN of a deleted role in a policy by its unique id (``AROA…``), which matches nobody, not even a role
recreated under the same name (IAM user guide, "AWS JSON policy elements: Principal").
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, NamedTuple

from canvas_kms_tui.import_path.steps import Step
from canvas_kms_tui.policy import Decision, Document, Layer, Outcome, Statement, evaluate


class Stale(NamedTuple):
    """A deleted identity in a document: whose statement, which unique id."""

    document: Document
    statement: Statement
    unique_id: str

    @property
    def is_role(self) -> bool:
        return self.unique_id.startswith("AROA")


def deleted_principals(document: Document) -> Iterator[Stale]:
    """Every deleted identity that a document names."""
    for statement in document.statements:
        element = statement.principal or statement.not_principal
        for unique_id in element.deleted if element else ():
            yield Stale(document, statement, unique_id)


def stale_allow(step: Step) -> Stale | None:
    """The statement whose deleted role alone keeps a denied step from being allowed; None where there is none."""
    return _missed(step, Decision.IMPLICITLY_DENIED)


def stale_open(step: Step) -> Stale | None:
    """The same for a step that is not decided: whether it hangs on that statement depends on what is not known."""
    return _missed(step, Decision.UNKNOWN)


def _missed(step: Step, decision: Decision) -> Stale | None:
    if step.answer is None or step.answer.decision is not decision:
        return None
    if step.layers is None or step.request is None or not isinstance(step.layers.resource, tuple):
        return None
    for place, document in enumerate(step.layers.resource):
        for stale in deleted_principals(document) if isinstance(document, Document) else ():
            if stale.is_role and stale.statement.effect == "Allow" and _would_allow(step, place, stale):
                return stale
    return None


def _would_allow(step: Step, place: int, stale: Stale) -> bool:
    assert step.request is not None
    assert step.layers is not None
    documents = list(step.layers.resource or ())  # type: ignore[arg-type]
    documents[place] = _recreated(stale, step.request.principal.arn or "")
    layers = dataclasses.replace(step.layers, resource=tuple(documents))
    answer = evaluate(step.request, layers)
    refused = answer.decision in (Decision.EXPLICITLY_DENIED, Decision.IMPLICITLY_DENIED)
    return not refused and answer.layer(Layer.RESOURCE_POLICY).outcome is Outcome.ALLOW


def _recreated(stale: Stale, role_arn: str) -> Document:
    """The document as it would be if the deleted role were the role that asks."""
    source = dict(stale.document.source)
    statements = source["Statement"] if isinstance(source["Statement"], list) else [source["Statement"]]
    source["Statement"] = [
        _renamed(item, stale.unique_id, role_arn) if index == stale.statement.index else item
        for index, item in enumerate(statements)
    ]
    return Document.parse(source, name=stale.document.name)


def _renamed(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {
            name: _renamed(item, old, new) if name in ("Principal", "AWS") else item for name, item in value.items()
        }
    if isinstance(value, list):
        return [new if item == old else item for item in value]
    return new if value == old else value
