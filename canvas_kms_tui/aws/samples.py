"""Owns on what each read can be tried: one real name of each kind, found from the account's own lists."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any

from canvas_kms_tui.gateway import CallFailed, Connection, Response
from canvas_kms_tui.target import Target

#: Parameters for each read that can be tried.
Samples = Mapping[tuple[str, str], Mapping[str, Any]]

_LISTS = (
    "sts get_caller_identity",
    "sagemaker list_domains",
    "sagemaker list_apps",
    "sagemaker list_spaces",
    "kms list_aliases",
    "s3 list_buckets",
    "organizations describe_organization",
)
_OF_A_BUCKET = (
    "s3 head_bucket",
    "s3 get_bucket_location",
    "s3 get_bucket_policy",
    "s3 get_bucket_policy_status",
    "s3 get_bucket_encryption",
    "s3 get_bucket_cors",
    "s3 get_bucket_ownership_controls",
    "s3 get_bucket_request_payment",
    "s3 get_bucket_tagging",
    "s3 get_public_access_block",
)


async def samples(connection: Connection, target: Target | None) -> Samples:
    """What each read can be tried on; a read that is missing has nothing to be tried on."""
    return await _Walk(connection, target).samples()


@dataclass(slots=True)
class _Walk:
    """From the account's lists to one name of each kind."""

    connection: Connection
    target: Target | None
    found: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    async def samples(self) -> Samples:
        account, region = self.connection.caller.account, self.connection.region
        self._have({}, *_LISTS)
        self._have({"MaxResults": 5}, "ec2 describe_vpc_endpoints", "ec2 describe_route_tables")
        self._have({"MaxResults": 1}, "cloudtrail lookup_events")
        self._have({"AccountId": account}, "s3control get_public_access_block")
        self._have({"ChildId": account}, "organizations list_parents")
        self._have({"TargetId": account, "Filter": "SERVICE_CONTROL_POLICY"}, "organizations list_policies_for_target")
        self._have({"PolicyId": "p-FullAWSAccess"}, "organizations describe_policy")
        self._have({"policyDocument": "{}", "policyType": "IDENTITY_POLICY"}, "accessanalyzer validate_policy")
        await asyncio.gather(self._sagemaker(), self._kms(), self._s3(f"sagemaker-{region}-{account}", account))
        return self.found

    def _have(self, params: Mapping[str, Any], *calls: str) -> None:
        for call in calls:
            service, operation = call.split()
            self.found[service, operation] = dict(params)

    async def _sagemaker(self) -> None:
        domain_id = self.target.domain_id if self.target else None
        if domain_id is None:
            domains = (await self._answer("sagemaker", "list_domains")).get("Domains") or [{}]
            domain_id = domains[0].get("DomainId")
        if domain_id is None:
            return
        self._have({"DomainId": domain_id}, "sagemaker describe_domain")
        self._have({"DomainIdEquals": domain_id}, "sagemaker list_user_profiles")
        await asyncio.gather(self._domain(domain_id), self._profile(domain_id))

    async def _domain(self, domain_id: str) -> None:
        domain = await self._answer("sagemaker", "describe_domain", DomainId=domain_id)
        if arn := domain.get("DomainArn"):
            self._have({"ResourceArn": arn}, "sagemaker list_tags")
        if role_arn := (domain.get("DefaultUserSettings") or {}).get("ExecutionRole"):
            await self._iam(str(role_arn))

    async def _profile(self, domain_id: str) -> None:
        name = self.target.user_profile if self.target else None
        if name is None:
            listed = await self._answer("sagemaker", "list_user_profiles", DomainIdEquals=domain_id)
            name = (listed.get("UserProfiles") or [{}])[0].get("UserProfileName")
        if name is None:
            return
        self._have({"DomainId": domain_id, "UserProfileName": name}, "sagemaker describe_user_profile")
        app = {"DomainId": domain_id, "UserProfileName": name, "AppType": "Canvas", "AppName": "default"}
        self._have(app, "sagemaker describe_app")

    async def _iam(self, role_arn: str) -> None:
        role = {"RoleName": role_arn.rsplit("/", 1)[-1]}
        self._have(
            role, "iam get_role", "iam list_attached_role_policies", "iam list_role_policies", "iam list_role_tags"
        )
        simulated = {"PolicySourceArn": role_arn, "ActionNames": ["kms:Decrypt"]}
        self._have(simulated, "iam simulate_principal_policy")
        await asyncio.gather(self._attached(role), self._inline(role))

    async def _attached(self, role: Mapping[str, Any]) -> None:
        listed = await self._answer("iam", "list_attached_role_policies", **role)
        if arn := (listed.get("AttachedPolicies") or [{}])[0].get("PolicyArn"):
            self._have({"PolicyArn": arn}, "iam get_policy")
            policy = (await self._answer("iam", "get_policy", PolicyArn=arn)).get("Policy") or {}
            if version := policy.get("DefaultVersionId"):
                self._have({"PolicyArn": arn, "VersionId": version}, "iam get_policy_version")

    async def _inline(self, role: Mapping[str, Any]) -> None:
        names = (await self._answer("iam", "list_role_policies", **role)).get("PolicyNames") or []
        if names:
            self._have({**role, "PolicyName": names[0]}, "iam get_role_policy")

    async def _kms(self) -> None:
        aliases = (await self._answer("kms", "list_aliases")).get("Aliases") or []
        customers = [alias for alias in aliases if not alias["AliasName"].startswith("alias/aws/")]
        # AWS's own aliases come last: some of their keys are not made before they are used.
        named = next((alias["TargetKeyId"] for alias in customers + aliases if alias.get("TargetKeyId")), None)
        if named:
            key = {"KeyId": named}
            self._have(key, "kms describe_key", "kms list_key_policies", "kms list_resource_tags")
            self._have({**key, "PolicyName": "default"}, "kms get_key_policy")
            self._have({**key, "Limit": 1}, "kms list_grants")

    async def _s3(self, preferred: str, account: str) -> None:
        names = [bucket["Name"] for bucket in (await self._answer("s3", "list_buckets")).get("Buckets") or []]
        if not names:
            return
        bucket = {"Bucket": preferred if preferred in names else names[0], "ExpectedBucketOwner": account}
        self._have(bucket, *_OF_A_BUCKET)
        self._have({**bucket, "MaxKeys": 1}, "s3 list_objects_v2")
        listed = await self._answer("s3", "list_objects_v2", **bucket, MaxKeys=1)
        for item in listed.get("Contents") or []:
            one = {**bucket, "Key": item["Key"]}
            self._have(one, "s3 head_object", "s3 get_object_acl", "s3 get_object_tagging")

    async def _answer(self, service: str, operation: str, **params: Any) -> Response:
        return await _or_nothing(self.connection.gateway.call(service, operation, **params))


async def _or_nothing(call: Awaitable[Response]) -> Response:
    """The answer, or an empty one: why there is none is found out when the read itself is tried."""
    try:
        return await call
    except CallFailed:
        return {}
