"""What a set-up makes, in one shape, whatever tells it: the account, a CloudFormation template, a Terraform module.

References of templates are resolved to what the account has, so that all three can be compared.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from canvas_kms_tui.edits.documents import canonical
from canvas_kms_tui.edits.documents import plain as copied

DOMAIN_FIELDS = ("DomainName", "AuthMode", "VpcId", "SubnetIds", "AppNetworkAccessType", "KmsKeyId")


def in_account(client: Callable[[str], Any], *, role: str, bucket: str, domain_name: str) -> dict[str, Any]:
    """Read from the account."""
    iam, kms, s3, sagemaker = (client(name) for name in ("iam", "kms", "s3", "sagemaker"))
    found = iam.get_role(RoleName=role)["Role"]
    inline = iam.list_role_policies(RoleName=role)["PolicyNames"]
    domains = {one["DomainName"]: one["DomainId"] for one in sagemaker.list_domains()["Domains"]}
    domain = sagemaker.describe_domain(DomainId=domains[domain_name])
    profiles = sagemaker.list_user_profiles(DomainIdEquals=domain["DomainId"])["UserProfiles"]
    aliases = [alias for alias in kms.list_aliases()["Aliases"] if alias["AliasName"].startswith("alias/canvas")]
    return _same(
        {
            "role": {
                "arn": found["Arn"],
                "trust": found["AssumeRolePolicyDocument"],
                "attached": [
                    one["PolicyArn"] for one in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
                ],
                "inline": {
                    name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in inline
                },
            },
            "keys": {alias["AliasName"]: _key_in_account(kms, alias["TargetKeyId"]) for alias in aliases},
            "bucket": _bucket_in_account(s3, bucket),
            "domain": {name: domain.get(name) for name in DOMAIN_FIELDS} | {"settings": domain["DefaultUserSettings"]},
            "profiles": {one["UserProfileName"]: one["DomainId"] for one in profiles},
        }
    )


def _key_in_account(kms: Any, key_id: str) -> dict[str, Any]:
    key = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    return {
        "spec": key["KeySpec"],
        "usage": key["KeyUsage"],
        "description": key["Description"],
        "policy": json.loads(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"]),
        "rotation": kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"],
    }


def _bucket_in_account(s3: Any, bucket: str) -> dict[str, Any]:
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except s3.exceptions.ClientError:
        policy = None
    return {
        "name": bucket,
        "block": s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"],
        "encryption": [
            {**rule["ApplyServerSideEncryptionByDefault"], "bucket_key": rule["BucketKeyEnabled"]} for rule in rules
        ],
        "cors": s3.get_bucket_cors(Bucket=bucket)["CORSRules"],
        "policy": policy,
    }


def real_ids(client: Callable[[str], Any], domain_name: str) -> dict[str, str]:
    """What AWS called the keys and the Domain: ``data`` and ``storage`` → key ARN, ``domain`` → id."""
    kms, sagemaker = client("kms"), client("sagemaker")
    ids = {}
    for alias in kms.list_aliases()["Aliases"]:
        if alias["AliasName"].startswith("alias/canvas-"):
            arn = kms.describe_key(KeyId=alias["TargetKeyId"])["KeyMetadata"]["Arn"]
            ids[alias["AliasName"].removeprefix("alias/canvas-")] = arn
    domains = sagemaker.list_domains()["Domains"]
    ids["domain"] = next(one["DomainId"] for one in domains if one["DomainName"] == domain_name)
    return ids


# --- CloudFormation ---------------------------------------------------------------------------------------------------


def in_template(template: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """What the template makes, its references resolved."""
    resources = template["Resources"]

    def reference(name: str, attribute: str | None) -> str:
        kind, properties = resources[name]["Type"], resources[name]["Properties"]
        if kind == "AWS::KMS::Key":
            arn = ids[name.removesuffix("Key").lower()]
            return arn if attribute == "Arn" else arn.rsplit("/", 1)[-1]
        if kind == "AWS::IAM::Role":
            account, partition = next(iter(ids.values())).split(":")[4], next(iter(ids.values())).split(":")[1]
            arn = f"arn:{partition}:iam::{account}:role{properties['Path']}{properties['RoleName']}"
            return arn if attribute == "Arn" else properties["RoleName"]
        return {"AWS::S3::Bucket": properties.get("BucketName"), "AWS::SageMaker::Domain": ids["domain"]}[kind]

    def resolved(value: Any) -> Any:
        if isinstance(value, dict) and set(value) == {"Ref"}:
            return reference(value["Ref"], None)
        if isinstance(value, dict) and set(value) == {"Fn::GetAtt"}:
            return reference(*value["Fn::GetAtt"])
        if isinstance(value, dict) and set(value) == {"Fn::Sub"}:
            text = re.sub(r"\$\{(?!!)(\w+)(?:\.(\w+))?\}", lambda m: reference(m[1], m[2]), value["Fn::Sub"])
            return text.replace("${!", "${")
        if isinstance(value, dict):
            return {key: resolved(item) for key, item in value.items()}
        return [resolved(item) for item in value] if isinstance(value, list) else value

    by_kind: dict[str, dict[str, Any]] = {}
    for name, resource in resources.items():
        by_kind.setdefault(resource["Type"], {})[name] = resolved(resource["Properties"])
    (role_name, role), *_ = by_kind["AWS::IAM::Role"].items()
    bucket = next(iter(by_kind["AWS::S3::Bucket"].values()))
    domain = next(iter(by_kind["AWS::SageMaker::Domain"].values()))
    command = shlex.split(resolved(template["Outputs"]["SetCanvasSettings"]["Value"]))
    assert command[command.index("--domain-id") + 1] == ids["domain"]
    afterwards = json.loads(command[command.index("--default-user-settings") + 1])
    keys = by_kind["AWS::KMS::Key"]
    return _same(
        {
            "role": {
                "arn": reference(role_name, "Arn"),
                "trust": role["AssumeRolePolicyDocument"],
                "attached": role.get("ManagedPolicyArns", []),
                "inline": {
                    one["PolicyName"]: one["PolicyDocument"]
                    for one in by_kind.get("AWS::IAM::RolePolicy", {}).values()
                    if one["RoleName"] == role["RoleName"]
                },
            },
            "keys": {
                alias["AliasName"]: _key_of_template(
                    next(key for name, key in keys.items() if reference(name, None) == alias["TargetKeyId"])
                )
                for alias in by_kind["AWS::KMS::Alias"].values()
            },
            "bucket": {
                "name": bucket["BucketName"],
                "block": bucket["PublicAccessBlockConfiguration"],
                "encryption": [
                    {**rule["ServerSideEncryptionByDefault"], "bucket_key": rule["BucketKeyEnabled"]}
                    for rule in bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
                ],
                "cors": [
                    {"ExposeHeaders" if name == "ExposedHeaders" else name: value for name, value in rule.items()}
                    for rule in bucket["CorsConfiguration"]["CorsRules"]
                ],
                "policy": next(
                    (one["PolicyDocument"] for one in by_kind.get("AWS::S3::BucketPolicy", {}).values()), None
                ),
            },
            "domain": {name: domain.get(name) for name in DOMAIN_FIELDS}
            | {"settings": {**domain["DefaultUserSettings"], **afterwards}},
            "profiles": {
                one["UserProfileName"]: one["DomainId"] for one in by_kind["AWS::SageMaker::UserProfile"].values()
            },
        }
    )


def _key_of_template(key: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "spec": key["KeySpec"],
        "usage": key["KeyUsage"],
        "description": key["Description"],
        "policy": key["KeyPolicy"],
        "rotation": key["EnableKeyRotation"],
    }


# --- Terraform --------------------------------------------------------------------------------------------------------


def in_module(module: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """What the Terraform module makes, its expressions resolved."""
    written = module["resource"]

    def reference(kind: str, name: str, attribute: str) -> str:
        arguments = written[kind][name]
        if kind == "aws_kms_key":
            return ids[name] if attribute == "arn" else ids[name].rsplit("/", 1)[-1]
        if kind == "aws_iam_role":
            partition, account = ids["storage" if "storage" in ids else "data"].split(":")[1:5:3]
            arn = f"arn:{partition}:iam::{account}:role{arguments['path']}{arguments['name']}"
            return {"arn": arn, "name": arguments["name"]}[attribute]
        return {"aws_s3_bucket": arguments.get("bucket"), "aws_sagemaker_domain": ids["domain"]}[kind]

    def resolved(value: Any) -> Any:
        if isinstance(value, str):
            text = re.sub(r"(?<!\$)\$\{(\w+)\.(\w+)\.(\w+)\}", lambda m: reference(m[1], m[2], m[3]), value)
            return text.replace("$${", "${").replace("%%{", "%{")
        if isinstance(value, dict):
            return {key: resolved(item) for key, item in value.items()}
        return [resolved(item) for item in value] if isinstance(value, list) else value

    made = resolved(copied(written))
    (role,) = made["aws_iam_role"].values()
    (domain,) = made["aws_sagemaker_domain"].values()
    (encryption,) = made["aws_s3_bucket_server_side_encryption_configuration"].values()
    (block,) = made["aws_s3_bucket_public_access_block"].values()
    (cors,) = made["aws_s3_bucket_cors_configuration"].values()
    keys = made["aws_kms_key"]
    policies = list(made.get("aws_s3_bucket_policy", {}).values())
    of_bucket = [encryption, block, cors, *policies]
    assert {one["bucket"] for one in of_bucket} == {made["aws_s3_bucket"]["canvas"]["bucket"]}
    return _same(
        {
            "role": {
                "arn": reference("aws_iam_role", "canvas", "arn"),
                "trust": json.loads(role["assume_role_policy"]),
                "attached": [
                    one["policy_arn"]
                    for one in made.get("aws_iam_role_policy_attachment", {}).values()
                    if one["role"] == role["name"]
                ],
                "inline": {
                    one["name"]: json.loads(one["policy"])
                    for one in made.get("aws_iam_role_policy", {}).values()
                    if one["role"] == role["name"]
                },
            },
            "keys": {
                alias["name"]: _key_of_module(
                    next(key for name, key in keys.items() if ids[name].endswith(alias["target_key_id"]))
                )
                for alias in made["aws_kms_alias"].values()
            },
            "bucket": {
                "name": made["aws_s3_bucket"]["canvas"]["bucket"],
                "block": _words({name: value for name, value in block.items() if name != "bucket"}),
                "encryption": [
                    {
                        "SSEAlgorithm": rule["apply_server_side_encryption_by_default"][0]["sse_algorithm"],
                        "KMSMasterKeyID": rule["apply_server_side_encryption_by_default"][0]["kms_master_key_id"],
                        "bucket_key": rule["bucket_key_enabled"],
                    }
                    for rule in encryption["rule"]
                ],
                "cors": [_words(rule) for rule in cors["cors_rule"]],
                "policy": json.loads(policies[0]["policy"]) if policies else None,
            },
            "domain": {name: _words(domain).get(name) for name in DOMAIN_FIELDS}
            | {"settings": _words(domain["default_user_settings"][0])},
            "profiles": {
                one["user_profile_name"]: one["domain_id"] for one in made["aws_sagemaker_user_profile"].values()
            },
        }
    )


def _key_of_module(key: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "spec": key["customer_master_key_spec"],
        "usage": key["key_usage"],
        "description": key["description"],
        "policy": json.loads(key["policy"]),
        "rotation": key["enable_key_rotation"],
    }


def _words(arguments: Any) -> Any:
    """The provider's names as the API's: ``s3_kms_key_id`` → ``S3KmsKeyId``; blocks of one lose their list."""
    if isinstance(arguments, dict):
        return {"".join(map(str.capitalize, name.split("_"))): _words(value) for name, value in arguments.items()}
    if isinstance(arguments, list) and len(arguments) == 1 and isinstance(arguments[0], dict):
        return _words(arguments[0])
    return arguments


def _same(things: dict[str, Any]) -> dict[str, Any]:
    """The shape in which the order of sets and spellings of policies do not matter."""
    things["role"]["attached"] = sorted(things["role"]["attached"])
    return {name: canonical(value) for name, value in things.items()}
