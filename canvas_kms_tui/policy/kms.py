"""Owns which requests KMS decides by its own rules, and which it refuses whatever the policies say.

KMS developer guide, "AWS KMS permissions" (columns "Policy type" and "Cross-account use").
"""

from __future__ import annotations

from typing import Final

from canvas_kms_tui.policy.scope import Scope

#: KMS operations that concern no key: identity policies alone decide (KMS permissions reference, "IAM policy").
KEYLESS: Final = frozenset(
    f"kms:{name}".lower()
    for name in (
        "ConnectCustomKeyStore",
        "CreateCustomKeyStore",
        "CreateKey",
        "DeleteCustomKeyStore",
        "DescribeCustomKeyStores",
        "DisconnectCustomKeyStore",
        "GenerateRandom",
        "ListAliases",
        "ListKeys",
        "ListRetirableGrants",
        "UpdateCustomKeyStore",
    )
)
#: The operations for which cross-account permission has an effect (KMS permissions reference, "Cross-account use").
CROSS_ACCOUNT_KMS: Final = frozenset(
    f"kms:{name}".lower()
    for name in (
        "CreateGrant",
        "Decrypt",
        "DeriveSharedSecret",
        "DescribeKey",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GetKeyRotationStatus",
        "GetPublicKey",
        "ListGrants",
        "ListKeyRotations",
        "ReEncryptFrom",
        "ReEncryptTo",
        "RetireGrant",
        "RevokeGrant",
        "Sign",
        "Verify",
        "VerifyMac",
    )
)


def is_key(scope: Scope) -> bool:
    """Whether the request concerns a key, so that the key policy must consent."""
    return scope.action.startswith("kms:") and scope.action not in KEYLESS and ":alias/" not in scope.resource


def refusal(scope: Scope, *, cross: bool) -> str:
    """Why KMS refuses, or nothing."""
    if not is_key(scope):
        return ""
    if scope.principal.kind == "anonymous":
        return "AWS KMS answers no anonymous requests"
    if scope.principal.account and cross and scope.action not in CROSS_ACCOUNT_KMS:
        return f"{scope.request.action} works only for principals of the key's own account"
    return ""
