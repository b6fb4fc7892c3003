"""The report as OCSF 1.5 Compliance Findings (class 2003), a JSON list: one event for each finding.

https://schema.ocsf.io/1.5.0/classes/compliance_finding
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from canvas_kms_tui.findings import Certainty, Diagnosis, Finding, Severity, Status
from canvas_kms_tui.report import words
from canvas_kms_tui.report.dump import finding_data
from canvas_kms_tui.report.model import TOOL, Report

VERSION = "1.5.0"

_CLASS, _CATEGORY, _CREATE, _AWS_ACCOUNT = 2003, 2, 1, 10
_SEVERITY = {
    Severity.INFO: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}
_CONFIDENCE = {Certainty.POSSIBLE: (1, "Low"), Certainty.LIKELY: (2, "Medium"), Certainty.CERTAIN: (3, "High")}
#: OCSF's warning is "no result for want of information", which is our unknown; our warning is a result of its own.
_STATUS = {
    Status.PASS: (1, "Pass"),
    Status.FAIL: (3, "Fail"),
    Status.UNKNOWN: (2, "Warning"),
    Status.BLOCKED: (2, "Warning"),
    Status.WARN: (99, "warn"),
    Status.NOT_APPLICABLE: (99, "not_applicable"),
}


def as_ocsf(report: Report) -> str:
    return json.dumps(events(report), indent=2) + "\n"


def events(report: Report) -> list[dict[str, Any]]:
    return [_event(finding, each, report) for each in report.diagnoses for finding in each.findings]


def _event(finding: Finding, diagnosis: Diagnosis, report: Report) -> dict[str, Any]:
    moment = int(report.generated_at.timestamp() * 1000)
    target = diagnosis.target
    severity, status, confidence = (
        _SEVERITY[finding.severity],
        _STATUS[finding.status],
        _CONFIDENCE[finding.certainty],
    )
    suppression = report.asides.of(finding)
    fixes = "; ".join(fix.title for fix in finding.fixes)
    return {
        "category_uid": _CATEGORY,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Compliance Finding",
        "activity_id": _CREATE,
        "activity_name": "Create",
        "type_uid": _CLASS * 100 + _CREATE,
        "type_name": "Compliance Finding: Create",
        "time": moment,
        "severity_id": severity[0],
        "severity": severity[1],
        "confidence_id": confidence[0],
        "confidence": confidence[1],
        "status_id": 3 if suppression else 1,
        "status": "Suppressed" if suppression else "New",
        **({"comment": f"{suppression.reason} (until {suppression.until})"} if suppression else {}),
        "status_code": finding.status.value,
        "status_detail": words.one_line(finding.summary),
        "message": words.one_line(finding.summary),
        "metadata": {
            "version": VERSION,
            "uid": _uid(finding, diagnosis),
            "event_code": finding.cause,
            "product": {"name": TOOL, "vendor_name": TOOL, "version": report.version},
            "profiles": ["cloud"],
        },
        "cloud": {
            "provider": "AWS",
            "region": target.region,
            "account": {
                "name": target.account,
                "uid": target.account,
                "type": "AWS Account",
                "type_id": _AWS_ACCOUNT,
            },
        },
        "compliance": {
            "standards": ["Amazon SageMaker Canvas, dataset import"],
            "control": finding.cause,
            "desc": finding.title,
            "status": status[1],
            "status_id": status[0],
        },
        "finding_info": {
            "uid": _uid(finding, diagnosis),
            "title": words.one_line(finding.title),
            "desc": words.one_line(finding.summary),
            "created_time": moment,
            "types": [finding.layer] if finding.layer else [],
            "data_sources": sorted({seen.source for seen in finding.evidence}),
        },
        "resources": [{"uid": finding.resource, "cloud_partition": target.partition, "region": target.region}],
        **({"remediation": {"desc": fixes}} if fixes else {}),
        "unmapped": {
            "target": str(target),
            "accepted_unknown": list(diagnosis.accepted_unknown),
            "finding": finding_data(finding),
        },
    }


def _uid(finding: Finding, diagnosis: Diagnosis) -> str:
    """The same finding of the same target has the same id in every run."""
    target = diagnosis.target
    where = "/".join((target.account, target.region, target.domain_id, target.user_profile))
    return hashlib.sha256(f"{where}/{finding.id}".encode("utf-8", "backslashreplace")).hexdigest()[:32]
