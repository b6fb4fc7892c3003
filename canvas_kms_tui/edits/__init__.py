"""The builders of changes: documents as they stand in, the smallest change out. Pure; no I/O, no policy decision."""

from canvas_kms_tui.edits.bucket import (
    BLOCK_ALL,
    add_condition_value,
    add_statement,
    create_default_bucket,
    edit_bucket_policy,
    put_bucket_cors,
    put_bucket_encryption,
    remove_statement,
    replace_condition_value,
)
from canvas_kms_tui.edits.documents import OUR_SID, CannotEdit, TooLarge, canonical, digest, equal, statements
from canvas_kms_tui.edits.key_policy import (
    append_key_policy_statement,
    cancel_key_deletion,
    edit_key_policy,
    enable_key,
    other_users,
)
from canvas_kms_tui.edits.managed_policy import give_managed_policy, managed_policy_arn
from canvas_kms_tui.edits.ours import with_our_statement
from canvas_kms_tui.edits.principals import deleted_identities, replace_principal, without_deleted
from canvas_kms_tui.edits.role_policy import (
    edit_inline_role_policy,
    put_inline_role_policy,
    room_for_inline,
    update_trust_policy,
)
from canvas_kms_tui.edits.settings import Level, set_workspace_settings, update_domain_storage

__all__ = [
    "BLOCK_ALL",
    "OUR_SID",
    "CannotEdit",
    "Level",
    "TooLarge",
    "add_condition_value",
    "add_statement",
    "append_key_policy_statement",
    "cancel_key_deletion",
    "canonical",
    "create_default_bucket",
    "deleted_identities",
    "digest",
    "edit_bucket_policy",
    "edit_inline_role_policy",
    "edit_key_policy",
    "enable_key",
    "equal",
    "give_managed_policy",
    "managed_policy_arn",
    "other_users",
    "put_bucket_cors",
    "put_bucket_encryption",
    "put_inline_role_policy",
    "remove_statement",
    "replace_condition_value",
    "replace_principal",
    "room_for_inline",
    "set_workspace_settings",
    "statements",
    "update_domain_storage",
    "update_trust_policy",
    "with_our_statement",
    "without_deleted",
]
