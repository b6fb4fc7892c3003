"""Arguments and attributes of the AWS provider for Terraform, as far as a set-up uses them.

From the provider's documentation, registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/…: the page of
each resource, "Argument Reference" and "Attribute Reference". A dictionary is a block with its own arguments.
"""

from __future__ import annotations

from typing import Any

_TAGS: dict[str, Any] = {"tags": None}

ARGUMENTS: dict[str, dict[str, Any]] = {
    # …/iam_role
    "aws_iam_role": {"name": None, "path": None, "description": None, "assume_role_policy": None, **_TAGS},
    # …/iam_role_policy_attachment
    "aws_iam_role_policy_attachment": {"role": None, "policy_arn": None},
    # …/iam_role_policy
    "aws_iam_role_policy": {"name": None, "role": None, "policy": None},
    # …/kms_key
    "aws_kms_key": {
        "description": None,
        "key_usage": None,
        "customer_master_key_spec": None,
        "policy": None,
        "enable_key_rotation": None,
        "deletion_window_in_days": None,
        **_TAGS,
    },
    # …/kms_alias
    "aws_kms_alias": {"name": None, "target_key_id": None},
    # …/s3_bucket
    "aws_s3_bucket": {"bucket": None, **_TAGS},
    # …/s3_bucket_public_access_block
    "aws_s3_bucket_public_access_block": {
        "bucket": None,
        "block_public_acls": None,
        "block_public_policy": None,
        "ignore_public_acls": None,
        "restrict_public_buckets": None,
    },
    # …/s3_bucket_server_side_encryption_configuration
    "aws_s3_bucket_server_side_encryption_configuration": {
        "bucket": None,
        "rule": {
            "apply_server_side_encryption_by_default": {"sse_algorithm": None, "kms_master_key_id": None},
            "bucket_key_enabled": None,
        },
    },
    # …/s3_bucket_policy
    "aws_s3_bucket_policy": {"bucket": None, "policy": None},
    # …/s3_bucket_cors_configuration
    "aws_s3_bucket_cors_configuration": {
        "bucket": None,
        "cors_rule": {
            "id": None,
            "allowed_headers": None,
            "allowed_methods": None,
            "allowed_origins": None,
            "expose_headers": None,
            "max_age_seconds": None,
        },
    },
    # …/sagemaker_domain
    "aws_sagemaker_domain": {
        "domain_name": None,
        "auth_mode": None,
        "vpc_id": None,
        "subnet_ids": None,
        "app_network_access_type": None,
        "kms_key_id": None,
        "default_user_settings": {
            "execution_role": None,
            "security_groups": None,
            "canvas_app_settings": {"workspace_settings": {"s3_artifact_path": None, "s3_kms_key_id": None}},
            "space_storage_settings": {
                "default_ebs_storage_settings": {
                    "default_ebs_volume_size_in_gb": None,
                    "maximum_ebs_volume_size_in_gb": None,
                }
            },
        },
        **_TAGS,
    },
    # …/sagemaker_user_profile
    "aws_sagemaker_user_profile": {"domain_id": None, "user_profile_name": None, **_TAGS},
}

ATTRIBUTES: dict[str, set[str]] = {
    "aws_iam_role": {"arn", "name", "id", "unique_id"},
    "aws_kms_key": {"arn", "key_id"},
    "aws_s3_bucket": {"arn", "id", "bucket"},
    "aws_sagemaker_domain": {"arn", "id", "url"},
}
