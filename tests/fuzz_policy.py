"""Coverage-guided fuzzing of the document parser and everything that is asked of a document (atheris).

``pip install atheris``, then ``python tests/fuzz_policy.py -max_total_time=600``. Any exception is a finding: reading a
document never raises, and a document that was read can be evaluated, explained and linted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))

with atheris.instrument_imports(include=["canvas_kms_tui.policy"]):
    from canvas_kms_tui.policy import Answer, Document, Grant, Layers, Principal, Request, difference, evaluate, lint
    from canvas_kms_tui.policy.lines import BadLine, evaluate_lines

ACCOUNT = "111122223333"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
REQUEST = Request(
    Principal.role(f"arn:aws:iam::{ACCOUNT}:role/R"),
    "kms:Decrypt",
    KEY,
    context={
        "aws:CurrentTime": "2026-01-01T00:00:00Z",
        "aws:TagKeys": ["a", "b"],
        "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::data/a*a?",
        "s3:max-keys": "10",
    },
    unknown=frozenset({"aws:SourceIp", "aws:PrincipalTag/*"}),
)
_ELEMENTS = (
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
    "Sid",
)
_OPERATORS = (
    "StringEquals", "StringNotLike", "NumericLessThan", "DateEquals", "Bool", "BinaryEquals", "IpAddress", "ArnLike",
    "Null", "ForAllValues:StringLike", "ForAnyValue:StringNotEqualsIfExists", "NotIpAddress", "Nonsense",
)  # fmt: skip
_KEYS = ("aws:CurrentTime", "aws:TagKeys", "aws:SourceIp", "s3:max-keys", "kms:EncryptionContext:aws:s3:arn", "aws:x")
_TEXTS = (
    "Allow", "Deny", "*", "kms:*", "kms:Dec?ypt", "kms:Decrypt", KEY, "arn:aws:kms:*:*:key/*", "*a*a*b", "${*}", "${",
    "${aws:PrincipalTag/x, 'y'}", "${aws:TagKeys}", "AROAABCDEFGHIJKLMNOPQ", ACCOUNT, "true", "2020-01-01T00:00:00Z",
    f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{ACCOUNT}:role/R", f"arn:aws:sts::{ACCOUNT}:assumed-role/R/S",
    "10.0.0.0/8", "2001:db8::/32", "1e99", "-0", "YWJj", "", "\ud800", "2012-10-17", "AWS", "Service", "Federated",
)  # fmt: skip


class Maker:
    """Builds JSON from the fuzzer's bytes, leaning towards policies."""

    def __init__(self, data: bytes) -> None:
        self.bytes = atheris.FuzzedDataProvider(data)

    def pick(self, words: Sequence[str]) -> str:
        index = self.bytes.ConsumeIntInRange(0, len(words))
        return words[index] if index < len(words) else self.bytes.ConsumeUnicode(self.bytes.ConsumeIntInRange(0, 24))

    def value(self, depth: int = 2) -> Any:
        shape = self.bytes.ConsumeIntInRange(0, 9)
        if shape < 5:
            return self.pick(_TEXTS)
        if shape == 5:
            return self.bytes.PickValueInList([None, True, False, 0, -1, 1.5, 1e300, 2**70])
        if shape == 6 or depth == 0:
            return self.bytes.ConsumeInt(4)
        if shape == 7:
            return {self.pick(_TEXTS): self.value(depth - 1) for _ in range(self.bytes.ConsumeIntInRange(0, 3))}
        return [self.value(depth - 1) for _ in range(self.bytes.ConsumeIntInRange(0, 3))]

    def conditions(self) -> Any:
        if self.bytes.ConsumeProbability() < 0.1:
            return self.value()
        return {
            self.pick(_OPERATORS): {self.pick(_KEYS): self.value(1) for _ in range(self.bytes.ConsumeIntInRange(0, 2))}
            for _ in range(self.bytes.ConsumeIntInRange(0, 3))
        }

    def statement(self) -> Any:
        if self.bytes.ConsumeProbability() < 0.05:
            return self.value()
        found = {self.pick(_ELEMENTS): self.value() for _ in range(self.bytes.ConsumeIntInRange(0, 3))}
        if self.bytes.ConsumeBool():
            found = {"Effect": self.pick(_TEXTS[:2]), "Action": "*", "Resource": "*", "Principal": "*", **found}
        if self.bytes.ConsumeBool():
            found["Condition"] = self.conditions()
        return found

    def policy(self) -> Any:
        found = [self.statement() for _ in range(self.bytes.ConsumeIntInRange(0, 3))]
        return {
            "Version": self.pick(["2012-10-17", "2008-10-17"]),
            "Statement": found if found[1:] else (found or [None])[0],
        }


def ask(document: Document) -> Answer:
    answer = evaluate(
        REQUEST,
        Layers(
            identity=[document],
            boundary=document,
            session=[document],
            scps=[[document]],
            rcps=[[document]],
            resource=[document],
            grants=[Grant.from_api(document.source)],
            endpoint=[document],
        ),
    )
    for layer in answer.layers:
        for trace in layer.statements:
            _ = trace.misses, trace.unknown_keys
    _ = answer.explanation, answer.decided_by, answer.nearest_miss, answer.unknown_keys
    return answer


def one_input(data: bytes) -> None:
    """The bytes as a document and as a line to evaluate, and a policy and a line made from them."""
    text = data.decode("utf-8", "surrogateescape")
    made = Maker(data).policy()
    answers = []
    for candidate in (data, json.dumps(made)):
        document = Document.parse(candidate, name="fuzzed")
        if Document.parse(json.dumps(document.source), name="fuzzed").source != document.source:
            raise AssertionError("parse, serialise, parse is not identity")
        answers.append(ask(document))
        lint(document, kind="key")
    difference(answers[0], answers[-1])
    line = {
        "principal": Maker(data[::-1]).value(),
        "action": "kms:Decrypt",
        "resource": text or "*",
        "context": Maker(data[1:]).value(),
        "identity_policies": [made],
        "grants": Maker(data[2:]).value(),
        "unread": ["grant"],
    }
    try:
        list(evaluate_lines([text, json.dumps(line)]))
    except BadLine:
        return


def main() -> None:
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
