"""The user profile has an execution role of its own.

**What is checked.** Whether the profile's ``ExecutionRole`` differs from the Domain's default.

**Why it matters.** The import runs with the profile's role. Permissions that were given to the Domain's role do not
count. This is information: it says which role everything else here is about.

**How to mend it.** Give the permission to the role that is used, or take the override away.

Source: SageMaker API reference, CreateUserProfile, UserSettings.
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._steps import profile_arn
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.facts.terms import Origin
from canvas_kms_tui.findings import Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath

CAUSE = Cause(
    id="profile-overrides-role",
    title="Which execution role the import uses",
    group=Group.WHO,
    severity=Severity.INFO,
    source="SageMaker API reference, UserSettings",
    auto=None,
    reads=("sagemaker:DescribeUserProfile", "sagemaker:DescribeDomain"),
    order=100,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    role = await facts.canvas.execution_role()
    _, domain = await facts.canvas.layers()
    default = domain.get("ExecutionRole")
    evidence = [
        Evidence("execution role", f"{role.value} ({role.origin})", "sagemaker:DescribeUserProfile"),
        Evidence("role of the Domain", str(default or "not set"), "sagemaker:DescribeDomain"),
    ]
    if role.origin is Origin.PROFILE and default and default != role.value:
        summary = (
            f"The user profile uses its own role {role.value}; permissions of the Domain's role {default} do not count."
        )
    else:
        summary = f"The import uses the role {role.value} ({role.origin})."
    return [CAUSE.passes(profile_arn(path), summary, evidence)]
