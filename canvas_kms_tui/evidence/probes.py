"""Owns KMS's own answer as the execution role: dry runs, which do nothing and say whether the call would succeed.

A dry run is the role's own call, not one through S3 (KMS developer guide, "Testing your permissions"): where the
decision hangs on that, the two are not compared. Each is billed and stands in CloudTrail.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from typing import Any

from canvas_kms_tui.errors import recognise
from canvas_kms_tui.facts import Unreadable, known
from canvas_kms_tui.findings import Opinion
from canvas_kms_tui.gateway import CallFailed, FailureKind
from canvas_kms_tui.import_path import ImportPath, Step
from canvas_kms_tui.import_path.context import NETWORK
from canvas_kms_tui.policy import Decision, Request, evaluate

SOURCE = "KMS DryRun as the execution role"
_CONTEXT = "kms:encryptioncontext:"
_VIA = ("kms:viaservice", "aws:viaawsservice", "aws:calledvia")
#: What is asked for each action; the gateway lets nothing else pass.
_ASKED: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "kms:Decrypt": ("decrypt", {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}),
    "kms:GenerateDataKey": ("generate_data_key", {"DryRun": True, "KeySpec": "AES_256"}),
}
_WOULD_SUCCEED = "DryRunOperationException"


async def probes(path: ImportPath) -> tuple[Opinion, ...]:
    """One for each use of a key that the import makes; where the role may not be assumed, one that says so."""
    steps = await known(path.steps())
    if isinstance(steps, Unreadable):
        return ()
    wanted = {
        (step.action, step.resource, tuple(sorted(_context(step).items()))): step
        for step in steps
        if step.action in _ASKED and step.request and step.layers and step.resource.startswith("arn:")
    }
    found = await asyncio.gather(*(_probe(path, step) for step in wanted.values()))
    return tuple(dict.fromkeys(found))


async def _probe(path: ImportPath, step: Step) -> Opinion:
    assert step.request is not None
    operation, always = _ASKED[step.action]
    role_arn = step.request.principal.arn or ""
    try:
        await path.facts.calls.call(
            "kms",
            operation,
            region=step.resource.split(":")[3],
            AsRole=role_arn,
            KeyId=step.resource,
            EncryptionContext=_context(step),
            **always,
        )
    except CallFailed as failure:
        return _opinion(step, role_arn, failure)
    return _said(step, Decision.UNKNOWN, "KMS answered a dry run with a result")


def _opinion(step: Step, role_arn: str, failure: CallFailed) -> Opinion:
    words = f"{failure.code}: {failure.message}"
    if failure.service == "sts":
        note = f"the role could not be assumed ({words})"
        return Opinion(SOURCE, "sts:AssumeRole", role_arn, "not asked", "not asked", note, comparable=False)
    if failure.code == _WOULD_SUCCEED:
        return _said(step, Decision.ALLOWED, "")
    if failure.kind is FailureKind.DENIED:
        explicit = "with an explicit deny" in failure.message
        said = recognise(failure.message)
        layer = f"{said.layer.replace('_', ' ')}: " if said.layer else ""
        decision = Decision.EXPLICITLY_DENIED if explicit else Decision.IMPLICITLY_DENIED
        return _said(step, decision, f"{layer}{failure.message}")
    if failure.kind in (FailureKind.NOT_FOUND, FailureKind.REJECTED):
        return _said(step, Decision.IMPLICITLY_DENIED, words)
    return Opinion(SOURCE, step.action, step.resource, "not asked", str(step.decision), words, comparable=False)


def _said(step: Step, says: Decision, note: str) -> Opinion:
    why = _not_comparable(step)
    note = "; ".join(part for part in (why, note) if part)
    return Opinion(SOURCE, step.action, step.resource, str(says), str(step.decision), note, comparable=not why)


def _context(step: Step) -> dict[str, str]:
    """The encryption context that S3 sends, as far as it is known."""
    values = step.request.context if step.request else {}
    return {
        name[len(_CONTEXT) :]: value
        for name, value in values.items()
        if name.lower().startswith(_CONTEXT) and isinstance(value, str)
    }


def _not_comparable(step: Step) -> str:
    """Why the role's own call may be decided in another way than the import's; "" where it may not."""
    assert step.answer is not None
    assert step.request is not None
    assert step.layers is not None
    deciding = {(by.document, by.statement) for by in step.answer.decided_by if by.statement is not None}
    for trace in (trace for layer in step.answer.layers for trace in layer.statements):
        tests = [condition.key for condition in trace.conditions if condition.key.lower().startswith(_VIA)]
        missed = trace.effect == "Allow" and any((miss.key or "").lower().startswith(_VIA) for miss in trace.misses)
        if tests and ((missed and not deciding) or (trace.document, trace.index) in deciding):
            return f"statement {trace.index} of the {trace.document}, which decides, tests {tests[0]}"
    if evaluate(_direct(step.request), step.layers).decision is not step.answer.decision:
        return "the role's own call is decided by other statements than one through S3"
    return ""


def _direct(request: Request) -> Request:
    """The role's own call: through no service, with the context that we send, from a network that is not known."""
    values = {name: value for name, value in request.context.items() if not name.lower().startswith(_VIA)}
    values["aws:ViaAWSService"] = "false"
    unknown = {name for name in request.unknown if not name.lower().startswith((*_VIA, "kms:encryptioncontext"))}
    return dataclasses.replace(request, context=values, unknown=frozenset(unknown | NETWORK))
