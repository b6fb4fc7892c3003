"""The Domain allows volumes of less than 100 GB.

**What is checked.** ``SpaceStorageSettings.DefaultEbsStorageSettings.MaximumEbsVolumeSizeInGb`` as it holds for the
user profile.

**Why that breaks Canvas.** The Canvas app needs a volume of 100 GB. Under a smaller maximum it cannot be created; an
app that runs already goes on until the user logs out.

**How to mend it.** Raise the maximum to 100 GB.

Source: Canvas guide, "Setting up and managing SageMaker Canvas", storage; SageMaker API reference,
DefaultEbsStorageSettings.
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui import edits
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._steps import domain_arn, profile_arn
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, known
from canvas_kms_tui.facts.apps import App
from canvas_kms_tui.facts.terms import Origin
from canvas_kms_tui.findings import Certainty, Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath

CAUSE = Cause(
    id="storage-too-small",
    title="The Canvas app's volume fits the Domain's maximum",
    group=Group.WHO,
    severity=Severity.HIGH,
    source="SageMaker API reference, DefaultEbsStorageSettings",
    auto=Auto.YES,
    reads=("sagemaker:DescribeDomain", "sagemaker:DescribeUserProfile", "sagemaker:ListApps"),
    order=150,
)

#: What the Canvas app asks for, in GB.
NEEDED = 100


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    largest, origin = await facts.canvas.largest_volume()
    arn = profile_arn(path) if origin is Origin.PROFILE else domain_arn(path)
    if largest is None:
        return [CAUSE.passes(arn, "No maximum is set for volumes, so SageMaker's default holds.")]
    evidence = [Evidence("MaximumEbsVolumeSizeInGb", f"{largest} ({origin})", "sagemaker:DescribeDomain")]
    if largest >= NEEDED:
        return [CAUSE.passes(arn, f"Volumes of up to {largest} GB are allowed.", evidence)]
    app = await known(facts.apps.canvas())
    runs = isinstance(app, App) and app.is_running
    summary = f"The largest volume that is allowed has {largest} GB; the Canvas app needs {NEEDED} GB" + (
        " and cannot be created again once the user logs out." if runs else " and cannot be created."
    )
    return [CAUSE.fails(arn, summary, evidence, certainty=Certainty.LIKELY if runs else Certainty.CERTAIN)]


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    _, origin = await facts.canvas.largest_volume()
    profile, domain = await facts.canvas.layers()
    own = origin is Origin.PROFILE
    change = edits.update_domain_storage(
        level="user_profile" if own else "domain",
        domain_id=facts.target.domain_id,
        profile=facts.target.user_profile if own else None,
        resource_arn=finding.resource,
        current=(profile if own else domain).get("SpaceStorageSettings"),
        maximum_gb=NEEDED,
    )
    title = f"Allow volumes of {NEEDED} GB"
    return [Fix(id=f"{finding.cause}/settings", title=title, auto=Auto.YES, changes=(change,))]
