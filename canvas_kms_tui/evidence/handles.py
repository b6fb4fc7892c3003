"""Owns AWS's own handles in a pasted message: the encoded part that STS decodes, the id that IAM tells details of.

STS API reference, DecodeAuthorizationMessage; IAM Toolbox API reference, GetRequestAuthorizationDetails (a preview).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from canvas_kms_tui.errors import recognise
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.findings import Diagnosis, Finding, Opinion, Said
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.said import said_of

DETAILS = "iam:GetRequestAuthorizationDetails (the request of the message)"
_EFFECTS = {"ALLOW": "allowed", "EXPLICIT_DENY": "explicitly_denied", "IMPLICIT_DENY": "implicitly_denied"}
#: What the checks of IAM are called in the wording of refusals.
_LAYERS = {
    "SERVICE_CONTROL_POLICY": "service control policy",
    "RESOURCE_CONTROL_POLICY": "resource control policy",
    "VPC_ENDPOINT": "VPC endpoint policy",
    "RESOURCE": "resource-based policy",
    "PRINCIPAL": "identity-based policy",
    "PERMISSIONS_BOUNDARY": "permissions boundary",
    "SESSION": "session policy",
}


def has_handles(message: str) -> bool:
    found = recognise(message)
    return bool(found.encoded or found.authorization_id)


async def with_handles(facts: Facts, path: ImportPath, diagnosis: Diagnosis) -> Diagnosis:
    """The message with what AWS tells of it, and the evaluation that refused it beside our own answer."""
    said = diagnosis.said
    if said is None:
        return diagnosis
    found = recognise(said.message)
    if found.encoded:
        said = await _decoded(facts, said, found.encoded, diagnosis.findings)
    if not found.authorization_id:
        return dataclasses.replace(diagnosis, said=said)
    details = await known(
        facts.reader.get("iam-toolbox", "get_request_authorization_details", authorizationId=found.authorization_id)
    )
    if isinstance(details, Unreadable):
        return dataclasses.replace(diagnosis, said=_told(said, f"Its details could not be read: {_why(details)}"))
    evaluations = details.get("evaluations") or ()
    said = _pointed(said, [words for one in evaluations for words in _refusals(one)], diagnosis.findings)
    opinions = tuple([await _opinion(path, one) for one in evaluations])
    return dataclasses.replace(diagnosis, said=said, opinions=(*diagnosis.opinions, *opinions))


async def _decoded(facts: Facts, said: Said, encoded: str, findings: Sequence[Finding]) -> Said:
    answer = await known(facts.reader.get("sts", "decode_authorization_message", EncodedMessage=encoded))
    if isinstance(answer, Unreadable):
        return _told(said, f"Its encoded part could not be decoded: {_why(answer)}")
    try:
        content = json.loads(str(answer.get("DecodedMessage")))
        context = content["context"]
        action, resource = str(context["action"]), str(context["resource"])
    except (ValueError, KeyError, TypeError):
        return _told(said, "Its encoded part was decoded, and is not of the known form.")
    how = "by an explicit deny" if content.get("explicitDeny") else "because nothing allows it"
    words = f"not authorized to perform: {action} on resource: {resource}"
    return _told(_pointed(said, [words], findings), f"Decoded: {action} on {resource} was refused {how}.")


def _pointed(said: Said, words: Sequence[str], findings: Sequence[Finding]) -> Said:
    """The message as one that says this too: the first of ``words`` that points at causes."""
    for one in words:
        if (anew := said_of(one, findings)) and anew.causes:
            return dataclasses.replace(anew, message=said.message, layer=anew.layer or said.layer)
    return said


def _told(said: Said, more: str) -> Said:
    return dataclasses.replace(said, text=f"{said.text} {more}")


def _why(unread: Unreadable) -> str:
    return f"{unread.why.action}: {unread.why.reason}."


def _refusals(evaluation: Mapping[str, Any]) -> Iterator[str]:
    """Each check that refused, in the wording of an AccessDenied message."""
    what = f"not authorized to perform: {evaluation.get('action')} on resource: {evaluation.get('resource')}"
    for check in evaluation.get("checks") or ():
        layer = _LAYERS.get(str(check.get("checkType")))
        if layer and check.get("evaluatedEffect") == "EXPLICIT_DENY":
            yield f"{what} with an explicit deny in a {layer}"
        elif layer and check.get("evaluatedEffect") == "IMPLICIT_DENY":
            yield f"{what} because no {layer} allows the action"


async def _opinion(path: ImportPath, evaluation: Mapping[str, Any]) -> Opinion:
    action, resource = str(evaluation.get("action")), str(evaluation.get("resource"))
    says = _EFFECTS.get(str(evaluation.get("evaluatedEffect")), "unknown")
    steps = await known(path.steps())
    own = () if isinstance(steps, Unreadable) else steps
    ours = next((step for step in own if step.action.lower() == action.lower() and step.resource == resource), None)
    note = "; ".join(_notes(evaluation))
    if ours is None:
        note = "; ".join(filter(None, ("no request of the simulated import", note)))
    return Opinion(DETAILS, action, resource, says, str(ours.decision) if ours else "", note, comparable=bool(ours))


def _notes(evaluation: Mapping[str, Any]) -> Iterator[str]:
    for check in evaluation.get("checks") or ():
        effect = str(check.get("evaluatedEffect"))
        if effect.endswith("_DENY"):
            layer = _LAYERS.get(str(check.get("checkType")), str(check.get("checkType")))
            policies = ", ".join(_policies(check)) or "no policy matched"
            yield f"{layer}: {effect.lower().replace('_', ' ')} ({policies})"


def _policies(check: Mapping[str, Any]) -> Iterator[str]:
    for policy in check.get("matchedPolicies") or ():
        sids = [str(one["sid"]) for one in policy.get("matchedStatements") or () if one.get("sid")]
        yield f"{policy.get('uri')}{f' {sids}' if sids else ''}"
