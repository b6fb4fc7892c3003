"""Edits of an execution role: its inline policies and its trust policy. Pure: documents in, changes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from canvas_kms_tui.change import Change, Undo, confirmation
from canvas_kms_tui.edits.documents import (
    INLINE_POLICIES_CHARACTERS,
    TRUST_POLICY_CHARACTERS,
    Json,
    TooLarge,
    as_text,
    characters,
    is_ours,
    parsed,
    statements,
)
from canvas_kms_tui.edits.ours import with_our_statement

OUR_POLICY = "CanvasKmsImport"


def put_inline_role_policy(
    *,
    role_name: str,
    role_arn: str,
    existing: Mapping[str, Json],
    statements: Sequence[Json],
    policy_name: str = OUR_POLICY,
) -> Change:
    """Give the role these statements in an inline policy of ours: a new one, or the one that stands, grown.

    Args:
        existing: every inline policy of the role by name: their characters count together.
        statements: what to allow. A Sid is made from the one given, or from the actions.

    Raises:
        TooLarge: the role's inline policies would have more than 10,240 characters in all.
    """
    name = _our_name(policy_name, existing)
    current = parsed(existing.get(name))
    new = current
    for statement in statements:
        new = with_our_statement(new, statement)
    if new is None:
        raise ValueError("no statement to put into the inline policy")
    _check_total(role_arn, {**existing, name: new})
    return edit_inline_role_policy(role_name=role_name, role_arn=role_arn, policy_name=name, current=current, new=new)


def room_for_inline(existing: Mapping[str, Json]) -> int:
    """How many characters the role's inline policies may still grow by."""
    return INLINE_POLICIES_CHARACTERS - _total(existing)


def edit_inline_role_policy(
    *, role_name: str, role_arn: str, policy_name: str, current: Json | None, new: Json
) -> Change:
    """Put one inline policy in the place of the one that stands, if any."""
    return Change(
        service="iam",
        operation="PutRolePolicy",
        parameters={"RoleName": role_name, "PolicyName": policy_name, "PolicyDocument": as_text(new)},
        resource=role_arn,
        document=f"inline policy {policy_name}",
        before=parsed(current),
        after=parsed(new),
        undo=Undo.EXACT,
        undo_note="Undo deletes the inline policy." if current is None else "Undo puts the inline policy back.",
    )


def update_trust_policy(
    *,
    role_name: str,
    role_arn: str,
    current: Json | str | None,
    service: str = "sagemaker.amazonaws.com",
    actions: Sequence[str] = ("sts:AssumeRole",),
) -> Change:
    """Let a service assume the role: one statement at the end, or one of ours that grows.

    Raises:
        TooLarge: the trust policy would have more than 2,048 characters.
    """
    before = parsed(current)
    new = {"Sid": "Trust", "Effect": "Allow", "Principal": {"Service": service}, "Action": list(actions)}
    after = with_our_statement(before, new)
    if (size := characters(after)) > TRUST_POLICY_CHARACTERS:
        raise TooLarge(f"the trust policy of {role_arn}", size, TRUST_POLICY_CHARACTERS, "characters")
    return Change(
        service="iam",
        operation="UpdateAssumeRolePolicy",
        parameters={"RoleName": role_name, "PolicyDocument": as_text(after)},
        resource=role_arn,
        document="trust policy",
        before=before,
        after=after,
        undo=Undo.EXACT,
        undo_note="Undo puts the trust policy back as it was.",
        confirm=confirmation(role_arn.split(":")[4], role_arn),
        confirm_why="A trust policy decides who may become this role.",
    )


def _our_name(wanted: str, existing: Mapping[str, Json]) -> str:
    name, number = wanted, 2
    while name in existing and not _all_ours(existing[name]):
        name, number = f"{wanted}{number}", number + 1
    return name


def _all_ours(document: Json) -> bool:
    return all(map(is_ours, statements(document)))


def _check_total(role_arn: str, policies: Mapping[str, Json]) -> None:
    if (size := _total(policies)) > INLINE_POLICIES_CHARACTERS:
        raise TooLarge(f"the inline policies of {role_arn}", size, INLINE_POLICIES_CHARACTERS, "characters")


def _total(policies: Mapping[str, Json]) -> int:
    return sum(characters(parsed(document) or {}) for document in policies.values())
