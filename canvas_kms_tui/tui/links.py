"""Links into the AWS console for an ARN, in its partition. Sources: AWS general reference, console domains."""

from __future__ import annotations

from urllib.parse import quote

_DOMAINS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def console_link(arn: str, region: str) -> str | None:
    """The page of a key, bucket, object, role, Domain or user profile; None for anything else."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[1] not in _DOMAINS:
        return None
    domain, service, place, name = _DOMAINS[parts[1]], parts[2], parts[3] or region, parts[5]
    root = f"https://{place}.{domain}"
    last = quote(name.rsplit("/", 1)[-1])
    if service == "kms" and name.startswith("key/"):
        return f"{root}/kms/home?region={place}#/kms/keys/{last}"
    if service == "s3":
        bucket, _, key = name.partition("/")
        page = f"object/{quote(bucket)}?prefix={quote(key)}" if key and not key.endswith(("/", "*")) else ""
        return f"{root}/s3/{page or f'buckets/{quote(bucket)}?tab=permissions'}"
    if service == "iam" and name.startswith("role/"):
        return f"{root}/iam/home?region={place}#/roles/details/{last}"
    if service == "sagemaker" and name.startswith(("domain/", "user-profile/")):
        return f"{root}/sagemaker/home?region={place}#/studio/{quote(name.split('/')[1])}"
    return None
