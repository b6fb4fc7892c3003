"""``--batch`` over many targets: which places, which engine, one report, an exit code."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from canvas_kms_tui.cli import worker
from canvas_kms_tui.cli.beside import Beside
from canvas_kms_tui.cli.collect import Collector
from canvas_kms_tui.cli.connect import Opened, missing_extra, opener, wanted
from canvas_kms_tui.cli.fleet_progress import FleetProgress
from canvas_kms_tui.cli.headless import unheard
from canvas_kms_tui.cli.options import ACCOUNT_ROLE, PROGRAM, Complaint, Options, UsageError
from canvas_kms_tui.cli.output import Output
from canvas_kms_tui.cli.select import plan
from canvas_kms_tui.facts import Calls, Unreadable
from canvas_kms_tui.fleet import accounts as account_file
from canvas_kms_tui.fleet.dispatch import Dispatch
from canvas_kms_tui.fleet.engines import Engine, EngineGone, Lost
from canvas_kms_tui.fleet.exits import Exit
from canvas_kms_tui.fleet.job import Job, Task
from canvas_kms_tui.fleet.ledger import BadLedger, Ledger
from canvas_kms_tui.fleet.listing import domain_ids, organization_accounts
from canvas_kms_tui.fleet.local import Here, Processes
from canvas_kms_tui.fleet.places import Account, Place, places_of
from canvas_kms_tui.fleet.record import Ended
from canvas_kms_tui.fleet.resolve import listed
from canvas_kms_tui.fleet.run import Plan


def run(options: Options) -> int:
    """Diagnose everything that is meant, and report.

    Raises:
        UsageError: something that was named does not exist, or nothing can be written where it should be.
        CannotConnect: no credentials, another account, no answer.
        Complaint: the accounts cannot be listed, the cluster does not work, the credentials expired.
    """
    fleet = _Fleet(options, plan(options), Beside(options), Output(options.output, options.format))
    cancelled = False
    try:
        asyncio.run(fleet.run())
    except KeyboardInterrupt:
        cancelled = True
    finally:
        fleet.progress.close()
    return fleet.finish(cancelled=cancelled)


class _Fleet:
    """One run."""

    def __init__(self, options: Options, checks: Plan, beside: Beside, output: Output) -> None:
        self._options = options
        self._checks = checks
        self._beside = beside
        self._output = output
        self._accounts = _read_accounts(options)
        if options.scheduler and (missing := missing_extra("--scheduler", "distributed", ("distributed",))):
            raise UsageError(missing)
        self.progress = FleetProgress()
        self._collector: Collector | None = None
        self._dispatch = Dispatch(())
        self._gone = ""

    async def run(self) -> None:
        asyncio.get_running_loop().set_exception_handler(unheard)
        self.progress.say_now("connecting to AWS")
        opened = await self._opened()
        try:
            places, left_out = await self._places(opened)
            task = self._task(opened)
            collector = self._collector = self._collect(task, places, left_out)
            done = collector.replay()
            self._dispatch = Dispatch(place for place in places if place.key not in done)
            self.progress.begin(self._dispatch, collector)
            await self._work(task, collector)
        finally:
            if opened is not None:
                opened.connection.close()

    async def _opened(self) -> Opened | None:
        """Our own connection; None where every account has a profile of its own."""
        if self._accounts and all(account.profile for account in self._accounts):
            return None
        return await opener(self._options)()

    async def _places(self, opened: Opened | None) -> tuple[list[Place], list[Account]]:
        options = self._options
        if opened is None:
            regions = options.regions or ((options.region,) if options.region else ())
            return [place for each in self._accounts for place in places_of(each, regions, "aws")], []
        caller = opened.connection.caller
        regions = options.regions or (opened.connection.region,)
        if not (options.accounts or options.organization):
            await self._check_domain(opened)
            account = Account(caller.account, options.role_arn, options.external_id)
            return places_of(account, regions, caller.partition), []
        found = await self._listed(opened) if options.organization else self._accounts
        found = [self._entered(account, caller.account, caller.partition) for account in found]
        chosen = [account for account in found if not account.why_not]
        places = [place for account in chosen for place in places_of(account, regions, caller.partition)]
        return places, [account for account in found if account.why_not]

    async def _listed(self, opened: Opened) -> list[Account]:
        role = self._options.account_role or ACCOUNT_ROLE
        try:
            return await organization_accounts(opened.connection.gateway, opened.connection.caller, role)
        except Unreadable as unreadable:
            raise Complaint(
                f"--organization: the accounts cannot be listed ({unreadable.why.action}: {unreadable}); "
                "ask from the management account or a delegated administrator, or give --accounts FILE",
                Exit.INCOMPLETE,
            ) from None

    def _entered(self, account: Account, own: str, partition: str) -> Account:
        """The account with the way in that the flags give it."""
        if account.role_arn or account.profile or account.why_not or account.id == own:
            return account
        if not self._options.account_role:
            raise UsageError(
                f"--accounts {self._options.accounts}: account {account.id} has neither role_arn nor profile, "
                f"and is not our own ({own}); add one, or give --account-role"
            )
        arn = account_file.role_arn(account.id, self._options.account_role, partition)
        return Account(account.id, arn, account.external_id, None, account.regions)

    async def _check_domain(self, opened: Opened) -> None:
        """``--all-user-profiles`` alone means the only Domain.

        Raises:
            UsageError: there are several.
        """
        options = self._options
        if options.all_domains or options.regions or options.domain_id:
            return
        try:
            found = await domain_ids(Calls(opened.connection.gateway))
        except Unreadable:
            return  # said of the place
        if len(found) > 1:
            raise UsageError(f"{len(found)} Domains; choose one with --domain-id or add --all-domains: {listed(found)}")

    def _task(self, opened: Opened | None) -> Task:
        options, said = self._options, wanted(self._options)
        access: dict[str, Any] = {
            "profile": options.profile,
            "region": options.region,
            "endpoint_url": options.endpoint_url,
            "log_file": None if options.scheduler or not options.log_file else str(Path(options.log_file).expanduser()),
        }
        if opened is not None and options.demo is not None:
            access |= opened.access
        return Task(
            wanted=said,
            plan=self._checks,
            formats=options.format,
            own_files=self._output.several,
            fail_on=options.fail_on,
            source="live" if options.demo is None else "demo",
            generated_at=datetime.now(UTC).replace(microsecond=0),
            suppressions=self._beside.suppressions,
            access=access,
        )

    def _collect(self, task: Task, places: Sequence[Place], left_out: Sequence[Account]) -> Collector:
        head = {"generated_at": task.generated_at.isoformat()}
        try:
            ledger = self._ledger(task, head)
        except BadLedger as bad:
            raise UsageError(f"--resume {bad}") from None
        return Collector(task, self._output, ledger, left_out)

    def _ledger(self, task: Task, head: dict[str, str]) -> Ledger | None:
        if self._options.resume:
            run = _fingerprint(self._options, task, self._accounts, self._beside)
            return Ledger.opened(Path(self._options.resume).expanduser(), run, head)
        streamed = self._output.is_stdout and self._options.format == ("jsonl",)
        return None if streamed else Ledger.temporary(head)

    async def _work(self, task: Task, collector: Collector) -> None:
        engine = self._engine()
        try:
            await engine.start()
        except EngineGone as gone:
            raise UsageError(str(gone)) from None
        try:
            await self._until_done(engine, task, collector)
        except EngineGone as gone:
            self._gone = str(gone)
        finally:
            await engine.stop()

    def _engine(self) -> Engine:
        if self._options.scheduler:
            from canvas_kms_tui.fleet.dask import Cluster

            return Cluster(self._options.scheduler, worker.run_job)
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        count = min(self._options.workers or cores, self._dispatch.accounts)
        return Processes(count) if count > 1 else Here(worker.work)

    async def _until_done(self, engine: Engine, task: Task, collector: Collector) -> None:
        dispatch, given = self._dispatch, dict[str, Job]()

        def give() -> None:
            while len(given) < engine.room and (place := dispatch.take()):
                job = Job(place, task, collector.done_of(place), self._beside.before_of(place.account, place.region))
                given[place.key] = job
                engine.submit(job)

        give()
        records = engine.records()
        while given:
            record = await anext(records)
            if isinstance(record, Lost):
                job = given.pop(record.place)
                if not dispatch.lost(record.place):
                    for told in worker.failed(Job(job.place, task, collector.done_of(job.place)), record.why):
                        collector.take(told)
                    dispatch.done(record.place)
                give()
                continue
            collector.take(record)
            if isinstance(record, Ended):
                dispatch.done(record.place)
                del given[record.place]
                give()
            self.progress.show()

    def finish(self, *, cancelled: bool) -> int:
        """Write the report of what is done; the exit code."""
        if self._collector is None:
            return Exit.CANCELLED if cancelled else Exit.CLEAN
        code = self._collector.finish(self._dispatch.left)
        if self._gone:
            self.progress.say(f"{PROGRAM}: {self._gone}")
        if cancelled:
            self.progress.say(f"{PROGRAM}: cancelled; what was done is in the report")
            return Exit.CANCELLED
        if code is Exit.CLEAN and self._gone:
            return Exit.INCOMPLETE
        if code is Exit.INCOMPLETE and self._collector.expired:
            raise Complaint("the credentials expired before everything was read; sign in again", Exit.CREDENTIALS)
        return code


def _read_accounts(options: Options) -> list[Account]:
    if not options.accounts:
        return []
    try:
        return account_file.load(Path(options.accounts).expanduser())
    except account_file.BadAccounts as bad:
        raise UsageError(f"--accounts {bad}") from None


def _fingerprint(options: Options, task: Task, accounts: Sequence[Account], beside: Beside) -> str:
    """The same for runs that would find the same: what to look at, what to check, how to write it down."""
    data = task.data()
    del data["generated_at"], data["access"]
    which = [options.all_user_profiles, options.all_domains, options.regions, options.region, options.organization,
             options.account_role, options.profile, options.endpoint_url, options.role_arn, options.demo,
             repr(accounts), beside.fingerprint]  # fmt: skip
    return hashlib.sha256(json.dumps([which, data], sort_keys=True).encode()).hexdigest()
