"""Edits of a KMS key: its policy, one statement at a time, and its state. Pure: documents in, changes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from canvas_kms_tui.change import Change, Undo, confirmation
from canvas_kms_tui.edits.documents import (
    KEY_POLICY_BYTES,
    Json,
    as_list,
    as_text,
    check_bytes,
    parsed,
    statements,
)
from canvas_kms_tui.edits.ours import with_our_statement

#: What makes a principal a user of a key rather than its administrator.
_USES = (
    "kms:decrypt",
    "kms:encrypt",
    "kms:generatedatakey",
    "kms:generatedatakeywithoutplaintext",
    "kms:generatedatakeypair",
    "kms:reencryptfrom",
    "kms:reencryptto",
    "kms:sign",
    "kms:generatemac",
)


def append_key_policy_statement(
    *,
    document: Json | str | None,
    key_arn: str,
    region: str,
    role_arn: str,
    actions: Sequence[str],
    sid_hint: str,
    conditions: Json | None = None,
) -> Change:
    """Allow one role these actions on the key: one statement at the end, or one of ours that grows.

    Raises:
        TooLarge: the policy would have more than 32,768 bytes.
    """
    current = parsed(document)
    statement = _statement(role_arn, actions, conditions, sid_hint)
    return edit_key_policy(
        key_arn=key_arn,
        region=region,
        current=current,
        new=with_our_statement(current, statement),
        role_arn=role_arn,
    )


def edit_key_policy(*, key_arn: str, region: str, current: Json | None, new: Json, role_arn: str = "") -> Change:
    """Put a key policy in the place of the one that stands.

    Where principals other than ``role_arn`` use the key, the change asks for a typed confirmation.

    Raises:
        TooLarge: the policy would have more than 32,768 bytes.
    """
    check_bytes(f"the key policy of {key_arn}", new, KEY_POLICY_BYTES)
    others = other_users(current, key_arn=key_arn, role_arn=role_arn)
    return Change(
        service="kms",
        operation="PutKeyPolicy",
        parameters={"KeyId": key_id(key_arn), "PolicyName": "default", "Policy": as_text(new)},
        resource=key_arn,
        region=region,
        document="key policy",
        before=parsed(current),
        after=parsed(new),
        undo=Undo.EXACT,
        undo_note="Undo puts the key policy back as it was.",
        confirm=confirmation(account_of(key_arn), key_arn) if others else None,
        confirm_why=f"The key is also used by {_names(others)}." if others else "",
    )


def enable_key(*, key_arn: str, region: str, state: str = "Disabled") -> Change:
    """Enable a disabled key."""
    return Change(
        service="kms",
        operation="EnableKey",
        parameters={"KeyId": key_id(key_arn)},
        resource=key_arn,
        region=region,
        document="key state",
        before={"KeyState": state},
        after={"KeyState": "Enabled"},
        undo=Undo.COMPENSATING,
        undo_note="Undo disables the key again.",
        confirm=confirmation(account_of(key_arn), key_arn),
        confirm_why="Somebody may have disabled this key on purpose.",
    )


def cancel_key_deletion(*, key_arn: str, region: str, deletion_date: datetime | str | None) -> Change:
    """Cancel the scheduled deletion of a key; AWS leaves the key disabled."""
    date = deletion_date.isoformat() if isinstance(deletion_date, datetime) else deletion_date
    return Change(
        service="kms",
        operation="CancelKeyDeletion",
        parameters={"KeyId": key_id(key_arn)},
        resource=key_arn,
        region=region,
        document="key state",
        before={"KeyState": "PendingDeletion", **({"DeletionDate": date} if date else {})},
        after={"KeyState": "Disabled"},
        undo=Undo.COMPENSATING,
        undo_note="Undo schedules the deletion again, with a new date: at least 7 days after the undo.",
        confirm=confirmation(account_of(key_arn), key_arn),
        confirm_why="Somebody has scheduled this key for deletion.",
    )


def other_users(document: Json | None, *, key_arn: str, role_arn: str) -> tuple[str, ...]:
    """The principals, other than the role and the key's own account, that the policy lets use the key."""
    account = account_of(key_arn)
    own = {role_arn, account, f"arn:{key_arn.split(':')[1]}:iam::{account}:root"}
    named = [
        name
        for statement in statements(document)
        if statement.get("Effect") == "Allow" and _gives_use(statement)
        for name in _principals(statement)
    ]
    return tuple(name for name in dict.fromkeys(named) if name not in own)


def key_id(key_arn: str) -> str:
    return key_arn.rpartition("key/")[2]


def account_of(arn: str) -> str:
    return arn.split(":")[4]


def _statement(role_arn: str, actions: Sequence[str], conditions: Json | None, sid: str) -> dict[str, Any]:
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": role_arn},
        "Action": list(actions),
        "Resource": "*",
    }
    return {**statement, "Condition": dict(conditions)} if conditions else statement


def _gives_use(statement: Json) -> bool:
    if "NotAction" in statement:
        return True
    patterns = [str(action).lower() for action in as_list(statement.get("Action"))]
    return any(fnmatchcase(use, re.sub(r"\[", "[[]", pattern)) for use in _USES for pattern in patterns)


def _principals(statement: Json) -> list[str]:
    principal = statement.get("Principal", statement.get("NotPrincipal", "*"))
    if "NotPrincipal" in statement or not isinstance(principal, Mapping):
        return ["everyone (*)"]
    return [str(name) if name != "*" else "everyone (*)" for names in principal.values() for name in as_list(names)]


def _names(names: Iterable[str], shown: int = 3) -> str:
    listed = list(names)
    rest = len(listed) - shown
    return ", ".join(listed[:shown]) + (f" and {rest} more" if rest > 0 else "")
