"""Changes, from the proof to the undo. Every change goes one way, the same for screens, batch and setup:

plan → prove → show → confirm → re-read → compare → journal → write → read back; undo the same way backwards.
"""

from canvas_kms_tui.changes.advice import Advice, advise
from canvas_kms_tui.changes.apply import Outcome, apply, confirmations
from canvas_kms_tui.changes.diff import Line, ThreeWay, diff, three_way, three_way_text
from canvas_kms_tui.changes.entries import Entry, Header, Result
from canvas_kms_tui.changes.errors import Refused, Stale, WrongAccount
from canvas_kms_tui.changes.export_cli import as_cli, as_powershell
from canvas_kms_tui.changes.export_code import as_cloudformation, as_terraform
from canvas_kms_tui.changes.journal import STATE_DIR, Journal
from canvas_kms_tui.changes.managed import drift, drift_warning, managed_by
from canvas_kms_tui.changes.overlay import Overlay
from canvas_kms_tui.changes.permissions import policy_for, policy_for_every_fix
from canvas_kms_tui.changes.planfile import Plan, apply_plan, plan_of
from canvas_kms_tui.changes.prove import Proof, prove, prove_all
from canvas_kms_tui.changes.repair import RepairPlan, repair
from canvas_kms_tui.changes.telling import journal_json, journal_text
from canvas_kms_tui.changes.undo import Recovered, recover, undo, ways_back
from canvas_kms_tui.changes.validate import Validation, check_no_public_access, may_be_public, validate
from canvas_kms_tui.changes.write import Applied, Event

__all__ = [
    "STATE_DIR",
    "Advice",
    "Applied",
    "Entry",
    "Event",
    "Header",
    "Journal",
    "Line",
    "Outcome",
    "Overlay",
    "Plan",
    "Proof",
    "Recovered",
    "Refused",
    "RepairPlan",
    "Result",
    "Stale",
    "ThreeWay",
    "Validation",
    "WrongAccount",
    "advise",
    "apply",
    "apply_plan",
    "as_cli",
    "as_cloudformation",
    "as_powershell",
    "as_terraform",
    "check_no_public_access",
    "confirmations",
    "diff",
    "drift",
    "drift_warning",
    "journal_json",
    "journal_text",
    "managed_by",
    "may_be_public",
    "plan_of",
    "policy_for",
    "policy_for_every_fix",
    "prove",
    "prove_all",
    "recover",
    "repair",
    "three_way",
    "three_way_text",
    "undo",
    "validate",
    "ways_back",
]
