"""``--bundle``: what a support engineer needs, redacted, in one file."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from canvas_kms_tui.cli import batch
from canvas_kms_tui.cli.beside import Beside
from canvas_kms_tui.cli.bundled import Seen, written
from canvas_kms_tui.cli.connect import Opened, on_a_thread
from canvas_kms_tui.cli.headless import Diagnosed, diagnosed, headless
from canvas_kms_tui.cli.options import Options, UsageError
from canvas_kms_tui.cli.output import Output, demand_file, to_stdout
from canvas_kms_tui.cli.progress import Progress
from canvas_kms_tui.cli.select import plan
from canvas_kms_tui.fleet.run import Plan


def bundle(options: Options) -> int:
    """Diagnose, write the bundle and say what it holds; ends like a diagnosis.

    With ``--batch`` stdout gets the report, and what the bundle holds is said on stderr.

    Raises:
        UsageError: the file cannot be written, or something that was named does not exist.
    """
    checks, beside, path = plan(options), Beside(options), Path(options.bundle or "").expanduser()
    demand_file(path, "--bundle")
    output = Output(options.output, options.format)

    async def work(opened: Opened, progress: Progress) -> tuple[Diagnosed, str]:
        done, seen = await _seen(options, opened, checks, progress)
        seen = replace(
            seen, said=tuple(f"the suppression of {one.cause} ran out on {one.until}" for one in beside.run_out)
        )
        try:
            return done, await written(path, seen, checks)
        except OSError as problem:
            raise UsageError(f"--bundle {path}: {problem.strerror or problem}") from None

    done, holds = headless(options, work)
    asides = beside.of([done.diagnosis])
    if options.batch:
        print(holds, file=sys.stderr, end="")
        batch.put_out(done, output, asides)
    else:
        to_stdout(holds)
    return batch.ending(done, options, asides)


async def _seen(options: Options, opened: Opened, checks: Plan, progress: Progress) -> tuple[Diagnosed, Seen]:
    """A case file is taken as it is; anything else is recorded, and then the credentials are tried."""
    from canvas_kms_tui.aws import case, doctor
    from canvas_kms_tui.aws.recorder import Recorder

    if options.case is not None:
        done = await diagnosed(opened, checks, progress)
        own = await on_a_thread(partial(case.read, Path(options.case).expanduser()))  # noqa: ASYNC240 - a name alone
        return done, Seen(done.source, done.diagnosis, done.expired, replace(own, target=done.facts.target))
    first, second = Recorder(opened.connection), Recorder(opened.connection)
    done = await diagnosed(replace(opened, connection=replace(opened.connection, gateway=first)), checks, progress)
    target = done.facts.target
    progress.waiting("trying what the credentials may do")
    async for _ in doctor.examine(replace(opened.connection, gateway=second), target):
        pass
    tried, skew = second.case(target), doctor.clock_skew(opened.connection)
    return done, Seen(done.source, done.diagnosis, done.expired, first.case(target), tried, skew)
