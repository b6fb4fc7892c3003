"""Cases in the form of ``--evaluate`` (one request with its documents), made ready for the evaluator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from canvas_kms_tui.policy import Answer, Document, Grant, Layers, Principal, Request, evaluate


def documents(case: Mapping[str, Any], field: str, name: str) -> list[Document]:
    return [Document.parse(text, name=f"{name} {index}") for index, text in enumerate(case.get(field) or [])]


def layers_of(case: Mapping[str, Any]) -> Layers:
    boundaries = documents(case, "permission_boundaries", "permissions boundary")
    resource = case.get("resource_policy")
    return Layers(
        identity=documents(case, "identity_policies", "identity policy"),
        boundary=boundaries[0] if boundaries else None,
        session=documents(case, "session_policies", "session policy"),
        scps=[[Document.parse(text, name="SCP") for text in level] for level in case.get("scps") or []] or None,
        rcps=[[Document.parse(text, name="RCP") for text in level] for level in case.get("rcps") or []] or None,
        resource=[Document.parse(resource, name="resource policy")] if resource else None,
        grants=[Grant.from_api(grant, index) for index, grant in enumerate(case.get("grants") or [])],
        endpoint=documents(case, "vpc_endpoint_policies", "endpoint policy") or None,
    )


def answer_of(case: Mapping[str, Any]) -> Answer:
    principal = Principal.parse(case["principal_arn"], case.get("principal_type"))
    request = Request(
        principal,
        case["action"],
        case["resource_arn"],
        resource_account=case.get("resource_account"),
        context=case.get("context", {}),
        unknown=frozenset(case.get("unknown_context", ())),
    )
    return evaluate(request, layers_of(case))
