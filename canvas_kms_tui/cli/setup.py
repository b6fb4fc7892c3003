"""``--setup``: the first set-up, on the screen or from a file of answers; and what is printed of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from canvas_kms_tui import changes, report
from canvas_kms_tui import setup as setups
from canvas_kms_tui.cli.connect import Opened
from canvas_kms_tui.cli.headless import headless
from canvas_kms_tui.cli.options import Complaint, Options, UsageError
from canvas_kms_tui.cli.output import Output, demand_file, to_stdout
from canvas_kms_tui.cli.progress import Progress
from canvas_kms_tui.facts import Calls, Facts
from canvas_kms_tui.findings import Diagnosis
from canvas_kms_tui.fleet.exits import Exit, exit_code
from canvas_kms_tui.fleet.run import Plan, diagnose
from canvas_kms_tui.report.asides import Asides
from canvas_kms_tui.setup import Answers, Made, Setup, planfile, telling
from canvas_kms_tui.setup.export import EXPORTS


def print_answers(options: Options) -> int:
    """A template of the answers, each with what it means."""
    to_stdout(setups.to_toml(Answers()))
    return Exit.CLEAN


def setup(options: Options) -> int:
    """Set up from ``--answers``: plan, prove, make, diagnose. With ``--plan`` and ``--export-fixes`` nothing is made.

    Raises:
        UsageError: the answers cannot be meant; each problem is a line.
        Complaint: refused (5), or another account (4); nothing was written.
    """
    answers = _answers(options)
    if options.plan:
        return _on_paper(options, answers)
    if options.export_fixes:
        return _as_code(options, answers)
    account = _expected(options)

    async def work(opened: Opened, progress: Progress) -> tuple[Setup, Made, Diagnosis | None]:
        planned = await _prepared(opened, answers, progress)
        return await make(opened, planned, options.confirm, account, progress)

    return told(options, *headless(options, work))


def told(options: Options, planned: Setup, made: Made, diagnosis: Diagnosis | None) -> int:
    """What was made, then the report of the diagnosis; its exit code where all was made."""
    to_stdout(telling.made(planned, made))
    if diagnosis is None:
        return Exit.REFUSED
    whole = report.Report("live" if options.demo is None else "demo", [diagnosis])
    to_stdout("\n" + report.render("text", whole))
    return exit_code([diagnosis], options.fail_on, Asides())


async def make(
    opened: Opened, planned: Setup, confirm: tuple[str, ...], account: str, progress: Progress
) -> tuple[Setup, Made, Diagnosis | None]:
    """Make it, then diagnose what stands."""
    made = await setups.make(
        planned,
        connection=opened.connection,
        journal=changes.Journal(),
        typed=confirm,
        progress=lambda event: progress.waiting(f"{event.index + 1}: {event.stage} {event.text}".strip()),
        expect_account=account,
    )
    if not made.ok:
        return planned, made, None
    diagnosis = await diagnose(Facts(Calls(opened.connection.gateway), made.target), Plan())
    opened.record(made.target)
    return planned, made, diagnosis


def _on_paper(options: Options, answers: Answers) -> int:
    """The plan file; nothing is written to AWS."""
    file = Path(options.plan or "").expanduser()
    demand_file(file, "--plan")
    planned = headless(options, lambda opened, progress: _prepared(opened, answers, progress))
    to_stdout(telling.request(planned))
    if planned.changes:
        try:
            planfile.save(planned, file)
        except OSError as problem:
            raise UsageError(f"--plan {file}: {problem.strerror or problem}") from None
    return Exit.CLEAN if planned.proven or not planned.changes else Exit.FOUND


#: What the files are called after, so that the tools take them.
_SUFFIXES = {"cli": "sh", "cloudformation": "template.json", "terraform": "tf.json", "console": "txt"}


def _as_code(options: Options, answers: Answers) -> int:
    """The whole set-up as code, on stdout or where ``--output`` says; nothing is written to AWS."""
    output = Output(options.output, options.export_fixes)
    planned = headless(options, lambda opened, progress: _prepared(opened, answers, progress))
    stem = f"{planned.account.account}_{planned.account.region}"
    output.write(stem, [(_SUFFIXES[name], EXPORTS[name](planned)) for name in options.export_fixes])
    return Exit.CLEAN if planned.proven or not planned.changes else Exit.FOUND


async def _prepared(opened: Opened, answers: Answers, progress: Progress) -> Setup:
    progress.waiting("looking at the account")
    planned = await setups.prepare(answers, opened.connection)
    warned = [problem for problem in planned.problems if not problem.stops]
    if planned.stopped:
        lines = "; ".join(str(problem) for problem in planned.problems if problem.stops)
        raise UsageError(f"--answers: {lines}")
    for problem in warned:
        progress.say(f"canvas-kms-tui: {problem}")
    return planned


def _answers(options: Options) -> Answers:
    file = Path(options.answers or "").expanduser()
    try:
        return setups.load(file)
    except setups.BadAnswers as bad:
        raise UsageError(f"--answers {file} {bad}") from None


def _expected(options: Options) -> str:
    if options.expect_account is None:
        raise UsageError("--setup --answers changes an account: say which one with --expect-account ID, or use --plan")
    return options.expect_account


def apply_plan(options: Options, file: Path, account: str) -> int:
    """``--apply-plan`` of a set-up: the same plan again from what stands now, or it is refused."""
    try:
        wanted = planfile.load(file)
    except changes.Refused as refused:
        raise Complaint(str(refused), refused.exit_code) from None
    options = dataclasses.replace(options, region=options.region or (None if options.demo else wanted.region))

    async def work(opened: Opened, progress: Progress) -> tuple[Setup, Made, Diagnosis | None]:
        planfile.check_account(wanted, opened.connection, account)
        planned = await setups.prepare(wanted.answers, opened.connection)
        planfile.check_same(wanted, planned)
        return await make(opened, planned, options.confirm, account, progress)

    return told(options, *headless(options, work))


def take_back(options: Options, name: str, account: str) -> int:
    """``--undo setup/NAME``: all that a set-up made, the last piece first."""

    async def work(opened: Opened, progress: Progress) -> tuple[list[changes.Outcome], list[str]]:
        return await setups.take_back(
            name,
            connection=opened.connection,
            journal=changes.Journal(),
            typed=options.confirm,
            progress=lambda event: progress.waiting(f"{event.stage} {event.text}".strip()),
            expect_account=account,
        )

    outcomes, stays = headless(options, work)
    to_stdout("".join(f"{outcome.text}\n{outcome.entry_id}\n" for outcome in outcomes))
    to_stdout("".join(f"{line}\n" for line in stays))
    return Exit(max((outcome.exit_code for outcome in outcomes), default=0))
