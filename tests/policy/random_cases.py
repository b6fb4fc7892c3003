"""Thousands of cases quickly, to count how often an answer is unknown although every completion agrees.

``python -m tests.policy.random_cases [COUNT]`` prints the counts; the slow test asks for the same.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Any

from canvas_kms_tui.policy import Decision
from tests.policy.cases import answer_of
from tests.policy.strategies import ACCOUNTS, KEY, KEYS, OBJECT, OPERATORS, VALUES

PRINCIPALS = [
    *(f"arn:aws:iam::{account}:{form}" for account in ACCOUNTS for form in ("role/R", "role/R", "user/U")),
    f"arn:aws:sts::{ACCOUNTS[0]}:assumed-role/R/S",
    f"arn:aws:iam::{ACCOUNTS[0]}:root",
]
NAMED = [*PRINCIPALS, f"arn:aws:iam::{ACCOUNTS[1]}:root"]


def random_condition(chance: random.Random) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        key = chance.choice(KEYS)
        if chance.random() < 0.15:
            found.setdefault("Null", {})[key] = chance.choice(["true", "false"])
            continue
        wanted = chance.sample([*VALUES, "a*", "${kms:ViaService}", "${aws:SourceVpce, 'a'}"], chance.choice((1, 1, 2)))
        found.setdefault(chance.choice(OPERATORS), {})[key] = wanted
    return found


def random_statement(chance: random.Random, *, named: bool, effects: str) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": "Deny" if chance.choice(effects) == "D" else "Allow",
        chance.choice(["Action"] * 9 + ["NotAction"]): chance.sample(["kms:*", "*", "s3:Get*", "kms:D*", "s3:Put*"], 2),
        chance.choice(["Resource"] * 9 + ["NotResource"]): chance.choice(
            ["*", "*", KEY, "arn:aws:s3:::data/${aws:PrincipalTag/Team}/*"]
        ),
    }
    if named:
        names = chance.choice(["*", {"AWS": chance.sample(NAMED, 2)}, {"AWS": [f"arn:aws:iam::{ACCOUNTS[0]}:root"]}])
        statement["NotPrincipal" if chance.random() < 0.1 else "Principal"] = names
    if condition := random_condition(chance):
        statement["Condition"] = condition
    return statement


def random_policies(chance: random.Random, most: int, *, named: bool = False, effects: str = "AAD") -> list[Any]:
    return [
        {
            "Version": "2012-10-17",
            "Statement": [random_statement(chance, named=named, effects=effects) for _ in range(chance.randint(1, 2))],
        }
        for _ in range(chance.randint(0, most))
    ]


def random_case(chance: random.Random) -> dict[str, Any]:
    resource = chance.choice([KEY, KEY, OBJECT])
    unknown = chance.sample(KEYS, chance.choice((1, 1, 2)))
    context = {key: chance.choice(VALUES) for key in KEYS if key not in unknown and chance.random() < 0.6}
    grant = {
        "GrantId": "g",
        "KeyId": KEY,
        "GranteePrincipal": chance.choice(PRINCIPALS),
        "Operations": ["Decrypt"],
        "IssuingAccount": f"arn:aws:iam::{chance.choice(ACCOUNTS)}:root",
        "Constraints": chance.choice([{}, {"EncryptionContextEquals": {"Team": "a"}}]),
    }
    return {
        "principal_arn": chance.choice(PRINCIPALS),
        "action": "kms:Decrypt" if resource == KEY else "s3:GetObject",
        "resource_arn": resource,
        "resource_account": ACCOUNTS[0],
        "context": context,
        "unknown_context": unknown,
        "identity_policies": random_policies(chance, 3),
        "permission_boundaries": random_policies(chance, 1, effects="AAAD") if chance.random() < 0.3 else [],
        "session_policies": random_policies(chance, 1, effects="AAAD") if chance.random() < 0.2 else [],
        "scps": [level for _ in range(2) if (level := random_policies(chance, 1, effects="AAAD"))]
        if chance.random() < 0.3
        else [],
        "rcps": [random_policies(chance, 1, named=True)] if chance.random() < 0.2 else [],
        "resource_policy": next(iter(random_policies(chance, 1, named=True)), None),
        "grants": [grant] if chance.random() < 0.2 else [],
        "vpc_endpoint_policies": random_policies(chance, 1, named=True, effects="AAAD")
        if chance.random() < 0.2
        else [],
    }


def completions(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The case with every unknown key absent, empty, or with each value (or two) of the small world."""
    keys = case["unknown_context"]
    for chosen in product([None, *VALUES, "zz", ["a", "b"], []], repeat=len(keys)):
        known = {key: value for key, value in zip(keys, chosen, strict=True) if value is not None}
        yield {**case, "context": {**case["context"], **known}, "unknown_context": []}


def count(cases: int, seed: int = 0) -> Counter[str]:
    """How ``cases`` random cases with unknown keys come out; ``unsound`` must be zero."""
    found: Counter[str] = Counter(unsound=0)
    for number in range(cases):
        case = random_case(random.Random(seed + number))
        answer = answer_of(case)
        decisions = {answer_of(completion).decision for completion in completions(case)}
        if answer.decision is not Decision.UNKNOWN:
            found["definite"] += 1
            found["unsound"] += decisions != {answer.decision}
        else:
            found["unknown"] += 1
            found["unknown although all completions agree"] += len(decisions) == 1 and Decision.UNKNOWN not in decisions
            found["unknown, denied for certain"] += answer.denied
        found["unsound"] += answer.denied and Decision.ALLOWED in decisions
    return found


if __name__ == "__main__":
    for name, times in count(int(sys.argv[1]) if sys.argv[1:] else 5_000).items():
        sys.stdout.write(f"{name}: {times}\n")
