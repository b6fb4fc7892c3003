"""Edits of a Domain's or a user profile's settings. Pure: settings as read in, changes out.

AWS documents no merge semantics for nested settings, so each change sends the whole structure that it touches.
"""

from __future__ import annotations

from typing import Any, Literal

from canvas_kms_tui.change import Change, Undo
from canvas_kms_tui.edits.documents import Json, plain

Level = Literal["user_profile", "domain"]
WORKSPACE = ("S3KmsKeyId", "S3ArtifactPath")


def set_workspace_settings(
    *,
    level: Level,
    domain_id: str,
    profile: str | None,
    resource_arn: str,
    current_settings: Json | None,
    **workspace: str,
) -> Change:
    """Set Canvas' own key or artifact path (``S3KmsKeyId``, ``S3ArtifactPath``) on the profile or the Domain.

    Args:
        resource_arn: of the user profile or the Domain.
        current_settings: the whole CanvasAppSettings of that level, as read.
    """
    if not workspace or set(workspace) - set(WORKSPACE):
        raise ValueError(f"give one of {', '.join(WORKSPACE)}, not {', '.join(workspace) or 'nothing'}")
    before = plain(current_settings or {})
    after = {**before, "WorkspaceSettings": {**before.get("WorkspaceSettings", {}), **workspace}}
    return _update(level, domain_id, profile, resource_arn, "CanvasAppSettings", before, after)


def update_domain_storage(
    *,
    domain_id: str,
    resource_arn: str,
    current: Json | None,
    maximum_gb: int,
    level: Level = "domain",
    profile: str | None = None,
) -> Change:
    """Raise the largest EBS volume that a space may have; ``current`` is SpaceStorageSettings as read."""
    before = plain(current or {})
    volumes = before.get("DefaultEbsStorageSettings", {})
    smallest = volumes.get("DefaultEbsVolumeSizeInGb", min(maximum_gb, 100))
    sizes = {**volumes, "DefaultEbsVolumeSizeInGb": smallest, "MaximumEbsVolumeSizeInGb": maximum_gb}
    after = {**before, "DefaultEbsStorageSettings": sizes}
    return _update(level, domain_id, profile, resource_arn, "SpaceStorageSettings", before, after)


def _update(
    level: Level, domain_id: str, profile: str | None, resource_arn: str, member: str, before: Any, after: Any
) -> Change:
    where = {"DomainId": domain_id}
    if level == "user_profile":
        if not profile:
            raise ValueError("a change of a user profile needs its name")
        where["UserProfileName"] = profile
    settings = "UserSettings" if level == "user_profile" else "DefaultUserSettings"
    return Change(
        service="sagemaker",
        operation="UpdateUserProfile" if level == "user_profile" else "UpdateDomain",
        parameters={**where, settings: {member: after}},
        resource=resource_arn,
        region=resource_arn.split(":")[3],
        document=f"{member} of the {'user profile' if level == 'user_profile' else 'Domain'}",
        before=before or None,
        after=after,
        undo=Undo.EXACT,
        undo_note="Undo sends the settings back as they were; a field that SageMaker does not clear is said.",
    )
