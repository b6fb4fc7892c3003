"""Writes that AWS is known to refuse, said before they are tried."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.edits.documents import as_list, statements
from canvas_kms_tui.edits.principals import deleted_identities

_WRITE = "kms:putkeypolicy"


def refusals(changes: Sequence[Change]) -> list[str]:
    """Why AWS would refuse; empty where nothing is known against the changes."""
    return [
        f"KMS would refuse the key policy, because it names the deleted identity {name}: remove that first"
        for change in changes
        if change.operation == "PutKeyPolicy"
        for name in deleted_identities(change.after)
    ]


def shut_out(changes: Sequence[Change], writer: str) -> list[str]:
    """Key policies that do not let ``writer``, the ARN of who would apply the changes, edit them.

    An account may edit a key's policy by nothing but that policy (KMS developer guide, "Key policies in AWS KMS").
    Conditions are taken for met and a role's path for any, so nothing is said where it could be wrong.
    """
    return [_shut_out(change, writer) for change in changes if change.operation == "PutKeyPolicy"]


def _shut_out(change: Change, writer: str) -> str:
    editors: list[str] = []
    gone = deleted_identities(change.before)
    for statement in statements(change.before):
        if statement.get("Effect") != "Allow" or not _may_edit(statement):
            continue
        principal = statement.get("Principal", "*")
        named = as_list(principal.get("AWS")) if isinstance(principal, dict) else ["*"]
        if any(_is_or_holds(str(name), writer) for name in named):
            return ""
        editors += [str(name) for name in named if str(name) not in gone]
    lead = f"KMS will refuse this from {_name(writer)}: the key policy lets"
    if not editors:
        return f"{lead} nobody change it. Only AWS Support can help the account's owner to that key again."
    who = ", ".join(_name(editor) for editor in dict.fromkeys(editors[:3]))
    return f"{lead} only {who} change it. Apply it as one of those (--write-role-arn), or send it to them."


def _may_edit(statement: dict[str, Any]) -> bool:
    if "NotAction" in statement or "Action" not in statement:
        return True
    return any(fnmatchcase(_WRITE, str(action).lower()) for action in as_list(statement["Action"]))


def _is_or_holds(named: str, writer: str) -> bool:
    """Whether a principal of a policy is the writer, its account, or everybody."""
    account = writer.split(":")[4]
    if named in ("*", account) or named.endswith(f"::{account}:root"):
        return True
    return f"::{account}:" in named and _name(named) == _name(writer)


def _name(arn: str) -> str:
    """A user's or role's name; a session goes by its role's."""
    kind, _, rest = arn.rpartition(":")[2].partition("/")
    return (rest.partition("/")[0] if kind == "assumed-role" else rest.rpartition("/")[2]) or arn
