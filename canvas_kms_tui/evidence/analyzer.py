"""Owns Access Analyzer's opinion on the documents that stand in the way, beside our own remarks on them.

ValidatePolicy judges how a document is written, not a request, and costs nothing (Access Analyzer API reference). It is
asked only about what findings are about; where we may not ask, nothing is said.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from canvas_kms_tui.edits.documents import CannotEdit, as_text
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.findings import Diagnosis, Evidence, Finding, Status
from canvas_kms_tui.import_path import ImportPath, Step
from canvas_kms_tui.policy import Decision, Document, Layer, Layers
from canvas_kms_tui.policy.lint import PolicyKind, lint

SOURCE = "access-analyzer:ValidatePolicy (how the document is written, not the request)"
_NOTHING = "nothing to object to"
#: In the order of weight; suggestions are left to Access Analyzer's own page.
_TOLD = ("ERROR", "SECURITY_WARNING", "WARNING")


class _Written(NamedTuple):
    """A document, where it stands, and what Access Analyzer is to take it for."""

    document: Document
    layer: Layer
    kind: str
    place: str | None
    ours: PolicyKind


async def with_analysis(facts: Facts, path: ImportPath, diagnosis: Diagnosis) -> Diagnosis:
    """The findings that fail or warn, with a line of evidence for each document that stands in their way."""
    steps = await known(path.steps())
    if isinstance(steps, Unreadable):
        return diagnosis
    by_id = {step.id: step for step in steps if step.decision is not Decision.ALLOWED}

    async def told(finding: Finding) -> Finding:
        if finding.status not in (Status.FAIL, Status.WARN):
            return finding
        ours = [by_id[step_id] for step_id in finding.step_ids if step_id in by_id]
        asked = {one.document.name: one for step in ours for one in _in_the_way(step, finding)}
        found = await asyncio.gather(*(_evidence(facts, one) for one in asked.values()))
        return dataclasses.replace(finding, evidence=(*finding.evidence, *(one for one in found if one)))

    return dataclasses.replace(diagnosis, findings=tuple(await asyncio.gather(*map(told, diagnosis.findings))))


def _in_the_way(step: Step, finding: Finding) -> Iterator[_Written]:
    """The document with the statement that the finding is about; else those of the layers that should have allowed."""
    if step.layers is None or step.answer is None:
        return
    blocking = {judged.layer for judged in step.answer.layers if judged.blocks}
    for one in _documents(step, step.layers):
        if finding.statement[0] == one.document.name if finding.statement else one.layer in blocking:
            yield one


def _documents(step: Step, layers: Layers) -> Iterator[_Written]:
    on_bucket = "AWS::S3::AccessPoint" if ":accesspoint/" in step.resource else "AWS::S3::Bucket"
    place, kind = (None, PolicyKind.KEY) if step.is_kms else (on_bucket, PolicyKind.BUCKET)
    boundary = (layers.boundary,) if layers.boundary is not None else ()
    placed: Sequence[tuple[Layer, Any, str, str | None, PolicyKind]] = (
        (Layer.RESOURCE_POLICY, layers.resource, "RESOURCE_POLICY", place, kind),
        (Layer.IDENTITY_POLICY, layers.identity, "IDENTITY_POLICY", None, PolicyKind.IDENTITY),
        (Layer.PERMISSIONS_BOUNDARY, boundary, "IDENTITY_POLICY", None, PolicyKind.IDENTITY),
        (Layer.VPC_ENDPOINT_POLICY, layers.endpoint, "RESOURCE_POLICY", None, PolicyKind.RESOURCE),
        (Layer.SERVICE_CONTROL_POLICY, _levels(layers.scps), "SERVICE_CONTROL_POLICY", None, PolicyKind.IDENTITY),
        (Layer.RESOURCE_CONTROL_POLICY, _levels(layers.rcps), "RESOURCE_CONTROL_POLICY", None, PolicyKind.RESOURCE),
    )
    for layer, documents, policy_type, where, ours in placed:
        for document in documents if isinstance(documents, list | tuple) else ():
            if isinstance(document, Document):
                yield _Written(document, layer, policy_type, where, ours)


def _levels(levels: Any) -> list[Any]:
    return [item for level in levels for item in level] if isinstance(levels, list | tuple) else []


async def _evidence(facts: Facts, written: _Written) -> Evidence | None:
    try:
        text = as_text(written.document.source)
    except CannotEdit:
        return None
    place = {"validatePolicyResourceType": written.place} if written.place else {}
    answer = await known(
        facts.reader.get("accessanalyzer", "validate_policy", policyDocument=text, policyType=written.kind, **place)
    )
    if isinstance(answer, Unreadable):
        return None
    theirs = [
        f"{one['issueCode']}: {one['findingDetails']}"
        for weight in _TOLD
        for one in answer.get("findings") or ()
        if one["findingType"] == weight
    ]
    ours = [problem.text for problem in lint(written.document, kind=written.ours)]
    value = f"Access Analyzer: {_brief(theirs)}; our own check: {_brief(ours)}"
    return Evidence(f"how the {written.document.name} is written", value, SOURCE)


def _brief(remarks: Sequence[str]) -> str:
    if not remarks:
        return _NOTHING
    return remarks[0] if len(remarks) == 1 else f"{remarks[0]} (and {len(remarks) - 1} more)"
