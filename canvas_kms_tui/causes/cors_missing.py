"""The artifact bucket refuses uploads from the browser.

**What is checked.** Only where an upload from the user's own computer is asked about (``--local-upload``): the CORS
rules of the artifact bucket. One must allow POST from Canvas' address.

**Why that breaks the upload.** The browser sends the file straight to S3. Without such a rule it does not let the
response through, and Canvas shows that the upload failed. Keys have nothing to do with it.

**How to mend it.** Add one CORS rule with POST; the rules that stand are kept.

Source: Canvas guide, "Grant your users permissions to upload local files"; S3 user guide, "Using CORS".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from canvas_kms_tui import edits
from canvas_kms_tui.causes._buckets import place_arn, place_evidence, standing_unknown
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.obstacles import bucket_obstacle

CAUSE = Cause(
    id="cors-missing",
    title="The artifact bucket takes uploads from the browser",
    group=Group.STORAGE,
    severity=Severity.HIGH,
    source="Canvas guide, Upload local files",
    auto=Auto.YES,
    reads=("s3:GetBucketCORS",),
    order=345,
)

#: The rule of the Canvas guide.
RULE = {"AllowedHeaders": ["*"], "AllowedMethods": ["POST"], "AllowedOrigins": ["*"], "ExposeHeaders": []}


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    place = await path.resolution.place()
    arn = place_arn(path, place)
    if not facts.target.local_upload:
        return [CAUSE.not_applicable(arn, "No upload from the browser is asked about (--local-upload).")]
    if unknown := standing_unknown(CAUSE, path, place):
        return [unknown]
    if obstacle := bucket_obstacle(place, facts.canvas.default_bucket):
        return [CAUSE.blocked(arn, obstacle.cause, f"Cannot be judged before {obstacle.cause}: {obstacle.text}.")]
    rules = await _rules(facts, place.artifact.bucket)
    posting = [rule for rule in rules if "POST" in (rule.get("AllowedMethods") or ())]
    origin = str((await facts.canvas.domain()).get("Url") or "")
    evidence = [place_evidence(place), Evidence("CORS rules", _words(rules), "s3:GetBucketCors")]
    if any(_lets_in(rule, origin) for rule in posting):
        return [CAUSE.passes(arn, "The artifact bucket has a CORS rule with POST for Canvas.", evidence)]
    missing = f"a CORS rule that allows POST from {origin}" if posting and origin else "a CORS rule that allows POST"
    summary = f"The artifact bucket {place.artifact.bucket} lacks {missing}, so browsers cannot upload files."
    return [CAUSE.fails(arn, summary, evidence)]


async def _rules(facts: Facts, bucket: str) -> Sequence[Mapping[str, Any]]:
    answer = await facts.buckets.setting(bucket, "get_bucket_cors")
    return (answer or {}).get("CORSRules") or ()


def _lets_in(rule: Mapping[str, Any], origin: str) -> bool:
    """Whether the rule's origins cover Canvas'; one whose address is not known is taken as covered."""
    return not origin or any(fnmatchcase(origin, pattern) for pattern in rule.get("AllowedOrigins") or ())


def _words(rules: Sequence[Mapping[str, Any]]) -> str:
    shown = [
        f"{', '.join(rule.get('AllowedMethods') or ())} from {', '.join(rule.get('AllowedOrigins') or ())}"
        for rule in rules
    ]
    return "; ".join(shown) or "none"


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    bucket, target = (await path.resolution.place()).artifact.bucket, facts.target
    rules = await _rules(facts, bucket)
    title = "Let browsers upload: one CORS rule more"
    try:
        change = edits.put_bucket_cors(
            bucket=bucket,
            account=target.account,
            region=target.region,
            partition=target.partition,
            current={"CORSRules": list(rules)} if rules else None,
            rule=RULE,
        )
    except edits.CannotEdit as problem:
        text = f"This cannot be done: {problem}."
        return [Fix(id=f"{finding.cause}/cors", title=title, auto=Auto.OWNER, text=text)]
    return [Fix(id=f"{finding.cause}/cors", title=title, auto=Auto.YES, changes=(change,))]
