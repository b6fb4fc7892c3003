"""Owns the allow-list of reads: the only operations that a diagnosis can make, and the permission each one takes.

What is not here cannot be called, whatever a cause asks for. The smallest policy for the operator is made from this
table. Actions are those of the Service Authorization Reference; where an action takes no resource, or one whose ARN
cannot be known beforehand (an organization's), the resource is ``*``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from canvas_kms_tui.aws.operations import (
    Namer,
    Operation,
    access_point,
    app,
    bucket,
    everything,
    given,
    iam_role,
    kms_key,
    s3_object,
    sagemaker,
)


def _op(resource: Namer, *actions: str) -> Operation:
    return Operation(actions, resource)


READS: Final[dict[tuple[str, str], Operation]] = {
    ("sts", "get_caller_identity"): _op(everything, "sts:GetCallerIdentity"),
    ("sagemaker", "list_domains"): _op(everything, "sagemaker:ListDomains"),
    ("sagemaker", "describe_domain"): _op(sagemaker("domain", "DomainId"), "sagemaker:DescribeDomain"),
    ("sagemaker", "list_user_profiles"): _op(everything, "sagemaker:ListUserProfiles"),
    ("sagemaker", "describe_user_profile"): _op(
        sagemaker("user-profile", "DomainId", "UserProfileName"), "sagemaker:DescribeUserProfile"
    ),
    ("sagemaker", "list_apps"): _op(everything, "sagemaker:ListApps"),
    ("sagemaker", "describe_app"): _op(app, "sagemaker:DescribeApp"),
    ("sagemaker", "list_spaces"): _op(everything, "sagemaker:ListSpaces"),
    ("sagemaker", "describe_space"): _op(sagemaker("space", "DomainId", "SpaceName"), "sagemaker:DescribeSpace"),
    ("sagemaker", "list_tags"): _op(given("ResourceArn"), "sagemaker:ListTags"),
    ("iam", "get_role"): _op(iam_role, "iam:GetRole"),
    ("iam", "list_attached_role_policies"): _op(iam_role, "iam:ListAttachedRolePolicies"),
    ("iam", "list_role_policies"): _op(iam_role, "iam:ListRolePolicies"),
    ("iam", "get_role_policy"): _op(iam_role, "iam:GetRolePolicy"),
    ("iam", "list_role_tags"): _op(iam_role, "iam:ListRoleTags"),
    ("iam", "get_policy"): _op(given("PolicyArn"), "iam:GetPolicy"),
    ("iam", "get_policy_version"): _op(given("PolicyArn"), "iam:GetPolicyVersion"),
    ("iam", "simulate_principal_policy"): _op(given("PolicySourceArn"), "iam:SimulatePrincipalPolicy"),
    ("kms", "describe_key"): _op(kms_key, "kms:DescribeKey"),
    ("kms", "list_key_policies"): _op(kms_key, "kms:ListKeyPolicies"),
    ("kms", "get_key_policy"): _op(kms_key, "kms:GetKeyPolicy"),
    ("kms", "list_grants"): _op(kms_key, "kms:ListGrants"),
    ("kms", "list_resource_tags"): _op(kms_key, "kms:ListResourceTags"),
    ("kms", "list_aliases"): _op(everything, "kms:ListAliases"),
    ("s3", "list_buckets"): _op(everything, "s3:ListAllMyBuckets"),
    ("s3", "head_bucket"): _op(bucket, "s3:ListBucket"),
    ("s3", "list_objects_v2"): _op(bucket, "s3:ListBucket"),
    ("s3", "get_bucket_location"): _op(bucket, "s3:GetBucketLocation"),
    ("s3", "get_bucket_policy"): _op(bucket, "s3:GetBucketPolicy"),
    ("s3", "get_bucket_policy_status"): _op(bucket, "s3:GetBucketPolicyStatus"),
    ("s3", "get_bucket_encryption"): _op(bucket, "s3:GetEncryptionConfiguration"),
    ("s3", "get_bucket_cors"): _op(bucket, "s3:GetBucketCORS"),
    ("s3", "get_bucket_ownership_controls"): _op(bucket, "s3:GetBucketOwnershipControls"),
    ("s3", "get_bucket_request_payment"): _op(bucket, "s3:GetBucketRequestPayment"),
    ("s3", "get_bucket_tagging"): _op(bucket, "s3:GetBucketTagging"),
    ("s3", "get_public_access_block"): _op(bucket, "s3:GetBucketPublicAccessBlock"),
    ("s3", "head_object"): _op(s3_object, "s3:GetObject"),
    ("s3", "get_object_acl"): _op(s3_object, "s3:GetObjectAcl"),
    ("s3", "get_object_tagging"): _op(s3_object, "s3:GetObjectTagging"),
    ("s3control", "get_access_point"): _op(everything, "s3:GetAccessPoint"),
    ("s3control", "get_access_point_policy"): _op(access_point, "s3:GetAccessPointPolicy"),
    ("s3control", "get_public_access_block"): _op(everything, "s3:GetAccountPublicAccessBlock"),
    ("organizations", "describe_organization"): _op(everything, "organizations:DescribeOrganization"),
    ("organizations", "list_parents"): _op(everything, "organizations:ListParents"),
    ("organizations", "list_policies_for_target"): _op(everything, "organizations:ListPoliciesForTarget"),
    ("organizations", "describe_policy"): _op(everything, "organizations:DescribePolicy"),
    ("ec2", "describe_vpc_endpoints"): _op(everything, "ec2:DescribeVpcEndpoints"),
    ("ec2", "describe_route_tables"): _op(everything, "ec2:DescribeRouteTables"),
    ("cloudtrail", "lookup_events"): _op(everything, "cloudtrail:LookupEvents"),
    ("accessanalyzer", "validate_policy"): _op(everything, "access-analyzer:ValidatePolicy"),
}

#: Reads for which AWS may charge: only on request, never part of a diagnosis, of the doctor or of its policy.
CHARGED: Final[dict[tuple[str, str], Operation]] = {
    ("accessanalyzer", "check_no_public_access"): _op(everything, "access-analyzer:CheckNoPublicAccess"),
}


#: What only a first set-up asks: what there is to choose from. Not part of the diagnosis' smallest policy.
SETUP_READS: Final[dict[tuple[str, str], Operation]] = {
    ("kms", "list_keys"): _op(everything, "kms:ListKeys"),
    ("iam", "list_roles"): _op(everything, "iam:ListRoles"),
    ("iam", "get_account_summary"): _op(everything, "iam:GetAccountSummary"),
    ("service-quotas", "get_service_quota"): _op(everything, "servicequotas:GetServiceQuota"),
    ("service-quotas", "list_service_quotas"): _op(everything, "servicequotas:ListServiceQuotas"),
    ("kms", "get_key_rotation_status"): _op(kms_key, "kms:GetKeyRotationStatus"),
    ("ec2", "describe_vpcs"): _op(everything, "ec2:DescribeVpcs"),
    ("ec2", "describe_subnets"): _op(everything, "ec2:DescribeSubnets"),
    ("ec2", "describe_security_groups"): _op(everything, "ec2:DescribeSecurityGroups"),
}


#: What only a run over a whole organization asks.
FLEET_READS: Final[dict[tuple[str, str], Operation]] = {
    ("organizations", "list_accounts"): _op(everything, "organizations:ListAccounts"),
}


#: What only a message that the user gave (``--error``) asks for: AWS's own handles on a refusal.
MESSAGE_READS: Final[dict[tuple[str, str], Operation]] = {
    ("sts", "decode_authorization_message"): _op(everything, "sts:DecodeAuthorizationMessage"),
    ("iam-toolbox", "get_request_authorization_details"): _op(everything, "iam:GetRequestAuthorizationDetails"),
}

#: The parameter of a probe that names the role as which it is made; it is not sent.
AS_ROLE: Final = "AsRole"
#: Asked as the execution role, with ``--probe-role`` alone: KMS says whether the call would succeed, and does nothing.
PROBES: Final[dict[tuple[str, str], Operation]] = {
    ("kms", "decrypt"): _op(kms_key, "kms:Decrypt"),
    ("kms", "generate_data_key"): _op(kms_key, "kms:GenerateDataKey"),
}
_ALWAYS: Final[Mapping[str, Mapping[str, Any]]] = {
    "decrypt": {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]},
    "generate_data_key": {"DryRun": True, "KeySpec": "AES_256"},
}
_ALSO: Final = frozenset({AS_ROLE, "KeyId", "EncryptionContext"})


def check_read(service: str, operation: str, params: Mapping[str, Any]) -> Operation:
    """The allowed operation.

    Raises:
        PermissionError: it is not a read that the program makes, or it would make something: KMS creates an AWS
            managed key when somebody describes its alias before it exists, and does real cryptography without DryRun.
    """
    if (service, operation) in PROBES:
        return _checked_probe(service, operation, params)
    name = (service, operation)
    tables = (READS, CHARGED, SETUP_READS, FLEET_READS, MESSAGE_READS)
    allowed = next((table[name] for table in tables if name in table), None)
    if allowed is None:
        raise PermissionError(f"{service} {operation} is not on the list of reads")
    key_id = str(params.get("KeyId", ""))
    if operation == "describe_key" and (key_id.startswith("alias/aws/") or ":alias/aws/" in key_id):
        raise PermissionError(f"kms describe_key {key_id} would create the AWS managed key; resolve it by list_aliases")
    return allowed


def _checked_probe(service: str, operation: str, params: Mapping[str, Any]) -> Operation:
    always = _ALWAYS[operation]
    if {name: params.get(name) for name in always} != always or params.get("DryRun") is not True:
        raise PermissionError(f"{service} {operation} is asked as a dry run alone: {dict(always)}")
    if params.keys() - always.keys() != _ALSO:
        raise PermissionError(f"{service} {operation} takes {', '.join(sorted(_ALSO))} and nothing else")
    return PROBES[service, operation]
