"""What the preview of a fix says: proof, diff, undo promise, the same as commands. Text for a ``Paper``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

from canvas_kms_tui.change import Auto, Change, Fix, Undo
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.tui.paper import LABEL, Paper
from canvas_kms_tui.tui.rooms import DiffLine, Proof, Sides
from canvas_kms_tui.tui.widgets.path_line import path_content
from canvas_kms_tui.tui.words import count

_MARKS = {"added": ("+ ", "$text-success"), "removed": ("- ", "$text-error"), "note": ("  ", LABEL)}
_UNDO = {Undo.EXACT: "✓ exact", Undo.COMPENSATING: "! by another call", Undo.NONE: "✗ none"}
TOOLS = ("AWS CLI", "PowerShell", "Terraform", "CloudFormation")
#: Columns from which before and after may stand beside each other.
TWO_SIDES = 118


@dataclass(frozen=True, slots=True)
class Preview:
    """``proof`` is None while the simulation runs; ``reason`` is why it cannot be applied, if so.

    ``diffs`` and ``same`` (tool → text) have one item for each change; ``tool`` is the one shown. ``standing`` is the
    three-way difference of a refusal.
    """

    fix: Fix
    proof: Proof | None
    reason: str | None
    diffs: Sequence[Sequence[DiffLine]]
    same: Sequence[Mapping[str, str]]
    tool: str = TOOLS[0]
    sides: bool = False
    standing: Sides = ()

    @property
    def commands(self) -> str:
        return "\n\n".join(texts[self.tool] for texts in self.same)


def fix_page(paper: Paper, preview: Preview, connection: Connection) -> None:
    fix = preview.fix
    paper.para(fix.title, "bold")
    _reason(paper, preview)
    three_ways(paper, preview.standing)
    if fix.changes:
        _proof(paper, preview.proof)
    for number, change in enumerate(fix.changes, 1):
        heading = f"Change {number} of {len(fix.changes)}" if len(fix.changes) > 1 else "Change"
        _change(paper, change, preview.diffs[number - 1], heading, sides=preview.sides)
    if fix.text:
        paper.heading("What to do" if not fix.changes else "To know")
        paper.para(fix.text, indent=2)
    if fix.changes:
        _undo(paper, fix)
        _commands(paper, preview)
        caller = connection.caller
        paper.heading("Where")
        paper.pairs([("account", f"{caller.account} {connection.region}", ""), ("as", caller.arn, "")])


def _reason(paper: Paper, preview: Preview) -> None:
    if preview.reason is not None:
        paper.para(preview.reason, "$text-warning", first="! ")
    elif preview.proof is not None:
        asked = ", once you have typed what it asks for" if confirmations(preview.fix) else ""
        paper.para(f"Nothing has been changed yet. a applies this{asked}; esc leaves it.", LABEL)
    for warning in preview.proof.warnings if preview.proof is not None else ():
        paper.para(warning, "$text-warning", first="! ")


def three_ways(paper: Paper, sides: Sides) -> None:
    """Why somebody else's change stands in the way, side by side with what was meant."""
    for title, lines in sides:
        paper.heading(title)
        paper.add(map(diff_content, lines), indent=1)


def _change(paper: Paper, change: Change, lines: Sequence[DiffLine], heading: str, *, sides: bool) -> None:
    paper.heading(f"{heading}: {change.action}, {change.document}")
    paper.pairs([("on", change.resource, "")])
    added, removed = (sum(1 for line in lines if line.kind == kind) for kind in ("added", "removed"))
    paper.line(("  adds ", LABEL), count(added, "line"), (", removes ", LABEL), count(removed, "line"))
    paper.blank()
    if sides and paper.width >= TWO_SIDES:
        paper.lines.extend(side_by_side(lines, paper.width))
    else:
        paper.add(map(diff_content, lines), indent=1)


def diff_content(line: DiffLine) -> Content:
    """A line of a diff: its sign stands for its colour where there is none."""
    mark, style = _MARKS.get(line.kind, ("  ", ""))
    return Content.styled(mark + line.text, style)


def side_by_side(lines: Sequence[DiffLine], width: int) -> list[Content]:
    """Before at the left, after at the right; what was removed stands level with what came instead."""
    half = (width - 3) // 2
    shown: list[Content] = []
    removed: list[DiffLine] = []
    added: list[DiffLine] = []

    def flush() -> None:
        for index in range(max(len(removed), len(added))):
            left = removed[index] if index < len(removed) else None
            right = added[index] if index < len(added) else None
            shown.extend(_two(left, right, half))
        removed.clear()
        added.clear()

    for line in lines:
        if line.kind == "removed":
            removed.append(line)
        elif line.kind == "added":
            added.append(line)
        else:
            flush()
            shown.extend(_two(line, line, half))
    flush()
    return shown


def _two(left: DiffLine | None, right: DiffLine | None, half: int) -> list[Content]:
    columns = [diff_content(line).fold(half) if line is not None else [] for line in (left, right)]
    blank = Content("")
    rows = range(max(map(len, columns)))
    cells = [[column[row] if row < len(column) else blank for column in columns] for row in rows]
    bar = Content.styled(" │ ", LABEL)
    return [before.truncate(half, pad=True) + bar + after for before, after in cells]


def _proof(paper: Paper, proof: Proof | None) -> None:
    paper.heading("Proof, by simulating the import with this change made")
    if proof is None:
        paper.para("… simulating", "$text-primary", indent=2)
        return
    paper.para(proof.text, "$text-success" if proof.ok else "$text-error", indent=2, first="✓ " if proof.ok else "✗ ")
    for label, steps in (("before  ", proof.before), ("after   ", proof.after)):
        if steps:
            paper.lines.append(Content.styled(f"  {label}", LABEL) + path_content(steps, paper.width - 10))
    for worse in proof.worse:
        paper.para(f"would no longer work: {worse}", "$text-error", indent=2)
    for other in proof.others:
        paper.para(other, indent=2, first="others  ")
    for said in proof.said:
        paper.para(said, indent=2, first="AWS     ")


def _undo(paper: Paper, fix: Fix) -> None:
    paper.heading("Undo")
    for change in fix.changes:
        paper.para(change.undo_note or "u takes it back", indent=2, first=f"{_UNDO[change.undo]}: ")
    paper.para("What stands now is written to the journal before anything is sent.", LABEL, indent=2)


def _commands(paper: Paper, preview: Preview) -> None:
    others = ", ".join(tool for tool in TOOLS if tool != preview.tool)
    paper.heading(f"The same as {preview.tool} (c copies, t: {others})")
    paper.add(map(Content, preview.commands.splitlines()), indent=2)


def preferred_tool(warnings: Sequence[str]) -> str:
    """Where a tool manages the resource its code is the preferred way, and is shown first."""
    managed = [warning for warning in warnings if "managed by" in warning]
    return next((tool for tool in TOOLS if any(tool in warning for warning in managed)), TOOLS[0])


def why_not_apply(fix: Fix, proof: Proof | None, no_writing: str | None) -> str | None:
    """Why a fix cannot be applied from here, or None."""
    if not fix.changes:
        return "There is nothing to apply: this says what to do."
    if fix.auto is not Auto.YES:
        return "This is somebody else's decision: shown to be sent to the owner, c copies it. It is not applied here."
    if no_writing is not None:
        return no_writing
    if proof is None:
        return "The simulation is still running: wait for the proof."
    if not proof.ok:
        return "The simulation says that this would not mend the import; it is not applied."
    return None


def confirmations(fix: Fix) -> list[Change]:
    """The changes that want something typed, each text once."""
    return list({change.confirm: change for change in fix.changes if change.confirm}.values())
