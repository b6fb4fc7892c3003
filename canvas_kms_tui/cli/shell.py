"""Changes from the shell: propose them as a plan or as code, apply a plan, list the journal, take an entry back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from canvas_kms_tui import changes
from canvas_kms_tui.change import Change
from canvas_kms_tui.changes import planfile
from canvas_kms_tui.cli import batch
from canvas_kms_tui.cli.beside import Beside
from canvas_kms_tui.cli.connect import Opened
from canvas_kms_tui.cli.headless import Diagnosed, diagnosed, headless
from canvas_kms_tui.cli.options import Complaint, Options, UsageError
from canvas_kms_tui.cli.output import Output, demand_file, to_stdout
from canvas_kms_tui.cli.progress import Progress
from canvas_kms_tui.cli.select import plan as checks_of
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Diagnosis
from canvas_kms_tui.fleet.exits import Exit
from canvas_kms_tui.fleet.run import Plan as Checks

_EXPORTS: dict[str, Callable[[Change], str]] = {
    "cli": changes.as_cli,
    "cloudformation": changes.as_cloudformation,
    "terraform": changes.as_terraform,
}


def export_fixes(options: Options) -> int:
    """Every fix of every finding as code, on stdout or where ``--output`` says. Ends like a diagnosis."""
    checks, beside = checks_of(options), Beside(options)
    output = Output(options.output, options.export_fixes)
    done = headless(options, lambda opened, progress: diagnosed(opened, checks, progress))
    output.write(batch.stem(done.diagnosis), [(name, _as_code(done.diagnosis, name)) for name in options.export_fixes])
    return batch.ending(done, options, beside.of([done.diagnosis]))


def _as_code(diagnosis: Diagnosis, name: str) -> str:
    parts = []
    for finding in diagnosis.findings:
        for fix in finding.fixes:
            proof = fix.proof or ("proven by simulation" if fix.proven else "not proven")
            head = [f"# {finding.cause}: {fix.title}", f"# {finding.resource}", f"# apply: {fix.auto.value}; {proof}"]
            body = [_EXPORTS[name](change).rstrip() for change in fix.changes]
            text = [f"# {line}" for line in fix.text.splitlines()]
            parts.append("\n".join([*(" ".join(line.split()) for line in (*head, *text)), *body]))
    return "\n\n".join(parts) + "\n" if parts else "# Nothing to change.\n"


def plan(options: Options) -> int:
    """The smallest set of changes that makes the import pass, written to a file; ends like a diagnosis.

    With ``--batch`` stdout gets the report, else the change request for whoever approves.
    """
    checks, beside, file = checks_of(options), Beside(options), Path(options.plan or "").expanduser()
    demand_file(file, "--plan")
    output = Output(options.output, options.format)
    done, proposed = headless(options, lambda opened, progress: _proposed(opened, checks, progress))
    if proposed is not None:
        try:
            planfile.save(proposed, file)
        except OSError as problem:
            raise UsageError(f"--plan {file}: {problem.strerror or problem}") from None
    if options.batch:
        batch.put_out(done, output, beside.of([done.diagnosis]))
    elif proposed is not None:
        to_stdout(changes.change_request(proposed, done.diagnosis))
    else:
        to_stdout(f"Nothing to apply, so {file} was not written. {done.diagnosis.verdict.headline}\n")
    return batch.ending(done, options, beside.of([done.diagnosis]))


async def _proposed(opened: Opened, checks: Checks, progress: Progress) -> tuple[Diagnosed, planfile.Plan | None]:
    done = await diagnosed(opened, checks, progress)
    repair = await changes.repair(done.diagnosis, done.facts)
    return done, changes.plan_of(repair, done.facts.target) if repair else None


def apply_plan(options: Options) -> int:
    """Apply exactly the plan, then diagnose again and say what stands.

    Raises:
        Complaint: refused (5), or another account (4); nothing was written.
    """
    account = _expected(options, "--apply-plan")
    file = Path(options.apply_plan or "").expanduser()
    if not file.is_file():
        raise UsageError(f"--apply-plan {file}: there is no such file")
    try:
        wanted = planfile.load(file)
    except changes.Refused as refused:
        raise Complaint(str(refused), refused.exit_code) from None
    options = dataclasses.replace(options, region=options.region or (None if options.demo else wanted.target.region))

    async def work(opened: Opened, progress: Progress) -> tuple[changes.Outcome, str]:
        outcome = await changes.apply_plan(
            wanted,
            connection=opened.connection,
            journal=changes.Journal(),
            expect_account=account,
            confirm=options.confirm,
            progress=lambda event: progress.waiting(f"{event.stage} {event.text}".strip()),
        )
        again = await diagnose(Facts(opened.connection.gateway, wanted.target))
        return outcome, f"Checked again: {again.verdict.status.value.upper()}: {again.verdict.headline}\n"

    outcome, again = headless(options, work)
    code = _told(outcome)
    to_stdout(again)
    return code


def undo(options: Options) -> int:
    """Take a journal entry back.

    Raises:
        Complaint: refused (5), or another account (4); nothing was written.
    """
    account, journal = _expected(options, "--undo"), changes.Journal()
    try:
        entry = journal.entry(options.undo or "")
    except changes.Refused as refused:
        raise Complaint(str(refused), refused.exit_code) from None
    options = dataclasses.replace(options, region=options.region or (None if options.demo else entry.header.region))

    async def work(opened: Opened, progress: Progress) -> changes.Outcome:
        return await changes.undo(
            entry.id,
            connection=opened.connection,
            journal=journal,
            expect_account=account,
            progress=lambda event: progress.waiting(f"{event.stage} {event.text}".strip()),
        )

    return _told(headless(options, work))


def _expected(options: Options, flag: str) -> str:
    if options.expect_account is None:
        raise UsageError(f"{flag} changes an account: say which one with --expect-account ID")
    return options.expect_account


def _told(outcome: changes.Outcome) -> Exit:
    to_stdout(f"{outcome.text}\n{outcome.entry_id}\n")
    return Exit(outcome.exit_code)


def journal(options: Options) -> int:
    """What was changed from here, the newest first; with ``--format json`` for machines, the oldest first."""
    entries = changes.Journal().entries()
    to_stdout(changes.journal_json(entries) if options.format == ("json",) else changes.journal_text(entries))
    return Exit.CLEAN
