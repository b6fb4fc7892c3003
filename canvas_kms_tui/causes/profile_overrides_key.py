"""The user profile's own key or artifact location overrides the Domain's.

**What is checked.** ``CanvasAppSettings.WorkspaceSettings`` of the profile (``S3KmsKeyId``, ``S3ArtifactPath``)
against the Domain's.

**Why it matters.** The import uses the profile's values. Somebody who mends the Domain's key, or its policy, mends
nothing for this profile. While the profile's values work this is information; when the import fails on them and the
Domain's would work, it is a warning.

**How to mend it.** Set the profile to the Domain's key.

Source: SageMaker API reference, WorkspaceSettings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._steps import profile_arn
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, Reader
from canvas_kms_tui.facts.canvas import Canvas, workspace_settings
from canvas_kms_tui.facts.terms import Origin
from canvas_kms_tui.findings import Certainty, CouldNotCheck, Evidence, Finding, Severity
from canvas_kms_tui.import_path import ImportPath, Step
from canvas_kms_tui.policy import Decision
from canvas_kms_tui.target import Target

CAUSE = Cause(
    id="profile-overrides-key",
    title="Which artifact key and location the import uses",
    group=Group.WHO,
    severity=Severity.MEDIUM,
    source="SageMaker API reference, WorkspaceSettings",
    auto=Auto.YES,
    reads=("sagemaker:DescribeUserProfile", "sagemaker:DescribeDomain"),
    order=110,
)

_FIELDS = ("S3KmsKeyId", "S3ArtifactPath")


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    overridden = await _overridden(facts)
    arn = profile_arn(path)
    evidence = [
        Evidence(name, f"user profile: {own}; Domain: {default}", "sagemaker:DescribeUserProfile")
        for name, (own, default) in overridden.items()
    ]
    if not overridden:
        key, place = await facts.canvas.configured_key(), await facts.canvas.artifact()
        summary = f"The artifact key is {key.value or 'the bucket default'} ({key.origin}), the location {place.uri}."
        return [CAUSE.passes(arn, summary)]
    what = " and ".join(overridden)
    own, other = await _artifact(path), await _artifact(ImportPath(_without(facts, tuple(overridden))))
    failing = [step for step in own if step.decision in _DENIED]
    if gap := await _open(path, own):
        return [CAUSE.unknown(arn, gap, f"Whether the import works with the user profile's {what} is not known.")]
    if not failing or any(step.decision in _DENIED for step in other):
        return [CAUSE.passes(arn, f"The user profile's {what} overrides the Domain's; the import uses it.", evidence)]
    summary = (
        f"The user profile's {what} overrides the Domain's: the import fails on it, and would work with the Domain's."
    )
    ids = tuple(dict.fromkeys(step.id for step in failing))
    return [CAUSE.warns(arn, summary, evidence, certainty=Certainty.LIKELY, step_ids=ids)]


_DENIED = (Decision.EXPLICITLY_DENIED, Decision.IMPLICITLY_DENIED)


async def _artifact(path: ImportPath) -> list[Step]:
    return [step for step in await path.artifact_steps() if step.required]


async def _open(path: ImportPath, steps: Sequence[Step]) -> CouldNotCheck | None:
    """Why it is not known whether the import works with the profile's values; None where it is."""
    ids = {step.id for step in steps if step.decision is Decision.UNKNOWN}
    for item in await path.judged():
        if item.step.id in ids:
            reasons = [item.step.gap, item.step.unseen, *(blame.why for blame in item.blames)]
            if why := next((reason for reason in reasons if reason), None):
                return why
    return None


def _without(facts: Facts, fields: tuple[str, ...]) -> Facts:
    """The facts as they would be if the profile did not set these fields."""
    bare = Facts(facts.calls, facts.target)
    bare.canvas = _Bare(facts.reader, facts.target, fields)
    return bare


class _Bare(Canvas):
    """The Domain and user profile without some workspace settings of the profile."""

    def __init__(self, reader: Reader, target: Target, fields: tuple[str, ...]) -> None:
        super().__init__(reader, target)
        self._fields = fields

    async def layers(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        profile, domain = await super().layers()
        canvas = profile.get("CanvasAppSettings") or {}
        kept = {name: value for name, value in workspace_settings(profile).items() if name not in self._fields}
        return {**profile, "CanvasAppSettings": {**canvas, "WorkspaceSettings": kept}}, domain


async def _overridden(facts: Facts) -> dict[str, tuple[str, str]]:
    """The fields that are set on both levels and differ: (the profile's value, the Domain's)."""
    profile, domain = (workspace_settings(settings) for settings in await facts.canvas.layers())
    return {
        name: (str(profile[name]), str(domain[name]))
        for name in _FIELDS
        if profile.get(name) and domain.get(name) and profile[name] != domain[name]
    }


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    overridden = await _overridden(facts)
    values = {name: default for name, (_, default) in overridden.items()}
    if not values:
        return []
    title = f"Use the Domain's {' and '.join(values)}"
    return await _fixes.settings_fixes(facts, path, finding, title, origin=Origin.PROFILE, **values)
