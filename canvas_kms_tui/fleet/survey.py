"""One place from end to end: its Domains, their profiles, a diagnosis of each as it finishes."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass, field

from canvas_kms_tui import engine
from canvas_kms_tui.facts import Facts, Unreadable
from canvas_kms_tui.findings import (
    CallStats,
    Certainty,
    CouldNotCheck,
    Diagnosis,
    Finding,
    Resolved,
    Severity,
    Sourced,
    Status,
    Verdict,
    VerdictStatus,
)
from canvas_kms_tui.fleet.expiry import Expiry
from canvas_kms_tui.fleet.listing import SharedCalls, domain_ids, profile_names
from canvas_kms_tui.fleet.patient import Patient
from canvas_kms_tui.fleet.places import ALL, Place
from canvas_kms_tui.fleet.proofs import Proofs
from canvas_kms_tui.fleet.run import Plan, with_evidence
from canvas_kms_tui.fleet.wanted import Wanted
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.target import BadTarget, Target

#: Profiles that are diagnosed at the same time: enough to keep the calls' threads busy.
AT_ONCE = 24
_CAUSE = "domain-not-ready"
_NOT_READ = Sourced(None, "could not be read")


@dataclass(frozen=True, slots=True)
class Empty:
    """A place without Domains, or a Domain without profiles: there was nothing to diagnose."""

    domain_id: str | None


@dataclass(slots=True)
class Survey:
    """Diagnoses of one place. ``skip`` names what an earlier run has done, as (Domain, profile)."""

    connection: Connection
    place: Place
    wanted: Wanted
    plan: Plan
    skip: Collection[tuple[str, str]] = ()
    expired: bool = False
    _told: CallStats = field(default_factory=CallStats)
    _first: Facts | None = None
    _proofs: Proofs = field(default_factory=Proofs)

    async def run(self) -> AsyncIterator[Diagnosis | Empty]:
        """In the order in which they finish; nothing that was asked for is left out."""
        watched = Expiry(Patient(self.connection.gateway))
        calls = SharedCalls(watched)
        running: set[asyncio.Task[Diagnosis]] = set()
        try:
            async for found in self._targets(calls):
                if not isinstance(found, Target):
                    yield found
                    continue
                running.add(asyncio.create_task(self._diagnosed(calls, found)))
                if len(running) >= AT_ONCE:
                    done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    for each in done:
                        yield self._counted(each.result())
            while running:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for each in done:
                    yield self._counted(each.result())
        finally:
            self.expired = watched.expired
            for each in running:
                each.cancel()

    def target(self, domain_id: str, profile: str) -> Target:
        caller = self.connection.caller
        return self.wanted.target(caller.account, caller.partition, self.connection.region, domain_id, profile)

    async def _targets(self, calls: SharedCalls) -> AsyncIterator[Target | Diagnosis | Empty]:
        try:
            domains = [self.wanted.domain_id] if self.wanted.domain_id else await domain_ids(calls)
        except Unreadable as unreadable:
            if (ALL, ALL) not in self.skip:
                yield self._not_listed(ALL, unreadable)
            return
        if not domains:
            yield Empty(None)
        for domain in domains:
            async for found in self._in_domain(calls, domain):
                yield found

    async def _in_domain(self, calls: SharedCalls, domain: str) -> AsyncIterator[Target | Diagnosis | Empty]:
        name = self.wanted.user_profile
        try:
            names: Iterable[str] = await profile_names(calls, domain)
        except Unreadable as unreadable:
            if name and self.wanted.domain_id:
                names = [name]
            else:
                if (domain, ALL) not in self.skip:
                    yield self._not_listed(domain, unreadable)
                return
        chosen = [each for each in names if name in (None, each)]
        if not chosen:
            yield Empty(domain)
        for each in chosen:
            if (domain, each) not in self.skip:
                yield self.target(domain, each)

    def _not_listed(self, domain: str, unreadable: Unreadable) -> Diagnosis:
        what = "Domains" if domain == ALL else f"user profiles of {domain}"
        return incomplete(self.target(domain, ALL), unreadable.why, f"The {what} could not be listed")

    async def _diagnosed(self, calls: SharedCalls, target: Target) -> Diagnosis:
        try:
            facts = Facts(calls, target) if self._first is None else self._first.beside(target)
            self._first = self._first or facts
            found = await engine.diagnose(
                facts, causes=self.plan.causes, accept_unknown=self.plan.accept_unknown, strict=self.plan.strict
            )
            if self.plan.since is not None:
                found = await with_evidence(found, facts, self.plan, self.plan.since, one_of_many=True)
            return await self._proofs.prove_all(found, facts)
        except BadTarget as bad:
            return incomplete(target, CouldNotCheck("sagemaker:DescribeUserProfile", _arn(target), str(bad), None))
        except Unreadable as unreadable:
            return incomplete(target, unreadable.why)
        except Exception as defect:  # noqa: BLE001 - a defect must not take the other targets with it
            why = CouldNotCheck("sagemaker:DescribeUserProfile", _arn(target), f"a defect here: {defect!r}", None)
            return incomplete(target, why)

    def _counted(self, diagnosis: Diagnosis) -> Diagnosis:
        """With the calls since the diagnosis before it: shared calls are nobody's own, their sum is right."""
        now, before = self.connection.gateway.stats(), self._told
        self._told = now
        return dataclasses.replace(
            diagnosis,
            calls=CallStats(
                now.made - before.made,
                now.denied - before.denied,
                now.throttled - before.throttled,
                round(max(0.0, now.seconds - before.seconds), 3),
            ),
        )


def incomplete(target: Target, why: CouldNotCheck, said: str = "It could not be diagnosed") -> Diagnosis:
    """The diagnosis of what could not be diagnosed."""
    finding = Finding(
        cause=_CAUSE,
        title="Domain, user profile, app and space are in service",
        status=Status.UNKNOWN,
        severity=Severity.HIGH,
        certainty=Certainty.CERTAIN,
        summary=f"{said}: {why.reason}.",
        resource=_arn(target),
        could_not_check=why,
        layer="Who asks",
    )
    return Diagnosis(
        target=target,
        resolved=Resolved(_NOT_READ, _NOT_READ, _NOT_READ, _NOT_READ),
        verdict=Verdict(VerdictStatus.INCOMPLETE, None, f"{said}: {why.reason}."),
        import_path=(),
        findings=(finding,),
    )


def not_entered(target: Target, place: Place, reason: str) -> Diagnosis:
    """The diagnosis of an account that could not be entered."""
    role = place.role_arn
    grant = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role} if role else None
    why = CouldNotCheck("sts:AssumeRole" if role else "sts:GetCallerIdentity", role or _arn(target), reason, grant)
    return incomplete(target, why, f"Account {target.account} could not be entered")


def _arn(target: Target) -> str:
    place = f"arn:{target.partition}:sagemaker:{target.region}:{target.account}"
    if target.domain_id == ALL or target.user_profile == ALL:
        return f"{place}:domain/{target.domain_id}"
    return f"{place}:user-profile/{target.domain_id}/{target.user_profile}"
