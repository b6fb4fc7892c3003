"""A set-up as a Terraform module in JSON syntax (``.tf.json``) that makes the same things.

Resource types and arguments are those of the AWS provider's documentation (version 5 and later).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from canvas_kms_tui.changes.export_cli import as_cli
from canvas_kms_tui.changes.export_code import snake
from canvas_kms_tui.edits import creation
from canvas_kms_tui.setup.future import Setup
from canvas_kms_tui.setup.things import Thing, things

Json = dict[str, Any]
Resource = tuple[str, str, Json]  #: type, name, arguments

#: Members of UserSettings that the provider takes as blocks: a list of one in JSON syntax.
_BLOCKS = frozenset(
    {"CanvasAppSettings", "WorkspaceSettings", "SpaceStorageSettings", "DefaultEbsStorageSettings", "SharingSettings"}
)
_TYPES = {
    "role": "aws_iam_role",
    "key": "aws_kms_key",
    "bucket": "aws_s3_bucket",
    "domain": "aws_sagemaker_domain",
    "profile": "aws_sagemaker_user_profile",
}


def module_text(setup: Setup) -> str:
    """The module's one file."""
    return json.dumps(module(setup), indent=2) + "\n"


def module(setup: Setup) -> Json:
    """The module as data. ``//`` is a comment to Terraform."""
    found = things(setup.changes)
    refs = _references(found.made)
    resources: dict[str, Json] = {}
    for thing in found.made:
        for kind, name, arguments in _BUILDERS[thing.kind](thing):
            resources.setdefault(kind, {})[name] = _put_in(arguments, refs)
    left = [line for change in found.altered for line in as_cli(change).splitlines()]
    comment = [f"{setup.title} (account {setup.account.account}, {setup.account.region})"]
    comment += ["What alters things that stand already is not in this module:", *left] if left else []
    return {
        "//": comment,
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.40"}}},
        **({"resource": resources} if resources else {}),
        **({"output": _outputs(found.made)} if found.made else {}),
    }


def _role(thing: Thing) -> list[Resource]:
    sent = thing.made_by.parameters
    role = {
        "name": sent["RoleName"],
        "path": sent.get("Path", "/"),
        "description": sent["Description"],
        "assume_role_policy": _document(thing.made_by.after["AssumeRolePolicyDocument"]),
        **_tags(sent.get("Tags", ()), "Key", "Value"),
    }
    this = "${aws_iam_role.canvas.name}"
    attached = [
        ("aws_iam_role_policy_attachment", _name(arn.rsplit("/", 1)[-1]), {"role": _Raw(this), "policy_arn": arn})
        for arn in (change.parameters["PolicyArn"] for change in thing.all("AttachRolePolicy"))
    ]
    inline = [
        (
            "aws_iam_role_policy",
            _name(change.parameters["PolicyName"]),
            {"role": _Raw(this), "name": change.parameters["PolicyName"], "policy": _document(change.after)},
        )
        for change in thing.all("PutRolePolicy")
    ]
    return [("aws_iam_role", "canvas", role), *attached, *inline]


def _key(thing: Thing) -> list[Resource]:
    sent = thing.made_by.parameters
    key = {
        "description": sent["Description"],
        "key_usage": sent["KeyUsage"],
        "customer_master_key_spec": sent["KeySpec"],
        "policy": _document(thing.made_by.after["Policy"]),
        "enable_key_rotation": thing.change("EnableKeyRotation") is not None,
        "deletion_window_in_days": creation.LONGEST_WINDOW,
        **_tags(sent.get("Tags", ()), "TagKey", "TagValue"),
    }
    aliases = [
        (
            "aws_kms_alias",
            thing.label,
            {"name": change.parameters["AliasName"], "target_key_id": _Raw(f"${{aws_kms_key.{thing.label}.key_id}}")},
        )
        for change in thing.all("CreateAlias")
    ]
    return [("aws_kms_key", thing.label, key), *aliases]


def _bucket(thing: Thing) -> list[Resource]:
    this = {"bucket": _Raw("${aws_s3_bucket.canvas.id}")}
    made: list[Resource] = [("aws_s3_bucket", "canvas", {"bucket": thing.made_by.parameters["Bucket"]})]
    if block := thing.change("PutPublicAccessBlock"):
        flags = {snake(name): value for name, value in block.after.items()}
        made.append(("aws_s3_bucket_public_access_block", "canvas", {**this, **flags}))
    if encryption := thing.change("PutBucketEncryption"):
        rules = [_encryption_rule(rule) for rule in encryption.after["Rules"]]
        made.append(("aws_s3_bucket_server_side_encryption_configuration", "canvas", {**this, "rule": rules}))
    if policy := thing.change("PutBucketPolicy"):
        made.append(("aws_s3_bucket_policy", "canvas", {**this, "policy": _document(policy.after)}))
    if cors := thing.change("PutBucketCors"):
        rules = [{_CORS.get(name, snake(name)): value for name, value in r.items()} for r in cors.after["CORSRules"]]
        made.append(("aws_s3_bucket_cors_configuration", "canvas", {**this, "cors_rule": rules}))
    return made


_CORS = {"ID": "id", "MaxAgeSeconds": "max_age_seconds"}


def _encryption_rule(rule: Mapping[str, Any]) -> Json:
    default = rule["ApplyServerSideEncryptionByDefault"]
    key = {"kms_master_key_id": default["KMSMasterKeyID"]} if "KMSMasterKeyID" in default else {}
    by_default = {"sse_algorithm": default["SSEAlgorithm"], **key}
    bucket_key = {"bucket_key_enabled": rule["BucketKeyEnabled"]} if "BucketKeyEnabled" in rule else {}
    return {"apply_server_side_encryption_by_default": [by_default], **bucket_key}


def _domain(thing: Thing) -> list[Resource]:
    sent = thing.made_by.parameters
    kept = ("DomainName", "AuthMode", "VpcId", "SubnetIds", "AppNetworkAccessType", "KmsKeyId")
    arguments = {snake(name): sent[name] for name in kept if name in sent}
    settings = {"default_user_settings": [_settings(sent["DefaultUserSettings"])]}
    return [
        ("aws_sagemaker_domain", "canvas", {**arguments, **settings, **_tags(sent.get("Tags", ()), "Key", "Value")})
    ]


def _settings(settings: Mapping[str, Any]) -> Json:
    return {
        snake(name): [_settings(value)] if name in _BLOCKS else value
        for name, value in settings.items()
    }  # fmt: skip


def _profile(thing: Thing) -> list[Resource]:
    sent = thing.made_by.parameters
    names = {"domain_id": sent["DomainId"], "user_profile_name": sent["UserProfileName"]}
    return [
        ("aws_sagemaker_user_profile", _name(thing.label), {**names, **_tags(sent.get("Tags", ()), "Key", "Value")})
    ]


_BUILDERS: Mapping[str, Callable[[Thing], list[Resource]]] = {
    "role": _role,
    "key": _key,
    "bucket": _bucket,
    "domain": _domain,
    "profile": _profile,
}


class _Raw(str):
    """A text that is an expression of Terraform's already."""


def _references(made: tuple[Thing, ...]) -> dict[str, str]:
    """The plan's ARNs and ids of what the module makes → expressions; ARNs come before the ids that they end in."""
    found: dict[str, str] = {}
    for thing in made:
        arn, kind = thing.made_by.resource, _TYPES[thing.kind]
        if thing.kind == "role":
            found[arn] = f"${{{kind}.canvas.arn}}"
        elif thing.kind == "key":
            found[arn] = f"${{{kind}.{thing.label}.arn}}"
            found[arn.rsplit("/", 1)[-1]] = f"${{{kind}.{thing.label}.key_id}}"
        elif thing.kind == "domain":
            found[creation.NEW_DOMAIN] = f"${{{kind}.canvas.id}}"
    return found


def _put_in(value: Any, refs: Mapping[str, str]) -> Any:
    if isinstance(value, _Raw):
        return str(value)
    if isinstance(value, str):
        text = value.replace("${", "$${").replace("%{", "%%{")
        for known, reference in refs.items():
            text = text.replace(known, reference)
        return text
    if isinstance(value, Mapping):
        return {key: _put_in(item, refs) for key, item in value.items()}
    return [_put_in(item, refs) for item in value] if isinstance(value, (list, tuple)) else value


def _document(policy: Any) -> str:
    return json.dumps(policy, separators=(",", ":"), ensure_ascii=False)


def _name(text: str) -> str:
    """A name of Terraform's: letters, digits, underscores and hyphens."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", text)
    return name if name[:1].isalpha() else f"_{name}"


def _tags(tags: Any, key: str, value: str) -> Json:
    return {"tags": {str(tag[key]): tag[value] for tag in tags}} if tags else {}


def _outputs(made: tuple[Thing, ...]) -> Json:
    found: Json = {}
    for thing in made:
        if thing.kind == "key":
            found[f"{thing.label}_key_arn"] = {"value": f"${{aws_kms_key.{thing.label}.arn}}"}
        if thing.kind == "domain":
            found["domain_id"] = {"value": "${aws_sagemaker_domain.canvas.id}"}
    return found
