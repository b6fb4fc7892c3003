"""Large data is read under another role, which may not do what the import needs.

**What is checked.** Where the dataset has more than 10 GB of CSV or 2.5 GB of Parquet: the same requests that the
import makes on source, copy and keys, made by ``EmrServerlessSettings.ExecutionRoleArn``.

**Why that breaks the import.** Canvas processes data of that size on EMR Serverless, under that role and not under
the user's execution role. What the one may do says nothing about the other.

**How to mend it.** Give that role the same rights: a statement in the key policy, an inline policy for source and
copy.

Source: Canvas guide, "Grant users permissions to use large data"; SageMaker API reference, EmrServerlessSettings.
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._steps import evidence_of, profile_arn
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, Unreadable
from canvas_kms_tui.facts.reader import question
from canvas_kms_tui.facts.roles import role_name
from canvas_kms_tui.facts.terms import Source
from canvas_kms_tui.findings import Certainty, Evidence, Finding, Severity, Status
from canvas_kms_tui.import_path import ImportPath, Step
from canvas_kms_tui.import_path.who import Who, execution_role
from canvas_kms_tui.policy import Decision

CAUSE = Cause(
    id="large-data-role",
    title="The role for large data may do what the import needs",
    group=Group.ROLE,
    severity=Severity.HIGH,
    source="Canvas guide, Large data",
    auto=Auto.YES,
    reads=("sagemaker:DescribeDomain", "s3:GetObject", "iam:GetRolePolicy", "kms:GetKeyPolicy"),
    order=380,
)

GB = 1024**3
CSV_BYTES, PARQUET_BYTES = 10 * GB, int(2.5 * GB)
_DENIED = (Decision.EXPLICITLY_DENIED, Decision.IMPLICITLY_DENIED)


class _OtherPath(ImportPath):
    """The same import, made by another role."""

    def __init__(self, facts: Facts, role_arn: str) -> None:
        super().__init__(facts)
        self._role_arn = role_arn

    @question
    async def who(self) -> Who:
        return await execution_role(self.facts, self._role_arn)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    arn = profile_arn(path)
    sources = await path.resolution.sources()
    large = _large(sources)
    unseen = [source for source in sources if isinstance(source, Unreadable)]
    if unseen and not large:
        return [CAUSE.unknown(arn, unseen[0].why)]
    if not large:
        return [CAUSE.not_applicable(arn, "No dataset is so large that another role would read it.")]
    setting, enabled = await facts.canvas.large_data_role()
    evidence = [_size(source) for source in large]
    if setting.value is None or not enabled:
        summary = (
            "The dataset is so large that Canvas needs EMR Serverless, which is not enabled for this user profile."
        )
        return [CAUSE.warns(arn, summary, evidence, certainty=Certainty.LIKELY, severity=Severity.MEDIUM)]
    evidence.append(Evidence("role for large data", f"{setting.value} ({setting.origin})", "sagemaker:DescribeDomain"))
    return [await _judged(path, _OtherPath(facts, setting.value), setting.value, evidence)]


def _large(sources: Sequence[Source | Unreadable]) -> list[Source]:
    return [source for source in sources if isinstance(source, Source) and _is_large(source)]


async def _judged(path: ImportPath, other: ImportPath, role_arn: str, evidence: list[Evidence]) -> Finding:
    wanted = await _wanted(other)
    own = {step.id: step for step in await path.steps()}
    denied = [step for step in wanted if step.decision in _DENIED]
    fresh = [step for step in denied if step.id not in own or own[step.id].decision not in _DENIED]
    if fresh:
        actions = ", ".join(dict.fromkeys(step.action for step in fresh))
        summary = f"The role for large data, {role_name(role_arn)}, may not use {actions} as the import needs it."
        proof = [*evidence, *map(evidence_of, fresh)]
        return CAUSE.fails(role_arn, summary, proof, explanation=fresh[0].result.explanation)
    if denied:
        return await _shared(path, role_arn, denied)
    undecided = [step for step in wanted if step.decision is Decision.UNKNOWN]
    if undecided:
        return await _undecided(other, role_arn, undecided)
    return CAUSE.passes(role_arn, "The role for large data may do what the import needs.", evidence)


async def _wanted(other: ImportPath) -> list[Step]:
    """The steps on the large datasets, and those on the copies; smaller ones are read by the execution role."""
    large = _large(await other.resolution.sources())
    source = [step for step in await other.source_steps() if _reads(step, large, other.facts)]
    return [step for step in (*source, *await other.artifact_steps()) if step.required]


def _reads(step: Step, large: Sequence[Source], facts: Facts) -> bool:
    if step.is_kms:
        return step.use is None or step.use.reference in {found.key_arn for source in large for found in source.objects}
    places = {facts.buckets.object_arn(source.dataset.bucket, "") for source in large}
    return any(step.resource.startswith(place) for place in places)


async def _shared(path: ImportPath, role_arn: str, denied: Sequence[Step]) -> Finding:
    """What stops the execution role as well is told by its own cause."""
    ids = {step.id for step in denied}
    causes = [blame.cause for item in await path.judged() if item.step.id in ids for blame in item.blames]
    by = next(iter(causes), "role-denied-kms")
    return CAUSE.blocked(role_arn, by, f"Cannot be judged before {by}, which stops the execution role too.")


async def _undecided(other: ImportPath, role_arn: str, steps: Sequence[Step]) -> Finding:
    """Unknown where a read would tell; a warning where nobody can."""
    ids = {step.id for step in steps}
    for item in await other.judged():
        if item.step.id in ids:
            reasons = [item.step.gap, item.step.unseen, *(blame.why for blame in item.blames)]
            if why := next((reason for reason in reasons if reason), None):
                return CAUSE.unknown(role_arn, why)
    text = f"Whether the role for large data may use {steps[0].action} is not known: {steps[0].result.explanation}"
    return CAUSE.warns(role_arn, text, [evidence_of(steps[0])], certainty=Certainty.POSSIBLE)


def _is_large(source: Source) -> bool:
    return _bytes(source, ".csv") > CSV_BYTES or _bytes(source, ".parquet", ".parq", ".pqt") > PARQUET_BYTES


def _bytes(source: Source, *endings: str) -> int:
    return sum(found.size for found in source.objects if found.key.lower().endswith(endings))


def _size(source: Source) -> Evidence:
    total = sum(found.size for found in source.objects)
    return Evidence(f"size of {source.dataset.uri}", f"{total / GB:.1f} GB", "s3:HeadObject")


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    if finding.status is not Status.FAIL:
        return []
    other = _OtherPath(facts, finding.resource)
    denied = [step for step in await _wanted(other) if step.decision in _DENIED]
    if any(step.decision is Decision.EXPLICITLY_DENIED for step in denied):
        text = f"An explicit Deny decides: {finding.explanation} Whoever owns that policy has to change it."
        return [_fixes.owner_text(finding, "ask-owner", "Ask the owner of the policy that denies", text)]
    name = role_name(finding.resource)
    title = f"Give the role {name} what the import needs"
    return await _fixes.role_policy_fixes(facts, finding, title, finding.resource, _statements(denied))


def _statements(denied: Sequence[Step]) -> list[dict[str, object]]:
    """One statement for each resource, in the order of the import."""
    actions: dict[str, dict[str, None]] = {}
    for step in denied:
        actions.setdefault(step.resource, {})[step.action] = None
    return [
        {
            "Sid": f"CanvasKmsLarge{number}",
            "Effect": "Allow",
            "Action": list(found),
            "Resource": _fixes.literal(resource),
        }
        for number, (resource, found) in enumerate(actions.items(), 1)
    ]
