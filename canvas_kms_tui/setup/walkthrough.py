"""The guide's walk through the console as text, with the values of a planned set-up: for those who click.

The guide of 2022 (Encrypt Your SageMaker Canvas Data with AWS KMS) is the thread; where today's console asks otherwise,
a note says what it was then. AWS renames things in its console without notice, so each step says what it is about too.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.edits import creation
from canvas_kms_tui.setup.documents import MANAGED
from canvas_kms_tui.setup.future import Setup
from canvas_kms_tui.setup.things import Thing, Things, named, things

_WIDTH = 100


def walkthrough(setup: Setup) -> str:
    """Every planned change as something to click, in the order of the plan."""
    place = f"account {setup.account.account}, Region {setup.account.region}"
    if not setup.changes:
        return f"{setup.title}, in the console ({place})\n\nEverything stands already: there is nothing to click.\n"
    found = things(setup.changes)
    sections = [*(_SECTIONS[thing.kind](thing) for thing in found.made if thing.kind != "profile")]
    if profiles := found.of("profile"):
        sections.append(_profiles(profiles))
    if found.altered:
        sections.append(_altered(found))
    head = [f"{setup.title}, in the console", "=" * len(f"{setup.title}, in the console"), ""]
    head += _wrapped(f"For {place}. Check both at the top right of the console before you start.")
    lines = [*head]
    for number, (title, steps) in enumerate(sections, 1):
        lines += ["", f"{number}. {title}", ""]
        for letter, step in zip(_letters(), steps, strict=False):
            lines += _step(letter, step)
    lines += ["", *_wrapped(_LAST)]
    return "\n".join(lines) + "\n"


_LAST = (
    "Then run canvas-kms-tui --batch with the Domain, the user profile and a dataset: it must say that nothing stands "
    "in the way of the import. Users who are logged in to Canvas log out and in again."
)

Section = tuple[str, list[str]]


def _role(thing: Thing) -> Section:
    sent = thing.made_by.parameters
    attached = [change.parameters["PolicyArn"].rsplit("/", 1)[-1] for change in thing.all("AttachRolePolicy")]
    steps = [
        "Open the IAM console and choose Roles, Create role.",
        "Trusted entity type: AWS service. Use case: SageMaker, SageMaker - Execution. Nobody else is trusted.",
        f"Permissions: {named(attached) or 'none of the managed policies'}. {_said_of(attached)}",
        f"Role name: {sent['RoleName']}. Choose Create role.",
    ]
    steps += [
        "In the role choose Add permissions, Create inline policy, JSON. Policy name: "
        f"{change.parameters['PolicyName']}.{_block(change.after)}"
        for change in thing.all("PutRolePolicy")
    ]
    return f"The execution role {sent['RoleName']}", steps


def _said_of(attached: list[str]) -> str:
    known = [f"{name}: {MANAGED[name]}." for name in attached if name in MANAGED]
    return " ".join([*known, "None of them lets the role use a key of yours: that is what the key's policy is for."])


def _key(thing: Thing) -> Section:
    alias = thing.change("CreateAlias")
    name = str(alias.parameters["AliasName"]) if alias else thing.label
    steps = [
        "Open the AWS KMS console, Customer managed keys, and choose Create key.",
        "Key type: Symmetric. Key usage: Encrypt and decrypt. Advanced options stay: key material origin KMS, "
        "single-Region key.",
        f"Alias: {name.removeprefix('alias/')}. Description: {thing.made_by.parameters['Description']}.",
        "Choose nobody as key administrator and nobody as key user; the policy comes next.",
        f"At Edit key policy (in a key that exists: tab Key policy, Switch to policy view) put this in the place of "
        f"what stands there, and choose Finish.{_block(thing.made_by.after['Policy'])}",
    ]
    if thing.change("EnableKeyRotation"):
        steps.append("In the key choose the tab Key rotation, Edit, and enable automatic rotation.")
    steps.append("Copy the key's ARN from General configuration: the next steps ask for it.")
    steps.append(
        "Note: in 2022 the guide changed the policy of a key that existed, under Key Policy, Switch to policy view. "
        "That way is still there; made like this, the key never has another policy."
    )
    return f"The key {name} ({_purpose(thing)})", steps


def _purpose(thing: Thing) -> str:
    return thing.made_by.parameters["Description"].rpartition(": ")[2] or thing.label


def _bucket(thing: Thing) -> Section:
    name = thing.made_by.parameters["Bucket"]
    steps = [
        "Open the Amazon S3 console and choose Create bucket, General purpose.",
        f"Bucket name: {name}. Object Ownership: ACLs disabled. Block all public access: on, all four.",
    ]
    if encryption := thing.change("PutBucketEncryption"):
        steps.append(_default_encryption(encryption))
    steps.append("Choose Create bucket.")
    steps += _bucket_rest(thing.changes)
    steps.append(
        "Note: the guide of 2022 says that SageMaker creates this bucket. It does so where nobody has; made by hand, "
        "it has the right key from the first file on."
    )
    return f"The bucket {name}", steps


def _default_encryption(change: Change) -> str:
    default = change.after["Rules"][0]["ApplyServerSideEncryptionByDefault"]
    if default["SSEAlgorithm"] != "aws:kms":
        return "Default encryption: Server-side encryption with Amazon S3 managed keys (SSE-S3)."
    return (
        "Default encryption: Server-side encryption with AWS Key Management Service keys (SSE-KMS), Enter AWS KMS key "
        f"ARN: {default['KMSMasterKeyID']}. Bucket Key: Enable."
    )


def _bucket_rest(changes: tuple[Change, ...]) -> Iterator[str]:
    for change in changes:
        if change.operation == "PutBucketCors":
            rules = _block(change.after["CORSRules"])
            yield f"In the bucket choose Permissions, Cross-origin resource sharing (CORS), Edit.{rules}"
        if change.operation == "PutBucketPolicy":
            yield f"In the bucket choose Permissions, Bucket policy, Edit.{_block(change.after)}"


def _domain(thing: Thing) -> Section:
    sent = thing.made_by.parameters
    settings = sent["DefaultUserSettings"]
    workspace = settings["CanvasAppSettings"]["WorkspaceSettings"]
    key = sent.get("KmsKeyId")
    steps = [
        "Open the Amazon SageMaker AI console, Admin configurations, Domains, and choose Create domain, Set up for "
        "organizations (in 2022: Standard setup).",
        f"Domain name: {sent['DomainName']}. It can never be changed later.",
        f"How users sign in: {_SIGN_IN[sent['AuthMode']]}. It can never be changed later.",
        f"Roles: Use an existing role, {settings['ExecutionRole']}.",
        f"Canvas storage configuration: Custom Amazon S3, {workspace['S3ArtifactPath']}."
        + (f" Encryption key: Enter a KMS key ARN, {workspace['S3KmsKeyId']}." if "S3KmsKeyId" in workspace else ""),
        "Note: in 2022 there was no such section. The guide then had you turn on Enable notebook resource sharing and "
        "give the key there (SharingSettings.S3KmsKeyId). Today that key is for notebooks alone; leave sharing off.",
        f"Network: {_network(sent)}. VPC {sent['VpcId']}, subnets {named(sent['SubnetIds'])}"
        + (f", security groups {named(settings['SecurityGroups'])}." if settings.get("SecurityGroups") else "."),
        f"Storage, Encryption key: {f'Enter a KMS key ARN, {key}' if key else 'the AWS managed key'}. It encrypts EFS "
        "and EBS, and can never be changed later. (In 2022: Network and Storage Section.)",
        "Space storage: default and maximum size 100 GB; the Canvas app needs as much.",
        "Choose Submit, and wait until the status is InService: some minutes.",
    ]
    return f"The Domain {sent['DomainName']}", steps


_SIGN_IN = {"IAM": "AWS Identity and Access Management (IAM)", "SSO": "AWS IAM Identity Center"}


def _network(sent: Mapping[str, Any]) -> str:
    only = sent.get("AppNetworkAccessType") == "VpcOnly"
    return "VPC only" if only else "Public internet access"


def _profiles(profiles: list[Thing]) -> Section:
    names = [thing.label for thing in profiles]
    return f"User profiles: {named(names)}", [
        "In the Domain choose the tab User profiles, Add user.",
        f"Name: {named(names)}, one after the other. Execution role and Canvas settings: those of the Domain.",
    ]


def _altered(found: Things) -> Section:
    """What stands already and gets something more."""
    return "What stands already", [step for change in found.altered for step in _alteration(change)]


def _alteration(change: Change) -> Iterator[str]:
    name = change.resource.rsplit(":", 1)[-1]
    if change.operation == "UpdateDomain" and "CanvasAppSettings" in change.document:
        workspace = (change.after or {}).get("WorkspaceSettings") or {}
        values = named(f"{field} {value}" for field, value in workspace.items())
        yield (
            f"SageMaker AI console, Admin configurations, Domains, {name.rpartition('/')[2]}, App Configurations, "
            f"Canvas, Edit, Canvas storage configuration: {values}. (In 2022: S3 location and encryption key of "
            "notebook resource sharing.)"
        )
    elif change.operation == "PutKeyPolicy":
        yield f"AWS KMS console, {name}, Key policy, Switch to policy view, Edit.{_block(change.after)}"
    elif change.operation == "PutBucketEncryption":
        yield f"Amazon S3 console, {name}, Properties. {_default_encryption(change)}"
    elif change.operation == "PutPublicAccessBlock":
        yield f"Amazon S3 console, {name}, Permissions, Block public access, Edit: block all."
    elif change.operation in ("PutBucketCors", "PutBucketPolicy"):
        yield from (f"Amazon S3 console, {name}. {step}" for step in _bucket_rest((change,)))
    elif change.operation == "PutRolePolicy":
        policy = f"inline policy {change.parameters['PolicyName']}"
        yield f"IAM console, {name}, Add permissions, {policy}, JSON.{_block(change.after)}"
    elif change.operation == "UpdateAssumeRolePolicy":
        yield f"IAM console, {name}, Trust relationships, Edit trust policy.{_block(change.after)}"
    else:
        yield f"{change.action} on {change.resource}: {change.document}.{_block(change.after)}"


_SECTIONS: Mapping[str, Callable[[Thing], Section]] = {
    "role": _role,
    "key": _key,
    "bucket": _bucket,
    "domain": _domain,
}


def _block(document: Any) -> str:
    """A document, on lines of its own."""
    return "\n" + json.dumps(document, indent=2, ensure_ascii=False)


def _step(letter: str, step: str) -> list[str]:
    text, _, document = _spoken(step).partition("\n")
    lines = _wrapped(text, first=f"   {letter}) ", other="      ")
    return [*lines, *(["", textwrap.indent(document, " " * 6), ""] if document else [])]


def _wrapped(text: str, first: str = "", other: str = "") -> list[str]:
    """Lines that can be copied from: names and ARNs stay whole."""
    return textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=other, break_long_words=False, break_on_hyphens=False
    )


def _letters() -> Iterator[str]:
    yield from "abcdefghijklmnopqrstuvwxyz"


def _spoken(text: str) -> str:
    """What has no id yet in words: the ARN that was copied a step before."""
    for which, words in (("data", "data in S3"), ("storage", "application storage")):
        placeholder = re.escape(creation.new_key_id(which))
        text = re.sub(rf"[^\s\"]*{placeholder}", f"‹ARN of the key for {words}›", text)
    return text
