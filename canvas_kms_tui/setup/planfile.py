"""A set-up on paper: answers, changes and a seal. It is applied only while the same answers give the same changes."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from canvas_kms_tui import __version__
from canvas_kms_tui.changes import Refused, WrongAccount
from canvas_kms_tui.changes.record import digests, to_json
from canvas_kms_tui.edits.documents import digest
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.setup.answers import Answers, BadAnswers, from_data
from canvas_kms_tui.setup.future import Setup

KIND, VERSION = "setup", "1"


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """``sent`` are the digests of what is sent, in order."""

    account: str
    region: str
    answers: Answers
    sent: tuple[str, ...]


def to_text(setup: Setup) -> str:
    body = {
        "plan_version": VERSION,
        "kind": KIND,
        "tool": {"name": "canvas-kms-tui", "version": __version__},
        "account": setup.account.account,
        "region": setup.account.region,
        "title": setup.title,
        "answers": {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(setup.answers).items()},
        "changes": [{**to_json(change), "needs_confirmation": bool(change.confirm)} for change in setup.changes],
    }
    return json.dumps({**body, "seal": digest(body)}, indent=2) + "\n"


def save(setup: Setup, path: Path) -> None:
    """Write the file for the user alone.

    Raises:
        OSError: it cannot be written; nothing half-written is left.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(to_text(setup))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def is_setup(path: Path) -> bool:
    """Whether the file says that it is the plan of a set-up; whether it is a right one is seen later."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(body, dict) and body.get("kind") == KIND


def load(path: Path) -> SetupPlan:
    """Raises Refused where it cannot be read, is no plan of a set-up, or was edited."""
    try:
        body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        seal = body.pop("seal", None)
        if seal != digest(body):
            raise Refused(f"{path} was edited after it was made; make a new one with --setup --answers FILE --plan")
        sent = tuple(change["digests"]["sent"] for change in body["changes"])
        return SetupPlan(body["account"], body["region"], from_data(body["answers"]), sent)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, BadAnswers) as wrong:
        raise Refused(f"{path} is not a plan that can be applied: {wrong}") from wrong


def check_account(plan: SetupPlan, connection: Connection, expected: str) -> None:
    """Raises WrongAccount where the plan is of another account than the credentials or than was expected."""
    for account in (connection.caller.account, expected):
        if plan.account != account:
            raise WrongAccount(f"the plan is of account {plan.account}, not of {account}; nothing was written")
    if plan.region != connection.region:
        raise Refused(f"the plan is of {plan.region}, the connection of {connection.region}; nothing was written")


def check_same(plan: SetupPlan, setup: Setup) -> None:
    """Raises Refused where what would be made now is not what the plan shows."""
    now = tuple(digests(change)["sent"] for change in setup.changes)
    if now != plan.sent:
        raise Refused(
            "what stands has changed since the plan was made: it would be another set-up now; nothing was written. "
            "Make a new plan"
        )
