"""Owns what can be chosen as a target: the Domains, user profiles and S3 locations that the caller can list."""

from __future__ import annotations

from dataclasses import dataclass

from canvas_kms_tui.facts.reader import Reader
from canvas_kms_tui.gateway import Gateway


@dataclass(frozen=True, slots=True)
class DomainChoice:
    id: str
    name: str
    status: str


async def domains(gateway: Gateway) -> list[DomainChoice]:
    """Every Domain of the Region.

    Raises:
        Unreadable: the caller may not list them.
    """
    answer = await Reader(gateway).get("sagemaker", "list_domains")
    return [
        DomainChoice(domain["DomainId"], domain.get("DomainName") or "", domain.get("Status") or "")
        for domain in answer.get("Domains") or ()
    ]


async def profiles(gateway: Gateway, domain_id: str) -> list[str]:
    """The names of the user profiles of a Domain.

    Raises:
        Unreadable: the caller may not list them.
    """
    answer = await Reader(gateway).get("sagemaker", "list_user_profiles", DomainIdEquals=domain_id)
    return [profile["UserProfileName"] for profile in answer.get("UserProfiles") or ()]


async def buckets(gateway: Gateway) -> list[str]:
    """The names of the caller's own buckets.

    Raises:
        Unreadable: the caller may not list them.
    """
    answer = await Reader(gateway).get("s3", "list_buckets")
    return [bucket["Name"] for bucket in answer.get("Buckets") or ()]


async def objects(gateway: Gateway, bucket: str, prefix: str = "") -> list[str]:
    """Up to a thousand keys under a prefix, the newest first.

    Raises:
        Unreadable: the caller may not list them.
    """
    answer = await Reader(gateway).get("s3", "list_objects_v2", Bucket=bucket, Prefix=prefix, MaxKeys=1000)
    items = sorted(answer.get("Contents") or (), key=lambda item: str(item.get("LastModified") or ""), reverse=True)
    return [item["Key"] for item in items if not item["Key"].endswith("/")]
