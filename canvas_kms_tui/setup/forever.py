"""What a Domain that stands keeps: answers that would have it otherwise are said, never passed over.

What was left as it is in the template counts as not answered: where it differs it is a note. Source: SageMaker API
reference, UpdateDomain, which knows no DomainName, AuthMode and KmsKeyId, and a VpcId only for a Domain that has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from canvas_kms_tui.setup.account import Account, Domain
from canvas_kms_tui.setup.answers import AWS_MANAGED, NEW, Answers
from canvas_kms_tui.setup.problem import Problem

_NEVER = "which can never be changed"
_ANOTHER = "name a new Domain to have it so"
_NOT_HERE = "and a set-up leaves an existing Domain's network alone"


def disagreeing(answers: Answers, account: Account) -> Iterator[Problem]:
    """Answers that an existing Domain does not follow."""
    domain = account.domain(answers.domain)
    if domain is None:
        return
    name, described, default = domain.name or domain.id, domain.described, Answers()
    if answers.auth_mode != (standing := described.get("AuthMode")):
        said = f"{answers.auth_mode!r}, but users of {name} sign in by {standing}, {_NEVER}"
        yield _differs("domain", "auth_mode", f"{said}: write {standing}", answers.auth_mode == default.auth_mode)
    yield from _storage_key(answers.storage_key, account, domain, name)
    if answers.network != (standing := described.get("AppNetworkAccessType")):
        said = f"{answers.network!r}, but {name} is {standing}, {_NOT_HERE}: write {standing}"
        yield _differs("network", "network", said, answers.network == default.network)
    if answers.vpc and answers.vpc != (standing := described.get("VpcId")):
        stands = f"is in {standing}, {_NEVER}" if standing else f"has none, {_NOT_HERE}"
        yield _differs("network", "vpc", f"{answers.vpc!r}, but {name} {stands}: leave it empty")
    own = {"subnets": described.get("SubnetIds"), "security_groups": domain.settings.get("SecurityGroups")}
    for answer, standing in own.items():
        if (given := getattr(answers, answer)) and set(given) != set(standing or ()):
            said = f"{', '.join(given)}, but {name} has {', '.join(standing or ()) or 'none'}, {_NOT_HERE}"
            yield _differs("network", answer, f"{said}: leave it empty")


def settled(answers: Answers, account: Account) -> tuple[Answers, list[str]]:
    """The answers without those that the chosen Domain cannot follow, and what is said of them."""
    wrong = [problem for problem in disagreeing(answers, account) if problem.stops]
    default = Answers()
    kept: dict[str, Any] = {problem.answer: getattr(default, problem.answer) for problem in wrong}
    return answers.with_(**kept), [str(problem) for problem in wrong]


def _differs(step: str, answer: str, said: str, unanswered: bool = False) -> Problem:
    return Problem(step, answer, said if unanswered else f"{said}, or {_ANOTHER}", stops=not unanswered)


def _storage_key(wanted: str, account: Account, domain: Domain, name: str) -> Iterator[Problem]:
    standing = str(domain.described.get("KmsKeyId") or "")
    if wanted == NEW:
        if not standing:
            said = f"{name} encrypts its volumes with AWS's own key, {_NEVER}: none is made for them"
            yield Problem("storage-key", "storage_key", said, stops=False)
        return
    key = account.key(wanted)
    if not standing and wanted == AWS_MANAGED:
        return
    if standing and (key.arn if key else wanted) in (standing, standing.rsplit("/", 1)[-1]):
        return
    own = account.key(standing)
    held = f"{own.shown} ({standing})" if own and own.aliases else standing or "AWS's own key"
    said = f"{wanted!r}, but {name} encrypts its volumes with {held}, {_NEVER}: write {NEW} to leave it so"
    yield _differs("storage-key", "storage_key", said)
