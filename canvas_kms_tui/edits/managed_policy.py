"""A managed policy of ours for a role whose inline policies are full. Pure: documents in, changes out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from canvas_kms_tui.change import Change, Undo
from canvas_kms_tui.edits.creation import attach_policy
from canvas_kms_tui.edits.documents import (
    ATTACHED_POLICIES,
    MANAGED_POLICY_CHARACTERS,
    CannotEdit,
    Json,
    TooLarge,
    as_text,
    characters,
    parsed,
)
from canvas_kms_tui.edits.ours import with_our_statement
from canvas_kms_tui.edits.role_policy import OUR_POLICY

#: IAM user guide, "IAM and AWS STS quotas": the longest name of a policy.
_LONGEST_NAME = 128


def managed_policy_arn(role_arn: str, number: int = 1) -> str:
    """The ARN of our managed policy for a role; ``number`` tells the second one from the first."""
    partition, account, name = role_arn.split(":")[1], role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    end = f"-{number}" if number > 1 else ""
    return f"arn:{partition}:iam::{account}:policy/{f'{OUR_POLICY}-{name}'[: _LONGEST_NAME - len(end)]}{end}"


def give_managed_policy(
    *, policy_arn: str, role_arn: str, attached: Collection[str], statements: Sequence[Json]
) -> tuple[Change, Change]:
    """Make a managed policy of these statements and attach it to the role.

    Args:
        policy_arn: of :func:`managed_policy_arn`, one that does not exist.
        attached: the ARNs of the managed policies that the role has.

    Raises:
        TooLarge: the policy would have more than 6,144 characters.
        CannotEdit: the role has as many managed policies as AWS allows.
    """
    if len(attached) >= ATTACHED_POLICIES:
        raise CannotEdit(
            f"{role_arn} has {len(attached)} managed policies; AWS allows {ATTACHED_POLICIES} unless asked"
        )
    document: dict[str, Any] | None = None
    for statement in statements:
        document = with_our_statement(document, statement)
    if document is None:
        raise ValueError("no statement to put into the managed policy")
    if (size := characters(document)) > MANAGED_POLICY_CHARACTERS:
        raise TooLarge(f"the managed policy {policy_arn}", size, MANAGED_POLICY_CHARACTERS, "characters")
    return _create(policy_arn, document), attach_policy(role_arn=role_arn, policy_arn=policy_arn)


def _create(policy_arn: str, document: Json) -> Change:
    return Change(
        service="iam",
        operation="CreatePolicy",
        parameters={"PolicyName": policy_arn.rsplit("/", 1)[-1], "PolicyDocument": as_text(document)},
        resource=policy_arn,
        document="managed policy",
        before=None,
        after=parsed(document),
        undo=Undo.COMPENSATING,
        undo_note="Undo deletes the managed policy, once nothing is attached to it.",
    )
