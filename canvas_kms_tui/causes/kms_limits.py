"""A limit of KMS is reached: no more grants on the key, or a quota.

**What is checked.** Refusals with ``LimitExceededException`` of the execution role's KMS calls in CloudTrail, or in
the message that was pasted. The number of grants itself is never read.

**Why that breaks Canvas.** Every app and job gets a grant on the Domain's key. A key has room for 50,000; grants that
nobody retires fill it.

**How to mend it.** Retire or revoke grants that are not used any more, or use another key for some of the work.
Quotas of KMS can be raised.

Source: KMS developer guide, "Quotas" and "Retiring and revoking grants".
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
    id="kms-limits",
    title="No limit of KMS is reached",
    group=Group.KEY,
    severity=Severity.MEDIUM,
    source="KMS developer guide, Quotas",
    auto=None,
    reads=("cloudtrail:LookupEvents",),
    order=295,
)

_WORDS = "KMS refused the role because a limit is reached (LimitExceededException)"


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    return _late.before(CAUSE, facts, path, _WORDS)


async def confirm(facts: Facts, path: ImportPath, finding: Finding, since: timedelta) -> Finding:
    return await _late.after(CAUSE, facts, path, finding, since, ("LimitExceeded",), _WORDS)
