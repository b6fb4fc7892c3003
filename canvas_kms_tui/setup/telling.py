"""A set-up in words: what would be made and why it is right, what was made."""

from __future__ import annotations

from collections.abc import Iterator

from canvas_kms_tui.policy import Decision
from canvas_kms_tui.setup.future import Setup
from canvas_kms_tui.setup.run import Made, in_pieces, words


def request(setup: Setup) -> str:
    """For whoever approves: the changes, the proof, what must be typed, what can never be changed."""
    return "\n".join(_request(setup)) + "\n"


def _request(setup: Setup) -> Iterator[str]:
    yield f"# {setup.title}"
    yield ""
    yield f"Account {setup.account.account}, {setup.account.region}, as {setup.account.caller}."
    yield ""
    if not setup.changes:
        yield "Everything stands already: nothing is proposed."
    for number, piece in enumerate(in_pieces(setup.changes), 1):
        yield f"{number}. {words(piece)}: {', '.join(change.action for change in piece)}"
        yield f"   on {piece[0].resource}"
        yield f"   {piece[0].undo_note}"
    yield ""
    yield proof(setup)
    for problem in setup.problems:
        yield f"Note: {problem}"
    for change in setup.changes:
        if change.confirm:
            yield f"Type “{change.confirm}”: {change.confirm_why}"


def proof(setup: Setup) -> str:
    """One sentence: does the import pass in the environment as it would be?"""
    if setup.diagnosis is None:
        return "Not simulated."
    steps = setup.diagnosis.import_path
    passing = sum(Decision(step.decision) is Decision.ALLOWED for step in steps)
    head = f"Simulated before anything is created: {passing} of {len(steps)} steps of the import pass"
    if setup.proven:
        return f"{head}; nothing is found."
    return f"{head}. Not proven: {setup.diagnosis.verdict.headline}"


def made(setup: Setup, done: Made) -> str:
    """What became of each piece."""
    lines = [setup.title]
    pieces = list(in_pieces(setup.changes))
    for piece, outcome in zip(pieces, done.outcomes, strict=False):
        lines.append(f"  {'✓' if outcome.ok else '✗'} {words(piece)}  {outcome.entry_id}")
        if not outcome.ok:
            lines.append(f"    {outcome.text}")
    lines += [f"  · {words(piece)}: not begun" for piece in pieces[len(done.outcomes) :]]
    return "\n".join([*lines, done.text]) + "\n"
