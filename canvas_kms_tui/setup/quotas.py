"""How many more may be made of what a set-up creates: AWS's own quotas, where they may be read.

A quota that cannot be read is not guessed: AWS then says it when the thing is made. Sources: IAM API reference,
GetAccountSummary; Service Quotas, codes of KMS (``L-C2F1777E``) and S3 (``L-DC2B2D3D``); SageMaker's by its name.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Mapping

from canvas_kms_tui.facts import Unreadable, known
from canvas_kms_tui.facts.reader import Reader

#: Quotas of the whole account are kept in one Region of the partition.
_GLOBAL = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-northwest-1"}
_DOMAINS = re.compile(r"\bdomains\b", re.IGNORECASE)


async def limits(reader: Reader, partition: str) -> Mapping[str, int]:
    """``{"roles": 1000, "keys": 100000, …}``: only what could be read."""
    asked: dict[str, Awaitable[int | None]] = {
        "roles": _roles(reader),
        "keys": _quota(reader, "kms", "L-C2F1777E", None),
        "buckets": _quota(reader, "s3", "L-DC2B2D3D", _GLOBAL.get(partition)),
        "domains": _domains(reader),
    }
    answers = await asyncio.gather(*(known(answer) for answer in asked.values()))
    found = zip(asked, answers, strict=True)
    return {name: limit for name, limit in found if limit is not None and not isinstance(limit, Unreadable)}


async def _roles(reader: Reader) -> int | None:
    answer = await reader.get("iam", "get_account_summary")
    limit = (answer.get("SummaryMap") or {}).get("RolesQuota")
    return None if limit is None else int(limit)


async def _quota(reader: Reader, service: str, code: str, region: str | None) -> int | None:
    answer = await reader.get("service-quotas", "get_service_quota", region=region, ServiceCode=service, QuotaCode=code)
    value = (answer.get("Quota") or {}).get("Value")
    return None if value is None else int(value)


async def _domains(reader: Reader) -> int | None:
    answer = await reader.get("service-quotas", "list_service_quotas", ServiceCode="sagemaker")
    named = [quota for quota in answer.get("Quotas") or () if _DOMAINS.search(str(quota.get("QuotaName")))]
    return int(named[0]["Value"]) if len(named) == 1 else None
