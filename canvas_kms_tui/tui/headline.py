"""The top lines of the main screen in words: where we are, what is wrong, what to press next. Pure."""

from __future__ import annotations

from enum import Enum

from canvas_kms_tui.change import Auto
from canvas_kms_tui.findings import Finding, Status
from canvas_kms_tui.tui.board import Board
from canvas_kms_tui.tui.desk import Desk
from canvas_kms_tui.tui.widgets.verdict_bar import Verdict
from canvas_kms_tui.tui.words import RUNNING, STOPPED, VERDICT, count, name_of

KEY_ENOUGH = 8  #: characters of a key id that tell keys apart on one line


class Phase(Enum):
    CONNECTING = "connecting"
    CHOOSING = "choosing"
    CHECKING = "checking"
    DONE = "done"
    STOPPED = "stopped"


def verdict(desk: Desk, board: Board, phase: Phase, trouble: str, now: float, *, zoomed: bool = False) -> Verdict:
    where, what, progress = _where(desk), _what(desk, board), _progress(board, now)
    if phase is Phase.STOPPED:
        return Verdict(where, what, STOPPED, trouble, ("r tries again", "q quits"), progress)
    if phase is not Phase.DONE or board.diagnosis is None:
        return Verdict(where, what, RUNNING, _so_far(desk, board, phase), _while_running(desk), progress)
    found = board.diagnosis.verdict
    hints = (("esc shows the list again",) if zoomed else ()) + _next(desk, board)
    return Verdict(where, what, VERDICT[found.status], found.headline, hints, progress)


def _while_running(desk: Desk) -> tuple[str, ...]:
    waits = desk.session.waits_for()
    return (*((waits,) if waits else ()), "esc stops", "q quits at any time")


def _where(desk: Desk) -> str:
    parts = ["canvas-kms-tui"]
    if desk.connection is not None:
        parts += [desk.connection.label or desk.connection.source]
        parts += [f"{desk.connection.caller.account} {desk.connection.region}"]
    if desk.session.read_only:
        parts.append("read-only")
    return " · ".join(parts)


def _what(desk: Desk, board: Board) -> str:
    session = desk.session
    target = f"{session.domain_id or 'Domain?'} / {session.user_profile or 'profile?'}"
    datasets = session.datasets
    if datasets is not None:
        more = f" and {len(datasets) - 1} more" if len(datasets) > 1 else ""
        target += f" → {datasets[0].uri}{more}" if datasets else " → source not checked"
    if board.resolved is not None and board.resolved.artifact_key.value:
        target += f" → key {name_of(board.resolved.artifact_key.value)[:KEY_ENOUGH]}"
    return target


def _progress(board: Board, now: float) -> str:
    if board.started is None:
        return ""
    done, planned = board.progress()
    looking = "asking CloudTrail…  " if board.looking else ""
    return f"{looking}{done} of {planned} checked  {board.seconds(now):.1f} s"


def _so_far(desk: Desk, board: Board, phase: Phase) -> str:
    if phase is Phase.CONNECTING:
        return "Connecting…"
    if phase is Phase.CHOOSING:
        return "Choose what to look at."
    failing = [finding for finding in board.problems() if finding.status is Status.FAIL]
    return f"So far: {failing[0].summary}" if failing else "Going through the import step by step…"


def _next(desk: Desk, board: Board) -> tuple[str, ...]:
    problems = board.problems()
    parts: list[str] = []
    if desk.applied is not None:
        parts.append(f"u takes back the change just made (journal {desk.applied.entry})")
    if problems and problems[0].fixes:
        parts.append(_fix_hint(problems[0]))
    if problems:
        others = [finding for finding in problems[1:] if finding.counts]
        parts.append(f"n: {count(len(others), 'other problem')}" if others else "enter shows the whole finding")
    else:
        parts.append("e writes a report")
    parts.append("r checks again")
    return tuple(parts)


def _fix_hint(finding: Finding) -> str:
    usable = [fix for fix in finding.fixes if fix.auto is Auto.YES and fix.changes and fix.proven is not False]
    return "f shows the fix, nothing is changed yet" if usable else "f shows what to do"
