"""What stands beside the findings: what changed, what CloudTrail saw, AWS's own opinions, who else, the calls made."""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.findings import Altered, Diagnosis, Finding, Opinion, Seen, StepResult
from canvas_kms_tui.tui.board import Board
from canvas_kms_tui.tui.pages import resolved_lines, step_lines
from canvas_kms_tui.tui.paper import LABEL, Paper
from canvas_kms_tui.tui.rooms import CallLine
from canvas_kms_tui.tui.words import DECISION, count, name_of

_OPINIONS_ARE = "AWS judges identity policies, boundary and SCPs alone; key and bucket policies are not asked."


def evidence_page(paper: Paper, board: Board, calls: Sequence[CallLine]) -> None:
    """Everything, the most telling first; before the verdict only the steps that are decided."""
    diagnosis = board.diagnosis
    if diagnosis is not None:
        _message(paper, diagnosis)
        _changed(paper, diagnosis, looking=board.looking)
        _refusals(paper, diagnosis)
        _who_else(paper, diagnosis)
        _second_opinions(paper, diagnosis.opinions)
    if board.resolved is not None:
        resolved_lines(paper, board.resolved)
    paper.heading("The import, step by step")
    for step in board.steps.values():
        step_lines(paper, step)
    if diagnosis is not None:
        _calls(paper, diagnosis, calls)


def _message(paper: Paper, diagnosis: Diagnosis) -> None:
    said = diagnosis.said
    if said is None:
        return
    paper.heading("The message that the user saw")
    paper.para(said.message, LABEL, indent=2)
    points = f" It points at {', '.join(said.causes)}." if said.causes else ""
    paper.para(f"{said.about}: {said.text}{points}", indent=2)


def _changed(paper: Paper, diagnosis: Diagnosis, *, looking: bool) -> None:
    paper.heading("What changed, the newest first")
    for altered in diagnosis.timeline:
        altered_lines(paper, altered)
    if diagnosis.trail_gap is not None:
        gap = diagnosis.trail_gap
        paper.para(f"CloudTrail cannot be asked: {gap.action} on {gap.resource}: {gap.reason}", indent=2)
    elif not diagnosis.timeline:
        paper.para("CloudTrail is being asked…" if looking else "CloudTrail knows of no change.", LABEL, indent=2)


def altered_lines(paper: Paper, altered: Altered) -> None:
    tried = f"  refused: {altered.error}" if altered.error else ""
    paper.line(f"  {altered.time:%Y-%m-%d %H:%M} UTC  ", (altered.event, "bold"), (tried, "$text-error"))
    paper.pairs([("    on", altered.resource, ""), ("    by", altered.caller, "")])


def _refusals(paper: Paper, diagnosis: Diagnosis) -> None:
    found = [finding for finding in diagnosis.findings if finding.seen is not None]
    if not found:
        return
    paper.heading("Refusals that CloudTrail saw")
    for finding in found:
        paper.para(finding.title, first="• ", indent=2)
        if finding.seen is not None:
            seen_lines(paper, finding.seen)


def seen_lines(paper: Paper, seen: Seen) -> None:
    paper.para(f"{seen}, {seen.certainty.value} to be this one", indent=4)
    paper.para(seen.message, LABEL, indent=4)
    if seen.contradicts:
        paper.para(seen.contradicts, "$text-warning", indent=4, first="! ")


def _who_else(paper: Paper, diagnosis: Diagnosis) -> None:
    if diagnosis.affected is not None:
        paper.heading("Who else")
        paper.para(f"{diagnosis.affected}.", indent=2)
        paper.para(", ".join(diagnosis.affected.profiles), LABEL, indent=2)


def _second_opinions(paper: Paper, opinions: Sequence[Opinion]) -> None:
    if not opinions:
        return
    agree = sum(opinion.agrees for opinion in opinions)
    paper.heading("Second opinions")
    paper.para(
        f"{agree} of {count(len(opinions), 'answer')} of AWS agree with the simulation. {_OPINIONS_ARE}", indent=2
    )
    for opinion in sorted(opinions, key=lambda one: one.agrees):
        opinion_lines(paper, opinion)


def opinion_lines(paper: Paper, opinion: Opinion) -> None:
    look = DECISION[opinion.says]
    ours = "" if opinion.agrees else f", we say {DECISION[opinion.ours].word}"
    paper.line(
        "  ", (look.symbol, look.style), f" AWS says {look.word}{ours}: {opinion.action} ", name_of(opinion.resource)
    )
    if opinion.note:
        paper.para(opinion.note, LABEL, indent=4)


def _calls(paper: Paper, diagnosis: Diagnosis, calls: Sequence[CallLine]) -> None:
    stats = diagnosis.calls
    paper.heading("Calls that were made, all of them reads")
    paper.para(
        f"{stats.made} sent, {stats.denied} denied, {stats.throttled} throttled, {stats.seconds:.1f} s", indent=2
    )
    for call in calls:
        failed = "" if call.outcome == "answered" else f"  {call.outcome}"
        time = f"{call.seconds * 1000:5.0f} ms  "
        paper.line("  ", (time, LABEL), call.call, (failed, "$text-warning"), (f"  {name_of(call.about)}", LABEL))


def beside(paper: Paper, finding: Finding, diagnosis: Diagnosis | None, steps: Sequence[StepResult]) -> None:
    """What stands beside one finding: refusals that fit it, changes of its resource, opinions about its requests."""
    if finding.seen is not None:
        paper.heading("Seen in CloudTrail")
        seen_lines(paper, finding.seen)
    if diagnosis is None:
        return
    if diagnosis.affected is not None and finding.cause == diagnosis.verdict.most_likely:
        paper.heading("Who else")
        paper.para(f"{diagnosis.affected}.", indent=2)
    about = name_of(finding.resource)
    changed = [altered for altered in diagnosis.timeline if about and about in altered.resource]
    if changed:
        paper.heading("What changed there")
    for altered in changed:
        altered_lines(paper, altered)
    asked = {(step.action, step.resource) for step in steps}
    opinions = [opinion for opinion in diagnosis.opinions if (opinion.action, opinion.resource) in asked]
    if opinions:
        paper.heading("AWS's own simulation")
        paper.para(_OPINIONS_ARE, LABEL, indent=2)
    for opinion in opinions:
        opinion_lines(paper, opinion)
