"""Owns the ways to mend that several causes share: a statement for the role on a key, settings, an inline policy."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from canvas_kms_tui import edits
from canvas_kms_tui.causes._steps import domain_arn, profile_arn
from canvas_kms_tui.change import Auto, Change, Fix
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.roles import role_name
from canvas_kms_tui.facts.terms import Key, Origin
from canvas_kms_tui.findings import Finding
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Kind
from canvas_kms_tui.policy import Decision, Layer

USE_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")


async def needed_actions(path: ImportPath, key_arn: str) -> tuple[str, ...]:
    """The actions on a key that the import needs and does not have, in a fixed order."""
    steps = [step for step in await path.steps() if step.is_kms and step.resource == key_arn]
    missing = {step.action for step in steps if step.decision is not Decision.ALLOWED and step.name != "app-grant"}
    return tuple(action for action in USE_ACTIONS if action in missing)


async def let_role_use_key(
    facts: Facts,
    path: ImportPath,
    finding: Finding,
    key_arn: str,
    actions: Sequence[str],
    *,
    conditions: Mapping[str, Any] | None = None,
    inline: bool = True,
) -> list[Fix]:
    """The guide's two ways, the preferred one first: a statement in the key policy, an inline policy of the role."""
    if not actions:
        return []
    who = await path.who()
    if key_arn.split(":")[4] != facts.target.account:
        return [text_for_key_owner(finding, key_arn, who.arn, actions)]
    fixes = []
    if who.role is not None:
        fixes.append(await _statement_fix(facts, finding, key_arn, who.arn, actions, conditions))
    if inline:
        fixes.append(await _inline_fix(facts, finding, key_arn, who.arn, actions))
    return [fix for fix in fixes if fix]


async def _statement_fix(
    facts: Facts,
    finding: Finding,
    key_arn: str,
    role_arn: str,
    actions: Sequence[str],
    conditions: Mapping[str, Any] | None,
) -> Fix | None:
    key, policy = await known(facts.keys.key(key_arn)), await known(facts.keys.default_policy(key_arn))
    if isinstance(policy, Unreadable) or (isinstance(key, Key) and key.is_aws_managed):
        return None
    return _try(
        finding,
        "key-policy",
        f"Let the role {role_name(role_arn)} use the key: one statement in the key policy",
        Auto.YES,
        lambda: (
            edits.append_key_policy_statement(
                document=policy.source,
                key_arn=key_arn,
                region=key_arn.split(":")[3],
                role_arn=role_arn,
                actions=actions,
                sid_hint="CanvasKmsUse",
                conditions=conditions,
            ),
        ),
    )


async def _inline_fix(
    facts: Facts, finding: Finding, key_arn: str, role_arn: str, actions: Sequence[str]
) -> Fix | None:
    statement = {"Sid": "CanvasKmsUse", "Effect": "Allow", "Action": list(actions), "Resource": key_arn}
    title = f"Let the role {role_name(role_arn)} use the key: an inline policy of the role"
    return await inline_policy_fix(facts, finding, "role-policy", title, role_arn, [statement])


async def policy_is_silent(path: ImportPath, finding: Finding) -> bool:
    """Whether the key policy itself stands in the way, so that a policy of the role alone would not help."""
    return any(
        blame.layer == Layer.RESOURCE_POLICY
        for item in await path.judged()
        if item.step.resource == finding.resource
        for blame in item.blames
        if blame.cause == finding.cause and blame.kind is Kind.DENIED
    )


async def let_sagemaker_grant(
    facts: Facts, path: ImportPath, finding: Finding, key_arn: str, denied: Collection[str]
) -> list[Fix]:
    """Statements for the role on the Domain's key: grants for AWS services only, and the look-up."""
    who, policy = await path.who(), await known(facts.keys.default_policy(key_arn))
    if isinstance(policy, Unreadable):
        return [text_for_key_owner(finding, key_arn, who.arn, sorted(denied))]
    only_services = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    wanted = [("kms:CreateGrant", only_services), ("kms:DescribeKey", None)]
    document: Mapping[str, Any] = policy.source
    for action, conditions in wanted:
        if action in denied:
            grown = edits.append_key_policy_statement(
                document=document,
                key_arn=key_arn,
                region=key_arn.split(":")[3],
                role_arn=who.arn,
                actions=[action],
                sid_hint="CanvasKmsGrant" if conditions else "CanvasKmsDescribe",
                conditions=conditions,
            )
            document = grown.after
    fix = _try(
        finding,
        "key-policy",
        f"Let the role {role_name(who.arn)} create the app's grants: the key policy",
        Auto.YES,
        lambda: (
            edits.edit_key_policy(
                key_arn=key_arn,
                region=key_arn.split(":")[3],
                current=policy.source,
                new=document,
                role_arn=who.arn,
            ),
        ),
    )
    return [fix] if fix else []


async def inline_policy_fix(
    facts: Facts, finding: Finding, way: str, title: str, role_arn: str, statements: Sequence[Mapping[str, Any]]
) -> Fix | None:
    """An inline policy of the role; None where the role's inline policies may not be read."""
    existing = await known(facts.roles.inline_documents(role_arn))
    if isinstance(existing, Unreadable):
        return None
    return _try(
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
            _try(
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


def text_for_key_owner(finding: Finding, key_arn: str, role_arn: str, actions: Sequence[str]) -> Fix:
    account = key_arn.split(":")[4]
    return Fix(
        id=f"{finding.cause}/ask-key-owner",
        title=f"Ask account {account} to let the role use its key",
        auto=Auto.OWNER,
        text=(
            f"Please add this statement to the policy of key {key_arn}:\n"
            f'{{"Sid": "CanvasKmsUse", "Effect": "Allow", "Principal": {{"AWS": "{role_arn}"}}, '
            f'"Action": [{", ".join(_quoted(actions))}], "Resource": "*"}}'
        ),
    )


def owner_text(finding: Finding, way: str, title: str, text: str, changes: Sequence[Change] = ()) -> Fix:
    """A fix that is somebody else's decision: shown, proven where it has changes, exported."""
    return Fix(id=f"{finding.cause}/{way}", title=title, auto=Auto.OWNER, changes=tuple(changes), text=text)


def _quoted(actions: Sequence[str]) -> list[str]:
    return [f'"{action}"' for action in actions]


def _try(finding: Finding, way: str, title: str, auto: Auto, changes: Any) -> Fix | None:
    """The fix; where the document cannot take the edit (AWS's limits), a text that says so instead."""
    identity = f"{finding.cause}/{way}"
    try:
        return Fix(id=identity, title=title, auto=auto, changes=tuple(changes()))
    except edits.CannotEdit as problem:
        return Fix(id=identity, title=title, auto=Auto.OWNER, text=f"This cannot be done: {problem}.")
