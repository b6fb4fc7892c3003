"""Owns the request context of the simulation: which condition keys have which value, are absent, or cannot be known.

The same everywhere (IAM user guide, "AWS global condition context keys"; KMS and S3 condition key references). A key
that is neither in ``values`` nor in ``unknown`` is absent from the request.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from canvas_kms_tui.facts import Unreadable
from canvas_kms_tui.facts.terms import Key, Role
from canvas_kms_tui.findings import CouldNotCheck
from canvas_kms_tui.policy import Document, Layers, Unread

Values = dict[str, str | tuple[str, ...]]

#: What no read can tell about a request that Canvas will make.
NEVER_KNOWN = frozenset(
    {
        "aws:SourceIp",
        "aws:VpcSourceIp",
        "aws:SourceVpc",
        "aws:SourceVpcArn",
        "aws:SourceVpce",
        "aws:VpceAccount",
        "aws:VpceOrgID",
        "aws:VpceOrgPaths",
        "aws:UserAgent",
        "aws:userid",
        "aws:TokenIssueTime",
        "aws:RequestTag/*",
    }
)
#: S3 calls KMS from its own network: a key policy sees no network of the caller's
#: (KMS developer guide, "AWS global condition keys", aws:SourceIp, aws:SourceVpc and aws:SourceVpce).
NETWORK = frozenset(key for key in NEVER_KNOWN if key.startswith(("aws:Source", "aws:Vpc")))
S3_NEVER_KNOWN = frozenset(
    {
        "s3:x-amz-acl",
        "s3:delimiter",
        "s3:max-keys",
        "s3:authType",
        "s3:signatureAge",
        "s3:signatureversion",
        "s3:TlsVersion",
        "s3:x-amz-content-sha256",
    }
)
CALLED_VIA = frozenset({"aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"})
_ORGANIZATION = ("aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:ResourceOrgID", "aws:ResourceOrgPaths")
ENCRYPTION_CONTEXT = "kms:EncryptionContext:aws:s3:arn"
CLOCK = frozenset({"aws:CurrentTime", "aws:EpochTime"})


@dataclass(slots=True)
class Context:
    """Known values and the names of those that cannot be known (a trailing ``*`` is a prefix).

    ``unread`` says of some unknown names which read would tell, and why it could not be made.
    """

    values: Values = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    unread: dict[str, CouldNotCheck] = field(default_factory=dict)

    def merged(self, values: Mapping[str, str | tuple[str, ...]], unknown: Iterable[str] = ()) -> Context:
        return Context({**self.values, **values}, (self.unknown | set(unknown)) - set(values), self.unread)

    def without(self, name: str, why: CouldNotCheck) -> Context:
        """The context with a key whose value a read would have told."""
        values = {key: value for key, value in self.values.items() if key != name}
        return Context(values, self.unknown | {name}, {**self.unread, name: why})


def caller_context(
    role_arn: str,
    role: Role | Unreadable | None,
    *,
    region: str,
    source_identity: str | None,
    organization: str | Unreadable | None,
) -> Context:
    """What every request of the execution role carries.

    ``organization`` is the organization's id, None where the account is in none.
    """
    context = Context(
        {
            "aws:PrincipalArn": role.arn if isinstance(role, Role) else role_arn,
            "aws:PrincipalAccount": role_arn.split(":")[4],
            "aws:PrincipalType": "AssumedRole",
            "aws:PrincipalIsAWSService": "false",
            "aws:SecureTransport": "true",
            "aws:RequestedRegion": region,
            "aws:ViaAWSService": "false",
        },
        set(NEVER_KNOWN),
    )
    if source_identity:
        context.values["aws:SourceIdentity"] = source_identity
    if isinstance(role, Role):
        context.values.update({f"aws:PrincipalTag/{key}": value for key, value in role.tags.items()})
    elif isinstance(role, Unreadable):
        context = context.without("aws:PrincipalTag/*", role.why)
    if isinstance(organization, Unreadable):
        for name in _ORGANIZATION:
            context = context.without(name, organization.why)
    elif organization is not None:
        context = context.merged(
            {"aws:PrincipalOrgID": organization, "aws:ResourceOrgID": organization},
            {"aws:PrincipalOrgPaths", "aws:ResourceOrgPaths"},
        )
    return context


def s3_context(base: Context, owner: str | None) -> Context:
    """A request straight to S3; ``owner`` is the bucket's account where known."""
    if owner is None:
        return base.merged({}, {*S3_NEVER_KNOWN, "aws:ResourceAccount", "s3:ResourceAccount"})
    return base.merged({"aws:ResourceAccount": owner, "s3:ResourceAccount": owner}, S3_NEVER_KNOWN)


def via_s3_context(base: Context, key: Key | None, key_arn: str, *, region: str, context_arn: str) -> Context:
    """A request that S3 makes to KMS with the caller's rights; ``context_arn`` is the encryption context's value."""
    context = kms_context(base, key, key_arn).merged(
        {
            "aws:ViaAWSService": "true",
            "kms:ViaService": f"s3.{region}.amazonaws.com",
            ENCRYPTION_CONTEXT: context_arn,
            "kms:EncryptionContextKeys": ("aws:s3:arn",),
            "kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        },
        CALLED_VIA,
    )
    return Context(context.values, context.unknown - NETWORK, context.unread)


def undocumented_kms_context(base: Context, key: Key | None, key_arn: str) -> Context:
    """A use of ``Domain.KmsKeyId``: AWS does not say which service calls, nor with which encryption context."""
    context = kms_context(base, key, key_arn).merged(
        {},
        {
            "kms:ViaService",
            "kms:EncryptionContext:*",
            "kms:EncryptionContextKeys",
            "kms:EncryptionAlgorithm",
            "kms:GrantOperations",
            "kms:GranteePrincipal",
            "kms:GrantConstraintType",
            "kms:RetiringPrincipal",
            *CALLED_VIA,
        },
    )
    values = {name: value for name, value in context.values.items() if name != "aws:ViaAWSService"}
    return Context(values, context.unknown | {"aws:ViaAWSService"}, context.unread)


def kms_context(base: Context, key: Key | None, key_arn: str) -> Context:
    account = key_arn.split(":")[4]
    values: Values = {"kms:CallerAccount": str(base.values["aws:PrincipalAccount"]), "aws:ResourceAccount": account}
    unknown: set[str] = set()
    if key is None:
        unknown |= {"kms:KeySpec", "kms:KeyUsage", "kms:KeyOrigin", "kms:MultiRegion", "kms:MultiRegionKeyType"}
        unknown |= {"kms:CustomerMasterKeySpec", "kms:CustomerMasterKeyUsage"}
    else:
        values |= {
            "kms:KeySpec": key.spec,
            "kms:CustomerMasterKeySpec": key.spec,
            "kms:KeyUsage": key.usage,
            "kms:CustomerMasterKeyUsage": key.usage,
            "kms:KeyOrigin": key.origin,
            "kms:MultiRegion": "true" if key.multi_region else "false",
        }
        if key.multi_region_type:
            values["kms:MultiRegionKeyType"] = key.multi_region_type
    return base.merged(values, unknown)


#: Values of ``aws:userid`` that hang on the role's unique id alone, whatever the session is called.
_ANY_SESSION = re.compile(r"[^:*?$]*(:?\*)?")


def with_user_id(context: Context, layers: Layers, role: Role | None) -> Context:
    """``aws:userid`` (the role's unique id, a colon, the session's name), unless a policy looks at that name."""
    if role is None or not role.id or not mentions(layers, "aws:userid") or mentions(layers, "${aws:userid"):
        return context
    wanted = [
        value
        for document in _documents(layers)
        for statement in document.statements
        for condition in statement.conditions
        if condition.key.lower() == "aws:userid"
        for value in condition.wanted
    ]
    if not all(_ANY_SESSION.fullmatch(value) for value in wanted):
        return context
    return context.merged({"aws:userid": f"{role.id}:SageMaker"})


def mentions(layers: Layers, word: str) -> bool:
    """Whether any document that was read has this text (a condition key), so that its value is worth a read."""
    word = word.lower()
    return any(word in _lowered(document) for document in _documents(layers))


@functools.lru_cache(maxsize=256)
def _lowered(document: Document) -> str:
    """The whole document as text; a document never changes and is looked through for every step."""
    return json.dumps(document.source, default=str).lower()


def _documents(layers: Layers) -> Iterable[Document]:
    groups: list[object] = [layers.identity, (layers.boundary,), layers.session, layers.resource, layers.endpoint]
    for levels in (layers.scps, layers.rcps):
        if levels is not None and not isinstance(levels, Unread):
            groups.extend(levels)
    for group in groups:
        if isinstance(group, list | tuple):
            yield from (item for item in group if isinstance(item, Document))
