"""Owns what a case file may hold of each answer: an allow-list of fields, never an object's content or metadata.

Paths are dotted, lists are walked through, and a path keeps everything under it. Tags are kept only where a policy
names them: see :func:`canvas_kms_tui.aws.tags.only_named`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

_SETTINGS = "ExecutionRole SecurityGroups SharingSettings CanvasAppSettings SpaceStorageSettings"


def _under(prefix: str, names: str) -> str:
    return " ".join(f"{prefix}.{name}" for name in names.split())


_STATE = "Status FailureReason CreationTime LastModifiedTime"
_APP = f"DomainId UserProfileName SpaceName AppType AppName AppArn {_STATE}"
_POLICY = "PolicyId PolicyName Arn Path DefaultVersionId"

FIELDS: Final[dict[tuple[str, str], str]] = {
    ("sts", "get_caller_identity"): "Account Arn",
    ("sagemaker", "list_domains"): _under("Domains", f"DomainArn DomainId DomainName {_STATE}"),
    ("sagemaker", "describe_domain"): (
        "DomainArn DomainId DomainName AuthMode AppNetworkAccessType VpcId SubnetIds KmsKeyId "
        f"HomeEfsFileSystemKmsKeyId DomainSettings Url {_STATE} {_under('DefaultUserSettings', _SETTINGS)}"
    ),
    ("sagemaker", "list_user_profiles"): _under("UserProfiles", f"DomainId UserProfileName {_STATE}"),
    ("sagemaker", "describe_user_profile"): (
        f"DomainId UserProfileArn UserProfileName {_STATE} {_under('UserSettings', _SETTINGS)}"
    ),
    ("sagemaker", "list_apps"): _under("Apps", _APP),
    ("sagemaker", "describe_app"): _APP,
    ("sagemaker", "list_spaces"): _under(
        "Spaces", f"DomainId SpaceName OwnershipSettingsSummary SpaceSettingsSummary.AppType {_STATE}"
    ),
    ("sagemaker", "describe_space"): f"DomainId SpaceArn SpaceName OwnershipSettings SpaceSettings.AppType {_STATE}",
    ("sagemaker", "list_tags"): "Tags",
    ("iam", "get_role"): _under(
        "Role",
        "Path RoleName RoleId Arn CreateDate AssumeRolePolicyDocument MaxSessionDuration PermissionsBoundary Tags",
    ),
    ("iam", "list_attached_role_policies"): "AttachedPolicies.PolicyName AttachedPolicies.PolicyArn",
    ("iam", "list_role_policies"): "PolicyNames",
    ("iam", "get_role_policy"): "RoleName PolicyName PolicyDocument",
    ("iam", "list_role_tags"): "Tags",
    ("iam", "get_policy"): _under("Policy", _POLICY),
    ("iam", "get_policy_version"): _under("PolicyVersion", "Document VersionId IsDefaultVersion"),
    ("iam", "simulate_principal_policy"): "EvaluationResults",
    ("kms", "describe_key"): _under(
        "KeyMetadata",
        "AWSAccountId KeyId Arn CreationDate Enabled KeyUsage KeyState DeletionDate ValidTo Origin CustomKeyStoreId "
        "ExpirationModel KeyManager CustomerMasterKeySpec KeySpec EncryptionAlgorithms MultiRegion "
        "MultiRegionConfiguration PendingDeletionWindowInDays Description",
    ),
    ("kms", "list_key_policies"): "PolicyNames",
    ("kms", "get_key_policy"): "Policy PolicyName",
    ("kms", "list_grants"): "Grants",
    ("kms", "list_resource_tags"): "Tags",
    ("kms", "list_aliases"): _under("Aliases", "AliasName AliasArn TargetKeyId"),
    ("s3", "list_buckets"): "Buckets.Name Owner.ID",
    ("s3", "head_bucket"): "BucketRegion BucketLocationType AccessPointAlias",
    ("s3", "list_objects_v2"): (
        "Name Prefix IsTruncated KeyCount MaxKeys CommonPrefixes "
        + _under("Contents", "Key LastModified Size StorageClass Owner.ID")
    ),
    ("s3", "get_bucket_location"): "LocationConstraint",
    ("s3", "get_bucket_policy"): "Policy",
    ("s3", "get_bucket_policy_status"): "PolicyStatus",
    ("s3", "get_bucket_encryption"): "ServerSideEncryptionConfiguration",
    ("s3", "get_bucket_cors"): "CORSRules",
    ("s3", "get_bucket_ownership_controls"): "OwnershipControls",
    ("s3", "get_bucket_request_payment"): "Payer",
    ("s3", "get_bucket_tagging"): "TagSet",
    ("s3", "get_public_access_block"): "PublicAccessBlockConfiguration",
    ("s3", "head_object"): (
        "LastModified ContentLength ContentType ServerSideEncryption SSEKMSKeyId BucketKeyEnabled SSECustomerAlgorithm "
        "StorageClass ArchiveStatus Restore VersionId DeleteMarker"
    ),
    ("s3", "get_object_acl"): "Owner.ID Grants.Permission Grants.Grantee.ID Grants.Grantee.URI Grants.Grantee.Type",
    ("s3", "get_object_tagging"): "TagSet",
    ("s3control", "get_access_point"): (
        "Name Bucket BucketAccountId NetworkOrigin VpcConfiguration PublicAccessBlockConfiguration AccessPointArn Alias"
    ),
    ("s3control", "get_access_point_policy"): "Policy",
    ("s3control", "get_public_access_block"): "PublicAccessBlockConfiguration",
    ("organizations", "describe_organization"): _under("Organization", "Id Arn FeatureSet MasterAccountId"),
    ("organizations", "list_parents"): "Parents",
    ("organizations", "list_policies_for_target"): _under("Policies", "Id Arn Name Type AwsManaged"),
    (
        "organizations",
        "describe_policy",
    ): f"Policy.Content {_under('Policy.PolicySummary', 'Id Arn Name Type AwsManaged')}",
    ("ec2", "describe_vpc_endpoints"): _under(
        "VpcEndpoints",
        "VpcEndpointId VpcEndpointType VpcId ServiceName State PolicyDocument RouteTableIds SubnetIds",
    ),
    ("ec2", "describe_route_tables"): _under(
        "RouteTables",
        "RouteTableId VpcId Associations.Main Associations.SubnetId Associations.RouteTableId "
        "Routes.DestinationCidrBlock Routes.DestinationPrefixListId Routes.GatewayId Routes.NatGatewayId Routes.State",
    ),
    ("cloudtrail", "lookup_events"): _under("Events", "EventId EventName EventTime CloudTrailEvent"),
    ("accessanalyzer", "validate_policy"): "findings",
}

EVENT_FIELDS: Final = (
    "eventTime eventName eventSource awsRegion errorCode errorMessage recipientAccountId resources "
    "userIdentity.type userIdentity.arn userIdentity.accountId userIdentity.invokedBy "
    "userIdentity.sessionContext.sessionIssuer requestParameters.keyId requestParameters.encryptionContext "
    "requestParameters.granteePrincipal requestParameters.operations requestParameters.roleName "
    "responseElements.role.roleName responseElements.role.roleId"
)

_Tree = dict[str, Any]


def kept(service: str, operation: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What a case file may hold of ``answer``: nothing of an operation that the list does not name."""
    pruned: dict[str, Any] = _pruned(answer, _tree(FIELDS.get((service, operation), "")))
    if operation == "lookup_events":
        pruned["Events"] = [_event(event) for event in pruned.get("Events", ())]
    return pruned


def _event(event: dict[str, Any]) -> dict[str, Any]:
    """CloudTrail gives its record as a text; the addresses, agents and access keys in it are nobody's business."""
    try:
        record = json.loads(event.get("CloudTrailEvent") or "{}")
    except ValueError:
        record = {}
    return {**event, "CloudTrailEvent": json.dumps(_pruned(record, _tree(EVENT_FIELDS)))}


@cache
def _tree(paths: str) -> _Tree:
    root: _Tree = {}
    for path in paths.split():
        place = root
        for name in path.split("."):
            place = place.setdefault(name, {})
    return root


def _pruned(value: Any, tree: _Tree) -> Any:
    if isinstance(value, list):
        return [_pruned(item, tree) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {
        name: _pruned(value[name], below) if below else value[name] for name, below in tree.items() if name in value
    }
