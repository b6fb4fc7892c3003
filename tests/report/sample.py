"""A diagnosis with one of everything, for the tests of the reports."""

from __future__ import annotations

from datetime import UTC, datetime

from canvas_kms_tui.change import Auto, Change, Fix, Undo
from canvas_kms_tui.findings import (
    CallStats,
    Certainty,
    CouldNotCheck,
    DecidedBy,
    Diagnosis,
    Evidence,
    Finding,
    Resolved,
    Severity,
    Sourced,
    Status,
    StepResult,
    Verdict,
    VerdictStatus,
)
from canvas_kms_tui.report import Report
from canvas_kms_tui.target import Dataset, Target

ACCOUNT = "210987654321"
ROLE = f"arn:aws-us-gov:iam::{ACCOUNT}:role/canvas/Ana"
KEY = f"arn:aws-us-gov:kms:us-gov-west-1:{ACCOUNT}:key/0a1b2c3d-1111-2222-3333-444455556666"
WHEN = datetime(2026, 1, 31, 9, 5, 7, 999, tzinfo=UTC)


def finding(cause: str, status: Status, **more: object) -> Finding:
    given = {
        "title": f"Title of {cause}",
        "severity": Severity.HIGH,
        "certainty": Certainty.CERTAIN,
        "summary": f"Summary of {cause}.",
        "resource": KEY,
        **more,
    }
    return Finding(cause, status=status, **given)  # type: ignore[arg-type]


def change() -> Change:
    return Change(
        service="kms",
        operation="PutKeyPolicy",
        parameters={"KeyId": KEY, "PolicyName": "default", "Policy": "{}"},
        resource=KEY,
        document="key policy",
        before={"Statement": []},
        after={"Statement": [{"Effect": "Allow"}]},
        undo=Undo.EXACT,
        undo_note="the old policy is put back",
        region="us-gov-west-1",
    )


def diagnosis(
    *findings: Finding, accepted: tuple[str, ...] = (), status: VerdictStatus = VerdictStatus.BROKEN
) -> Diagnosis:
    return Diagnosis(
        target=Target(ACCOUNT, "aws-us-gov", "us-gov-west-1", "d-abc", "ana", (Dataset("sales", "a.csv"),)),
        resolved=Resolved(
            Sourced(ROLE, "user profile"),
            Sourced("s3://b/x", "Domain"),
            Sourced(KEY, "Domain"),
            Sourced(None, "Domain"),
        ),
        verdict=Verdict(status, findings[0].cause if findings else None, "Most likely: the role may not use the key"),
        import_path=(
            StepResult(
                "encrypt-copy",
                "Encrypt the copy",
                "kms:GenerateDataKey",
                KEY,
                "implicitly_denied",
                (DecidedBy("identity_policy", f"inline policy X of role {ROLE}", 0, "Use", "no statement allows it"),),
                ("service_control_policy",),
            ),
        ),
        findings=findings,
        calls=CallStats(12, 1, 0, 1.23456),
        accepted_unknown=accepted,
    )


def everything() -> Report:
    fix = Fix("role-denied-kms/key-policy", "Append a statement", Auto.YES, (change(),), proven=True, proof="passes")
    gap = CouldNotCheck(
        "kms:GetKeyPolicy", KEY, "denied to us", {"Effect": "Allow", "Action": "kms:GetKeyPolicy", "Resource": KEY}
    )
    return Report(
        "demo",
        [
            diagnosis(
                finding(
                    "role-denied-kms",
                    Status.FAIL,
                    fixes=(fix,),
                    evidence=(Evidence("role", ROLE, "sagemaker:DescribeDomain"),),
                ),
                finding("key-policy-omits-role", Status.UNKNOWN, could_not_check=gap),
                finding("key-policy-condition", Status.BLOCKED, blocked_by="key-policy-omits-role"),
                finding("cors-missing", Status.WARN, certainty=Certainty.POSSIBLE),
                finding("use-case-unsupported", Status.PASS, severity=Severity.INFO),
                finding("key-disabled", Status.PASS),
                finding("vpc-endpoint", Status.NOT_APPLICABLE),
                accepted=("kms-limits",),
            )
        ],
        generated_at=WHEN,
    )
