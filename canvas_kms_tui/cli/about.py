"""What the program says of itself: its causes, demos, schema; and the evaluator for lines of JSON."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from canvas_kms_tui.causes import Cause, Group, catalogue
from canvas_kms_tui.cli.options import DEFAULT_DEMO, Options, UsageError
from canvas_kms_tui.cli.output import to_stdout
from canvas_kms_tui.cli.select import find
from canvas_kms_tui.report.dump import schema_text


def list_causes(options: Options) -> int:
    """One cause a line: id, who may apply its fix, title; under the name of its group."""
    wide = max(len(cause.id) for cause in catalogue())
    blocks = [
        "\n".join([group.value, *(_line(cause, wide) for cause in catalogue() if cause.group is group)])
        for group in Group
        if any(cause.group is group for cause in catalogue())
    ]
    to_stdout("\n\n".join(blocks) + "\n")
    return 0


def _line(cause: Cause, wide: int) -> str:
    return f"  {cause.id:<{wide}}  {cause.auto or '-':<5}  {cause.title}"


def explain(options: Options) -> int:
    """The help of one cause, which is the docstring of its file; or the guide's questions.

    Raises:
        UsageError: no cause has this id.
    """
    if options.explain == "faq":
        return _explain_faq(options)
    cause = find(options.explain or "", "--explain")
    head = f"{cause.id}\n{'=' * len(cause.id)}\n\nAll is well when: {cause.title}\n"
    foot = f"Group: {cause.group.value}\nSeverity: {cause.severity.value}\nFix applied here: {cause.auto or 'none'}\n"
    to_stdout(
        f"{head}\n{inspect.cleandoc(cause.help)}\n\n{foot}Source: {cause.source}\nReads: {', '.join(cause.reads)}\n"
    )
    return 0


def _explain_faq(options: Options) -> int:
    """The guide's six questions; with the environment's own values where a source of facts is named."""
    from canvas_kms_tui import faq

    named = options.demo is not None or options.case or options.domain_id
    if not named:
        to_stdout(faq.as_text())
        return 0
    from canvas_kms_tui.cli.connect import Opened
    from canvas_kms_tui.cli.headless import diagnosed, headless
    from canvas_kms_tui.cli.progress import Progress
    from canvas_kms_tui.cli.select import plan

    async def work(opened: Opened, progress: Progress) -> str:
        done = await diagnosed(opened, plan(options), progress)
        return faq.as_text(await faq.answered(done.facts, done.diagnosis))

    to_stdout(headless(options, work))
    return 0


def list_demos(options: Options) -> int:
    """One environment a line."""
    from canvas_kms_tui.demo.environments import names

    wide = max(len(summary.name) for summary in names())
    lines = (
        f"{summary.name:<{wide}}  {summary.title}{'  (default)' if summary.name == DEFAULT_DEMO else ''}"
        for summary in names()
    )
    to_stdout("\n".join(lines) + "\n")
    return 0


def print_schema(options: Options) -> int:
    to_stdout(schema_text())
    return 0


def evaluate(options: Options) -> int:
    """Decisions for lines of JSON, one line each, as they are read.

    Raises:
        UsageError: the file cannot be read, or a line of it means nothing.
    """
    from canvas_kms_tui.policy.lines import BadLine, evaluate_lines

    try:
        for answer in evaluate_lines(_lines(options.evaluate or "")):
            to_stdout(answer)
    except BadLine as bad:
        raise UsageError(f"--evaluate: {bad}") from None
    return 0


def _lines(place: str) -> Iterator[str]:
    try:
        if place == "-":
            yield from sys.stdin
            return
        with Path(place).expanduser().open(encoding="utf-8") as file:
            yield from file
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"--evaluate {place}: {getattr(problem, 'strerror', None) or problem}") from None
