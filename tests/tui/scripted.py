"""A scripted case: what the rooms would answer, without AWS, so that screens are tested for what they show."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from canvas_kms_tui.change import Auto, Change, Fix, Undo, confirmation
from canvas_kms_tui.faq import QUESTIONS
from canvas_kms_tui.findings import (
    CallStats,
    Certainty,
    CouldNotCheck,
    DecidedBy,
    Diagnosis,
    Evidence,
    Finding,
    Resolved,
    Said,
    Severity,
    Sourced,
    Status,
    StepResult,
    Verdict,
    VerdictStatus,
)
from canvas_kms_tui.gateway import Caller, Connection
from canvas_kms_tui.said import said_of
from canvas_kms_tui.target import Dataset, Target
from canvas_kms_tui.tui import Session
from canvas_kms_tui.tui.rooms import (
    Applied,
    CallLine,
    Case,
    Choice,
    DiffLine,
    FaqAnswer,
    JournalLine,
    Judged,
    Observer,
    Paperwork,
    Proof,
    Question,
    Refused,
    Sides,
    Undoable,
    Way,
)

ACCOUNT = "222233334444"
REGION = "eu-central-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/5a1ce000-12ab-34cd-56ef-1234567890ab"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service-role/AmazonSageMaker-ExecutionRole-20240110T101010"
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/Admin"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Admins",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/Admin"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "ReadersOnly",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": ["kms:DescribeKey", "kms:GetKeyPolicy"],
            "Resource": "*",
        },
    ],
}
ADDED = {
    "Sid": "CanvasImport",
    "Effect": "Allow",
    "Principal": {"AWS": ROLE},
    "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
    "Resource": "*",
}
DOCUMENT = f"key policy of {KEY}"


@dataclass(frozen=True)
class FakeCause:
    id: str
    title: str
    group: str


CAUSES = (
    FakeCause("domain-not-ready", "The Domain and the user profile are in service", "Who asks"),
    FakeCause("trust-policy", "SageMaker can assume the execution role", "Who asks"),
    FakeCause("role-denied-kms", "The role may use the key", "Role permissions"),
    FakeCause("role-denied-source", "The role may read the dataset", "Role permissions"),
    FakeCause("key-policy-omits-role", "The key policy lets the role use the key", "Key"),
    FakeCause("key-disabled", "The key is enabled", "Key"),
    FakeCause("source-object-key-denied", "The role may decrypt the dataset", "Key"),
    FakeCause("cors-missing", "The bucket takes uploads from the browser", "Buckets"),
)


def change(confirm: bool = False) -> Change:
    after = {**POLICY, "Statement": [*POLICY["Statement"], ADDED]}  # type: ignore[misc]
    return Change(
        "kms",
        "PutKeyPolicy",
        {"KeyId": KEY},
        KEY,
        "key policy",
        POLICY,
        after,
        Undo.EXACT,
        "u puts back the policy that was read",
        REGION,
        confirm=confirmation(ACCOUNT, KEY) if confirm else None,
        confirm_why="Somebody may have meant it so." if confirm else "",
    )


FIX = Fix("key-policy-omits-role/append", "Append one statement to the key policy", Auto.YES, (change(),))
OWNERS = Fix(
    "key-policy-omits-role/ask", "Ask the owner of the key", Auto.OWNER, (change(),), "Send this to the owner."
)


def finding(cause: str, status: Status, summary: str = "As it should be.", **more: Any) -> Finding:
    about = next(c for c in CAUSES if c.id == cause)
    severity = Severity.HIGH if status is Status.FAIL else Severity.INFO
    resource = more.pop("resource", ROLE)
    return Finding(
        cause, about.title, status, severity, Certainty.CERTAIN, summary, resource, layer=about.group, **more
    )


def findings(*, mended: bool = False, fixes: tuple[Fix, ...] = (FIX, OWNERS)) -> list[Finding]:
    grant = {"Effect": "Allow", "Action": "s3:GetBucketCORS", "Resource": "arn:aws:s3:::sales-raw"}
    broken = finding(
        "key-policy-omits-role",
        Status.FAIL,
        "The key policy neither names the execution role nor lets IAM decide about kms:Decrypt.",
        resource=KEY,
        evidence=(Evidence("role", ROLE, "sagemaker:DescribeUserProfile"), Evidence("key", KEY, "s3:HeadObject")),
        fixes=fixes,
        explanation="Canvas reads the dataset as the execution role. S3 asks KMS with that role's rights.",
        step_ids=(f"decrypt-source:kms:Decrypt:{KEY}",),
        statement=(DOCUMENT, 1),
    )
    return [
        finding("domain-not-ready", Status.PASS),
        finding("trust-policy", Status.PASS),
        finding("role-denied-source", Status.PASS),
        finding("key-disabled", Status.PASS, resource=KEY),
        finding("key-policy-omits-role", Status.PASS, resource=KEY) if mended else broken,
        finding("role-denied-kms", Status.PASS)
        if mended
        else finding("role-denied-kms", Status.BLOCKED, "Not judged.", blocked_by="key-policy-omits-role"),
        finding("source-object-key-denied", Status.NOT_APPLICABLE),
        finding(
            "cors-missing",
            Status.UNKNOWN,
            "You may not read the bucket's CORS rules.",
            resource="arn:aws:s3:::sales-raw",
            could_not_check=CouldNotCheck("s3:GetBucketCORS", "arn:aws:s3:::sales-raw", "AccessDenied", grant),
        ),
    ]


def steps(*, mended: bool = False) -> tuple[StepResult, ...]:
    obj = "arn:aws:s3:::sales-raw/2024/q1.csv"
    decider = DecidedBy("resource_policy", DOCUMENT, 1, "ReadersOnly", "does not give kms:Decrypt")
    denied = "allowed" if mended else "implicitly_denied"
    return (
        StepResult("read-source", "Read the dataset", "s3:GetObject", obj, "allowed", (), (), group="read"),
        StepResult("decrypt-source", "Decrypt it", "kms:Decrypt", KEY, denied, (decider,), (), group="decrypt"),
        StepResult("copy", "Write the copy", "s3:PutObject", obj, "allowed", (), (), group="copy"),
        StepResult("encrypt-copy", "Encrypt the copy", "kms:GenerateDataKey", KEY, denied, (), (), group="encrypt"),
        StepResult("read-back", "Read the copy", "s3:GetObject", obj, "unknown", (), ("SCP",), group="read back"),
    )


RESOLVED = Resolved(
    Sourced(ROLE, "user profile"),
    Sourced(f"s3://sagemaker-{REGION}-{ACCOUNT}", "default"),
    Sourced(KEY, "Domain"),
    Sourced(None, "none set"),
    (("s3://sales-raw/2024/q1.csv", KEY),),
)


@dataclass
class FakeRooms:
    """Answers at once unless told to wait; remembers what was applied and undone."""

    mended: bool = False
    gate: Callable[[], Awaitable[None]] | None = None
    fixes: tuple[Fix, ...] = (FIX, OWNERS)
    proof: Proof | None = None
    refuse: str = ""
    applied: list[Mapping[str, str]] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    more: Sequence[Finding] = ()
    verdict: Verdict | None = None
    reports: int = 0
    left_open: Sequence[str] = ()
    charged: int = 0
    sides: Sides = ()
    beside: Mapping[str, Any] = field(default_factory=dict)  #: evidence: members of the diagnosis

    async def domains(self, connection: Connection) -> Sequence[Choice]:
        return [Choice("d-first", "analytics InService"), Choice("d-second", "[red]marketing[/red] InService")]

    async def profiles(self, connection: Connection, domain_id: str) -> Sequence[Choice]:
        return [Choice("ana"), Choice("ben")]

    async def places(self, connection: Connection, below: str) -> Sequence[Choice]:
        return [Choice(f"{below}2024/q1.csv")] if below else [Choice("s3://sales-raw/"), Choice("s3://scratch/")]

    async def recover(self, connection: Connection) -> Sequence[str]:
        return self.left_open

    async def public_access(self, case: Case, fix: Fix) -> Sequence[str]:
        self.charged += 1
        return ["CheckNoPublicAccess: the key policy gives no public access."]

    async def diagnose(self, connection: Connection, target: Target, observer: Observer) -> Case:
        observer.planned(CAUSES)
        observer.resolved(RESOLVED)
        for step in steps(mended=self.mended):
            observer.step(step)
        found = [*findings(mended=self.mended, fixes=self.fixes), *self.more]
        for number, one in enumerate(found):
            if number == 5 and self.gate is not None:
                await self.gate()
            observer.finding(one)
            await asyncio.sleep(0)
        headline = (
            "All steps of the import are allowed." if self.mended else "The key policy does not let the role decrypt."
        )
        verdict = self.verdict or Verdict(
            VerdictStatus.INCOMPLETE if self.mended else VerdictStatus.BROKEN,
            None if self.mended else "key-policy-omits-role",
            headline,
        )
        stats = CallStats(31, 1, 0, 1.2)
        diagnosis = Diagnosis(target, RESOLVED, verdict, steps(mended=self.mended), tuple(found), stats)
        observer.done(diagnosis)
        papers = (
            Paperwork(f"trust policy of {ROLE}", {"Version": "2012-10-17", "Statement": []}),
            Paperwork(DOCUMENT, POLICY),
        )
        return Case(connection, target, diagnosis, papers)

    async def prove_all(self, case: Case) -> Case:
        proven = tuple(
            replace(one, fixes=tuple(replace(fix, proven=True, proof="It works then.") for fix in one.fixes))
            for one in case.diagnosis.findings
        )
        return replace(case, diagnosis=replace(case.diagnosis, findings=proven))

    async def evidence(self, case: Case, arrived: Callable[[Diagnosis], None]) -> Case:
        found = replace(case.diagnosis, **self.beside)
        arrived(found)
        return replace(case, diagnosis=found)

    def said(self, case: Case, message: str) -> Said | None:
        return said_of(message, case.diagnosis.findings)

    async def faq(self, case: Case) -> Sequence[FaqAnswer]:
        return [replace(question, here=("this very key",)) for question in QUESTIONS]

    def calls(self, case: Case) -> Sequence[CallLine]:
        return [CallLine("kms:GetKeyPolicy", KEY, "answered", 0.031), CallLine("s3:GetBucketCors", "b", "denied", 0.02)]

    async def prove(self, case: Case, finding: Finding, fix: Fix) -> Proof:
        return self.proof or Proof(True, "Every failing step then passes.", steps(), steps(mended=True))

    def diff(self, change: Change) -> Sequence[DiffLine]:
        return [
            DiffLine("same", '"Statement": ['),
            DiffLine("added", '  {"Sid": "CanvasImport"}'),
            DiffLine("same", "]"),
        ]

    def same_as(self, change: Change) -> Mapping[str, str]:
        return {
            "AWS CLI": f"aws kms put-key-policy --key-id {KEY} \\\n    --policy file://policy.json",
            "PowerShell": f"aws kms put-key-policy `\n  --key-id '{KEY}'",
            "Terraform": 'resource "aws_kms_key_policy" "this" {}',
            "CloudFormation": "Type: AWS::KMS::Key",
        }

    async def plan(self, case: Case) -> Sequence[Way]:
        proof = Proof(True, "The whole import passes.", steps(), steps(mended=True))
        return [] if self.mended else [Way(replace(FIX, id="repair-plan", proven=True), None, proof)]

    async def journal(self, case: Case) -> Sequence[JournalLine]:
        return [JournalLine("20240501T120000-1", "2024-05-01T12:00:00Z", "done", "Append", "the whole entry")]

    async def undoable(self, case: Case, entry: str) -> Undoable:
        return Undoable(entry, "kms:PutKeyPolicy", "Puts back the policy that stood before.", (change(),))

    def questions(self, case: Case) -> Sequence[Question]:
        return [Question("a", "Read", "s3:GetObject", "arn:aws:s3:::b/k"), Question("b", "Decrypt", "kms:Decrypt", KEY)]

    def ask(self, case: Case, question: Question) -> Judged:
        allowed = question.action == "kms:DescribeKey"
        return Judged("allowed" if allowed else "implicitly_denied", f"judged {question.action} {question.context}")

    async def apply(
        self, case: Case, fix: Fix, confirmed: Mapping[str, str], progress: Callable[[str], None]
    ) -> Applied:
        if self.refuse:
            raise Refused(self.refuse, self.sides)
        progress("writing")
        self.applied.append(confirmed)
        self.mended = True
        return Applied("20240501T120000-1", "The key policy now lets the role decrypt.")

    async def last_change(self, case: Case) -> Undoable | None:
        if not self.applied:
            return None
        return Undoable("20240501T120000-1", "kms:PutKeyPolicy", "Puts back the policy that stood before.", (change(),))

    async def undo(self, case: Case, entry: str, progress: Callable[[str], None]) -> Applied:
        if self.refuse:
            raise Refused(self.refuse, self.sides)
        self.undone.append(entry)
        self.mended = False
        return Applied(entry, "The key policy is as it was.")

    async def report(self, case: Case, directory: Path) -> Path:
        self.reports += 1
        path = directory / "report.md"
        path.write_text("report")
        return path


def connection(**more: Any) -> Connection:
    async def writer() -> Any:
        raise AssertionError("no test of the screens writes")

    caller = Caller(ACCOUNT, f"arn:aws:sts::{ACCOUNT}:assumed-role/Support/kim", "aws")
    return replace(Connection(None, caller, REGION, "demo", "demo key-policy", writer), **more)  # type: ignore[arg-type]


def session(rooms: FakeRooms, tmp_path: Path, **more: Any) -> Session:
    """A session whose clock stands still."""

    async def connect() -> Connection:
        return connection()

    settings: dict[str, Any] = {
        "connect": connect,
        "domain_id": "d-abc123",
        "user_profile": "ana",
        "datasets": (Dataset("sales-raw", "2024/q1.csv"),),
        "rooms": rooms,
        "clock": lambda: 4.2,
        "out": tmp_path,
    }
    return Session(**{**settings, **more})
