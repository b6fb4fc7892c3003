"""What was found beside the verdict: CloudTrail's refusals and changes, AWS's own opinions, who else, the message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from canvas_kms_tui.findings import Diagnosis, Finding, Opinion
from canvas_kms_tui.report.model import rfc3339


def seen_data(finding: Finding) -> dict[str, Any]:
    """The finding's member ``seen``, where refusals that fit it were seen."""
    seen = finding.seen
    if seen is None:
        return {}
    return {
        "seen": {
            "count": seen.count,
            "whole": seen.whole,
            "first": rfc3339(seen.first),
            "last": rfc3339(seen.last),
            "certainty": seen.certainty.value,
            "layer": seen.layer or None,
            "message": seen.message,
            "contradicts": seen.contradicts or None,
        }
    }


def data(diagnosis: Diagnosis) -> dict[str, Any]:
    """The dump's members; each is there only where there is something to tell."""
    found: dict[str, Any] = {}
    if said := diagnosis.said:
        found["said"] = {
            "message": said.message,
            "about": said.about,
            "text": said.text,
            "causes": list(said.causes),
            "layer": said.layer or None,
            "finding": said.finding,
        }
    if affected := diagnosis.affected:
        found["affected"] = {
            "what": affected.what,
            "profiles": list(affected.profiles),
            "looked_at": affected.looked_at,
            "total": affected.total,
        }
    if diagnosis.timeline:
        found["timeline"] = [
            {
                "time": rfc3339(each.time),
                "event": each.event,
                "resource": each.resource,
                "caller": each.caller,
                "error": each.error or None,
            }
            for each in diagnosis.timeline
        ]
    if diagnosis.opinions:
        found["opinions"] = [
            {
                "source": each.source,
                "action": each.action,
                "resource": each.resource,
                "says": each.says,
                "ours": each.ours,
                "note": each.note,
                "comparable": each.comparable,
            }
            for each in diagnosis.opinions
        ]
    return found


def sections(diagnosis: Diagnosis) -> list[tuple[str, list[str]]]:
    """Title and lines, for the reports that humans read."""
    found: list[tuple[str, list[str]]] = []
    if said := diagnosis.said:
        points = f" It points at {', '.join(said.causes)}." if said.causes else ""
        found.append(("The message", [f"{said.about}: {said.text}{points}"]))
    if diagnosis.affected:
        found.append(("Who else", [str(diagnosis.affected)]))
    if diagnosis.timeline:
        found.append(("What changed, the newest first", [str(each) for each in diagnosis.timeline]))
    if diagnosis.opinions:
        found.append(("Second opinions", _opinions(diagnosis.opinions)))
    return found


def _opinions(opinions: Sequence[Opinion]) -> list[str]:
    """How many agree, then each that does not, and each that says nothing about the import."""
    other = [each for each in opinions if not each.agrees]
    apart = [each for each in opinions if not each.comparable]
    count = len(opinions) - len(apart)
    agree = [f"{count - len(other)} of {count} answers of AWS agree with the simulation"] if count else []
    lines = [
        f"{each.source}: {each.action} on {each.resource}: {each.says}, we say {each.ours}. {each.note}".rstrip()
        for each in other
    ]
    lines += [
        f"{each.source}: {each.action} on {each.resource}: not comparable with our {each.ours}: {each.note}"
        for each in apart
    ]
    return [*agree, *lines]
