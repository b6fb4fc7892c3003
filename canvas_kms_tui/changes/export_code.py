"""A change as infrastructure code: the CloudFormation property, the Terraform block. For whoever owns the template."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from canvas_kms_tui import hidden
from canvas_kms_tui.change import Change
from canvas_kms_tui.changes.export_cli import as_cli
from canvas_kms_tui.changes.standing import settings_member

NOT_EXPRESSIBLE = "Not expressible as code: use the CLI."


@dataclass(frozen=True, slots=True)
class _Block:
    """A Terraform resource: its type, the id that imports it, and its arguments in HCL."""

    kind: str
    import_id: str
    body: str
    whole: bool = True  #: False: only the arguments that change; the resource has others


def as_cloudformation(change: Change) -> str:
    """The resource type and the properties that carry the change, as JSON with a comment line above.

    Fragments for the template that owns the resource: deploying one alone would create a second resource.
    """
    fragment = _cloudformation(change)
    if fragment is None:
        return _instead("#", change)
    kind, properties = fragment
    head = f"# In the {kind} that owns {change.resource}"
    return f"{head}\n{json.dumps({'Properties': properties}, indent=2)}"


def as_terraform(change: Change) -> str:
    """The resource block (or the arguments that change) and its import line."""
    block = _terraform(change)
    if block is None:
        return _instead("#", change)
    name = "canvas_" + re.sub(r"\W+", "_", change.resource.rsplit(":", 1)[-1]).strip("_")
    note = "" if block.whole else "  # …the other arguments stay as they are\n"
    resource = f'resource "{block.kind}" "{name}" {{\n{note}{_indented(block.body)}\n}}'
    return f"# terraform import {block.kind}.{name} {_hcl(block.import_id)}\n{resource}"


def _instead(comment: str, change: Change) -> str:
    return f"{comment} {NOT_EXPRESSIBLE}\n" + "\n".join(f"{comment}   {line}" for line in as_cli(change).splitlines())


def _cloudformation(change: Change) -> tuple[str, dict[str, Any]] | None:
    parameters, after = change.parameters, change.after
    match change.operation:
        case "PutKeyPolicy":
            return "AWS::KMS::Key", {"KeyPolicy": after}
        case "EnableKey" | "DisableKey":
            return "AWS::KMS::Key", {"Enabled": change.operation == "EnableKey"}
        case "PutRolePolicy":
            names = {name: parameters[name] for name in ("RoleName", "PolicyName")}
            return "AWS::IAM::RolePolicy", {**names, "PolicyDocument": after}
        case "CreatePolicy":
            return "AWS::IAM::ManagedPolicy", {"ManagedPolicyName": parameters["PolicyName"], "PolicyDocument": after}
        case "UpdateAssumeRolePolicy":
            return "AWS::IAM::Role", {"AssumeRolePolicyDocument": after}
        case "PutBucketPolicy":
            return "AWS::S3::BucketPolicy", {"Bucket": parameters["Bucket"], "PolicyDocument": after}
        case "CreateBucket":
            return "AWS::S3::Bucket", {"BucketName": parameters["Bucket"]}
        case "PutPublicAccessBlock":
            return "AWS::S3::Bucket", {"PublicAccessBlockConfiguration": after}
        case "PutBucketEncryption":
            return "AWS::S3::Bucket", {"BucketEncryption": bucket_encryption(after)}
        case "PutBucketCors":
            return "AWS::S3::Bucket", {"CorsConfiguration": {"CorsRules": [cors_rule(r) for r in after["CORSRules"]]}}
        case "UpdateDomain" | "UpdateUserProfile":
            return _cloudformation_settings(change)
    return None


def bucket_encryption(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation names the same structure otherwise (AWS::S3::Bucket ServerSideEncryptionRule)."""
    rules = []
    for rule in configuration.get("Rules", []):
        default = {"ServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"]}
        bucket_key = {"BucketKeyEnabled": rule["BucketKeyEnabled"]} if "BucketKeyEnabled" in rule else {}
        rules.append({**bucket_key, **default})
    return {"ServerSideEncryptionConfiguration": rules}


def cors_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    names = {"ID": "Id", "ExposeHeaders": "ExposedHeaders", "MaxAgeSeconds": "MaxAge"}
    return {names.get(key, key): value for key, value in rule.items()}


def _cloudformation_settings(change: Change) -> tuple[str, dict[str, Any]] | None:
    """CloudFormation has no CanvasAppSettings (AWS::SageMaker::Domain and UserProfile, UserSettings)."""
    around, member = settings_member(change)
    if member == "CanvasAppSettings":
        return None
    kind = "AWS::SageMaker::Domain" if change.operation == "UpdateDomain" else "AWS::SageMaker::UserProfile"
    return kind, {around: {member: change.after}}


def _terraform(change: Change) -> _Block | None:
    if change.service == "sagemaker":
        return _terraform_settings(change)
    return _terraform_bucket(change) if change.service == "s3" else _terraform_policy(change)


def _terraform_policy(change: Change) -> _Block | None:
    parameters = change.parameters
    match change.operation:
        case "PutKeyPolicy":
            key = parameters["KeyId"]
            return _Block("aws_kms_key_policy", key, f"key_id = {_hcl(key)}\n{_heredoc('policy', change.after)}")
        case "EnableKey" | "DisableKey":
            enabled = "true" if change.operation == "EnableKey" else "false"
            return _Block("aws_kms_key", parameters["KeyId"], f"is_enabled = {enabled}", whole=False)
        case "PutRolePolicy":
            role, name = parameters["RoleName"], parameters["PolicyName"]
            body = f"role   = {_hcl(role)}\nname   = {_hcl(name)}\n{_heredoc('policy', change.after)}"
            return _Block("aws_iam_role_policy", f"{role}:{name}", body)
        case "CreatePolicy":
            body = f"name   = {_hcl(parameters['PolicyName'])}\n{_heredoc('policy', change.after)}"
            return _Block("aws_iam_policy", change.resource, body)
        case "AttachRolePolicy":
            role, policy = parameters["RoleName"], parameters["PolicyArn"]
            body = f"role       = {_hcl(role)}\npolicy_arn = {_hcl(policy)}"
            return _Block("aws_iam_role_policy_attachment", f"{role}/{policy}", body)
        case "UpdateAssumeRolePolicy":
            body = _heredoc("assume_role_policy", change.after)
            return _Block("aws_iam_role", parameters["RoleName"], body, whole=False)
    return None


def _terraform_bucket(change: Change) -> _Block | None:
    bucket = change.parameters["Bucket"]
    named = f"bucket = {_hcl(bucket)}\n"
    match change.operation:
        case "CreateBucket":
            return _Block("aws_s3_bucket", bucket, named.rstrip())
        case "PutBucketPolicy":
            return _Block("aws_s3_bucket_policy", bucket, named + _heredoc("policy", change.after))
        case "PutPublicAccessBlock":
            flags = {snake(name): "true" for name in change.after}
            return _Block("aws_s3_bucket_public_access_block", bucket, named + _assigned(flags))
        case "PutBucketEncryption":
            body = named + "\n".join(_encryption_rule(rule) for rule in change.after["Rules"])
            return _Block("aws_s3_bucket_server_side_encryption_configuration", bucket, body)
        case "PutBucketCors":
            body = named + "\n".join(_cors_block(rule) for rule in change.after["CORSRules"])
            return _Block("aws_s3_bucket_cors_configuration", bucket, body)
    return None


def _encryption_rule(rule: Mapping[str, Any]) -> str:
    default = rule["ApplyServerSideEncryptionByDefault"]
    inner = {"sse_algorithm": _hcl(default["SSEAlgorithm"])}
    if key := default.get("KMSMasterKeyID"):
        inner["kms_master_key_id"] = _hcl(key)
    body = _nested("apply_server_side_encryption_by_default", _assigned(inner))
    if rule.get("BucketKeyEnabled"):
        body += "\nbucket_key_enabled = true"
    return _nested("rule", body)


def _cors_block(rule: Mapping[str, Any]) -> str:
    names = {"ID": "id", "MaxAgeSeconds": "max_age_seconds"}
    return _nested("cors_rule", _assigned({names.get(key, snake(key)): _hcl(value) for key, value in rule.items()}))


def _terraform_settings(change: Change) -> _Block:
    around, member = settings_member(change)
    if change.operation == "UpdateDomain":
        kind, import_id = "aws_sagemaker_domain", change.parameters["DomainId"]
    else:
        kind, import_id = "aws_sagemaker_user_profile", change.resource
    body = _nested(snake(around), _nested(snake(member), _settings(change.after)))
    return _Block(kind, import_id, body, whole=False)


def _settings(settings: Mapping[str, Any]) -> str:
    made = []
    for key, value in settings.items():
        name = snake(key)
        if isinstance(value, Mapping):
            made.append(_nested(name, _settings(value)))
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            made += [_nested(name, _settings(item)) for item in value]
        else:
            made.append(f"{name} = {_hcl(value)}")
    return "\n".join(made)


def _heredoc(name: str, document: Any) -> str:
    """JSON in a heredoc; ``${`` and ``%{`` of IAM's policy variables are not Terraform's."""
    text = hidden.escaped(json.dumps(document, indent=2, ensure_ascii=False))
    return f"{name} = <<POLICY\n{text.replace('${', '$${').replace('%{', '%%{')}\nPOLICY"


def _hcl(value: Any) -> str:
    text = hidden.escaped(json.dumps(value, ensure_ascii=False))
    return text.replace("${", "$${").replace("%{", "%%{")


def _assigned(arguments: Mapping[str, str]) -> str:
    return "\n".join(f"{name} = {value}" for name, value in arguments.items())


def _nested(name: str, body: str) -> str:
    return f"{name} {{\n{_indented(body)}\n}}"


def _indented(body: str) -> str:
    """Two spaces before each line, but not inside a heredoc."""
    made, inside = [], False
    for line in body.splitlines():
        made.append(line if inside or not line else f"  {line}")
        inside = (inside or line.endswith("<<POLICY")) and line != "POLICY"
    return "\n".join(made)


def snake(name: str) -> str:
    """``S3KmsKeyId`` → ``s3_kms_key_id``, as the AWS provider names arguments."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.replace("OAuth", "Oauth"))
    return spaced.lower()
