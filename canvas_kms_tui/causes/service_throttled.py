"""KMS refuses requests because too many are made.

**What is checked.** Refusals with ``ThrottlingException`` of the execution role's KMS calls in CloudTrail, or in the
message that was pasted.

**Why that breaks the import.** S3 asks KMS for every object that is encrypted without an S3 Bucket Key. KMS counts
all requests of the account and Region together; above the quota it refuses some, and an import of many files fails
now and then.

**How to mend it.** Try again; turn S3 Bucket Keys on for new objects; ask for a higher quota.

Source: KMS developer guide, "Throttling AWS KMS requests"; S3 user guide, "Reducing the cost of SSE-KMS with S3
Bucket Keys".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from canvas_kms_tui.causes import _late
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath

CAUSE = Cause(
    id="service-throttled",
    title="KMS is not too busy",
    group=Group.AROUND,
    severity=Severity.MEDIUM,
    source="KMS developer guide, Throttling",
    auto=None,
    reads=("cloudtrail:LookupEvents",),
    order=450,
)

_WORDS = "KMS refused the role because too many requests were made (ThrottlingException)"


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    return _late.before(CAUSE, facts, path, _WORDS)


async def confirm(facts: Facts, path: ImportPath, finding: Finding, since: timedelta) -> Finding:
    codes = ("Throttling", "TooManyRequests", "RequestLimitExceeded")
    return await _late.after(CAUSE, facts, path, finding, since, codes, _WORDS)
