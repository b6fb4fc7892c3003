"""A key policy or bucket policy names an identity that does not exist any more.

**What is checked.** Every policy of a key or bucket in use for unique ids (``AROA…`` a role, ``AIDA…`` a user). IAM
puts them in the place of the ARN of an identity that was deleted.

**Why that breaks the import.** The id matches nobody, not even a role that was created again under the same name.
Where the statement would allow the import if it named today's role, that is the cause. And as long as one such id
stands in a key policy, KMS refuses every edit of that policy: other fixes are blocked by it.

**How to mend it.** Put the role's ARN in the place of the id. That is offered to be applied only where CloudTrail
ties the id to this role's name; otherwise it is the key owner's decision. An id that nobody needs is removed.

Source: IAM user guide, "AWS JSON policy elements: Principal"; KMS developer guide, "Changing a key policy".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from canvas_kms_tui import edits
from canvas_kms_tui.causes import _fixes
from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._steps import profile_arn
from canvas_kms_tui.change import Auto, Change, Fix, Undo, confirmation
from canvas_kms_tui.facts import Facts, Unreadable, known
from canvas_kms_tui.facts.roles import role_name
from canvas_kms_tui.findings import Certainty, Evidence, Finding, Severity, Status
from canvas_kms_tui.import_path import ImportPath, Step
from canvas_kms_tui.import_path.blame import Kind
from canvas_kms_tui.import_path.path import Judged
from canvas_kms_tui.import_path.stale import Stale, deleted_principals, stale_allow, stale_open
from canvas_kms_tui.policy import Document, Layer, Unread

CAUSE = Cause(
    id="stale-principal",
    title="No policy rests on a deleted identity",
    group=Group.KEY_POLICY,
    severity=Severity.HIGH,
    source="IAM user guide, Principal",
    auto=Auto.OWNER,
    reads=("kms:GetKeyPolicy", "s3:GetBucketPolicy", "cloudtrail:LookupEvents"),
    order=292,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    groups = _by_owner(await path.judged())
    found = [finding for arn, items in groups.items() if (finding := _about(arn, items))]
    return found or [CAUSE.passes(profile_arn(path), "No policy of a key or bucket in use names a deleted identity.")]


def _by_owner(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    """The steps by the key or bucket whose policy decides them."""
    groups: dict[str, list[Judged]] = {}
    for item in judged:
        if item.step.layers is not None and item.step.resource != "*":
            groups.setdefault(_owner(item.step), []).append(item)
    return groups


def _owner(step: Step) -> str:
    """A key's ARN, a bucket's, or an access point's."""
    if step.is_kms:
        return step.resource
    return step.resource.split("/object/")[0] if ":accesspoint" in step.resource else step.resource.split("/")[0]


def _about(arn: str, items: Sequence[Judged]) -> Finding | None:
    broken = [(item.step, stale) for item in items if (stale := stale_allow(item.step))]
    if broken:
        return _failure(arn, broken)
    if any(stale_open(item.step) for item in items) and (gap := _unread(arn, items)):
        return gap
    found = list({stale.unique_id: stale for item in items for stale in _deleted(item.step)}.values())
    if found:
        return _standing(arn, items, found)
    return _unread(arn, items)


def _failure(arn: str, broken: Sequence[tuple[Step, Stale]]) -> Finding:
    _, stale = broken[0]
    actions = ", ".join(dict.fromkeys(step.action for step, _ in broken))
    summary = (
        f"Statement {stale.statement.index} of the {stale.document.name} names {stale.unique_id}, a deleted role; "
        f"if it named the execution role, {actions} would be allowed."
    )
    return CAUSE.fails(
        arn,
        summary,
        [_evidence(stale)],
        certainty=Certainty.LIKELY,
        step_ids=tuple(dict.fromkeys(step.id for step, _ in broken)),
        explanation=broken[0][0].result.explanation,
        statement=(stale.document.name, stale.statement.index),
    )


def _standing(arn: str, items: Sequence[Judged], found: Sequence[Stale]) -> Finding:
    """Ids that the import does not hang on: they matter only where the policy has to be edited."""
    names = ", ".join(stale.unique_id for stale in found)
    evidence = [_evidence(stale) for stale in found]
    edited = any(
        blame.kind is Kind.DENIED and blame.layer in (Layer.RESOURCE_POLICY, Layer.IDENTITY_POLICY)
        for item in items
        for blame in item.blames
    )
    if edited:
        summary = (
            f"The {found[0].document.name} names deleted identities ({names}): AWS refuses every edit until they go."
        )
        return CAUSE.warns(arn, summary, evidence, severity=Severity.MEDIUM)
    return CAUSE.passes(
        arn, f"The {found[0].document.name} names deleted identities ({names}); nothing hangs on them.", evidence
    )


def _unread(arn: str, items: Sequence[Judged]) -> Finding | None:
    """A policy that may not be read could name one; which cause says that it is not known."""
    for item in items:
        resource = item.step.layers.resource if item.step.layers else None
        unread = isinstance(resource, Unread) or any(isinstance(document, Unread) for document in resource or ())
        if not unread and stale_open(item.step) is None:
            continue
        for blame in item.blames:
            if blame.kind is Kind.UNREAD and blame.cause == "cross-account":
                return CAUSE.blocked(arn, blame.cause, f"Cannot be judged: {blame.text}.")
            if blame.kind is Kind.UNREAD and blame.why:
                return CAUSE.unknown(arn, blame.why)
    return None


def _deleted(step: Step) -> Iterator[Stale]:
    resource = step.layers.resource if step.layers else None
    if isinstance(resource, tuple):
        for document in resource:
            if isinstance(document, Document):
                yield from deleted_principals(document)


def _evidence(stale: Stale) -> Evidence:
    what = f"principal of statement {stale.statement.index} of the {stale.document.name}"
    return Evidence(what, stale.unique_id, "policy document")


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    items = _by_owner(await path.judged()).get(finding.resource, [])
    wanted = next((stale for item in items if (stale := stale_allow(item.step))), None)
    document = await _document(facts, finding.resource)
    if document is None:
        text = f"Please remove the deleted identities from the policy of {finding.resource}: {finding.summary}"
        return [_fixes.owner_text(finding, "ask-owner", "Ask the owner of the policy", text)]
    who = await path.who()
    found: list[Fix] = []
    if wanted is not None:
        title = f"Name the role {role_name(who.arn)} in the place of {wanted.unique_id}"
        text = "Only if the deleted role was this role: CloudTrail has not said so."
        named = {wanted.unique_id: who.arn}
        found.append(_edit(facts, finding, document, named, who.arn, "replace", title, text))
    title, text = "Remove the deleted identities from the policy", "Nobody loses anything: they match nobody."
    return [*found, _edit(facts, finding, document, {}, who.arn, "remove", title, text)]


def _edit(
    facts: Facts,
    finding: Finding,
    document: Document,
    named: Mapping[str, str],
    role_arn: str,
    way: str,
    title: str,
    text: str,
) -> Fix:
    def changes() -> tuple[Change, ...]:
        return (_change(facts, finding, document, named, role_arn),)

    return _fixes.try_fix(finding, way, title, Auto.OWNER, changes, text)


async def _document(facts: Facts, arn: str) -> Document | None:
    """The policy that can be edited from here."""
    if ":accesspoint" in arn:
        return None
    question = facts.keys.default_policy(arn) if ":kms:" in arn else facts.buckets.policy(arn.rsplit(":", 1)[-1])
    document = await known(question)
    return None if isinstance(document, Unreadable) else document


def _change(facts: Facts, finding: Finding, document: Document, named: Mapping[str, str], role_arn: str) -> Change:
    """Every deleted identity replaced where ``named`` says by whom, else removed; a typed confirmation is asked for."""
    new = _fixes.standing_of(document)
    for stale in sorted(deleted_principals(document), key=lambda item: item.statement.index, reverse=True):
        by = named.get(stale.unique_id)
        new = edits.replace_principal(new, index=stale.statement.index, old=stale.unique_id, new=by)
    target, arn = facts.target, finding.resource
    if ":kms:" in arn:
        change = edits.edit_key_policy(
            key_arn=arn, region=arn.split(":")[3], current=document.source, new=new, role_arn=role_arn
        )
    else:
        change = edits.edit_bucket_policy(
            bucket=arn.rsplit(":", 1)[-1],
            account=target.account,
            region=target.region,
            partition=target.partition,
            current=document.source,
            new=new,
        )
    return dataclasses.replace(
        change,
        confirm=confirmation(target.account, arn),
        confirm_why="Whoever was deleted may have been deleted on purpose.",
        undo=Undo.COMPENSATING if named else Undo.NONE,
        undo_note=_UNDO_REPLACED if named else _UNDO_REMOVED,
    )


_UNDO_REPLACED = "Undo takes the role out again; the deleted identity stays out: AWS takes no policy that names one."
_UNDO_REMOVED = "There is no undo: AWS takes no policy that names a deleted identity. It matched nobody."


async def confirm(facts: Facts, path: ImportPath, finding: Finding, since: timedelta) -> Finding:
    """Where CloudTrail ties the id to this role's name it is certain, and the replacement may be applied."""
    items = _by_owner(await path.judged()).get(finding.resource, [])
    wanted = next((stale for item in items if (stale := stale_allow(item.step))), None)
    if finding.status is not Status.FAIL or wanted is None:
        return finding
    name = role_name((await path.who()).arn)
    if wanted.unique_id not in await facts.trail.ids_of_role(name):
        return finding
    tie = Evidence(
        f"{wanted.unique_id} was", f"the role {name}, created under this name before", "cloudtrail:LookupEvents"
    )
    mended = tuple(
        dataclasses.replace(fix, auto=Auto.YES, text="CloudTrail ties the deleted id to this role's name.")
        if fix.id.endswith("/replace")
        else fix
        for fix in finding.fixes
    )
    return dataclasses.replace(finding, certainty=Certainty.CERTAIN, evidence=(*finding.evidence, tie), fixes=mended)
