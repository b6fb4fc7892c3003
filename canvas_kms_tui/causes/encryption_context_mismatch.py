"""A policy expects another encryption context than the one that S3 sends.

**What is checked.** Conditions on ``kms:EncryptionContext:aws:s3:arn``, in whichever policy they stand, against what
S3 sends: the object's ARN, or with S3 Bucket Keys the *bucket's* ARN.

**Why that breaks the import.** Switching Bucket Keys on changes the context from ``arn:aws:s3:::bucket/key`` to
``arn:aws:s3:::bucket``. A condition such as ``arn:aws:s3:::bucket/*`` then matches no more.

**How to mend it.** Add the bucket's ARN to the condition, where it stands in the role's own inline policy, or append a
statement with the fitting condition to the key policy.

Source: S3 user guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys"; KMS developer guide, "Encryption
context".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from canvas_kms_tui import edits
from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._steps import condition_words, configured, key_findings
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.roles import role_name
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame, Kind
from canvas_kms_tui.import_path.path import Judged
from canvas_kms_tui.policy import Layer

CAUSE = Cause(
    id="encryption-context-mismatch",
    title="The encryption context is the one that the policies expect",
    group=Group.KEY_POLICY,
    severity=Severity.HIGH,
    source="S3 user guide, Bucket Keys",
    auto=Auto.YES,
    reads=("kms:GetKeyPolicy", "s3:GetObject", "s3:GetEncryptionConfiguration"),
    order=280,
)

_CONTEXT = "kms:EncryptionContext:aws:s3:arn"


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    def says(item: Judged, blame: Blame) -> str:
        sent = item.step.request.context.get(_CONTEXT, "") if item.step.request else ""
        return f"S3 sends the encryption context {sent} to the key {item.step.resource}, but {condition_words(blame)}."

    return await key_findings(
        CAUSE,
        path,
        configured,
        says=says,
        passes="No policy expects another encryption context.",
        none="No customer managed key is configured for Canvas.",
    )


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    blamed = [
        (item, blame)
        for item in await path.judged()
        if item.step.resource == finding.resource and item.step.request is not None
        for blame in item.blames
        if blame.cause == CAUSE.id and blame.kind is Kind.DENIED
    ]
    if any(blame.statement and blame.statement.effect == "Deny" for _, blame in blamed):
        text = f"{finding.summary} It is a Deny: whoever wrote it has to add this encryption context."
        return [_fixes.owner_text(finding, "ask-owner", "Ask the owner of the policy that denies", text)]
    found = []
    for item, blame in blamed[:1]:
        assert item.step.request is not None
        sent = str(item.step.request.context[_CONTEXT])
        if blame.layer == Layer.IDENTITY_POLICY:
            found.append(await _inline_edit(facts, path, finding, blame, sent))
        else:
            actions = await _fixes.needed_actions(path, finding.resource)
            conditions = {"StringEquals": {_CONTEXT: sent}}
            found += await _fixes.let_role_use_key(
                facts, path, finding, finding.resource, actions, conditions=conditions, inline=False
            )
    return [fix for fix in found if fix]


async def _inline_edit(facts: Facts, path: ImportPath, finding: Finding, blame: Blame, sent: str) -> Fix | None:
    """One value more in the condition of the role's inline policy; a shared managed policy is its owner's."""
    role_arn = (await path.who()).arn
    policies = await known(facts.roles.inline_documents(role_arn))
    miss = blame.statement.miss if blame.statement else None
    if isinstance(policies, Unreadable) or miss is None or not miss.operator or not miss.key:
        return None
    for name, document in policies.items():
        if miss.document == f"inline policy {name} of role {role_name(role_arn)}":
            return _edit(finding, role_arn, name, document, miss.index, miss.operator, miss.key, sent)
    text = f"{finding.summary} Add {sent} to the condition of statement {miss.index} of the {miss.document}."
    return _fixes.owner_text(finding, "ask-owner", "Ask the owner of the managed policy", text)


def _edit(
    finding: Finding,
    role_arn: str,
    name: str,
    document: Mapping[str, Any],
    index: int,
    operator: str,
    key: str,
    sent: str,
) -> Fix:
    change = edits.edit_inline_role_policy(
        role_name=role_name(role_arn),
        role_arn=role_arn,
        policy_name=name,
        current=document,
        new=edits.add_condition_value(document, index=index, operator=operator, key=key, new=sent),
    )
    return Fix(
        id=f"{finding.cause}/role-policy",
        title=f"Add the encryption context to the inline policy {name}",
        auto=Auto.YES,
        changes=(change,),
    )
