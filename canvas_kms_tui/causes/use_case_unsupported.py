"""Time series forecasting with a customer managed key: unsupported once, supported since 30 December 2022.

**What is checked.** Whether a time series is asked about (``--use-case time-series``) or allowed in the settings,
while a customer managed key is configured.

**Why it is told.** The guide of 26 August 2022 says that customer managed keys are not supported for time series
forecasting; the current guide says that they are, since 30 December 2022. Regression, binary and multi-class models and
their batch inference were supported in both. This never makes an import fail.

**How to mend it.** Nothing is to be mended.

Source: Canvas KMS guide, FAQ 6, editions of August 2022 and after.
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._steps import profile_arn
from canvas_kms_tui.change import Auto
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath

CAUSE = Cause(
    id="use-case-unsupported",
    title="The use case goes with a customer managed key",
    group=Group.AROUND,
    severity=Severity.INFO,
    source="Canvas KMS guide, FAQ 6",
    auto=Auto.NEVER,
    reads=("sagemaker:DescribeDomain", "sagemaker:DescribeUserProfile"),
    order=90,
)

_THEN = "26 August 2022: customer managed keys not supported for time series forecasting"
_NOW = "since 30 December 2022: supported"


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    arn = profile_arn(path)
    status, origin = await _forecasting(facts)
    asked = facts.target.use_case
    evidence = [
        Evidence("use case", asked or "not given", "--use-case"),
        Evidence("time series forecasting", f"{status} ({origin})", "sagemaker:DescribeUserProfile"),
    ]
    if asked not in (None, "time-series") or (asked is None and status != "ENABLED"):
        summary = "Customer managed keys are supported for this use case, in the guide of August 2022 and today."
        return [CAUSE.passes(arn, summary, evidence)]
    evidence += [
        Evidence("the guide then", _THEN, "Canvas KMS guide"),
        Evidence("the guide now", _NOW, "Canvas KMS guide"),
    ]
    summary = (
        "Time series forecasting with a customer managed key: the guide of 26 August 2022 says unsupported, today's "
        "says supported since 30 December 2022. It is not why an import fails."
    )
    return [CAUSE.passes(arn, summary, evidence)]


async def _forecasting(facts: Facts) -> tuple[str, str]:
    profile, domain = await facts.canvas.layers()
    for settings, origin in ((profile, "user profile"), (domain, "Domain")):
        canvas = settings.get("CanvasAppSettings") or {}
        if status := (canvas.get("TimeSeriesForecastingSettings") or {}).get("Status"):
            return str(status), origin
    return "not set", "default"
