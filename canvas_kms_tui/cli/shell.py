"""Changes from the shell: propose them as a plan or as code, apply a plan, list the journal, take an entry back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from canvas_kms_tui import changes
from canvas_kms_tui.change import Change
from canvas_kms_tui.changes import planfile
from canvas_kms_tui.cli import batch
from canvas_kms_tui.cli import setup as cli_setup
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
from canvas_kms_tui.report.change_request import change_request
from canvas_kms_tui.setup import planfile as setup_plans

_EXPORTS: dict[str, Callable[[Change], str]] = {
    "cli": changes.as_cli,
    "powershell": changes.as_powershell,
    "cloudformation": changes.as_cloudformation,
    "terraform": changes.as_terraform,
}


def export_fixes(options: Options) -> int:
    """Every fix of every finding as code, on stdout or where ``--output`` says. Ends like a diagnosis."""
    checks, beside = checks_of(options), Beside(options)
    output = Output(options.output, options.export_fixes)

    async def work(opened: Opened, progress: Progress) -> tuple[Diagnosed, dict[str, str]]:
        done = await diagnosed(opened, checks, progress)
        fixes = [change for finding in done.diagnosis.findings for fix in finding.fixes for change in fix.changes]
        drifts = {change.resource: await changes.drift(opened.connection.gateway, change) for change in fixes}
        return done, drifts

    done, drifts = headless(options, work)
    texts = [(name, _as_code(done.diagnosis, name, drifts)) for name in options.export_fixes]
    output.write(batch.stem(done.diagnosis), texts)
    return batch.ending(done, options, beside.of([done.diagnosis]))


def _as_code(diagnosis: Diagnosis, name: str, drifts: Mapping[str, str]) -> str:
    parts = []
    for finding in diagnosis.findings:
        for fix in finding.fixes:
            proof = fix.proof or ("proven by simulation" if fix.proven else "not proven")
            head = [f"{finding.cause}: {fix.title}", finding.resource, f"apply: {fix.auto.value}; {proof}"]
            warned = dict.fromkeys(drift for change in fix.changes if (drift := drifts.get(change.resource)))
            body = [_EXPORTS[name](change).rstrip() for change in fix.changes]
            comments = [f"# {' '.join(line.split())}" for line in (*head, *warned, *fix.text.splitlines())]
            parts.append("\n".join([*comments, *body]))
    return "\n\n".join(parts) + "\n" if parts else "# Nothing to change.\n"


@dataclass(frozen=True, slots=True)
class _Proposed:
    """A diagnosis, and what is proposed to apply: a plan file, what it was made of, what to know before."""

    done: Diagnosed
    plan: planfile.Plan | None = None
    repair: changes.RepairPlan | None = None
    advice: changes.Advice | None = None


def plan(options: Options) -> int:
    """The smallest set of changes that makes the import pass, written to a file; ends like a diagnosis.

    With ``--batch`` stdout gets the report, else the change request for whoever approves.
    """
    checks, beside, file = checks_of(options), Beside(options), Path(options.plan or "").expanduser()
    demand_file(file, "--plan")
    output = Output(options.output, options.format)
    found = headless(options, lambda opened, progress: _proposed(opened, checks, options, progress))
    done, proposed = found.done, found.plan
    if proposed is not None:
        try:
            planfile.save(proposed, file)
        except OSError as problem:
            raise UsageError(f"--plan {file}: {problem.strerror or problem}") from None
    if options.batch:
        batch.put_out(done, output, beside.of([done.diagnosis]))
    elif proposed is not None:
        to_stdout(change_request(proposed, done.diagnosis, repair=found.repair, advice=found.advice))
    else:
        to_stdout(f"Nothing to apply, so {file} was not written. {done.diagnosis.verdict.headline}\n")
    return batch.ending(done, options, beside.of([done.diagnosis]))


async def _proposed(opened: Opened, checks: Checks, options: Options, progress: Progress) -> _Proposed:
    done = await diagnosed(opened, checks, progress)
    best = await changes.repair(done.diagnosis, done.facts)
    if best is None:
        return _Proposed(done)
    chosen = _chosen(best, options.alternative)
    public = options.check_public_access and _may_be_charged(chosen.changes, progress)
    advice = await changes.advise(opened.connection, chosen.changes, public_access=public)
    return _Proposed(done, changes.plan_of(chosen, done.facts.target), chosen, advice)


def _chosen(best: changes.RepairPlan, number: int | None) -> changes.RepairPlan:
    if number is None:
        return best
    if number > len(best.alternatives):
        raise UsageError(f"--alternative {number}: there are {len(best.alternatives)} other ways")
    return best.alternatives[number - 1]


def _may_be_charged(proposed: Sequence[Change], progress: Progress) -> bool:
    """The flag asks for it; on a terminal somebody is there to be asked whether the price is known."""
    count = sum(map(changes.may_be_public, proposed))
    if not count:
        return False
    documents = "1 document" if count == 1 else f"{count} documents"
    return progress.ask(f"AWS may charge for CheckNoPublicAccess, once for {documents}. Ask it?")


def apply_plan(options: Options) -> int:
    """Apply exactly the plan, then diagnose again and say what stands.

    Raises:
        Complaint: refused (5), or another account (4); nothing was written.
    """
    account = _expected(options, "--apply-plan")
    file = Path(options.apply_plan or "").expanduser()
    if not file.is_file():
        raise UsageError(f"--apply-plan {file}: there is no such file")
    if setup_plans.is_setup(file):
        return cli_setup.apply_plan(options, file, account)
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
    if (options.undo or "").startswith("setup/"):
        return cli_setup.take_back(options, (options.undo or "").removeprefix("setup/"), account)
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
    try:
        entries = changes.Journal().entries()
    except changes.Refused as refused:
        raise Complaint(str(refused), refused.exit_code) from None
    to_stdout(changes.journal_json(entries) if options.format == ("json",) else changes.journal_text(entries))
    return Exit.CLEAN
