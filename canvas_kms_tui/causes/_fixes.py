"""Owns the ways to mend that several causes share: settings, an inline policy, a text for the owner."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from canvas_kms_tui import edits
from canvas_kms_tui.causes._steps import domain_arn, profile_arn
from canvas_kms_tui.change import Auto, Change, Fix
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.roles import role_name
from canvas_kms_tui.facts.terms import Origin
from canvas_kms_tui.findings import Finding
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame, Kind
from canvas_kms_tui.policy import Document, StatementTrace

#: Where an inline policy would leave no room for the next one either, a managed policy is offered too (characters).
_ROOM = 1_000


async def inline_policy_fix(
    facts: Facts, finding: Finding, way: str, title: str, role_arn: str, statements: Sequence[Mapping[str, Any]]
) -> Fix | None:
    """An inline policy of the role; None where there is nothing to allow, or its inline policies may not be read."""
    if not statements:
        return None
    existing = await known(facts.roles.inline_documents(role_arn))
    if isinstance(existing, Unreadable):
        return None
    return try_fix(
        finding,
        way,
        title,
        Auto.YES,
        lambda: (
            edits.put_inline_role_policy(
                role_name=role_name(role_arn), role_arn=role_arn, existing=existing, statements=statements
            ),
        ),
    )


async def role_policy_fixes(
    facts: Facts, finding: Finding, title: str, role_arn: str, statements: Sequence[Mapping[str, Any]]
) -> list[Fix]:
    """An inline policy of the role; where those are full, or nearly so, a managed policy of its own beside it."""
    inline = await inline_policy_fix(facts, finding, "role-policy", f"{title}: an inline policy of the role", role_arn,
                                     statements)  # fmt: skip
    existing = await known(facts.roles.inline_documents(role_arn))
    if inline is None or isinstance(existing, Unreadable) or edits.room_for_inline(existing) > _ROOM:
        return [inline] if inline else []
    managed = await _managed_policy_fix(facts, finding, title, role_arn, statements)
    return [inline, managed] if managed else [inline]


def literal(arn: str) -> str:
    """The ARN in a policy's Resource, where a name with ``*``, ``?`` or ``$`` in it must mean that name alone."""
    return re.sub(r"[$*?]", lambda found: f"${{{found[0]}}}", arn)


async def _managed_policy_fix(
    facts: Facts, finding: Finding, title: str, role_arn: str, statements: Sequence[Mapping[str, Any]]
) -> Fix | None:
    """None where it cannot be found out which policies there are."""
    attached = await known(facts.roles.attached_arns(role_arn))
    number = 1
    while (
        exists := await known(facts.roles.managed_policy_exists(edits.managed_policy_arn(role_arn, number)))
    ) is True:
        number += 1
    if isinstance(attached, Unreadable) or isinstance(exists, Unreadable):
        return None
    return try_fix(
        finding,
        "managed-policy",
        f"{title}: a managed policy, since its inline policies are nearly full or full",
        Auto.YES,
        lambda: edits.give_managed_policy(
            policy_arn=edits.managed_policy_arn(role_arn, number),
            role_arn=role_arn,
            attached=attached,
            statements=statements,
        ),
    )


async def settings_fixes(
    facts: Facts, path: ImportPath, finding: Finding, title: str, *, origin: Origin, **workspace: str
) -> list[Fix]:
    """Set Canvas' own key (or path): where the value stands that is wrong first, the other level second."""
    profile, domain = await facts.canvas.layers()
    levels: list[tuple[edits.Level, str, Mapping[str, Any]]] = [
        ("user_profile", profile_arn(path), profile),
        ("domain", domain_arn(path), domain),
    ]
    if origin in (Origin.DOMAIN, Origin.DOMAIN_SHARING):
        levels.reverse()
    if origin is Origin.PROFILE:
        levels = levels[:1]  # the Domain's setting would not be looked at
    fixes = []
    for level, arn, settings in levels:
        where = "for this user profile" if level == "user_profile" else "for the whole Domain"
        fixes.append(
            try_fix(
                finding,
                f"settings-{level.replace('_', '-')}",
                f"{title} {where}",
                Auto.YES,
                lambda level=level, arn=arn, settings=settings: (
                    edits.set_workspace_settings(
                        level=level,
                        domain_id=facts.target.domain_id,
                        profile=facts.target.user_profile,
                        resource_arn=arn,
                        current_settings=settings.get("CanvasAppSettings"),
                        **workspace,
                    ),
                ),
            )
        )
    return [fix for fix in fixes if fix]


def standing_of(document: Document) -> Mapping[str, Any]:
    """The document to be edited.

    Raises:
        CannotEdit: an edit would lose something of it.
    """
    if document.loss:
        raise edits.CannotEdit(f"{document.loss}, so an edit of the {document.name} would lose it: edit it by hand")
    return document.source


async def denying_statements(path: ImportPath, finding: Finding) -> list[StatementTrace]:
    """The Deny statements that a finding is about; no Allow can outweigh them."""
    found: dict[tuple[str, int], StatementTrace] = {}
    for item in await path.judged():
        for blame in item.blames:
            trace = blame.statement
            ours = blame.cause == finding.cause and item.step.id in finding.step_ids
            if ours and blame.kind is Kind.DENIED and trace is not None and trace.effect == "Deny":
                found[trace.document, trace.index] = trace
    return list(found.values())


def deny_text(finding: Finding, denying: Sequence[StatementTrace]) -> Fix:
    """An explicit Deny is never taken away by the program: its owner exempts the role, or chooses another way."""
    named = " and ".join(f"statement {trace.index} of the {trace.document}" for trace in denying)
    text = f"{finding.summary} An explicit Deny decides ({named}): whoever wrote it has to exempt the execution role."
    return owner_text(finding, "ask-owner", "Ask the owner of the policy that denies", text)


def open_text(finding: Finding, blames: Sequence[Blame]) -> list[Fix]:
    """For a warning: a statement applies or not by something that no read can tell; its owner can."""
    named = dict.fromkeys(
        f"statement {blame.statement.index} of the {blame.statement.document}" for blame in blames if blame.statement
    )
    if not named:
        return []
    text = f"{finding.summary} It is {' and '.join(named)}: whoever wrote that knows whether Canvas' requests meet it."
    return [owner_text(finding, "ask-owner", "Ask the owner of the policy", text)]


def owner_text(finding: Finding, way: str, title: str, text: str, changes: Sequence[Change] = ()) -> Fix:
    """A fix that is somebody else's decision: shown, proven where it has changes, exported."""
    return Fix(id=f"{finding.cause}/{way}", title=title, auto=Auto.OWNER, changes=tuple(changes), text=text)


def try_fix(finding: Finding, way: str, title: str, auto: Auto, changes: Any, text: str = "") -> Fix:
    """The fix; where the document cannot take the edit (AWS's limits), a text that says so instead."""
    identity = f"{finding.cause}/{way}"
    try:
        return Fix(id=identity, title=title, auto=auto, changes=tuple(changes()), text=text)
    except edits.CannotEdit as problem:
        return Fix(id=identity, title=title, auto=Auto.OWNER, text=f"This cannot be done: {problem}.")
