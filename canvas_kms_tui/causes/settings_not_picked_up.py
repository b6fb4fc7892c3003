"""The settings changed after the running Canvas app was started.

**What is checked.** When the Domain and the user profile were last changed, and when the running Canvas app was
created.

**Why it matters.** Canvas reads its key, its artifact location and its role when it starts. Until the user logs out
and in again it goes on with the old ones, so a mended setting seems to mend nothing.

**How to mend it.** Log out of Canvas (not only close the tab) and log in again. AWS does not say which setting
changed, so this is only likely.

Source: Canvas guide, "Log out of SageMaker Canvas"; SageMaker API reference, DescribeDomain.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._steps import profile_arn
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Certainty, Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath

CAUSE = Cause(
    id="settings-not-picked-up",
    title="The running Canvas app has the current settings",
    group=Group.WHO,
    severity=Severity.LOW,
    source="Canvas guide, Log out of SageMaker Canvas",
    auto=None,
    reads=("sagemaker:DescribeDomain", "sagemaker:DescribeUserProfile", "sagemaker:ListApps"),
    order=160,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    arn = profile_arn(path)
    app, domain, profile = await asyncio.gather(facts.apps.canvas(), facts.canvas.domain(), facts.canvas.profile())
    if app is None or not app.is_running or app.created is None:
        return [CAUSE.not_applicable(arn, "No Canvas app is running; the next one starts with the current settings.")]
    changed = [
        (what, time)
        for what, time in (
            ("the Domain", domain.get("LastModifiedTime")),
            ("the user profile", profile.get("LastModifiedTime")),
        )
        if isinstance(time, datetime)
    ]
    evidence = [Evidence("Canvas app created", app.created.isoformat(), "sagemaker:ListApps")]
    evidence += [
        Evidence(f"{what} last changed", time.isoformat(), "sagemaker:DescribeDomain") for what, time in changed
    ]
    later = [what for what, time in changed if time > app.created]
    if not later:
        return [CAUSE.passes(arn, "The Canvas app was started after the last change of settings.", evidence)]
    summary = (
        f"{' and '.join(later).capitalize()} changed after the running Canvas app was started: "
        "log out of Canvas and in again."
    )
    return [CAUSE.warns(arn, summary, evidence, certainty=Certainty.LIKELY)]
