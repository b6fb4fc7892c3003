"""``--batch``: one diagnosis, its reports, an exit code."""

from __future__ import annotations

import asyncio
from typing import Any

from canvas_kms_tui import report
from canvas_kms_tui.cli.connect import Opened, opener
from canvas_kms_tui.cli.options import Options, UsageError
from canvas_kms_tui.cli.output import Output
from canvas_kms_tui.cli.progress import Progress
from canvas_kms_tui.cli.select import plan
from canvas_kms_tui.facts import Calls, Facts
from canvas_kms_tui.findings import Diagnosis
from canvas_kms_tui.fleet.exits import exit_code
from canvas_kms_tui.fleet.resolve import resolve
from canvas_kms_tui.fleet.run import Plan, diagnose
from canvas_kms_tui.target import BadTarget


def run(options: Options) -> int:
    """Diagnose and report.

    Raises:
        UsageError: something that was named does not exist, or nothing can be written where it should be.
        CannotConnect: no credentials, another account, no answer.
    """
    checks = plan(options)
    output = Output(options.output, options.format)
    progress = Progress()
    try:
        source, diagnosis = asyncio.run(_diagnose(options, checks, progress))
    except BadTarget as bad:
        raise UsageError(str(bad)) from None
    finally:
        progress.close()
    whole = report.Report(source, [diagnosis])
    output.write(_name(diagnosis), [(name, report.render(name, whole)) for name in output.formats])
    return exit_code([diagnosis], options.fail_on)


async def _diagnose(options: Options, checks: Plan, progress: Progress) -> tuple[str, Diagnosis]:
    asyncio.get_running_loop().set_exception_handler(_drop)
    progress.connecting("starting the stand-in for AWS" if options.demo is not None else "connecting to AWS")
    opened = await opener(options, progress.waiting)()
    try:
        return opened.connection.source, await _diagnose_opened(opened, checks, progress)
    finally:
        opened.connection.close()


async def _diagnose_opened(opened: Opened, checks: Plan, progress: Progress) -> Diagnosis:
    calls = Calls(opened.connection.gateway)
    target = await resolve(opened.connection, calls, opened.wanted)
    return await diagnose(Facts(calls, target), checks, progress)


def _name(diagnosis: Diagnosis) -> str:
    """Of the files of one target: a profile's name has no underscore."""
    return f"{diagnosis.target.domain_id}_{diagnosis.target.user_profile}"


def _drop(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A question that nobody waits for any more may fail unheard; stderr is for the one line that matters."""
