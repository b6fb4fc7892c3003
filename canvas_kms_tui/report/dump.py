"""The dump: a diagnosis as plain JSON data, in the words, the order and the null rules of the schema."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from importlib import resources
from typing import Any

from canvas_kms_tui.change import Change, Fix
from canvas_kms_tui.findings import CouldNotCheck, Diagnosis, Finding, Sourced, StepResult
from canvas_kms_tui.report import evidence
from canvas_kms_tui.report.asides import Asides
from canvas_kms_tui.report.model import TOOL, Report, rfc3339

SCHEMA_VERSION = "1"


def as_json(report: Report) -> str:
    """The whole dump. ASCII only, so that it survives every terminal and file encoding."""
    return json.dumps(as_data(report), indent=2) + "\n"


def as_jsonl(report: Report) -> str:
    """One diagnosis a line, as it stands in the dump's ``diagnoses``."""
    lines = (json.dumps(diagnosis_data(each, report.asides), separators=(",", ":")) for each in report.diagnoses)
    return "".join(f"{line}\n" for line in lines)


def schema_text() -> str:
    """The JSON Schema (2020-12) of the dump."""
    return resources.files("canvas_kms_tui.report").joinpath("schema.json").read_text(encoding="utf-8")


def as_data(report: Report) -> dict[str, Any]:
    return {
        **head_data(report),
        "diagnoses": [diagnosis_data(diagnosis, report.asides) for diagnosis in report.diagnoses],
    }


def head_data(report: Report) -> dict[str, Any]:
    """Everything but the diagnoses."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": TOOL, "version": report.version},
        "generated_at": rfc3339(report.generated_at),
        "source": report.source,
    }


def diagnosis_data(diagnosis: Diagnosis, asides: Asides | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "target": _target(diagnosis),
        "resolved": _resolved(diagnosis),
        "verdict": {
            "status": diagnosis.verdict.status.value,
            "most_likely": diagnosis.verdict.most_likely,
            "headline": diagnosis.verdict.headline,
        },
        "import_path": [_step(step) for step in diagnosis.import_path],
        "findings": [finding_data(finding) for finding in diagnosis.findings],
        "coverage": diagnosis.coverage(),
        "calls": {
            "made": diagnosis.calls.made,
            "denied": diagnosis.calls.denied,
            "throttled": diagnosis.calls.throttled,
            "seconds": round(diagnosis.calls.seconds, 3),
        },
    }
    if diagnosis.accepted_unknown:
        data["accepted_unknown"] = list(diagnosis.accepted_unknown)
    return {**data, **evidence.data(diagnosis), **(asides.data(diagnosis) if asides else {})}


def _target(diagnosis: Diagnosis) -> dict[str, Any]:
    target = diagnosis.target
    return {
        "account": target.account,
        "partition": target.partition,
        "region": target.region,
        "domain_id": target.domain_id,
        "user_profile": target.user_profile,
        "datasets": [dataset.uri for dataset in target.datasets],
    }


def _resolved(diagnosis: Diagnosis) -> dict[str, Any]:
    resolved = diagnosis.resolved
    return {
        "execution_role": _sourced("arn", resolved.execution_role),
        "artifact_location": _sourced("uri", resolved.artifact_location),
        "artifact_key": _sourced("arn", resolved.artifact_key),
        "domain_key": _sourced("arn", resolved.domain_key),
        "source_keys": [{"dataset": dataset, "arn": arn} for dataset, arn in resolved.source_keys],
    }


def _sourced(word: str, value: Sourced) -> dict[str, Any]:
    return {word: value.value, "from": value.origin}


def _step(step: StepResult) -> dict[str, Any]:
    return {
        "step": step.step,
        "action": step.action,
        "resource": step.resource,
        "decision": step.decision,
        "decided_by": [
            {
                "layer": decided.layer,
                "document": decided.document,
                "statement": decided.statement,
                "sid": decided.sid,
                "why": decided.why,
            }
            for decided in step.decided_by
        ],
        "assuming": list(step.assuming),
    }


def finding_data(finding: Finding) -> dict[str, Any]:
    return {
        "cause": finding.cause,
        "title": finding.title,
        "status": finding.status.value,
        "severity": finding.severity.value,
        "certainty": finding.certainty.value,
        "summary": finding.summary,
        "resource": finding.resource,
        "evidence": [{"what": seen.what, "value": seen.value, "source": seen.source} for seen in finding.evidence],
        "blocked_by": finding.blocked_by,
        "could_not_check": _could_not_check(finding.could_not_check),
        "fixes": [_fix(fix) for fix in finding.fixes],
        **evidence.seen_data(finding),
    }


def _could_not_check(gap: CouldNotCheck | None) -> dict[str, Any] | None:
    if gap is None:
        return None
    return {"action": gap.action, "resource": gap.resource, "reason": gap.reason, "grant": plain(gap.grant)}


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "id": fix.id,
        "title": fix.title,
        "auto": fix.auto.value,
        "proven": fix.proven is True,
        "changes": [_change(change) for change in fix.changes],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "service": change.service,
        "operation": change.operation,
        "parameters": plain(change.parameters),
        "resource": change.resource,
        "before": plain(change.before),
        "after": plain(change.after),
        "undo": change.undo.value,
    }


def plain(value: Any) -> Any:
    """Anything that an API takes or gives, as JSON data: times RFC 3339, bytes base64, sets sorted."""
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, AbstractSet):
        return sorted((plain(part) for part in value), key=str)
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
