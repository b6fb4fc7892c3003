"""A set-up as a CloudFormation template (JSON) that makes the same things.

CloudFormation knows no CanvasAppSettings (AWS::SageMaker::Domain, UserSettings): the template says the one command that
sets them afterwards. What alters things that stand already cannot be in a template either; it is named in its Metadata.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from canvas_kms_tui.changes.export_cli import as_cli
from canvas_kms_tui.changes.export_code import as_cloudformation, bucket_encryption, cors_rule
from canvas_kms_tui.edits import creation
from canvas_kms_tui.setup.future import Setup
from canvas_kms_tui.setup.things import Thing, things

Json = dict[str, Any]

#: Where deleting the stack would lose data, or what data needs.
_KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def template_text(setup: Setup) -> str:
    """The template; comments alone where nothing new is made."""
    found = things(setup.changes)
    if not found.made:
        parts = [as_cloudformation(change) for change in found.altered]
        return "\n\n".join(["# Nothing new is made, so there is no template to deploy.", *parts]) + "\n"
    return json.dumps(template(setup), indent=2) + "\n"


def template(setup: Setup) -> Json:
    """The template as data."""
    found = things(setup.changes)
    refs = _References(found.made)
    resources: Json = {}
    for thing in found.made:
        for name, kind, properties, extra in _BUILDERS[thing.kind](thing):
            resources[name] = {"Type": kind, **extra, "Properties": refs.put_in(properties, name)}
    left = [as_cli(change) for change in found.altered]
    metadata = {"Metadata": {"CanvasKmsTui": {"NotInThisTemplate": left}}} if left else {}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{setup.title} (account {setup.account.account}, {setup.account.region})",
        **metadata,
        "Resources": resources,
        "Outputs": _outputs(found.made, refs),
    }


Resource = tuple[str, str, Json, Json]


def _role(thing: Thing) -> list[Resource]:
    sent = thing.made_by.parameters
    attached = [change.parameters["PolicyArn"] for change in thing.all("AttachRolePolicy")]
    properties = {
        "RoleName": sent["RoleName"],
        "Path": sent.get("Path", "/"),
        "Description": sent["Description"],
        "AssumeRolePolicyDocument": thing.made_by.after["AssumeRolePolicyDocument"],
        **({"ManagedPolicyArns": attached} if attached else {}),
        **_tags(sent),
    }
    inline: list[Resource] = [
        (
            f"{logical(thing)}Policy{number or ''}",
            "AWS::IAM::RolePolicy",
            {name: change.parameters[name] for name in ("RoleName", "PolicyName")} | {"PolicyDocument": change.after},
            {},
        )
        for number, change in enumerate(thing.all("PutRolePolicy"))
    ]
    return [(logical(thing), "AWS::IAM::Role", properties, {}), *inline]


def _key(thing: Thing) -> list[Resource]:
    sent = thing.made_by.parameters
    properties = {
        "Description": sent["Description"],
        "KeySpec": sent["KeySpec"],
        "KeyUsage": sent["KeyUsage"],
        "KeyPolicy": thing.made_by.after["Policy"],
        "EnableKeyRotation": thing.change("EnableKeyRotation") is not None,
        "PendingWindowInDays": creation.LONGEST_WINDOW,
        "Tags": [{"Key": tag["TagKey"], "Value": tag["TagValue"]} for tag in sent.get("Tags", ())],
    }
    aliases: list[Resource] = [
        (f"{logical(thing)}Alias", "AWS::KMS::Alias", dict(change.parameters), {})
        for change in thing.all("CreateAlias")
    ]
    return [(logical(thing), "AWS::KMS::Key", properties, _KEPT), *aliases]


def _bucket(thing: Thing) -> list[Resource]:
    name = thing.made_by.parameters["Bucket"]
    properties: Json = {"BucketName": name}
    if block := thing.change("PutPublicAccessBlock"):
        properties["PublicAccessBlockConfiguration"] = block.after
    if encryption := thing.change("PutBucketEncryption"):
        properties["BucketEncryption"] = bucket_encryption(encryption.after)
    if cors := thing.change("PutBucketCors"):
        properties["CorsConfiguration"] = {"CorsRules": [cors_rule(rule) for rule in cors.after["CORSRules"]]}
    policies: list[Resource] = [
        (f"{logical(thing)}Policy", "AWS::S3::BucketPolicy", {"Bucket": name, "PolicyDocument": change.after}, {})
        for change in thing.all("PutBucketPolicy")
    ]
    return [(logical(thing), "AWS::S3::Bucket", properties, _KEPT), *policies]


def _domain(thing: Thing) -> list[Resource]:
    sent = thing.made_by.parameters
    settings = {name: value for name, value in sent["DefaultUserSettings"].items() if name != "CanvasAppSettings"}
    kept = ("DomainName", "AuthMode", "VpcId", "SubnetIds", "AppNetworkAccessType", "KmsKeyId")
    properties = {name: sent[name] for name in kept if name in sent}
    return [
        (
            logical(thing),
            "AWS::SageMaker::Domain",
            {**properties, "DefaultUserSettings": settings, **_tags(sent)},
            _KEPT,
        )
    ]


def _profile(thing: Thing) -> list[Resource]:
    return [(logical(thing), "AWS::SageMaker::UserProfile", dict(thing.made_by.parameters), {})]


_BUILDERS: Mapping[str, Callable[[Thing], list[Resource]]] = {
    "role": _role,
    "key": _key,
    "bucket": _bucket,
    "domain": _domain,
    "profile": _profile,
}


def logical(thing: Thing) -> str:
    """The thing's logical id: letters and digits."""
    words = {
        "role": "ExecutionRole",
        "key": f"{thing.label.title()}Key",
        "bucket": "ArtifactBucket",
        "domain": "Domain",
        "profile": "Profile" + re.sub(r"[^A-Za-z0-9]", "X", thing.label),
    }
    return words[thing.kind]


class _References:
    """Which texts of the plan mean something that the template itself makes.

    An ARN or an id means it wherever it stands; a name only as the value of the property that asks for it.
    """

    def __init__(self, made: tuple[Thing, ...]) -> None:
        self._whole: dict[str, Json] = {}
        self._within: dict[str, str] = {}
        self._names: dict[tuple[str, str], Json] = {}
        for thing in made:
            self._learn(thing, logical(thing))

    def _learn(self, thing: Thing, name: str) -> None:
        maker = thing.made_by
        if thing.kind in ("key", "role"):
            self._whole[maker.resource] = {"Fn::GetAtt": [name, "Arn"]}
            self._within[maker.resource] = f"${{{name}.Arn}}"
        if thing.kind in ("key", "domain"):
            own = maker.resource.rsplit("/", 1)[-1]
            self._whole[own], self._within[own] = {"Ref": name}, f"${{{name}}}"
        for parameter in ("RoleName", "Bucket"):
            if parameter in maker.parameters:
                self._names[parameter, str(maker.parameters[parameter])] = {"Ref": name}

    def put_in(self, value: Any, itself: str, member: str = "") -> Any:
        """The value with references in the place of what the template makes; a thing keeps its own name."""
        if isinstance(value, str):
            reference = self._names.get((member, value)) or self._whole.get(value)
            if reference is not None:
                return value if reference == {"Ref": itself} else reference
            return self.substituted(value) if any(known in value for known in self._within) else value
        if isinstance(value, Mapping):
            return {key: self.put_in(item, itself, str(key)) for key, item in value.items()}
        return [self.put_in(item, itself) for item in value] if isinstance(value, (list, tuple)) else value

    def substituted(self, text: str) -> Json:
        """The text with references within it; ARNs before the ids that they end in."""
        text = text.replace("${", "${!")
        for known, reference in self._within.items():
            text = text.replace(known, reference)
        return {"Fn::Sub": text}


def _outputs(made: tuple[Thing, ...], refs: _References) -> Json:
    found: Json = {}
    for thing in made:
        name = logical(thing)
        if thing.kind in ("key", "role"):
            found[f"{name}Arn"] = {"Value": {"Fn::GetAtt": [name, "Arn"]}}
        if thing.kind == "domain":
            found["DomainId"] = {"Value": {"Ref": name}}
            found["SetCanvasSettings"] = {
                "Description": "Run this once: CloudFormation has no CanvasAppSettings",
                "Value": refs.substituted(canvas_settings_command(thing)),
            }
    return found


def canvas_settings_command(domain: Thing) -> str:
    """What sets Canvas' key and place on a Domain that was made without them."""
    settings = {"CanvasAppSettings": domain.made_by.parameters["DefaultUserSettings"]["CanvasAppSettings"]}
    document = json.dumps(settings, separators=(",", ":"))
    return (
        f"aws sagemaker update-domain --region {domain.made_by.region} --domain-id {creation.NEW_DOMAIN} "
        f"--default-user-settings '{document}'"
    )


def _tags(sent: Mapping[str, Any]) -> Json:
    return {"Tags": [dict(tag) for tag in sent["Tags"]]} if sent.get("Tags") else {}
