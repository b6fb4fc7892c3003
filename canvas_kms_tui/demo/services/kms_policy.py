"""Key policies: read, and written with the checks that PutKeyPolicy makes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from canvas_kms_tui.demo.call import AwsError, Call, operation
from canvas_kms_tui.demo.services import iam
from canvas_kms_tui.demo.services.kms import customer_managed, own

_LIMIT = 32_768  # bytes, KMS quotas
_PRINCIPAL_ARN = re.compile(r"^arn:aws[a-z-]*:(iam|sts)::(\d{12}):(root|(?:user|role|assumed-role|federated-user)/.+)$")
_UNIQUE_ID = re.compile(r"^A[A-Z]{3}[A-Z0-9]{12,}$")


@operation("kms", "GetKeyPolicy")
def get_key_policy(call: Call) -> Mapping[str, Any]:
    name = call.params.get("PolicyName") or "default"
    policies = own(call).policies
    if name not in policies:
        raise AwsError("NotFoundException", "No such policy exists")
    return {"Policy": policies[name], "PolicyName": name}


@operation("kms", "ListKeyPolicies")
def list_key_policies(call: Call) -> Mapping[str, Any]:
    return {"PolicyNames": sorted(own(call).policies, key=lambda name: name != "default"), "Truncated": False}


@operation("kms", "PutKeyPolicy")
def put_key_policy(call: Call) -> None:
    key = customer_managed(call)
    if (call.params.get("PolicyName") or "default") != "default":
        raise AwsError("ValidationException", "The only valid policy name is default")
    if key.state in ("PendingDeletion", "PendingReplicaDeletion"):
        raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    check(call, call.params["Policy"])
    key.policies["default"] = call.params["Policy"]


def check(call: Call, text: str) -> None:
    """Refuse what KMS refuses: too long, malformed, principals not (yet) known, a policy that locks the caller out."""
    if len(text.encode()) > _LIMIT:
        raise AwsError("LimitExceededException", f"The policy size exceeds the limit of {_LIMIT} bytes.")
    statements = list(_statements(text))
    for statement in statements:
        for principal in _principals(statement):
            _check_principal(call, principal)
    if not call.params.get("BypassPolicyLockoutSafetyCheck") and not any(_lets_caller(call, own) for own in statements):
        raise _malformed("The new key policy will not allow you to update the key policy in the future.")


def _malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicyDocumentException", message)


def _statements(text: str) -> Iterator[Mapping[str, Any]]:
    try:
        policy = json.loads(text)
    except ValueError:
        raise _malformed("Policy contains a statement that is not valid JSON") from None
    if not isinstance(policy, dict) or "Statement" not in policy:
        raise _malformed("The policy has no Statement element")
    found = policy["Statement"]
    for statement in found if isinstance(found, list) else [found]:
        _check_statement(statement)
        yield statement


def _check_statement(statement: Any) -> None:
    if not isinstance(statement, dict):
        raise _malformed("Policy statement must be an object")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise _malformed("Policy statement must have an Effect of Allow or Deny")
    if ("Principal" in statement) == ("NotPrincipal" in statement):
        raise _malformed("Policy statement must contain exactly one of Principal, NotPrincipal")
    if ("Action" in statement) == ("NotAction" in statement):
        raise _malformed("Policy statement must contain exactly one of Action, NotAction")
    unknown = set(statement) - {
        "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
    }  # fmt: skip
    if unknown:
        raise _malformed(f"Syntax errors in policy: unknown element {min(unknown)}")


def _principals(statement: Mapping[str, Any]) -> Iterator[str]:
    named = statement.get("Principal", statement.get("NotPrincipal"))
    values = named.get("AWS", ()) if isinstance(named, dict) else named
    yield from [values] if isinstance(values, str) else values


def _check_principal(call: Call, principal: str) -> None:
    if principal == "*" or re.fullmatch(r"\d{12}", principal):
        return
    found = _PRINCIPAL_ARN.match(principal)
    if _UNIQUE_ID.match(principal) or found is None:
        raise _malformed("Policy contains a statement with one or more invalid principals.")
    service, account, tail = found.groups()
    known = {call.world.account, *(entry["account"] for entry in call.world.document.get("roles", {}).values())}
    if service == "iam" and tail != "root" and account in known and not iam.known_elsewhere(call.world, principal):
        raise _malformed("Policy contains a statement with one or more invalid principals.")


def _lets_caller(call: Call, statement: Mapping[str, Any]) -> bool:
    """Whether a statement plainly lets the caller (or its account's IAM policies) put the policy again."""
    if statement["Effect"] != "Allow" or "Action" not in statement or "Principal" not in statement:
        return False
    actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    if not any(_matches(action, "kms:PutKeyPolicy") for action in actions):
        return False
    mine = {"*", call.account, f"arn:{call.partition}:iam::{call.account}:root", call.caller.arn, *_role_arns(call)}
    return any(principal in mine for principal in _principals(statement))


def _role_arns(call: Call) -> list[str]:
    """ARN of the role whose session the caller is: the session's own ARN lacks the role's path."""
    _, _, tail = call.caller.arn.partition(":assumed-role/")
    roles = iam.backend(call.world, call.account).roles.values()
    return [role.arn for role in roles if role.name == tail.split("/")[0]]


def _matches(pattern: str, action: str) -> bool:
    expression = re.escape(pattern.lower()).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, action.lower()) is not None
