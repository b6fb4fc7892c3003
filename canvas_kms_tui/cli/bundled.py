"""What stands in a support bundle.

All of it is made from the redacted case: the dump, the ticket's text and the caller's abilities are what that case
itself gives when it is opened, so no name can come in by another way, and the bundle diagnoses what it says.
"""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from canvas_kms_tui import report
from canvas_kms_tui.aws import bundle
from canvas_kms_tui.facts import Calls, Facts
from canvas_kms_tui.findings import Diagnosis
from canvas_kms_tui.fleet.run import Plan, diagnose
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.report.model import TOOL, rfc3339

if TYPE_CHECKING:
    from canvas_kms_tui.aws.case import Case
    from canvas_kms_tui.aws.redact import Redacted


@dataclass(frozen=True, slots=True)
class Seen:
    """A diagnosis and what was read for it; ``tried`` is what was read to find out what the caller may do.

    ``said`` are warnings of this run, in words that name nobody.
    """

    source: str
    diagnosis: Diagnosis
    expired: bool
    case: Case
    tried: Case | None = None
    clock_skew: float | None = None
    said: tuple[str, ...] = ()


async def written(path: Path, seen: Seen, checks: Plan) -> str:
    """Write the bundle and, beside it, what its pseudonyms stand for; gives what it holds, in lines.

    Raises:
        OSError: it cannot be written there.
    """
    from canvas_kms_tui.aws.case import as_json, write_private

    hidden, whole, redacted = _hidden(seen)
    assert hidden.target is not None
    again = await diagnose(Facts(Calls(_opened(hidden).gateway), hidden.target), checks)
    told = report.Report("case", [again])
    members = [
        bundle.json_member(bundle.CASE, as_json(hidden), "what was read; opens with --case"),
        bundle.Member("diagnosis.json", report.render("json", told).encode(), "the diagnosis of that case"),
        bundle.Member("diagnosis.md", report.render("markdown", told).encode(), "the same, for a ticket"),
        bundle.json_member("abilities.json", await _abilities(seen, whole), "what the caller may read"),
        bundle.json_member("warnings.json", _warnings(seen, again, redacted), "what may be wrong with this bundle"),
    ]
    about = {
        "tool": {"name": TOOL, "version": told.version},
        "machine": {
            "system": platform.system(),
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in ("boto3", "botocore")},
        },
        "made_at": rfc3339(told.generated_at),
        "source": seen.source,
        "redacted": True,
        "diagnoses_the_same": _judgement(again) == _judgement(seen.diagnosis),
    }
    members.insert(0, bundle.manifest(members, about))
    bundle.write(path, members, told.generated_at)
    lines = [f"Bundle: {path}", *(f"  {each.name:<16}{len(each.data):>9} bytes  {each.holds}" for each in members)]
    if redacted is None:
        return "\n".join([*lines, "The case was redacted already; its pseudonyms stay.", ""])
    mapping = path.with_name(f"{path.name}.mapping.json")
    write_private(mapping, json.dumps(redacted.mapping, indent=1).encode() + b"\n")
    return "\n".join([*lines, redacted.summary(), f"Mapping: {mapping}", ""])


def _hidden(seen: Seen) -> tuple[Case, Case, Redacted | None]:
    """The redacted case of the diagnosis alone; the one with all that was tried; and how they were made."""
    from canvas_kms_tui.aws.redact import redact

    if seen.case.redacted:
        return seen.case, seen.case, None
    calls = seen.case.calls
    known = {call.key for call in calls}
    further = [call for call in (seen.tried.calls if seen.tried else ()) if call.key not in known]
    redacted = redact(replace(seen.case, calls=(*calls, *further)))
    return replace(redacted.case, calls=redacted.case.calls[: len(calls)]), redacted.case, redacted


def _opened(case: Case) -> Connection:
    from canvas_kms_tui.aws.replay import CaseGateway

    return Connection(CaseGateway(case), case.caller, case.region, "case")


async def _abilities(seen: Seen, whole: Case) -> dict[str, Any]:
    from canvas_kms_tui.aws.doctor import examine

    about = {**asdict(whole.caller), "region": whole.region, "clock_skew_seconds": seen.clock_skew}
    if seen.tried is None:
        return {**about, "tried": False, "why": "the source is a case file: nothing was asked of AWS"}
    checks = [asdict(check) async for check in examine(_opened(whole), whole.target)]
    return {**about, "tried": True, "reads": checks}


def _warnings(seen: Seen, again: Diagnosis, redacted: Redacted | None) -> list[str]:
    """In words that name nobody."""
    calls = seen.diagnosis.calls
    defects = [
        each.cause for each in again.findings if each.could_not_check and "a defect" in each.could_not_check.reason
    ]
    said = [
        (
            _judgement(again) != _judgement(seen.diagnosis),
            "the redacted case gives another diagnosis than the original",
        ),
        (seen.expired, "the credentials expired before everything was read"),
        (calls.throttled, f"{calls.throttled} of {calls.made} calls were throttled"),
        (defects, f"a check ended in a defect of this program: {', '.join(defects)}"),
        (redacted and redacted.staying, "words that wildcards cut through could not be replaced; see the mapping"),
        (seen.clock_skew and abs(seen.clock_skew) > 60, "this machine's clock is wrong by more than a minute"),
    ]
    return [*seen.said, *(text for applies, text in said if applies)]


def _judgement(diagnosis: Diagnosis) -> tuple[object, ...]:
    """All of a diagnosis that is not a name."""
    findings = sorted((each.cause, each.status, each.severity, each.certainty) for each in diagnosis.findings)
    steps = [(step.action, step.decision, step.assuming) for step in diagnosis.import_path]
    return diagnosis.verdict.status, diagnosis.verdict.most_likely, findings, steps
