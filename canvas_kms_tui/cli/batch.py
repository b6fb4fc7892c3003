"""``--batch``: one diagnosis, its reports, an exit code."""

from __future__ import annotations

from canvas_kms_tui import report
from canvas_kms_tui.cli.beside import Beside
from canvas_kms_tui.cli.headless import Diagnosed, diagnosed, headless
from canvas_kms_tui.cli.options import Complaint, Options
from canvas_kms_tui.cli.output import Output
from canvas_kms_tui.cli.select import plan
from canvas_kms_tui.findings import Diagnosis
from canvas_kms_tui.fleet.exits import Exit, exit_code
from canvas_kms_tui.report.asides import Asides


def run(options: Options) -> int:
    """Diagnose and report.

    Raises:
        UsageError: something that was named does not exist, or nothing can be written where it should be.
        CannotConnect: no credentials, another account, no answer.
        Complaint: the credentials expired before everything was read.
    """
    if options.many_targets:
        from canvas_kms_tui.cli import many

        return many.run(options)
    checks, beside = plan(options), Beside(options)
    output = Output(options.output, options.format)
    done = headless(options, lambda opened, progress: diagnosed(opened, checks, progress))
    asides = beside.of([done.diagnosis])
    put_out(done, output, asides)
    return ending(done, options, asides)


def put_out(done: Diagnosed, output: Output, asides: Asides) -> None:
    whole = report.Report(done.source, [done.diagnosis], asides=asides)
    output.write(stem(done.diagnosis), [(name, report.render(name, whole)) for name in output.formats])


def ending(done: Diagnosed, options: Options, asides: Asides) -> Exit:
    """The exit code of a diagnosis.

    Raises:
        Complaint: the credentials expired before everything was read.
    """
    code = exit_code([done.diagnosis], options.fail_on, asides)
    if code is Exit.INCOMPLETE and done.expired:
        raise Complaint("the credentials expired before everything was read; sign in again", Exit.CREDENTIALS)
    return code


def stem(diagnosis: Diagnosis) -> str:
    """Of the files of one target: a profile's name has no underscore."""
    return f"{diagnosis.target.domain_id}_{diagnosis.target.user_profile}"
