"""Whether an assumed role of the environment may use a key: a small judge of its own, asked for dry runs alone.

Like the simulation beside it, it shares nothing with the product's evaluator. It knows key policies (named principals
and delegation to the account), grants, identity policies, the permissions boundary and SCPs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from moto.iam.models import Role

from canvas_kms_tui.demo import denials
from canvas_kms_tui.demo.call import Call
from canvas_kms_tui.demo.services import iam, organizations, simulate
from canvas_kms_tui.demo.services.kms_keys import Key

_RESOURCE = "no resource-based policy allows"
_IDENTITY = "no identity-based policy allows"
_BOUNDARY = "no permissions boundary allows"
_SCP = "no service control policy allows"
_DENY = "with an explicit deny in a"


def check(call: Call, key: Key) -> None:
    """Refuse, in AWS's words, what a role that the operator assumed may not do with the key; the operator passes.

    Raises:
        AwsError: AccessDeniedException, naming one layer.
    """
    role = _role(call)
    if role is None:
        return
    action = f"kms:{call.operation}"
    because = _refusal(call, key, role, action)
    if because:
        raise denials.refusal(call, action, key.arn, because)


def _role(call: Call) -> Role | None:
    kind, _, rest = call.caller.arn.rpartition(":")[2].partition("/")
    if kind != "assumed-role" or call.caller == call.world.operator:
        return None
    name = rest.split("/")[0]
    roles = iam.backend(call.world, call.account).roles.values()
    return next((role for role in roles if role.name == name), None)


def _refusal(call: Call, key: Key, role: Role, action: str) -> str:
    context = _context(call, key, role)

    def effects(documents: Iterable[Mapping[str, Any]], *, named: bool | None = None) -> set[str]:
        statements = (one for document in documents for one in simulate.statements(document))
        return {
            one["Effect"]
            for one in statements
            if (named is None or _reaches(one, call, role, named=named))
            and simulate.applies({**one, "Resource": "*"} if named is not None else one, action, key.arn, context)
        }

    policies = [json.loads(text) for text in key.policies.values()]
    identity = effects(simulate.identity_documents(call, role))
    boundary = simulate.boundary_document(call, role)
    limit = effects([boundary]) if boundary else {"Allow"}
    levels = [effects(level) for level in organizations.control_policies(call, "SERVICE_CONTROL_POLICY")]
    direct, delegated = effects(policies, named=True), effects(policies, named=False)
    layers = (
        (direct | delegated, " resource-based policy"),
        (identity, "n identity-based policy"),
        (limit, " permissions boundary"),
        (set().union(*levels), " service control policy"),
    )
    for found, layer in layers:
        if "Deny" in found:
            return f"{_DENY}{layer}"
    if not all("Allow" in level for level in levels):
        return _SCP
    if "Allow" not in limit:
        return _BOUNDARY
    if "Allow" in direct or _granted(call, key, role):
        return ""
    if "Allow" not in delegated:
        return _RESOURCE
    return "" if "Allow" in identity else _IDENTITY


def _reaches(statement: Mapping[str, Any], call: Call, role: Role, *, named: bool) -> bool:
    """Whether the Principal names the role or everybody (``named``), or its account."""
    principal = statement.get("Principal")
    listed = principal.get("AWS", []) if isinstance(principal, Mapping) else [principal]
    listed = [listed] if isinstance(listed, str) else listed
    account = {call.account, f"arn:{call.partition}:iam::{call.account}:root"}
    wanted = {"*", role.arn, call.caller.arn} if named else account
    return any(one in wanted for one in listed)


def _granted(call: Call, key: Key, role: Role) -> bool:
    context = call.params.get("EncryptionContext", {})
    for grant in key.grants:
        limits = grant.get("Constraints", {})
        fits = limits.get("EncryptionContextEquals", context) == context
        fits = fits and limits.get("EncryptionContextSubset", {}).items() <= context.items()
        if grant["GranteePrincipal"] == role.arn and call.operation in grant["Operations"] and fits:
            return True
    return False


def _context(call: Call, key: Key, role: Role) -> simulate.Context:
    found = {
        "aws:principalarn": [role.arn],
        "aws:principalaccount": [call.account],
        "aws:principaltype": ["AssumedRole"],
        "aws:viaawsservice": ["false"],
        "aws:securetransport": ["true"],
        "aws:requestedregion": [call.region],
        "aws:sourceip": ["127.0.0.1"],
        "kms:calleraccount": [call.account],
        "kms:keyspec": [key.spec],
        "kms:keyusage": [key.usage],
    }
    sent = call.params.get("EncryptionContext", {})
    found |= {f"kms:encryptioncontext:{name}".lower(): [value] for name, value in sent.items()}
    return found | ({"kms:encryptioncontextkeys": list(sent)} if sent else {})
