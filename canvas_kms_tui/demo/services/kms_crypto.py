"""KMS cryptography and grants: key states are enforced, ciphertexts name their key and bind their context.

Whether the caller may is the operator's list of denials alone: nothing here judges policies.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from canvas_kms_tui.demo.call import AwsError, Call, operation
from canvas_kms_tui.demo.services import kms_access
from canvas_kms_tui.demo.services.kms import find, own
from canvas_kms_tui.demo.services.kms_keys import Key

_STATES = {
    "Disabled": ("DisabledException", "is disabled."),
    "PendingDeletion": ("KMSInvalidStateException", "is pending deletion."),
    "PendingReplicaDeletion": ("KMSInvalidStateException", "is pending replica deletion."),
    "PendingImport": ("KMSInvalidStateException", "is pending import."),
    "Unavailable": ("KMSInvalidStateException", "is unavailable."),
    "Creating": ("KMSInvalidStateException", "is creating."),
    "Updating": ("KMSInvalidStateException", "is updating."),
}


def usable(key: Key) -> Key:
    """The key, if its state and type let it encrypt and decrypt.

    Raises:
        AwsError: the error that KMS gives for that state or type.
    """
    if key.state in _STATES:
        code, words = _STATES[key.state]
        raise AwsError(code, f"{key.arn} {words}")
    if key.usage != "ENCRYPT_DECRYPT":
        raise AwsError(
            "InvalidKeyUsageException", f"{key.arn} key usage is {key.usage} which is not valid for this operation."
        )
    return key


def _dry(call: Call, key: Key) -> None:
    if call.params.get("DryRun"):
        kms_access.check(call, key)
        raise AwsError(
            "DryRunOperationException", "The request would have succeeded, but the DryRun parameter is set.", 412
        )


def _seal(key: Key, plaintext: bytes, context: Mapping[str, str]) -> bytes:
    nonce = secrets.token_bytes(12)
    head = key.arn.encode()
    sealed = AESGCM(key.material).encrypt(nonce, plaintext, _bound(context))
    return bytes([len(head)]) + head + nonce + sealed


def _bound(context: Mapping[str, str]) -> bytes:
    return hashlib.sha256(json.dumps(context, sort_keys=True).encode()).digest()


def _open(call: Call, blob: bytes, context: Mapping[str, str]) -> tuple[Key, bytes]:
    arn = blob[1 : 1 + blob[0]].decode("utf-8", "replace") if blob else ""
    if arn not in call.world.state["kms"]:
        raise AwsError("InvalidCiphertextException", "")
    key = usable(find(call, arn))
    body = blob[1 + blob[0] :]
    try:
        return key, AESGCM(key.material).decrypt(body[:12], body[12:], _bound(context))
    except InvalidTag:
        raise AwsError("InvalidCiphertextException", "") from None


@operation("kms", "Encrypt")
def encrypt(call: Call) -> Mapping[str, Any]:
    key = usable(find(call, call.params["KeyId"]))
    _dry(call, key)
    blob = _seal(key, call.params["Plaintext"], call.params.get("EncryptionContext", {}))
    return {"CiphertextBlob": blob, "KeyId": key.arn, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}


@operation("kms", "Decrypt")
def decrypt(call: Call) -> Mapping[str, Any]:
    named = call.params.get("KeyId")
    if call.params.get("DryRun") and named and "IGNORE_CIPHERTEXT" in call.params.get("DryRunModifiers", ()):
        _dry(call, usable(find(call, named)))
    key, plaintext = _open(call, call.params.get("CiphertextBlob", b""), call.params.get("EncryptionContext", {}))
    if named and find(call, named) is not key:
        raise AwsError(
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
        )
    _dry(call, key)
    return {"Plaintext": plaintext, "KeyId": key.arn, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}


@operation("kms", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext")
def generate_data_key(call: Call) -> Mapping[str, Any]:
    key = usable(find(call, call.params["KeyId"]))
    if key.spec != "SYMMETRIC_DEFAULT":
        raise AwsError(
            "InvalidKeyUsageException", f"{key.arn} key spec is {key.spec} which is not valid for GenerateDataKey."
        )
    _dry(call, key)
    size = call.params.get("NumberOfBytes") or (16 if call.params.get("KeySpec") == "AES_128" else 32)
    plaintext = secrets.token_bytes(size)
    answer = {"CiphertextBlob": _seal(key, plaintext, call.params.get("EncryptionContext", {})), "KeyId": key.arn}
    return answer if call.operation.endswith("WithoutPlaintext") else {**answer, "Plaintext": plaintext}


@operation("kms", "ReEncrypt")
def re_encrypt(call: Call) -> Mapping[str, Any]:
    source, plaintext = _open(call, call.params["CiphertextBlob"], call.params.get("SourceEncryptionContext", {}))
    key = usable(find(call, call.params["DestinationKeyId"]))
    _dry(call, key)
    blob = _seal(key, plaintext, call.params.get("DestinationEncryptionContext", {}))
    return {"CiphertextBlob": blob, "SourceKeyId": source.arn, "KeyId": key.arn}


@operation("kms", "CreateGrant")
def create_grant(call: Call) -> Mapping[str, Any]:
    key = usable(own(call))
    _dry(call, key)
    wanted = ("GranteePrincipal", "RetiringPrincipal", "Operations", "Constraints", "Name")
    grant = {name: call.params[name] for name in wanted if call.params.get(name)}
    grant |= {"KeyId": key.arn, "GrantId": secrets.token_hex(32), "CreationDate": call.world.clock(),
              "IssuingAccount": f"arn:{call.partition}:iam::{call.account}:root"}  # fmt: skip
    key.grants.append(grant)
    return {"GrantId": grant["GrantId"], "GrantToken": base64.b64encode(secrets.token_bytes(48)).decode()}


@operation("kms", "RevokeGrant", "RetireGrant")
def end_grant(call: Call) -> None:
    key = own(call)
    kept = [grant for grant in key.grants if grant["GrantId"] != call.params.get("GrantId")]
    if len(kept) == len(key.grants):
        raise AwsError("NotFoundException", f"Grant ID {call.params.get('GrantId')} not found")
    key.grants[:] = kept
