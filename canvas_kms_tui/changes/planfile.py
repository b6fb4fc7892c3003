"""Plan files: proposed changes on paper, to be approved by somebody and applied exactly so, or refused.

JSON with schema version, tool, target and changes. It carries digests of every document and one over the whole, and it
expires with the documents: what stands must still be what the plan was made from. Before it is applied the target is
diagnosed again: only what is then proposed and proven anew is written, so that an edited plan is of no use to anybody.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from canvas_kms_tui import __version__
from canvas_kms_tui.change import Change
from canvas_kms_tui.changes import stages
from canvas_kms_tui.changes.apply import Outcome, apply, check_fresh, confirmations
from canvas_kms_tui.changes.carry import is_consistent
from canvas_kms_tui.changes.errors import Refused, WrongAccount
from canvas_kms_tui.changes.journal import Journal
from canvas_kms_tui.changes.prove import simulate
from canvas_kms_tui.changes.record import digests, from_json, to_json
from canvas_kms_tui.changes.repair import RepairPlan
from canvas_kms_tui.changes.write import PATIENCE, Event
from canvas_kms_tui.edits.documents import digest
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.evidence import look
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Diagnosis
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.target import BadTarget, Dataset, Target

VERSION = "1"
#: No plan comes near it: two documents of AWS's largest size for each of a hundred changes.
LARGEST_FILE = 8 * 2**20
#: What malformed content raises on its way into types.
_MALFORMED = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
    BadTarget,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a plan file says. ``fixes`` are the ids of findings and of the fixes chosen for them."""

    target: Target
    title: str
    fixes: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]
    proof: str
    generated_at: str = ""

    @property
    def confirms(self) -> tuple[str, ...]:
        """The texts that ``--confirm`` must give."""
        return tuple(dict.fromkeys(change.confirm for change in self.changes if change.confirm))


def plan_of(repair: RepairPlan, target: Target) -> Plan:
    """A repair plan as a plan file."""
    fixes = tuple((finding.id, fix.id) for finding, fix in repair.fixes)
    return Plan(target, repair.title, fixes, repair.changes, repair.proof.text)


def to_text(plan: Plan) -> str:
    """The file's text."""
    body = {
        "plan_version": VERSION,
        "tool": {"name": "canvas-kms-tui", "version": __version__},
        "generated_at": plan.generated_at or datetime.now(UTC).isoformat(timespec="seconds"),
        "target": {**asdict(plan.target), "datasets": [dataset.uri for dataset in plan.target.datasets]},
        "title": plan.title,
        "proof": plan.proof,
        "fixes": [{"finding": finding, "fix": fix} for finding, fix in plan.fixes],
        "changes": [{**to_json(change), "needs_confirmation": bool(change.confirm)} for change in plan.changes],
    }
    return json.dumps({**body, "seal": digest(body)}, indent=2) + "\n"


def save(plan: Plan, path: Path) -> None:
    """Write the file, readable for the user alone; nothing half-written is left where it fails.

    Raises:
        OSError: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(to_text(plan))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def load(path: Path) -> Plan:
    """Read a plan file.

    Raises:
        Refused: it cannot be read, is no plan, or was edited.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise ValueError("it is larger than any plan")
        return from_text(data.decode())
    except OSError as error:
        raise Refused(f"the plan {path} cannot be read: {error.strerror or error}") from error
    except _MALFORMED as wrong:
        raise Refused(f"{path} is not a plan that can be applied: {wrong}; make a new one with --plan") from wrong


def from_text(text: str) -> Plan:
    """Raises one of several errors (``_MALFORMED``) where it is no plan or was edited."""
    body = json.loads(text)
    if not isinstance(body, dict) or body.get("plan_version") != VERSION:
        raise ValueError(f"it has no plan_version {VERSION}")
    seal = body.pop("seal", None)
    if seal != digest(body):
        raise ValueError("it was edited after it was made")
    changes = tuple(from_json(change) for change in body["changes"])
    if not all(is_consistent(change) for change in changes):
        raise ValueError("what it sends is not what it shows")
    fixes = tuple((_text(chosen["finding"]), _text(chosen["fix"])) for chosen in body["fixes"])
    told = [_text(body[name]) for name in ("title", "proof", "generated_at")]
    return Plan(_target(body["target"]), told[0], fixes, changes, *told[1:])


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} stands in the place of a text")
    return value


async def apply_plan(
    plan: Plan,
    *,
    connection: Connection,
    journal: Journal,
    expect_account: str,
    confirm: Iterable[str] = (),
    progress: Callable[[Event], None] = lambda event: None,
    patience: float = PATIENCE,
) -> Outcome:
    """Apply exactly this plan.

    Raises:
        WrongAccount: the plan, the credentials and ``--expect-account`` are not of one account (exit code 4).
        Refused: it is stale, not proven any more, or not confirmed (exit code 5); nothing was written.
    """
    _check_account(plan, connection, expect_account)
    changes = await _proposed_anew(plan, connection)
    return await apply(
        changes,
        connection=connection,
        journal=journal,
        confirmed=confirmations(changes, confirm),
        progress=progress,
        title=plan.title,
        target=str(plan.target),
        expect_account=expect_account,
        patience=patience,
    )


def _check_account(plan: Plan, connection: Connection, expect_account: str) -> None:
    for what, account in (("the plan is", plan.target.account), ("--expect-account is", expect_account)):
        if account != connection.caller.account:
            raise WrongAccount(
                f"{what} for account {account}, the credentials are of {connection.caller.account}; nothing was written"
            )
    if plan.target.region != connection.region:
        raise Refused(f"the plan is for Region {plan.target.region}, not {connection.region}; nothing was written")


async def _proposed_anew(plan: Plan, connection: Connection) -> tuple[Change, ...]:
    """The plan's changes as they are proposed and proven now; what the file says of them is only compared.

    Raises:
        Refused: it is not the same; :class:`Stale` where that is because somebody changed a document.
    """
    facts = Facts(connection.gateway, plan.target)
    try:
        diagnosis = await diagnose(facts)
    except BadTarget as gone:
        raise Refused(f"{gone}; nothing was written") from gone
    changes = await _same(plan, diagnosis, facts) or await _same(plan, await _confirmed(diagnosis, facts), facts)
    if changes is None:
        try:
            await check_fresh(plan.changes, connection)
        except _MALFORMED as wrong:
            raise Refused(f"the plan is none that this program made ({wrong!r}); nothing was written") from wrong
        raise Refused("the plan is not what is proposed now; nothing was written, make a new one with --plan")
    proof = await simulate(diagnosis, facts, changes)
    if not proof.ok:
        why = proof.worse[0] if proof.worse else "an answer would change for somebody else"
        raise Refused(f"the plan is not proven any more: {why}; nothing was written")
    return changes


async def _confirmed(diagnosis: Diagnosis, facts: Facts) -> Diagnosis:
    """CloudTrail may make a fix ours to apply (a deleted identity that was this role); nothing else is asked."""
    return await look(facts, diagnosis, what_changed=False, second_opinions=False, who_else=False)


async def _same(plan: Plan, diagnosis: Diagnosis, facts: Facts) -> tuple[Change, ...] | None:
    """The changes of the plan's fixes as the diagnosis proposes them; None where they are not those of the plan."""
    proposed = await stages.proposed(plan.fixes, diagnosis, facts)
    same = [digests(change) for change in proposed or ()] == [digests(change) for change in plan.changes]
    return proposed if same else None


def _target(values: Mapping[str, Any]) -> Target:
    for name in ("account", "partition", "region", "domain_id", "user_profile"):
        _text(values[name])
    for name in ("use_case", "error_text"):
        _text(values.get(name) or "")
    return Target(**{**values, "datasets": tuple(Dataset.parse(_text(uri)) for uri in values["datasets"])})
