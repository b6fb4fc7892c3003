"""Takes the records of a run as they come: counts, keeps, streams, and puts the reports together at the end."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from canvas_kms_tui.cli.output import Output, to_stdout
from canvas_kms_tui.fleet.exits import Exit
from canvas_kms_tui.fleet.job import Task
from canvas_kms_tui.fleet.ledger import Ledger
from canvas_kms_tui.fleet.places import Account, Place
from canvas_kms_tui.fleet.record import Ended, Pulse, Record, Result
from canvas_kms_tui.report import many
from canvas_kms_tui.report.asides import Asides
from canvas_kms_tui.report.summary import Summary

#: Of the report of the whole run, where several formats go to a directory.
STEM = "fleet"


class Collector:
    """``ledger`` None: nothing has to be kept, each line goes to stdout as it comes."""

    def __init__(self, task: Task, output: Output, ledger: Ledger | None, left_out: Sequence[Account]) -> None:
        self._task = task
        self._output = output
        self._ledger = ledger
        self._streams = output.is_stdout and task.formats == ("jsonl",)
        self._done: dict[str, set[tuple[str, str]]] = {}
        self._gathered = many.Gathered()
        self._found: set[int] = set()
        self.summary = Summary(left_out=[(account.id, account.why_not) for account in left_out])
        self.expired = False
        self.sent: dict[str, tuple[int, int]] = {}
        if ledger is not None:
            moment = datetime.fromisoformat(str(ledger.head["generated_at"]))
            self._task = dataclasses.replace(task, generated_at=moment)

    def replay(self) -> set[str]:
        """Take again what an earlier run has kept; the places that it finished."""
        finished: set[str] = set()
        for record in self._ledger.records() if self._ledger else ():
            self._count(record)
            if isinstance(record, Ended):
                finished.add(record.place)
        return finished

    def done_of(self, place: Place) -> tuple[tuple[str, str], ...]:
        """The targets of a place that is begun and not finished."""
        return tuple(sorted(self._done.get(place.key, ())))

    def take(self, record: Record) -> None:
        """Raises UsageError where the output does not take it."""
        if isinstance(record, Pulse):
            self.sent[record.place] = (record.made, record.throttled)
            return
        if isinstance(record, Result) and record.target in self._done.get(record.place, ()):
            return
        if self._ledger is not None:
            self._ledger.add(record)
        self._count(record)

    def _count(self, record: Record) -> None:
        if isinstance(record, Ended):
            self._end(record)
        elif isinstance(record, Result):
            self._done.setdefault(record.place, set()).add(record.target)
            self._add(record)

    def _end(self, ended: Ended) -> None:
        self._done.pop(ended.place, None)
        summary = self.summary
        summary.domains += ended.domains
        summary.accounts.add(ended.account)
        summary.regions.add(ended.region)
        summary.empty += [(ended.account, ended.region, domain) for domain in ended.empty]
        if ended.not_entered:
            summary.not_entered.append((ended.account, ended.region, ended.not_entered))
        self.expired = self.expired or ended.expired
        if self._ledger is not None:
            self._ledger.sync()

    def _add(self, result: Result) -> None:
        row = result.row
        self.summary.add(row, result.loud, result.repairs, result.calls)
        self._found.add(result.exit)
        kind = f"{row.verdict} {row.most_likely} {'|'.join(each.key for each in result.repairs)}"
        self._gathered.add(row, kind, dict(result.parts))
        if self._streams:
            to_stdout(result.parts["jsonl"])
        if result.files:
            stem = "_".join((row.account, row.region, row.domain_id, row.user_profile)).replace("*", "all")
            self._output.write(stem, list(result.files.items()))

    def finish(self, left: int) -> Exit:
        """Write the reports; ``left`` places were not finished.

        Raises:
            UsageError: the output does not take it.
        """
        self.summary.not_reached = left
        frame = self._task.frame(Asides(self._task.suppressions))
        for name in () if self._streams else self._task.formats:
            chunks = many.assemble(name, frame, self.summary, self._gathered, partial(self._parts, name))
            self._output.stream(STEM, name, chunks)
        if self._ledger is not None:
            self._ledger.close()
        return self._exit(left)

    def _parts(self, name: str) -> Iterator[str]:
        assert self._ledger is not None
        for record in self._ledger.records():
            if isinstance(record, Result):
                yield record.parts.get(name, "")

    def _exit(self, left: int) -> Exit:
        if Exit.FOUND in self._found:
            return Exit.FOUND
        if Exit.INCOMPLETE in self._found or left or not self._found:
            return Exit.INCOMPLETE
        return Exit.CLEAN
