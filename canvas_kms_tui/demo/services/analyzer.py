"""Access Analyzer, as far as plain answers reach: grammar of a policy, and plainly public access."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from canvas_kms_tui.demo.call import AwsError, Call, operation

_DOCUMENTATION = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"
_LOCATION = {
    "path": [],
    "span": {"start": {"line": 1, "column": 0, "offset": 0}, "end": {"line": 1, "column": 1, "offset": 1}},
}


@operation("accessanalyzer", "ValidatePolicy")
def validate_policy(call: Call) -> Mapping[str, Any]:
    text = call.params["policyDocument"]
    try:
        policy = json.loads(text)
    except ValueError:
        return {"findings": [_finding("JSON_SYNTAX_ERROR", "The policy is not valid JSON.")]}
    return {"findings": [_finding(*problem) for problem in _problems(policy, call.params["policyType"])]}


def _problems(policy: Any, kind: str) -> list[tuple[str, str]]:
    if not isinstance(policy, dict) or "Statement" not in policy:
        return [("MISSING_STATEMENT", "Add a Statement element to the policy.")]
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    wanted = [("Effect",), ("Action", "NotAction")]
    wanted.append(("Principal", "NotPrincipal") if kind == "RESOURCE_POLICY" else ("Resource", "NotResource"))
    return [
        (f"MISSING_{names[0].upper()}", f"Add a {names[0]} element to the policy statement with index {index}.")
        for index, statement in enumerate(statements)
        for names in wanted
        if not any(name in statement for name in names)
    ]


def _finding(code: str, details: str) -> dict[str, Any]:
    return {
        "findingType": "ERROR", "issueCode": code, "findingDetails": details,
        "learnMoreLink": _DOCUMENTATION, "locations": [_LOCATION],
    }  # fmt: skip


@operation("accessanalyzer", "CheckNoPublicAccess")
def check_no_public_access(call: Call) -> Mapping[str, Any]:
    try:
        policy = json.loads(call.params["policyDocument"])
    except ValueError:
        raise AwsError("ValidationException", "The policy is not valid JSON.") from None
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    public = [index for index, statement in enumerate(statements) if _plainly_public(statement)]
    reasons = [{"description": "Public access granted.", "statementIndex": index} for index in public]
    return {"result": "FAIL" if public else "PASS", "message": "", "reasons": reasons}


def _plainly_public(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    everybody = principal in ("*", {"AWS": "*"}, {"AWS": ["*"]})
    return statement.get("Effect") == "Allow" and everybody and not statement.get("Condition")
