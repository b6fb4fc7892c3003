"""The proof of a set-up: the future environment is diagnosed before anything of it is created.

What the simulation finds missing for a role or a key that stands already is mended with the causes' own fixes, as in
any diagnosis, and becomes part of the set-up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes import Overlay, prove_all, repair
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Calls, Facts, Unreadable, known
from canvas_kms_tui.findings import CallStats, Diagnosis, Status, VerdictStatus
from canvas_kms_tui.gateway import Connection, Gateway, Response
from canvas_kms_tui.setup import account as accounts
from canvas_kms_tui.setup import planned as plans
from canvas_kms_tui.setup import probe
from canvas_kms_tui.setup.account import Account, Bucket
from canvas_kms_tui.setup.answers import Answers
from canvas_kms_tui.setup.check import problems
from canvas_kms_tui.setup.problem import Problem
from canvas_kms_tui.setup.steps import STEPS
from canvas_kms_tui.target import Dataset, Target

#: Rounds of simulating and mending: each round mends all that the one before it found.
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Setup:
    """A set-up as it would be made.

    Attributes:
        changes: in order; empty where everything stands already.
        diagnosis: of the environment as it would then be; None where a problem stops it before.
        problems: what is wrong with the answers.
    """

    answers: Answers
    account: Account
    bucket: Bucket
    target: Target | None
    changes: tuple[Change, ...] = ()
    diagnosis: Diagnosis | None = field(default=None, repr=False)
    problems: tuple[Problem, ...] = ()
    title: str = ""

    @property
    def stopped(self) -> bool:
        return any(problem.stops for problem in self.problems)

    @property
    def proven(self) -> bool:
        """Whether the import passes in the environment as it would be."""
        if self.diagnosis is None:
            return False
        if self.diagnosis.verdict.status is VerdictStatus.WARNINGS:
            return all(
                finding.cause in _AFTERWARDS for finding in self.diagnosis.findings if finding.status is Status.WARN
            )
        return self.diagnosis.verdict.status is VerdictStatus.HEALTHY

    @property
    def confirms(self) -> tuple[str, ...]:
        """The texts that must be typed."""
        return tuple(dict.fromkeys(change.confirm for change in self.changes if change.confirm))


#: Warnings that a finished set-up may have: they say what the user does next.
_AFTERWARDS = frozenset({"settings-not-picked-up"})


async def prepare(answers: Answers, connection: Connection, account: Account | None = None) -> Setup:
    """Look, check, plan and prove. Reads only."""
    account = account or await accounts.look(connection)
    bucket = await accounts.bucket(connection, account, plans.bucket_name(answers, account))
    calls = Calls(_Settled(connection.gateway))
    found = problems(answers, account, bucket)
    found += await probe.datasets(answers, Facts(calls, _nobody(account)))
    if any(problem.stops for problem in found):
        return Setup(answers, account, bucket, None, problems=_ordered(found))
    named, target, changes = await _draft(answers, account, bucket, calls)
    found += await probe.network(answers, account, Facts(Overlay(calls, changes), target))
    if any(problem.stops for problem in found):
        return Setup(answers, account, bucket, None, problems=_ordered(found))
    changes, diagnosis = await _proven(calls, target, changes)
    title = f"Set up Canvas in {named.setup}"
    return Setup(answers, account, bucket, target, tuple(changes), diagnosis, _ordered(found), title)


class _Settled:
    """Reads as they will be once AWS is done with what was begun: the making waits for that before it writes."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def stats(self) -> CallStats:
        return self._gateway.stats()

    def now(self) -> datetime:
        return self._gateway.now()

    async def call(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        answer = await self._gateway.call(service, operation, region=region, **params)
        under_way = operation in ("describe_domain", "describe_user_profile") and answer.get("Status") in _UNDER_WAY
        return {**answer, "Status": "InService"} if under_way else answer


_UNDER_WAY = frozenset({"Pending", "Updating"})

#: The steps of which AWS must be asked, besides what was read at the beginning.
ASKED = ("bucket", "datasets", "network")


async def asked(step: str, answers: Answers, connection: Connection, account: Account) -> list[Problem]:
    """What AWS says of the answers of one of these steps while the later ones are still open. Reads only."""
    calls = Calls(connection.gateway)
    if step == "datasets":
        return await probe.datasets(answers, Facts(calls, _nobody(account)))
    bucket = await accounts.bucket(connection, account, plans.bucket_name(answers, account))
    found = problems(answers, account, bucket)
    if step == "network" and not any(problem.stops and problem.step != "profiles" for problem in found):
        somebody = answers.with_(profiles=answers.profiles or ("user",))
        _, target, changes = await _draft(somebody, account, bucket, calls)
        found += await probe.network(answers, account, Facts(Overlay(calls, changes), target))
    return [problem for problem in found if problem.step == step]


def _ordered(found: Sequence[Problem]) -> tuple[Problem, ...]:
    order = [step.id for step in STEPS]
    return tuple(sorted(found, key=lambda problem: order.index(problem.step)))


def _nobody(account: Account) -> Target:
    """Who asks for what is the same for everybody in the account: whether a dataset is there."""
    return Target(
        account=account.account, partition=account.partition, region=account.region, domain_id="", user_profile=""
    )


async def _draft(
    answers: Answers, account: Account, bucket: Bucket, calls: Calls
) -> tuple[plans.Names, Target, list[Change]]:
    named = plans.names(answers, account)
    target = plans.target(named, account)
    keys = await _source_keys(Facts(calls, target), named.datasets)
    return named, target, plans.planned(answers, account, bucket, named, keys)


async def _source_keys(facts: Facts, datasets: Sequence[Dataset]) -> list[str]:
    """The ARNs of the keys that the sources are encrypted with, as far as they can be seen."""
    sources = await asyncio.gather(*(known(facts.buckets.source(dataset)) for dataset in datasets))
    seen = [source for source in sources if not isinstance(source, Unreadable)]
    return sorted({item.key_arn for source in seen for item in source.objects if item.key_arn})


async def _proven(calls: Calls, target: Target, changes: list[Change]) -> tuple[list[Change], Diagnosis]:
    """The changes and whatever mends the future environment, with its diagnosis."""
    for _ in range(_ROUNDS):
        facts = Facts(Overlay(calls, changes), target)
        diagnosis = await diagnose(facts)
        if not any(finding.status is Status.FAIL for finding in diagnosis.findings):
            return changes, diagnosis
        plan = await repair(await prove_all(diagnosis, facts), facts)
        if plan is None:
            return changes, diagnosis
        changes = [*changes, *plan.changes]
    return changes, await diagnose(Facts(Overlay(calls, changes), target))


__all__ = ["ASKED", "Setup", "asked", "prepare"]
