"""SimulatePrincipalPolicy: a small judge of its own, for identity policies, permissions boundary and SCPs.

It shares nothing with the evaluator of the product, so that each can be held against the other. Conditions are judged
for the string, Bool, ARN and Null operators; any other one is answered ``NotImplemented``, never guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.iam.models import Role

from canvas_kms_tui.demo import denials
from canvas_kms_tui.demo.call import AwsError, Call, operation
from canvas_kms_tui.demo.services import iam, organizations

Document = Mapping[str, Any]
Context = Mapping[str, list[str]]  #: lower-case key → values


@operation("iam", "SimulatePrincipalPolicy")
def simulate_principal_policy(call: Call) -> Mapping[str, Any]:
    role = _role(call, call.params["PolicySourceArn"])
    context = {
        entry["ContextKeyName"].lower(): entry["ContextKeyValues"] for entry in call.params.get("ContextEntries", ())
    }
    identity = identity_documents(call, role)
    boundary = boundary_document(call, role)
    scps = organizations.control_policies(call, "SERVICE_CONTROL_POLICY")
    results = [
        _refused(action, resource)
        if _operator_lacks(call, role, action)
        else _result(action, resource, context, identity, boundary, scps)
        for action in call.params["ActionNames"]
        for resource in call.params.get("ResourceArns") or ["*"]
    ]
    return {"EvaluationResults": results, "IsTruncated": False}


def _operator_lacks(call: Call, role: Role, action: str) -> bool:
    """What the environment's operator is denied stands in no policy of its role."""
    for identity in call.world.identities.values():
        if f":assumed-role/{role.name}/" in identity.arn and identity.account == call.account:
            return any(denials.matches(denied.action.lower(), action.lower()) for denied in identity.denied)
    return False


def _refused(action: str, resource: str) -> dict[str, Any]:
    return {"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": "implicitDeny",
            "MatchedStatements": [], "MissingContextValues": []}  # fmt: skip


def _role(call: Call, arn: str) -> Role:
    for role in iam.backend(call.world, call.account).roles.values():
        if role.arn == arn:
            return role
    raise AwsError("NoSuchEntity", f"{arn} does not exist", 404)


def identity_documents(call: Call, role: Role) -> list[Document]:
    texts = [*role.policies.values(), *(_default_text(policy) for policy in role.managed_policies.values())]
    return [json.loads(text) for text in texts]


def _default_text(policy: Any) -> str:
    return next(str(version.document) for version in policy.versions if version.version_id == policy.default_version_id)


def boundary_document(call: Call, role: Role) -> Document | None:
    if role.permissions_boundary_arn is None:
        return None
    policies = iam.backend(call.world, call.account).managed_policies
    found: Document = json.loads(_default_text(policies[role.permissions_boundary_arn]))
    return found


def _result(
    action: str,
    resource: str,
    context: Context,
    identity: list[Document],
    boundary: Document | None,
    scps: list[list[Document]],
) -> dict[str, Any]:
    def effects(documents: Iterable[Document]) -> set[str]:
        found = (statement for document in documents for statement in statements(document))
        return {statement["Effect"] for statement in found if applies(statement, action, resource, context)}

    layers = [effects(identity), *([effects([boundary])] if boundary else [])]
    levels = [effects(level) for level in scps]
    allowed_above = all("Allow" in level and "Deny" not in level for level in levels)
    if any("Deny" in layer for layer in (*layers, *levels)):
        decision = "explicitDeny"
    else:
        decision = "allowed" if allowed_above and all("Allow" in layer for layer in layers) else "implicitDeny"
    answer: dict[str, Any] = {
        "EvalActionName": action, "EvalResourceName": resource, "EvalDecision": decision,
        "MatchedStatements": [], "MissingContextValues": [],
    }  # fmt: skip
    if levels:
        answer["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": allowed_above}
    if boundary:
        answer["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": layers[1] == {"Allow"}}
    return answer


def statements(document: Document) -> list[Mapping[str, Any]]:
    found = document["Statement"]
    return found if isinstance(found, list) else [found]


def applies(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    return (
        _named(statement, "Action", "NotAction", action.lower(), str.lower)
        and _named(statement, "Resource", "NotResource", resource, str)
        and all(_condition(operator, tests, context) for operator, tests in statement.get("Condition", {}).items())
    )


def _named(statement: Mapping[str, Any], element: str, inverse: str, text: str, fold: Callable[[str], str]) -> bool:
    if element in statement:
        return any(_like(fold(pattern), text) for pattern in _listed(statement[element]))
    return inverse in statement and not any(_like(fold(pattern), text) for pattern in _listed(statement[inverse]))


def _listed(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _like(pattern: str, text: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text, re.DOTALL) is not None


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": str.__eq__,
    "StringLike": _like,
    "StringEqualsIgnoreCase": lambda wanted, actual: wanted.lower() == actual.lower(),
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda wanted, actual: wanted.lower() == actual.lower(),
}


def _condition(operator: str, tests: Mapping[str, Any], context: Context) -> bool:
    """Every key of one operator must hold. A missing key fails a positive operator and satisfies a negated one."""
    if operator == "Null":
        return all(
            (key.lower() not in context) == (_listed(wanted)[0].lower() == "true") for key, wanted in tests.items()
        )
    plain = operator.removesuffix("IfExists")
    negated = "Not" in plain
    test = _TESTS.get(plain.replace("Not", "", 1))
    if test is None:
        raise AwsError("NotImplemented", f"the stand-in's simulation does not know the operator {operator}", 501)
    for key, wanted in tests.items():
        values = context.get(key.lower())
        if values is None:
            if not negated and plain == operator:
                return False
            continue
        if any(test(one, actual) for one in _listed(wanted) for actual in values) == negated:
            return False
    return True
