"""The proof of a set-up: the future environment is diagnosed before anything of it is created.

What the simulation finds missing for a role or a key that stands already is mended with the causes' own fixes, as in
any diagnosis, and becomes part of the set-up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes import Overlay, prove_all, repair
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Calls, Facts, Unreadable, known
from canvas_kms_tui.findings import Diagnosis, Status, VerdictStatus
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.setup import account as accounts
from canvas_kms_tui.setup import planned as plans
from canvas_kms_tui.setup.account import Account, Bucket
from canvas_kms_tui.setup.answers import Answers
from canvas_kms_tui.setup.check import Problem, problems
from canvas_kms_tui.target import BadTarget, Dataset, Target

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
    """Look, check, plan and prove. Reads only.

    Raises:
        BadTarget: a dataset does not exist.
    """
    account = account or await accounts.look(connection)
    bucket = await accounts.bucket(connection, account, plans.bucket_name(answers, account))
    found = problems(answers, account, bucket)
    if any(problem.stops for problem in found):
        return Setup(answers, account, bucket, None, problems=tuple(found))
    named = plans.names(answers, account)
    target = plans.target(named, account)
    calls = Calls(connection.gateway)
    keys = await _source_keys(Facts(calls, target), named.datasets)
    changes = plans.planned(answers, account, bucket, named, keys)
    changes, diagnosis = await _proven(calls, target, changes)
    title = f"Set up Canvas in {named.setup}"
    return Setup(answers, account, bucket, target, tuple(changes), diagnosis, tuple(found), title)


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


__all__ = ["BadTarget", "Setup", "prepare"]
