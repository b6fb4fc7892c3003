"""Owns the messages that name what is wrong whatever the policies say: patterns, and the causes they point at. Pure.

The wording: KMS API reference, Common errors and the errors of Decrypt and GenerateDataKey; S3 API reference, "Error
responses"; SageMaker API reference, Common errors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class About(StrEnum):
    """What a message is about, as far as its words tell."""

    KMS = "about KMS"
    PERMISSIONS = "about permissions"
    OTHER = "not about KMS"
    UNCLEAR = "not recognised"


@dataclass(frozen=True, slots=True)
class Saying:
    """A pattern of a message that names a cause outright."""

    pattern: re.Pattern[str]
    causes: tuple[str, ...]
    about: About
    text: str


def _saying(pattern: str, causes: str, text: str, about: About = About.KMS) -> Saying:
    return Saying(re.compile(pattern, re.IGNORECASE | re.DOTALL), tuple(causes.split()), about, text)


#: What is wrong with the key itself, or with KMS.
_OF_THE_KEY = (
    _saying(
        r"pending (replica )?deletion|Pending(Replica)?Deletion",
        "key-pending-deletion",
        "The key is scheduled for deletion.",
    ),
    _saying(r"pending import|PendingImport", "key-pending-import", "The key has no key material."),
    _saying(
        r"custom key store|CustomKeyStore|KeyUnavailable|XksProxy|XksKey|CloudHsmCluster",
        "key-pending-import",
        "KMS cannot reach the key's material just now.",
    ),
    _saying(
        r"DisabledException|arn:\S+:key/\S+ is disabled|key( \S+)? is (disabled|not enabled)",
        "key-disabled",
        "The key is disabled.",
    ),
    _saying(
        r"KMSInvalidStateException|invalid state for CMK|key state is invalid",
        "key-disabled key-pending-deletion key-pending-import",
        "The key is in a state in which KMS refuses to use it.",
    ),
    _saying(
        r"IncorrectKeyException|InvalidCiphertextException",
        "source-object-key-denied encryption-context-mismatch",
        "What is to be decrypted was not encrypted with this key, or not with this encryption context.",
    ),
    _saying(
        r"InvalidKeyUsage|UnsupportedOperationException|not valid for operation|asymmetric (CMK|KMS key|key)",
        "key-wrong-type",
        "The key is of a type that cannot do this.",
    ),
    _saying(
        r"KMSInternalException|DependencyTimeoutException",
        "",
        "KMS had trouble of its own; it is to be tried again, and nothing is to be changed.",
    ),
)

#: Limits, before what has a like name in another service.
_LIMITS = (
    _saying(
        r"ResourceLimitExceeded|account-level service limit",
        "",
        "A quota of SageMaker is reached: another size or number has to be asked for.",
        About.OTHER,
    ),
    _saying(
        r"number of grants|LimitExceededException", "kms-limits", "A limit of KMS is reached (grants, or its quota)."
    ),
    _saying(
        r"\bSlowDown\b|reduce your request rate",
        "",
        "S3 refused because too many requests were made; KMS was not asked.",
        About.OTHER,
    ),
    _saying(
        r"ThrottlingException|Rate exceeded|KMS\S* request rate|TooManyRequests|rate at which you may call KMS",
        "service-throttled",
        "KMS refused because too many requests were made.",
    ),
)

#: A key, a principal or a place that is named and is not there.
_NAMES = (
    _saying(
        r"invalid principals? in policy|contains invalid principals|MalformedPolicyDocument|"
        r"one or more invalid principals",
        "stale-principal",
        "A policy names an identity that does not exist any more.",
    ),
    _saying(r"invalid arn [a-z]{2}(-[a-z]+)+-\d", "key-wrong-region", "The key's ARN is of another Region."),
    _saying(
        r"ciphertext refers to an? ((AWS )?KMS|customer master) key that does not exist",
        "source-object-key-denied role-denied-kms key-policy-omits-role key-not-found",
        "KMS will not decrypt: the key is gone, in another Region, or not open to the role.",
    ),
    _saying(
        r"(key|alias) '?\"?(arn:)?[^'\" ]*'?\"? (does not exist|is not found|was not found|could not be found)|"
        r"KMS\.NotFoundException|KMS\.?KeyNotFound|invalid key ?id|KMS key (does not exist|not found)",
        "key-not-found key-wrong-region",
        "KMS does not find the key.",
    ),
    _saying(
        r"(unable to|could not|cannot|can't|failed to) assume (the )?(execution )?role",
        "trust-policy",
        "The service could not take the role: its trust policy does not let it, or the role is gone.",
        About.PERMISSIONS,
    ),
)

#: What S3, the network and the caller's credentials say.
_OF_S3 = (
    _saying(
        r"not valid for the object'?s (access tier|storage class)|InvalidObjectState",
        "object-unreadable",
        "The object is archived.",
        About.OTHER,
    ),
    _saying(
        r"stored using a form of Server Side Encryption",
        "object-unreadable",
        "The object is encrypted with a key that its reader must send along (SSE-C).",
        About.OTHER,
    ),
    _saying(
        r"must be addressed using the specified endpoint|PermanentRedirect|IllegalLocationConstraint|"
        r"the region '[a-z0-9-]+' is wrong|BucketRegionError",
        "source-wrong-region",
        "The bucket is in another Region.",
        About.OTHER,
    ),
    _saying(
        r"x-amz-request-payer|requester pays", "requester-pays", "The bucket wants its readers to pay.", About.OTHER
    ),
    _saying(
        r"\bCORS\b|Access-Control-Allow-Origin|cross-origin",
        "cors-missing",
        "The browser was not let in by the bucket's CORS rules.",
        About.OTHER,
    ),
    _saying(
        r"NoSuchBucket|specified bucket does not exist",
        "default-bucket-missing",
        "The bucket does not exist.",
        About.OTHER,
    ),
    _saying(
        r"BucketAlreadyExists\b|bucket name is not available",
        "default-bucket-foreign",
        "Another account has a bucket of this name.",
        About.OTHER,
    ),
    _saying(
        r"NoSuchAccessPoint|specified access ?point does not exist",
        "access-point",
        "The access point does not exist.",
        About.OTHER,
    ),
    _saying(
        r"No S3 objects found",
        "role-denied-source",
        "Nothing was found under the prefix: it is empty, or the role may not list it.",
        About.PERMISSIONS,
    ),
    _saying(
        r"NoSuchKey|specified key does not exist",
        "",
        "The object does not exist: what S3 calls a key is an object's name, not a KMS key.",
        About.OTHER,
    ),
    _saying(
        r"does not allow ACLs|AccessControlListNotSupported",
        "",
        "The bucket has access control lists switched off.",
        About.OTHER,
    ),
    _saying(
        r"encryption request you specified is not valid|InvalidEncryptionAlgorithm",
        "bucket-policy-requires-sse",
        "S3 does not take the encryption that the write asks for.",
    ),
    _saying(
        r"Expired ?Token|token (included in the request )?(has|is) expired|security token included in the request|"
        r"InvalidAccessKeyId|InvalidClientTokenId|UnrecognizedClient|Unable to locate credentials|"
        r"SignatureDoesNotMatch|RequestTimeTooSkewed|session (has|is) expired",
        "",
        "The caller's own credentials are not taken; no policy was asked.",
        About.OTHER,
    ),
    _saying(
        r"connect timeout|read timeout|timed? ?out (while )?connecting|could not connect to the endpoint|"
        r"connection (was )?(closed|refused|reset|timed out)|name or service not known|EndpointConnectionError",
        "vpc-endpoint",
        "The service was not reached over the network.",
        About.OTHER,
    ),
)

#: What Canvas says.
_OF_CANVAS = (
    _saying(
        r"volume size (\d+ ?(GB )?)?exceeds|MaximumEbsVolumeSize|exceeds the maximum (EBS|of the domain)",
        "storage-too-small",
        "The Domain allows volumes that are too small for Canvas.",
        About.OTHER,
    ),
    _saying(
        r"can.?t process your request right now",
        "not-kms",
        "Seen for CSV files with line breaks within a field; not a sign of KMS.",
        About.OTHER,
    ),
    _saying(
        r"unsupported file|file (type|format) is not supported|more than 1,?000 columns|too many (columns|files)|"
        r"file size (exceeds|is larger)|larger than 5 ?GB|more than 30 files|multi-?line",
        "not-kms",
        "Canvas does not take this file.",
        About.OTHER,
    ),
)

#: The first that fits counts.
SAYINGS = (*_OF_THE_KEY, *_LIMITS, *_NAMES, *_OF_S3, *_OF_CANVAS)
