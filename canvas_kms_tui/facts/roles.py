"""Owns roles: GetRole, every identity policy of a role, its permissions boundary."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from canvas_kms_tui.facts.reader import Reader, question
from canvas_kms_tui.facts.reading import Unreadable, known, known_or_unread
from canvas_kms_tui.facts.terms import Role
from canvas_kms_tui.policy import Document, Unread


class Roles:
    """IAM's answers about roles. All arguments are role ARNs."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.remembered: dict[Any, asyncio.Task[Any]] = {}

    @question
    async def role(self, arn: str) -> Role | None:
        """The role, or None where it does not exist.

        Raises:
            Unreadable: we may not read it.
        """
        answer = await self._reader.find("iam", "get_role", RoleName=role_name(arn))
        if answer is None:
            return None
        role = answer["Role"]
        return Role(
            arn=role["Arn"],
            name=role["RoleName"],
            trust=role.get("AssumeRolePolicyDocument") or {},
            boundary_arn=(role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
            id=role.get("RoleId") or "",
            tags={tag["Key"]: tag["Value"] for tag in role.get("Tags") or ()},
        )

    @question
    async def identity_policies(self, arn: str) -> tuple[Document | Unread, ...]:
        """Every attached and inline policy; one that we may not read stands in the tuple as unread."""
        attached, inline = await asyncio.gather(known(self._attached(arn)), known(self._inline(arn)))
        name = role_name(arn)
        policies: list[Document | Unread] = []
        for part, what in ((attached, "attached policies"), (inline, "inline policies")):
            if isinstance(part, Unreadable):
                policies.append(Unread(f"{what} of role {name}", part.why))
            else:
                policies.extend(part)
        return tuple(policies)

    async def attached_arns(self, arn: str) -> tuple[str, ...]:
        """The managed policies that the role has."""
        answer = await self._reader.get("iam", "list_attached_role_policies", RoleName=role_name(arn))
        return tuple(policy["PolicyArn"] for policy in answer.get("AttachedPolicies") or ())

    async def _attached(self, arn: str) -> tuple[Document | Unread, ...]:
        arns = await self.attached_arns(arn)
        return tuple(
            await asyncio.gather(
                *(known_or_unread(self.managed_policy(policy), f"managed policy {policy}") for policy in arns)
            )
        )

    async def _inline(self, arn: str) -> tuple[Document | Unread, ...]:
        names = await self.inline_policy_names(arn)
        name = role_name(arn)
        return tuple(
            await asyncio.gather(
                *(
                    known_or_unread(self.inline_policy(arn, policy), f"inline policy {policy} of role {name}")
                    for policy in names
                )
            )
        )

    async def inline_policy_names(self, arn: str) -> tuple[str, ...]:
        answer = await self._reader.get("iam", "list_role_policies", RoleName=role_name(arn))
        return tuple(answer.get("PolicyNames") or ())

    @question
    async def inline_policy(self, arn: str, policy: str) -> Document:
        answer = await self._reader.get("iam", "get_role_policy", RoleName=role_name(arn), PolicyName=policy)
        return Document.parse(answer["PolicyDocument"], name=f"inline policy {policy} of role {role_name(arn)}")

    async def inline_documents(self, arn: str) -> Mapping[str, Any]:
        """All inline policies by name as parsed JSON: what a write of one must be counted with.

        Raises:
            Unreadable: one of them may not be read.
        """
        names = await self.inline_policy_names(arn)
        documents = await asyncio.gather(*(self.inline_policy(arn, name) for name in names))
        return {name: document.source for name, document in zip(names, documents, strict=True)}

    @question
    async def managed_policy(self, policy_arn: str) -> Document:
        """The default version of a managed policy."""
        answer = await self._reader.get("iam", "get_policy", PolicyArn=policy_arn)
        version = answer["Policy"]["DefaultVersionId"]
        text = await self._reader.get("iam", "get_policy_version", PolicyArn=policy_arn, VersionId=version)
        short = policy_arn.split(":policy/", 1)[-1]
        return Document.parse(text["PolicyVersion"]["Document"], name=f"managed policy {short} ({version})")

    @question
    async def managed_policy_exists(self, policy_arn: str) -> bool:
        return await self._reader.find("iam", "get_policy", PolicyArn=policy_arn) is not None

    @question
    async def boundary(self, arn: str) -> Document | Unread | None:
        """The permissions boundary, None where the role has none."""
        role = await known(self.role(arn))
        if isinstance(role, Unreadable):
            return Unread(f"permissions boundary of role {role_name(arn)}", role.why)
        if role is None or role.boundary_arn is None:
            return None
        short = role.boundary_arn.split(":policy/", 1)[-1]
        boundary = await known_or_unread(self.managed_policy(role.boundary_arn), f"permissions boundary {short}")
        if isinstance(boundary, Unread):
            return boundary
        return Document.parse(boundary.source, name=f"permissions boundary {short}")


def role_name(arn: str) -> str:
    """The name in a role's ARN; its path is not part of it."""
    return arn.rsplit("/", 1)[-1]
