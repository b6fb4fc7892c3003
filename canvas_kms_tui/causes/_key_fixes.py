"""Owns the ways to let the execution role use a key, chosen by what stands in the way."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from canvas_kms_tui import edits
from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._grants import grants_behind
from canvas_kms_tui.change import Auto, Change, Fix, Undo
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.roles import role_name
from canvas_kms_tui.facts.terms import Key
from canvas_kms_tui.findings import Finding
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame, Kind
from canvas_kms_tui.import_path.context import ENCRYPTION_CONTEXT
from canvas_kms_tui.import_path.path import Judged
from canvas_kms_tui.policy import Decision, Layer

USE_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")
_CONTEXT = "kms:encryptioncontext"
ONLY_SERVICES = {"Bool": {"kms:GrantIsForAWSResource": "true"}}


class _Wanted(NamedTuple):
    """One statement to add: what it allows, under which conditions, and the start of its Sid."""

    actions: Sequence[str]
    conditions: Mapping[str, Any] | None
    hint: str


async def key_fixes(facts: Facts, path: ImportPath, finding: Finding) -> list[Fix]:
    """The ways for one finding about one key, the guide's preferred one first."""
    if denying := await _fixes.denying_statements(path, finding):
        return [_fixes.deny_text(finding, denying)]
    blamed = await _blamed(path, finding)
    if context := next((pair for pair in blamed if _is_about_context(pair[1])), None):
        return await _context_fixes(facts, path, finding, *context)
    wanted = await _wanted(path, finding, conditions=_through_s3(blamed) if _is_conditional(blamed) else None)
    by_policy = any(blame.layer == Layer.RESOURCE_POLICY for _, blame in blamed)
    return await _let_role_use(facts, path, finding, wanted, inline=not by_policy)


async def let_role_use_key(facts: Facts, path: ImportPath, finding: Finding) -> list[Fix]:
    """What to ask of another account, whose key policy cannot be read from here."""
    return await _let_role_use(facts, path, finding, await _wanted(path, finding, conditions=None), inline=False)


async def let_sagemaker_grant(facts: Facts, path: ImportPath, finding: Finding, denied: Collection[str]) -> list[Fix]:
    """Statements for the role on the Domain's key: grants for AWS services only, and the look-up."""
    if denying := await _fixes.denying_statements(path, finding):
        return [_fixes.deny_text(finding, denying)]
    return await _let_role_use(facts, path, finding, _grants(denied), inline=False)


async def _blamed(path: ImportPath, finding: Finding) -> list[tuple[Judged, Blame]]:
    return [
        (item, blame)
        for item in await path.judged()
        if item.step.resource == finding.resource
        for blame in item.blames
        if blame.cause == finding.cause and blame.kind is Kind.DENIED
    ]


async def _wanted(path: ImportPath, finding: Finding, *, conditions: Mapping[str, Any] | None) -> list[_Wanted]:
    """What the import needs of the key and does not have; the app's grants too where they fail for the same reason."""
    steps = [step for step in await path.steps() if step.is_kms and step.resource == finding.resource]
    missing = {step.action for step in steps if step.decision is not Decision.ALLOWED and step.name != "app-grant"}
    actions = [action for action in USE_ACTIONS if action in missing]
    use = [_Wanted(actions, conditions, "CanvasKmsUse")] if actions else []
    return [*use, *_grants(await grants_behind(path, finding.cause, finding.resource))]


def _grants(actions: Collection[str]) -> list[_Wanted]:
    found = []
    if "kms:CreateGrant" in actions:
        found.append(_Wanted(["kms:CreateGrant"], ONLY_SERVICES, "CanvasKmsGrant"))
    if "kms:DescribeKey" in actions:
        found.append(_Wanted(["kms:DescribeKey"], None, "CanvasKmsDescribe"))
    return found


async def _let_role_use(
    facts: Facts, path: ImportPath, finding: Finding, wanted: Sequence[_Wanted], *, inline: bool
) -> list[Fix]:
    if not wanted:
        return []
    who = await path.who()
    foreign = finding.resource.split(":")[4] != facts.target.account
    fixes: list[Fix | None] = []
    if foreign:
        fixes.append(_text_for_owner(finding, who.arn, wanted))
    elif who.role is not None:
        fixes += await _statement_fixes(facts, finding, who.arn, wanted)
    if inline:
        fixes += await _role_fixes(facts, finding, who.arn, wanted)
    return [fix for fix in fixes if fix]


async def _statement_fixes(
    facts: Facts, finding: Finding, role_arn: str, wanted: Sequence[_Wanted]
) -> list[Fix | None]:
    """The statement at the end of the key policy; beside it, where KMS would refuse that, the same without what it
    refuses."""
    arn = finding.resource
    key, policy = await known(facts.keys.key(arn)), await known(facts.keys.default_policy(arn))
    if isinstance(policy, Unreadable):
        return [_text_for_owner(finding, role_arn, wanted)]
    if isinstance(key, Key) and key.is_aws_managed:
        return []
    many = "one statement" if len(wanted) == 1 else f"{len(wanted)} statements"
    title = f"Let the role {role_name(role_arn)} use the key: {many} in the key policy"

    def changes() -> tuple[Change, ...]:
        return (_with_statements(arn, _fixes.standing_of(policy), role_arn, wanted),)

    def cleaned() -> tuple[Change, ...]:
        return (_cleaned(_with_statements(arn, _fixes.standing_of(policy), role_arn, wanted), role_arn),)

    fixes: list[Fix | None] = [_fixes.try_fix(finding, "key-policy", title, Auto.YES, changes)]
    if gone := edits.deleted_identities(policy.source):
        names = ", ".join(gone)
        text = f"KMS refuses every edit while {names} stands in the policy: deleted, so it matches nobody."
        also = f"{title}, and remove the deleted identities"
        fixes.append(_fixes.try_fix(finding, "key-policy-cleaned", also, Auto.OWNER, cleaned, text))
    return fixes


def _with_statements(arn: str, standing: Mapping[str, Any], role_arn: str, wanted: Sequence[_Wanted]) -> Change:
    region, document = arn.split(":")[3], standing
    for one in wanted:
        document = edits.append_key_policy_statement(
            document=document,
            key_arn=arn,
            region=region,
            role_arn=role_arn,
            actions=one.actions,
            sid_hint=one.hint,
            conditions=one.conditions,
        ).after
    return edits.edit_key_policy(key_arn=arn, region=region, current=standing, new=document, role_arn=role_arn)


def _cleaned(change: Change, role_arn: str) -> Change:
    """The same change without the deleted identities, which its undo cannot put back."""
    new = edits.edit_key_policy(
        key_arn=change.resource,
        region=change.resource.split(":")[3],
        current=change.before,
        new=edits.without_deleted(change.after),
        role_arn=role_arn,
    )
    note = "Undo takes the statement out again; the deleted identities stay out: KMS takes no policy that names one."
    return dataclasses.replace(new, undo=Undo.COMPENSATING, undo_note=note)


async def _role_fixes(facts: Facts, finding: Finding, role_arn: str, wanted: Sequence[_Wanted]) -> list[Fix]:
    statements = [
        {
            "Sid": one.hint,
            "Effect": "Allow",
            "Action": list(one.actions),
            "Resource": finding.resource,
            **({"Condition": one.conditions} if one.conditions else {}),
        }
        for one in wanted
    ]
    title = f"Let the role {role_name(role_arn)} use the key"
    return await _fixes.role_policy_fixes(facts, finding, title, role_arn, statements)


def _text_for_owner(finding: Finding, role_arn: str, wanted: Sequence[_Wanted]) -> Fix:
    statements = [
        {"Sid": one.hint, "Effect": "Allow", "Principal": {"AWS": role_arn}, "Action": list(one.actions)}
        | {"Resource": "*"}
        | ({"Condition": dict(one.conditions)} if one.conditions else {})
        for one in wanted
    ]
    told = "\n".join(json.dumps(statement) for statement in statements)
    return Fix(
        id=f"{finding.cause}/ask-key-owner",
        title=f"Ask account {finding.resource.split(':')[4]} to let the role use its key",
        auto=Auto.OWNER,
        text=f"Please add this to the policy of the key {finding.resource}:\n{told}",
    )


# --- conditions ---------------------------------------------------------------------------------------------------


def _is_about_context(blame: Blame) -> bool:
    trace = blame.statement
    return (
        trace is not None
        and bool(trace.misses)
        and all((miss.key or "").lower().startswith(_CONTEXT) for miss in trace.misses)
    )


def _is_conditional(blamed: Sequence[tuple[Judged, Blame]]) -> bool:
    return any(blame.statement is not None and blame.layer == Layer.RESOURCE_POLICY for _, blame in blamed)


def _through_s3(blamed: Sequence[tuple[Judged, Blame]]) -> Mapping[str, Any] | None:
    """The condition that every failing request meets: it comes through S3 in the bucket's Region."""
    services = {str(item.step.request.context.get("kms:ViaService", "")) for item, _ in blamed if item.step.request}
    if len(services) != 1 or "" in services:
        return None
    return {"StringEquals": {"kms:ViaService": services.pop()}}


async def _context_fixes(facts: Facts, path: ImportPath, finding: Finding, item: Judged, blame: Blame) -> list[Fix]:
    """The context that S3 sends, added where the condition stands: the role's own inline policy, or the key policy."""
    assert item.step.request is not None
    sent = str(item.step.request.context[ENCRYPTION_CONTEXT])
    if blame.layer == Layer.IDENTITY_POLICY:
        fix = await _inline_edit(facts, path, finding, blame, sent)
        return [fix] if fix else []
    wanted = await _wanted(path, finding, conditions={"StringEquals": {ENCRYPTION_CONTEXT: sent}})
    found = await _let_role_use(facts, path, finding, wanted, inline=False)
    note = "The condition restricts what the key is used for: its owner decides whether to widen it."
    return [dataclasses.replace(fix, auto=Auto.OWNER, text=fix.text or note) for fix in found]


async def _inline_edit(facts: Facts, path: ImportPath, finding: Finding, blame: Blame, sent: str) -> Fix | None:
    """One value more in the condition of the role's inline policy; a shared managed policy is its owner's."""
    role_arn = (await path.who()).arn
    policies = await known(facts.roles.inline_documents(role_arn))
    miss = blame.statement.miss if blame.statement else None
    if isinstance(policies, Unreadable) or miss is None or not miss.operator or not miss.key:
        return None
    operator, key = miss.operator, miss.key
    for name, document in policies.items():
        if miss.document == f"inline policy {name} of role {role_name(role_arn)}":
            return _fixes.try_fix(
                finding,
                "role-policy",
                f"Add the encryption context to the inline policy {name}",
                Auto.YES,
                lambda name=name, document=document: (
                    edits.edit_inline_role_policy(
                        role_name=role_name(role_arn),
                        role_arn=role_arn,
                        policy_name=name,
                        current=document,
                        new=edits.add_condition_value(document, index=miss.index, operator=operator, key=key, new=sent),
                    ),
                ),
            )
    text = f"{finding.summary} Add {sent} to the condition of statement {miss.index} of the {miss.document}."
    return _fixes.owner_text(finding, "ask-owner", "Ask the owner of the managed policy", text)
