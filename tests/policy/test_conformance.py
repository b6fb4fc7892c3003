"""The outcomes that somebody outside this project states."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.policy.cases import answer_of

CASES = Path(__file__).parents[3] / "shared" / "policy-cases" / "cases.jsonl"
DECISIONS = {"Allowed": "allowed", "ImplicitlyDenied": "implicitly_denied", "ExplicitlyDenied": "explicitly_denied"}


def load() -> list[dict[str, Any]]:
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()] if CASES.exists() else []


@pytest.mark.skipif(not CASES.exists(), reason="the shared conformance cases are not beside this checkout")
def test_every_stated_outcome_comes_out() -> None:
    wrong = []
    for case in load():
        answer = answer_of(case)
        expected = DECISIONS[case["expected"]]
        actual = str(answer.decision)
        same = (
            actual == expected
            if case["expected_precision"] == "exact"
            else (actual == "allowed") == (expected == "allowed")
        )
        if not same or actual == "unknown":
            wrong.append(f"{case['id']}: expected {expected}, got {actual}: {answer.explanation}")
    assert not wrong, "\n".join(wrong)
