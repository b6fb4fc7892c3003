"""Owns how steps of the import become findings: one for each resource, by what the attribution says of its steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from canvas_kms_tui.causes._cause import Cause
from canvas_kms_tui.findings import Certainty, CouldNotCheck, Evidence, Finding
from canvas_kms_tui.import_path import ImportPath, Side, Step, Use
from canvas_kms_tui.import_path.blame import Blame, Kind
from canvas_kms_tui.import_path.path import Judged
from canvas_kms_tui.policy import Decision, StatementTrace

SIMULATED = "simulation of the import"


def judge(
    cause: Cause,
    resource: str,
    judged: Sequence[Judged],
    *,
    says: Callable[[Judged, Blame], str],
    passes: str,
    likely: bool = False,
) -> Finding:
    """The finding of a cause about one resource from the steps that touch it.

    ``says`` words a failure from its first step; ``likely`` lowers the certainty of a failure.
    """
    ours = [(item, blame) for item in judged for blame in item.blames if blame.cause == cause.id]
    denied = [pair for pair in ours if pair[1].kind is Kind.DENIED]
    if denied:
        return _failure(cause, resource, denied, says, likely)
    obstacle = next((item.step.obstacle for item in judged if item.step.obstacle), None)
    if obstacle:
        return cause.blocked(resource, obstacle.cause, f"Cannot be judged before {obstacle.cause}: {obstacle.text}.")
    for kind in (Kind.BLOCKED, Kind.UNREAD, Kind.UNSETTLED):
        for item, blame in ours:
            if blame.kind is kind:
                return _undecided(cause, resource, item.step, blame)
    gap = next((item.step.gap for item in judged if item.step.gap), None)
    if gap:
        return cause.unknown(resource, gap)
    refused = any(item.step.decision is not Decision.ALLOWED for item in judged if item.step.required)
    text = "Something else stands in the way, not this." if refused else passes
    return cause.passes(resource, text, [evidence_of(item.step) for item in judged], step_ids=_ids(judged))


def _failure(
    cause: Cause,
    resource: str,
    denied: Sequence[tuple[Judged, Blame]],
    says: Callable[[Judged, Blame], str],
    likely: bool,
) -> Finding:
    item, blame = _first(denied)
    only_domain = all(found.step.side is Side.DOMAIN for found, _ in denied)
    return cause.fails(
        resource,
        _short(says(item, blame), item.step),
        [*(evidence_of(found.step) for found, _ in denied), _layers(denied)],
        certainty=Certainty.LIKELY if likely or only_domain else Certainty.CERTAIN,
        step_ids=_ids([found for found, _ in denied]),
        explanation=item.step.result.explanation,
        statement=(blame.statement.document, blame.statement.index) if blame.statement else None,
    )


def _layers(denied: Sequence[tuple[Judged, Blame]]) -> Evidence:
    names = dict.fromkeys(blame.layer.replace("_", " ") for _, blame in denied)
    return Evidence("layer in the way", ", ".join(names), SIMULATED)


def _short(text: str, step: Step) -> str:
    """A sentence that names the key by its id."""
    if not step.is_kms or step.request is None:
        return text
    return text.replace(step.resource, key_name(step.resource, step.request.principal.account or ""))


def _first(denied: Sequence[tuple[Judged, Blame]]) -> tuple[Judged, Blame]:
    return next((pair for pair in denied if pair[1].statement), denied[0])


def _undecided(cause: Cause, resource: str, step: Step, blame: Blame) -> Finding:
    if blame.kind is Kind.BLOCKED and blame.blocked_by:
        return cause.blocked(resource, blame.blocked_by, f"Cannot be judged: {blame.text}.")
    if blame.kind is Kind.UNREAD:
        why = blame.why or CouldNotCheck(step.action, step.resource, blame.text, None)
        return cause.unknown(resource, why, step_ids=(step.id,))
    return cause.warns(
        resource,
        f"{step.action} on {step.resource} may fail: {blame.text}.",
        [evidence_of(step)],
        certainty=Certainty.POSSIBLE,
        step_ids=(step.id,),
        explanation=step.result.explanation,
        statement=(blame.statement.document, blame.statement.index) if blame.statement else None,
    )


def evidence_of(step: Step) -> Evidence:
    why = "; ".join(by.why for by in step.result.decided_by if by.why)
    return Evidence(
        f"{step.action} on {step.resource}",
        f"{str(step.decision).replace('_', ' ')}{f': {why}' if why else ''}",
        SIMULATED,
    )


def _ids(judged: Sequence[Judged]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.step.id for item in judged))


async def kms_steps(path: ImportPath, wanted: Callable[[frozenset[Use]], bool]) -> dict[str, list[Judged]]:
    """The KMS steps by key, of the keys whose uses are ``wanted``; the app's grant is not among them."""
    judged, uses = await path.judged(), await path.uses()
    found: dict[str, list[Judged]] = {}
    for item in judged:
        step = item.step
        if not step.is_kms or step.name == "app-grant":
            continue
        if wanted(uses_of(step, uses)):
            found.setdefault(step.resource, []).append(item)
    return found


def uses_of(step: Step, uses: Mapping[str, frozenset[Use]]) -> frozenset[Use]:
    """What a step's key is used for; a key that could not be resolved counts by the side of its step.

    Of the copies' key that is the bucket's: a key that is configured is known by what the settings say.
    """
    if step.use is not None:
        return uses.get(step.use.arn or step.use.reference, step.use.uses)
    by_side = {Side.SOURCE: Use.SOURCE, Side.ARTIFACT: Use.BUCKET_DEFAULT, Side.DOMAIN: Use.DOMAIN}
    return frozenset({by_side[step.side]})


def configured(uses: frozenset[Use]) -> bool:
    """Keys that the customer configured for Canvas: the artifact key and the Domain's."""
    return bool(uses & {Use.ARTIFACT, Use.DOMAIN})


def bucket_default(uses: frozenset[Use]) -> bool:
    return Use.BUCKET_DEFAULT in uses and not configured(uses)


def source_only(uses: frozenset[Use]) -> bool:
    return uses == {Use.SOURCE}


async def key_findings(
    cause: Cause,
    path: ImportPath,
    wanted: Callable[[frozenset[Use]], bool],
    *,
    says: Callable[[Judged, Blame], str],
    passes: str,
    none: str,
) -> list[Finding]:
    """One finding for each key whose uses are ``wanted``."""
    groups = await kms_steps(path, wanted)
    if not groups:
        return [cause.not_applicable(domain_arn(path), none)]
    return [judge(cause, key, items, says=says, passes=passes) for key, items in groups.items()]


def key_name(arn: str, account: str) -> str:
    """A key in a sentence: its id, and its account where that is not ours; the finding's resource has the ARN."""
    parts = arn.split(":")
    if len(parts) < 6:
        return arn
    name = parts[5].removeprefix("key/")
    return name if parts[4] == account else f"{name} of account {parts[4]}"


def domain_arn(path: ImportPath) -> str:
    target = path.facts.target
    return f"arn:{target.partition}:sagemaker:{target.region}:{target.account}:domain/{target.domain_id}"


def profile_arn(path: ImportPath) -> str:
    target = path.facts.target
    return (
        f"arn:{target.partition}:sagemaker:{target.region}:{target.account}"
        f":user-profile/{target.domain_id}/{target.user_profile}"
    )


def condition_words(blame: Blame) -> str:
    """The failing conditions of the blamed statement: what it wants and what the import has."""
    trace = blame.statement
    if trace is None:
        return blame.text
    parts = []
    for miss in trace.misses:
        actual = ", ".join(miss.actual) if miss.actual else "nothing"
        parts.append(f"{miss.operator} {miss.key} wants {', '.join(miss.wanted)} and gets {actual}")
    return (
        f"statement {_called(trace)} of the {trace.document}: {'; '.join(parts)}" if parts else statement_words(blame)
    )


def statement_words(blame: Blame) -> str:
    """Which statement decided."""
    trace = blame.statement
    return f"statement {_called(trace)} of the {trace.document}" if trace else blame.text


def _called(trace: StatementTrace) -> str:
    return f'{trace.index} ("{trace.sid}")' if trace.sid else str(trace.index)
