"""What whoever sets up must be allowed to do besides diagnosing: to look, to make, to read back, to take back."""

from __future__ import annotations

from typing import Any

from canvas_kms_tui.changes import policy_for_every_fix

#: Actions whose resource does not exist yet, or that take none.
_ANYWHERE = (
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "iam:GetAccountSummary",
    "iam:ListRoles",
    "kms:CreateKey",
    "kms:ListAliases",
    "kms:ListKeys",
    "s3:ListAllMyBuckets",
    "sagemaker:ListDomains",
    "sagemaker:ListUserProfiles",
    "servicequotas:GetServiceQuota",
    "servicequotas:ListServiceQuotas",
)
_ON = {
    ("kms", "key/*"): (
        "kms:CreateAlias",
        "kms:DeleteAlias",
        "kms:EnableKeyRotation",
        "kms:GetKeyRotationStatus",
        "kms:ListResourceTags",
        "kms:TagResource",
    ),
    ("kms", "alias/*"): ("kms:CreateAlias", "kms:DeleteAlias"),
    ("iam", "role/*"): (
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:DetachRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:TagRole",
    ),
    ("sagemaker", "domain/*"): ("sagemaker:AddTags", "sagemaker:CreateDomain", "sagemaker:DeleteDomain"),
    ("sagemaker", "user-profile/*"): (
        "sagemaker:AddTags",
        "sagemaker:CreateUserProfile",
        "sagemaker:DeleteUserProfile",
    ),
}


def policy_for_setup(*, partition: str, account: str, region: str) -> dict[str, Any]:
    """An IAM policy with which a set-up can be made and taken back in one account and Region.

    ``iam:PassRole`` is for SageMaker alone; CreateDomain lets SageMaker make grants on the Domain's key for itself.
    """
    statements = [{"Sid": "CanvasKmsSetupLook", "Effect": "Allow", "Action": list(_ANYWHERE), "Resource": "*"}]
    for number, ((service, rest), actions) in enumerate(_ON.items(), 1):
        resource = f"arn:{partition}:{service}:{'' if service == 'iam' else region}:{account}:{rest}"
        statements.append(
            {"Sid": f"CanvasKmsSetup{number}", "Effect": "Allow", "Action": list(actions), "Resource": resource}
        )
    passes: dict[str, Any] = {
        "Sid": "CanvasKmsSetupPassRole",
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": f"arn:{partition}:iam::{account}:role/*",
        "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    }
    grants: dict[str, Any] = {
        "Sid": "CanvasKmsSetupGrants",
        "Effect": "Allow",
        "Action": ["kms:CreateGrant"],
        "Resource": f"arn:{partition}:kms:{region}:{account}:key/*",
        "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
    }
    every = policy_for_every_fix(partition=partition, account=account, region=region)
    return {**every, "Statement": [*statements, passes, grants, *every["Statement"]]}
